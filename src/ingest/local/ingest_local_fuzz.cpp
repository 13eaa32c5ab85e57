// Bytes of a log file to lines: whole or in pieces the same, every line where it says it is, nothing twice. And caches
// of positions: what is accepted reads back as itself.
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "ingest/local/line_cutter.h"
#include "ingest/local/position_keeper.h"
#include "ingest/local/rotation_name.h"

namespace {

using namespace yorozu;
using namespace yorozu::ingest;

using Kept = std::tuple<std::uint64_t, std::string, std::uint64_t, bool>;

std::vector<Kept> cut(std::string_view bytes, LineUnits units, std::size_t max_line, std::size_t piece) {
  std::vector<Kept> lines;
  LineCutter cutter(units, max_line);
  const LineCutter::Each each = [&](const CutLine& line) {
    YOROZU_ASSERT(line.offset + line.length <= bytes.size(), "a line lies within what was fed");
    YOROZU_ASSERT(line.raw.size() <= max_line && !line.raw.empty(), "a line has its bound");
    if (units == LineUnits::Bytes)
      YOROZU_ASSERT(bytes.substr(line.offset, line.raw.size()) == line.raw, "a line is what stands in the file");
    if (!lines.empty())
      YOROZU_ASSERT(line.offset >= std::get<0>(lines.back()) + std::get<2>(lines.back()), "lines do not overlap");
    lines.emplace_back(line.offset, line.raw, line.length, line.is_cut);
  };
  while (cutter.offset() < bytes.size()) {
    const std::uint64_t before = cutter.offset();
    cutter.feed(bytes.substr(before, piece), each);
    if (cutter.offset() == before) break;  // an odd byte of UTF-16
  }
  cutter.take_rest(each);
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 65536) return 0;
  const auto units = static_cast<LineUnits>(data[0] % 3);
  const std::size_t max_line = 8 + data[0] / 3 % 32 * 2, piece = 2 + data[1] % 64;
  const std::string_view text = as_text({data + 2, size - 2});
  YOROZU_ASSERT(cut(text, units, max_line, piece) == cut(text, units, max_line, text.size() + 1),
                "pieces give the same lines");

  if (const auto positions = LocalPositions::parse(text)) {
    const std::string saved = positions->save();
    const auto again = LocalPositions::parse(saved);
    YOROZU_ASSERT(again && again->save() == saved, "what is saved reads back");
  }
  possible_logs_of(text.substr(0, 300));
  return 0;
}
