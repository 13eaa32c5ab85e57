#include "inventory/inventory.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <tuple>

#include "base/text.h"
#include "base/try.h"
#include "codec/frame/frame_decoder.h"
#include "proof/line.h"

namespace yorozu::inventory {
namespace {

using store::Row;
using store::Session;
using store::Sql;

// Times are microseconds since 1970. `key` is the name in one spelling of upper and lower case.
constexpr std::array<Sql, 1> kMigrations = {
    Sql("CREATE TABLE inventory_asset (kind INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,"
        " first INTEGER NOT NULL, last INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,"
        " events INTEGER NOT NULL, PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE inventory_seen_by (kind INTEGER NOT NULL, key TEXT NOT NULL, input TEXT NOT NULL,"
        " class TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, events INTEGER NOT NULL,"
        " PRIMARY KEY (kind, key, input, class)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE inventory_total (kind INTEGER PRIMARY KEY, names INTEGER NOT NULL, not_listed INTEGER NOT NULL)"
        " STRICT;"
        "INSERT INTO inventory_total VALUES (1, 0, 0), (2, 0, 0), (3, 0, 0), (4, 0, 0), (5, 0, 0), (6, 0, 0);"
        "CREATE TABLE inventory_cursor (id INTEGER PRIMARY KEY CHECK (id = 1), next_seq INTEGER NOT NULL) STRICT;"
        "INSERT INTO inventory_cursor VALUES (1, 1);"),
};
constexpr store::Schema kSchema{"inventory", kMigrations};

constexpr std::int64_t kOldestUs = -std::int64_t{24} * 3600 * 1'000'000;  ///< of an event, against its arrival
constexpr std::int64_t kNewestUs = std::int64_t{5} * 60 * 1'000'000;
constexpr std::size_t kMaxPage = 1000;
constexpr std::size_t kMaxRawBytes = std::size_t{64} << 10;  ///< what a line says about names stands at its beginning

struct Span {
  std::int64_t first = INT64_MAX, last = INT64_MIN;
  std::uint64_t events = 0;
  void add(std::int64_t time) {
    first = std::min(first, time);
    last = std::max(last, time);
    ++events;
  }
};

/// What a run of lines says about one name.
struct Change {
  std::string name;
  Span span;
  std::uint64_t first_seq = 0, last_seq = 0;
  std::map<std::pair<std::string, event::SourceClass>, Span> by;
};
using Changes = std::map<std::pair<Kind, std::string>, Change>;

std::int64_t number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::int64_t number(Kind kind) {
  return static_cast<std::int64_t>(kind);
}

/// Devices without a clock and late events: the time of arrival.
Timestamp time_of(const event::Event& event, Timestamp received) {
  if (!event.time.known()) return received;
  const std::int64_t apart = event.time.us - received.us;
  return apart >= kOldestUs && apart <= kNewestUs ? event.time : received;
}

Result<std::int64_t> one_number(Session& session, Sql sql, std::initializer_list<store::Value> values) {
  std::int64_t found = 0;
  TRY(session.each(sql, values, [&](const Row& row) { found = row.integer(0); }));
  return found;
}

Result<bool> update(Session& session, Kind kind, const std::string& key, const Change& change) {
  TRY_ASSIGN(const std::int64_t rows,
             session.run("UPDATE inventory_asset SET first = min(first, ?), last = max(last, ?), last_seq = ?,"
                         " events = events + ? WHERE kind = ? AND key = ?",
                         {change.span.first, change.span.last, number(change.last_seq), number(change.span.events),
                          number(kind), std::string_view(key)}));
  return rows > 0;
}

Result<void> insert(Session& session, Kind kind, const std::string& key, const Change& change) {
  TRY(session.run("INSERT INTO inventory_asset VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                  {number(kind), std::string_view(key), std::string_view(change.name), change.span.first,
                   change.span.last, number(change.first_seq), number(change.last_seq), number(change.span.events)}));
  TRY(session.run("UPDATE inventory_total SET names = names + 1 WHERE kind = ?", {number(kind)}));
  return {};
}

Result<void> update_seen_by(Session& session, Kind kind, const std::string& key, const Change& change) {
  for (const auto& [from, span] : change.by)
    TRY(
        session.run("INSERT INTO inventory_seen_by VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                    " first = min(first, excluded.first), last = max(last, excluded.last),"
                    " events = events + excluded.events",
                    {number(kind), std::string_view(key), std::string_view(from.first), event::to_string(from.second),
                     span.first, span.last, number(span.events)}));
  return {};
}

/// In order of first sight, so that the limit keeps the same names however the lines were cut into runs.
Result<void> write_changes(Session& session, const Changes& changes) {
  std::vector<Changes::const_pointer> in_order;
  for (const auto& change : changes) in_order.push_back(&change);
  std::ranges::stable_sort(in_order, {}, [](Changes::const_pointer change) { return change->second.first_seq; });
  for (const auto* entry : in_order) {
    const auto& [kind, key] = entry->first;
    const Change& change = entry->second;
    TRY_ASSIGN(const bool is_known, update(session, kind, key, change));
    if (!is_known) {
      TRY_ASSIGN(const std::int64_t names,
                 one_number(session, "SELECT names FROM inventory_total WHERE kind = ?", {number(kind)}));
      if (static_cast<std::uint64_t>(names) >= kLimits[static_cast<std::size_t>(kind) - 1]) {
        TRY(session.run("UPDATE inventory_total SET not_listed = not_listed + ? WHERE kind = ?",
                        {number(change.span.events), number(kind)}));
        continue;
      }
      TRY(insert(session, kind, key, change));
    }
    TRY(update_seen_by(session, kind, key, change));
  }
  return {};
}

}  // namespace

