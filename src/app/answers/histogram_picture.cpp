#include "app/answers/histogram_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace yorozu::answers {

namespace {

constexpr std::array<std::string_view, 9> kBlocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

/// "5 min", "1 h", "2 d": units that are read alike in both languages.
std::string span_text(std::int64_t us) {
  constexpr std::int64_t kSecond = 1'000'000;
  constexpr std::pair<std::int64_t, std::string_view> kUnits[] = {
      {86'400 * kSecond, "d"}, {3600 * kSecond, "h"}, {60 * kSecond, "min"}, {kSecond, "s"}};
  for (const auto& [size, unit] : kUnits)
    if (us % size == 0) return fmt::format("{} {}", us / size, unit);
  return fmt::format("{} µs", us);
}

}  // namespace

std::string histogram_picture(const archive::search::Histogram& histogram, const TimeZone& zone, std::size_t columns) {
  if (histogram.buckets.empty() || histogram.bucket_us <= 0 || columns == 0) return {};
  const std::int64_t first = histogram.buckets.front().begin.us, last = histogram.buckets.back().begin.us;
  const std::int64_t buckets = (last - first) / histogram.bucket_us + 1;
  const std::int64_t together = (buckets + static_cast<std::int64_t>(columns) - 1) / static_cast<std::int64_t>(columns);
  const std::int64_t width = together * histogram.bucket_us;
  std::vector<std::uint64_t> counts(static_cast<std::size_t>((last - first) / width + 1));
  for (const auto& bucket : histogram.buckets)
    counts[static_cast<std::size_t>((bucket.begin.us - first) / width)] += bucket.count;

  const std::uint64_t most = std::ranges::max(counts);
  std::string out;
  for (const std::uint64_t count : counts) {
    // A single event is visible beside thousands.
    const auto height = count == 0 ? 0.0 : 1 + 7 * static_cast<double>(count) / static_cast<double>(most);
    out += kBlocks[static_cast<std::size_t>(height)];
  }
  out.erase(out.find_last_not_of(' ') + 1);
  const auto minute = [&](std::int64_t us) { return zone.format({us}).substr(0, 16); };
  return fmt::format("{}\n{} … {}  (▏= {}, █ = {})\n", out, minute(first), minute(last + histogram.bucket_us),
                     span_text(width), most);
}

}  // namespace yorozu::answers
