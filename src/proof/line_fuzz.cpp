// A line that is accepted is written again as the same bytes; any bytes as a frame come back.
#include <cstdlib>

#include "proof/line.h"

namespace {

using namespace yorozu;
using namespace yorozu::proof;

std::string written(const Line& line) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs(line.via.begin(), line.via.end());
  std::string via;
  append_via(pairs, via);
  Buffer tail, out;
  append_line_tail({line.received, line.input, line.peer, via, line.raw, line.cut}, tail);
  append_line(line.seq, tail.view(), out);
  return std::string(out.view());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto line = parse_line(text); line && written(*line) != text) std::abort();
  Line line;
  line.seq = 1;
  line.received = Timestamp{0};
  line.input = "fuzz";
  line.raw = text;
  const auto again = parse_line(written(line));
  if (!again || (size <= kMaxRawBytes && *again != line)) std::abort();
  return 0;
}
