#include "codec/audit/unit_cut.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "codec/audit/stamp.h"

namespace yorozu::codec::audit {
namespace {

constexpr std::size_t kLookBack = std::size_t{64} * 1024;
/// Lines that may still come before a late record of an event that did not say its end: what the kernel's buffers and
/// several processors make.
constexpr std::size_t kLateLines = 16;

using EventKey = std::tuple<std::string_view, std::int64_t, std::uint64_t>;  ///< node, time, serial

struct Line {
  std::size_t begin;
  std::optional<EventKey> event;  ///< nullopt: no record
};

struct Extent {
  std::size_t last = 0;  ///< its last line
  bool has_end = false;
};

}  // namespace

// One pass forward over the lines of the tail: before line i, `furthest` is the last line of all events begun so far,
// so a cut at i parts none when furthest < i.
std::size_t cut_between_events(ByteView window) {
  const std::string_view text = as_text(window);
  const std::size_t last_feed = text.rfind('\n');
  if (last_feed == std::string_view::npos) return 0;
  const std::size_t last_line = last_feed == 0 ? 0 : text.rfind('\n', last_feed - 1) + 1;
  if (!read_stamp(text.substr(last_line, last_feed - last_line))) return 0;
  std::size_t from = last_feed > kLookBack ? text.find('\n', last_feed - kLookBack) + 1 : 0;
  std::vector<Line> lines;
  std::map<EventKey, Extent> events;
  for (; from <= last_feed; from = text.find('\n', from) + 1) {
    const auto stamp = read_stamp(text.substr(from, text.find('\n', from) - from));
    Line& line = lines.emplace_back(from, std::nullopt);
    if (!stamp) continue;
    line.event = {stamp->node, stamp->time.us, stamp->serial};
    Extent& extent = events[*line.event];
    extent.last = lines.size() - 1;
    extent.has_end |= stamp->type == "EOE" || stands_alone(stamp->type);
  }
  std::size_t cut = 0, furthest = 0, furthest_without_end = 0;
  bool any_without_end = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].event) {
      const Extent& extent = events[*lines[i].event];
      furthest = std::max(furthest, extent.last);
      if (!extent.has_end) {
        any_without_end = true;
        furthest_without_end = std::max(furthest_without_end, extent.last);
      }
    }
    const bool has_room = !any_without_end || furthest_without_end + kLateLines < lines.size();
    if (furthest <= i && has_room) cut = i + 1 < lines.size() ? lines[i + 1].begin : last_feed + 1;
  }
  return cut;
}

}  // namespace yorozu::codec::audit
