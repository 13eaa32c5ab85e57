#include "app/serve/positions.h"

#include <algorithm>

#include "base/file.h"
#include "base/try.h"
#include "ingest/replay.h"
#include "proof/line.h"

namespace yorozu::serve {

namespace {

constexpr std::size_t kAtOnce = 10'000;
constexpr std::int64_t kWaitUs = 500'000;
constexpr std::string_view kHead = "yorozu positions 1\n";
/// Senders repeat what they got no answer for, at once after a restart: these many lines hold all of it. More would
/// make every start slow.
constexpr std::uint64_t kSeenLines = 300'000;
constexpr std::int64_t kSeenUs = std::int64_t{7} * 24 * 3600 * 1'000'000;

/// Of the input's name, without taking the line apart: seq and received have a bounded length in front of it.
bool may_be_of(std::string_view line, std::string_view input) {
  constexpr std::size_t kHeadBytes = 160;
  return line.substr(0, kHeadBytes).contains(input);
}

std::string_view via_of(const proof::Line& line, std::string_view key) {
  const auto found = std::ranges::find(line.via, key, [](const auto& pair) -> std::string_view { return pair.first; });
  return found == line.via.end() ? std::string_view() : std::string_view(found->second);
}

Result<void> fill_seen(archive::Archive& archive, ingest::web::SeenIds& seen, Timestamp now) {
  archive::CommitFeed& feed = archive.feed();
  const std::uint64_t end = feed.end();
  std::uint64_t from = ingest::replay_start(archive, {now.us - kSeenUs}, kSeenLines);
  from = std::max(from, end > kSeenLines ? end - kSeenLines : 1);
  while (from < end) {
    TRY_ASSIGN(const std::uint64_t next, feed.read(from, kAtOnce, 0, [&](const archive::CommittedLine& committed) {
      if (!may_be_of(committed.line, R"("input":"bulk")")) return;
      const auto line = proof::parse_line(committed.line);
      if (!line || via_of(*line, "id").empty()) return;
      seen.remember(via_of(*line, "token"), via_of(*line, "index"), via_of(*line, "id"), line->raw, line->received);
    }));
    if (next == from) break;
    from = next;
  }
  return {};
}

}  // namespace

std::string positions_text(const ingest::FilePositions& files, const std::string& cursor) {
  return std::string(kHead) + cursor + "\n" + files.save();
}

Result<std::pair<ingest::FilePositions, std::string>> parse_positions(std::string_view text) {
  const auto bad = [] { return fail(ErrorCode::Corrupt, "not a file of positions"); };
  if (!text.starts_with(kHead)) return bad();
  text.remove_prefix(kHead.size());
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return bad();
  std::string cursor(text.substr(0, end));
  TRY_ASSIGN(auto files, ingest::FilePositions::parse(text.substr(end + 1)));
  return std::pair(std::move(files), std::move(cursor));
}

Result<std::unique_ptr<Positions>> Positions::open(archive::Archive& archive, std::filesystem::path state_file,
                                                   ingest::web::SeenIds& seen, Timestamp now) {
  std::unique_ptr<Positions> out(new Positions(archive, std::move(state_file)));
  out->load();
  TRY(out->catch_up());
  TRY(fill_seen(archive, seen, now));
  return out;
}

Positions::~Positions() = default;

void Positions::load() {
  const auto text = read_file(state_file_);
  if (!text) return;
  auto parsed = parse_positions(*text);
  // One that knows of lines that the archive does not have belongs to another archive.
  if (!parsed || parsed->first.seq() >= archive_.feed().end()) return;
  files_ = std::move(parsed->first);
  cursor_ = std::move(parsed->second);
}

Result<void> Positions::catch_up() {
  archive::CommitFeed& feed = archive_.feed();
  for (std::uint64_t from = files_.seq() + 1; from < feed.end();) {
    TRY_ASSIGN(const std::uint64_t next,
               feed.read(from, kAtOnce, 0, [this](const archive::CommittedLine& line) { take(line); }));
    if (next == from) break;
    from = next;
  }
  return {};
}

void Positions::take(const archive::CommittedLine& committed) {
  const bool is_file = may_be_of(committed.line, R"("input":"file)");
  const bool is_journal = may_be_of(committed.line, R"("input":"journald")");
  if (is_file || is_journal) {
    if (const auto line = proof::parse_line(committed.line); line) {
      const std::lock_guard lock(mutex_);
      files_.committed(*line);
      if (is_journal)
        if (const std::string_view cursor = via_of(*line, "cursor"); !cursor.empty()) cursor_ = cursor;
      return;
    }
  }
  const std::lock_guard lock(mutex_);
  files_.seen_up_to(committed.seq);
}

ingest::FilePositions Positions::files() const {
  const std::lock_guard lock(mutex_);
  return files_;
}

std::string Positions::journal_cursor() const {
  const std::lock_guard lock(mutex_);
  return cursor_;
}

void Positions::follow() {
  following_ = std::jthread([this](const std::stop_token& stop) {
    std::uint64_t from = files().seq() + 1;
    while (!stop.stop_requested()) {
      const auto next =
          archive_.feed().read(from, kAtOnce, kWaitUs, [this](const archive::CommittedLine& line) { take(line); });
      if (!next) return;  // what is not followed is read at the next start
      from = *next;
    }
  });
}

Result<void> Positions::save() const {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    text = positions_text(files_, cursor_);
  }
  return write_file_atomic(state_file_, text);
}

}  // namespace yorozu::serve
