#include "app/serve/id_keeper.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/try.h"
#include "ingest/replay.h"
#include "proof/line.h"

namespace yorozu::serve {
namespace {

constexpr std::string_view kTitle = "yorozu id cache 1\n";
constexpr std::size_t kAtOnce = 10'000;
constexpr std::int64_t kWindowUs = std::int64_t{7} * 24 * 3600 * 1'000'000;
constexpr std::size_t kHeadBytes = 160;  ///< seq and received, in front of the input, have a bounded length

void remember(std::string_view text, ingest::web::SeenIds& seen) {
  if (!text.substr(0, kHeadBytes).contains(R"("input":"bulk")")) return;
  const auto line = proof::parse_line(text);
  if (!line || line->via_value("id").empty()) return;
  seen.remember(line->via_value("token"), line->via_value("index"), line->via_value("id"), line->raw, line->received);
}

std::optional<std::uint64_t> hash_of_line(archive::CommitFeed& feed, std::uint64_t seq) {
  std::optional<std::uint64_t> hash;
  const auto read = feed.read(seq, 1, 0, [&](const archive::CommittedLine& line) {
    if (line.seq == seq) hash = hash64(line.line);
  });
  return read ? hash : std::nullopt;
}

}  // namespace

IdKeeper::IdKeeper(archive::Archive& archive, ingest::web::SeenIds& seen, std::filesystem::path cache, Options options)
    : archive_(archive), seen_(seen), cache_(std::move(cache)), options_(options) {}

IdKeeper::~IdKeeper() {
  stop();
}

std::uint64_t IdKeeper::load() {
  const auto text = read_file(cache_);
  if (!text || !text->starts_with(kTitle)) return 0;
  ByteReader head(as_bytes(*text));
  head.skip(kTitle.size());
  const auto end = head.read<std::uint64_t>(), hash = head.read<std::uint64_t>();
  if (!head.ok() || end < 2 || end > archive_.feed().end()) return 0;
  if (hash_of_line(archive_.feed(), end - 1) != hash) return 0;
  return seen_.load(std::string_view(*text).substr(head.position())) ? end : 0;
}

Result<void> IdKeeper::catch_up(Timestamp now) {
  archive::CommitFeed& feed = archive_.feed();
  const std::uint64_t end = feed.end(), known = load();
  const std::uint64_t least = std::max({known, std::uint64_t{1}, end > kMostLines ? end - kMostLines : 1});
  std::uint64_t from = std::max(ingest::replay_start(archive_, {now.us - kWindowUs}, kMostLines), least);
  tried_ = from;
  while (from < end) {
    TRY_ASSIGN(const std::uint64_t next,
               feed.read(from, kAtOnce, 0, [&](const archive::CommittedLine& line) { remember(line.line, seen_); }));
    if (next == from) break;
    from = next;
  }
  seen_.claims_begin_at(end);
  return {};
}

void IdKeeper::save(std::uint64_t end) {
  tried_ = end;
  ingest::web::SeenIds::Saved saved = seen_.save(end);
  if (saved.end < 2) return;
  const auto hash = hash_of_line(archive_.feed(), saved.end - 1);
  if (!hash) return;
  std::string text(kTitle);
  for (const std::uint64_t number : {saved.end, *hash})
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
  // A failure is no loss: the next start reads more lines.
  (void)write_file_atomic(cache_, text.append(saved.text));
}

void IdKeeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void IdKeeper::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  if (const std::uint64_t end = archive_.feed().end(); end != tried_) save(end);
}

void IdKeeper::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const std::uint64_t end = archive_.feed().end();
    seen_.claims_begin_at(end);
    if (end - tried_ >= std::max<std::uint64_t>(options_.lines_behind, seen_.size() / 8)) save(end);
    changed_.wait_for(lock, stop, options_.look_every, [&] { return stop.stop_requested(); });
  }
}

}  // namespace yorozu::serve
