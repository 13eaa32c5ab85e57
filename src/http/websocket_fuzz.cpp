// Frames from strangers: never crashes, memory is bounded, and what is read does not depend on how the bytes came.

#include <algorithm>
#include <string>

#include "base/assert.h"
#include "base/bytes.h"
#include "http/websocket_frame.h"

namespace {

using namespace yorozu;
using Event = http::FrameReader::Event;

constexpr std::size_t kMaxMessage = 300;

std::string read_all(std::string_view input, std::size_t step) {
  http::FrameReader reader(kMaxMessage);
  std::string told, held;
  while (!input.empty()) {
    held += input.substr(0, step);
    input.remove_prefix(std::min(step, input.size()));
    while (true) {
      const auto [event, consumed] = reader.next(held);
      YOROZU_ASSERT(consumed <= held.size(), "no more is consumed than there was");
      held.erase(0, consumed);
      if (event == Event::NeedMore && consumed == 0) break;
      told += static_cast<char>('0' + static_cast<int>(event));
      if (event == Event::Failed || event == Event::Close) return told + std::to_string(reader.status());
      if (event != Event::NeedMore) told += reader.payload();
      YOROZU_ASSERT(reader.payload().size() <= kMaxMessage, "a message is bounded");
    }
    YOROZU_ASSERT(held.size() <= kMaxMessage + 14 + step, "what is held is bounded");
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const std::string_view text = as_text(ByteView(data, size));
  YOROZU_ASSERT(read_all(text, size) == read_all(text, 1 + size / 37), "the pieces do not matter");
  std::string frame;
  http::append_close(1000, text, frame);
  YOROZU_ASSERT(frame.size() <= 127, "a control frame is small");
  return 0;
}