struct Inventory::Impl {
  Impl(store::Database& database_in, const event::LogsourceMap& logsources)
      : database(database_in), decoder(codec::make_frame_decoder(schema, logsources)), finder(schema) {}

  void take(const archive::CommittedLine& committed, Changes& changes);

  store::Database& database;
  event::Schema schema;
  std::unique_ptr<codec::FrameDecoder> decoder;
  codec::Zones zones;
  SightingFinder finder;
  event::EventBatch batch;
  std::atomic<std::uint64_t> next_seq = 1;
};

void Inventory::Impl::take(const archive::CommittedLine& committed, Changes& changes) {
  const auto line = proof::parse_line(committed.line);
  if (!line || line->input.starts_with("yorozu.")) return;
  batch.clear();
  decoder->decode({.raw = std::string_view(line->raw).substr(0, kMaxRawBytes),
                   .kind = codec::frame_kind_of(line->input),
                   .received = line->received,
                   .zone = zones.find(line->via_value("zone")),
                   .stream = {}},
                  batch);
  const event::Event& event = batch.events.back();
  const Timestamp time = time_of(event, line->received);
  std::vector<std::pair<Kind, std::string>> seen;  // each name once an event
  const auto add = [&](Kind kind, std::string_view name) {
    std::pair<Kind, std::string> id(kind, fold(name));
    if (std::ranges::find(seen, id) != seen.end()) return;
    Change& change = changes[id];
    if (change.first_seq == 0) {
      change.name = name;
      change.first_seq = line->seq;
    }
    change.last_seq = line->seq;
    change.span.add(time.us);
    change.by[{line->input, event.source_class}].add(time.us);
    seen.push_back(std::move(id));
  };
  if (!line->peer.empty()) add(Kind::Sender, line->peer);
  finder.find(batch, event, add);
}

