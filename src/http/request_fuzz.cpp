// The head and body of requests from strangers: never crashes, and what is read does not depend on how the bytes came.

#include <algorithm>
#include <string>

#include "base/assert.h"
#include "base/bytes.h"
#include "http/body_decoder.h"
#include "http/request_parser.h"

namespace {

using namespace yorozu;

/// The requests in `text`, fed in pieces of `step` bytes.
std::string read_all(std::string_view text, std::size_t step) {
  std::string told, held;
  http::RequestParser parser;
  while (!text.empty()) {
    held += text.substr(0, step);
    text.remove_prefix(std::min(step, text.size()));
    for (bool more = true; more;) {
      const auto [event, consumed, body] = parser.next(held);
      YOROZU_ASSERT(consumed <= held.size(), "no more is consumed than there was");
      using Event = http::RequestParser::Event;
      if (event == Event::Failed) return told;
      if (event == Event::Head)
        told.append(parser.head().method).append(parser.head().path).append(parser.head().query);
      told += body;
      held.erase(0, consumed);
      if (event == Event::End) {
        told += "|";
        parser = http::RequestParser();
        more = !held.empty();
      }
      if (event == Event::NeedMore) more = false;
    }
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  const std::string_view text = as_text(ByteView(data, size));
  const std::string at_once = read_all(text, size);
  const std::string one_by_one = read_all(text, 1 + size / 37);
  // Beast looks at a head again only when its end has come, so a fault may be seen later; nothing else may differ.
  YOROZU_ASSERT(at_once.starts_with(one_by_one) || one_by_one.starts_with(at_once), "the pieces do not matter");
  for (const std::string_view encoding : {"gzip", ""}) {
    auto decoder = http::BodyDecoder::make(encoding, 4096);
    std::size_t decoded = 0;
    const auto done = (*decoder)->decode(text, [&](std::string_view piece) -> Result<void> {
      decoded += piece.size();
      return {};
    });
    YOROZU_ASSERT(decoded <= 4096, "the ceiling holds");
    if (done) static_cast<void>((*decoder)->finish());
  }
  http::query_value(text, "name");
  return 0;
}
