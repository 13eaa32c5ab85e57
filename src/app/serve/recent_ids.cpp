#include "app/serve/recent_ids.h"

#include <algorithm>
#include <string_view>

#include "base/try.h"
#include "ingest/replay.h"
#include "proof/line.h"

namespace yorozu::serve {

namespace {

constexpr std::size_t kAtOnce = 10'000;
constexpr std::uint64_t kLines = 300'000;
constexpr std::int64_t kWindowUs = std::int64_t{7} * 24 * 3600 * 1'000'000;
constexpr std::size_t kHeadBytes = 160;  ///< seq and received, in front of the input, have a bounded length

std::string_view via_of(const proof::Line& line, std::string_view key) {
  for (const auto& [name, value] : line.via)
    if (name == key) return value;
  return {};
}

void remember(std::string_view text, ingest::web::SeenIds& seen) {
  if (!text.substr(0, kHeadBytes).contains(R"("input":"bulk")")) return;
  const auto line = proof::parse_line(text);
  if (!line || via_of(*line, "id").empty()) return;
  seen.remember(via_of(*line, "token"), via_of(*line, "index"), via_of(*line, "id"), line->raw, line->received);
}

}  // namespace

Result<void> remember_recent_ids(archive::Archive& archive, ingest::web::SeenIds& seen, Timestamp now) {
  archive::CommitFeed& feed = archive.feed();
  const std::uint64_t end = feed.end();
  std::uint64_t from =
      std::max(ingest::replay_start(archive, {now.us - kWindowUs}, kLines), end > kLines ? end - kLines : 1);
  while (from < end) {
    TRY_ASSIGN(const std::uint64_t next,
               feed.read(from, kAtOnce, 0, [&](const archive::CommittedLine& line) { remember(line.line, seen); }));
    if (next == from) break;
    from = next;
  }
  return {};
}

}  // namespace yorozu::serve
