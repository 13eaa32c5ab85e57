// The first byte is the size of the pieces; the rest is a stream. Whole and in pieces it has to give the same frames.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "ingest/syslog/framing.h"

namespace {

using namespace yorozu::ingest::syslog;

struct Collected : FrameSink {
  std::vector<std::pair<std::string, std::optional<std::uint64_t>>> frames;
  void frame(std::string_view text, std::optional<std::uint64_t> cut) override {
    YOROZU_ASSERT(!text.empty() && text.size() <= kMaxFrame, "an empty frame is nothing, a long one is cut");
    YOROZU_ASSERT(!cut || *cut > text.size(), "what was cut was longer");
    frames.emplace_back(text, cut);
  }
};

Collected read(std::string_view stream, std::size_t piece) {
  PendingBudget budget;
  Collected collected;
  SyslogFramer framer(budget);
  while (!stream.empty()) {
    framer.feed(stream.substr(0, piece), collected);
    stream.remove_prefix(std::min(piece, stream.size()));
  }
  framer.finish(collected);
  return collected;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto whole = read(stream, SIZE_MAX).frames;
  YOROZU_ASSERT(whole == read(stream, std::size_t{data[0]} + 1).frames, "pieces do not matter");
  return 0;
}