Inventory::Inventory(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Inventory::~Inventory() = default;

Result<std::unique_ptr<Inventory>> Inventory::open(store::Database& database, const event::LogsourceMap& logsources) {
  TRY(database.migrate(kSchema));
  auto impl = std::make_unique<Impl>(database, logsources);
  TRY(database.read([&](Session& session) -> Result<void> {
    TRY_ASSIGN(const std::int64_t next, one_number(session, "SELECT next_seq FROM inventory_cursor", {}));
    impl->next_seq = static_cast<std::uint64_t>(next);
    return {};
  }));
  return std::unique_ptr<Inventory>(new Inventory(std::move(impl)));
}

std::uint64_t Inventory::next_seq() const {
  return impl_->next_seq;
}

Result<std::uint64_t> Inventory::follow(archive::CommitFeed& feed, std::size_t max_lines, std::int64_t timeout_us) {
  const std::uint64_t from = impl_->next_seq;
  Changes changes;
  TRY_ASSIGN(const std::uint64_t next, feed.read(from, max_lines, timeout_us, [&](const archive::CommittedLine& line) {
    impl_->take(line, changes);
  }));
  if (next == from) return 0;
  TRY(impl_->database.write([&](Session& session) -> Result<void> {
    TRY(write_changes(session, changes));
    TRY(session.run("UPDATE inventory_cursor SET next_seq = ?", {number(next)}));
    return {};
  }));
  impl_->next_seq = next;
  return next - from;
}

Result<void> Inventory::clear() {
  TRY(impl_->database.write([](Session& session) -> Result<void> {
    TRY(session.run("DELETE FROM inventory_asset"));
    TRY(session.run("DELETE FROM inventory_seen_by"));
    TRY(session.run("UPDATE inventory_total SET names = 0, not_listed = 0"));
    TRY(session.run("UPDATE inventory_cursor SET next_seq = 1"));
    return {};
  }));
  impl_->next_seq = 1;
  return {};
}

Result<std::vector<Asset>> Inventory::list(Kind kind, const Page& page) const {
  std::vector<Asset> assets;
  const std::string after = fold(page.after);
  const std::int64_t since = page.seen_since.known() ? page.seen_since.us : INT64_MIN;
  TRY(impl_->database.read([&](Session& session) -> Result<void> {
    std::vector<std::string> keys;
    TRY(session.each(
        "SELECT key, name, first, last, first_seq, last_seq, events FROM inventory_asset"
        " WHERE kind = ? AND key > ? AND last >= ? ORDER BY key LIMIT ?",
        {number(kind), std::string_view(after), since, static_cast<std::int64_t>(std::min(page.limit, kMaxPage))},
        [&](const Row& row) {
          keys.emplace_back(row.text(0));
          assets.push_back({std::string(row.text(1)),
                            Timestamp{row.integer(2)},
                            Timestamp{row.integer(3)},
                            static_cast<std::uint64_t>(row.integer(4)),
                            static_cast<std::uint64_t>(row.integer(5)),
                            static_cast<std::uint64_t>(row.integer(6)),
                            {}});
        }));
    for (std::size_t i = 0; i < keys.size(); ++i)
      TRY(session.each(
          "SELECT input, class, first, last, events FROM inventory_seen_by WHERE kind = ? AND key = ?"
          " ORDER BY input, class",
          {number(kind), std::string_view(keys[i])}, [&](const Row& row) {
            assets[i].by.push_back(
                {std::string(row.text(0)), event::parse_source_class(row.text(1)).value_or(event::SourceClass::Other),
                 Timestamp{row.integer(2)}, Timestamp{row.integer(3)}, static_cast<std::uint64_t>(row.integer(4))});
          }));
    return {};
  }));
  return assets;
}

Result<KindTotal> Inventory::total(Kind kind) const {
  KindTotal total;
  TRY(impl_->database.read([&](Session& session) {
    return session.each(
        "SELECT names, not_listed FROM inventory_total WHERE kind = ?", {number(kind)}, [&](const Row& row) {
          total = {static_cast<std::uint64_t>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1))};
        });
  }));
  return total;
}

}  // namespace yorozu::inventory
