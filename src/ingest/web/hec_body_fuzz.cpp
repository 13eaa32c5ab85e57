// Bodies of HEC requests from strangers: never crashes, every event is a piece of the body, and reading it alone gives
// the same event again.

#include <string>

#include "base/assert.h"
#include "base/bytes.h"
#include "ingest/web/hec_body.h"
#include "ingest/web/json_cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  using namespace yorozu::ingest::web;
  if (size > 65536) return 0;
  const std::string_view text = as_text(ByteView(data, size));
  const HecParsed parsed = parse_hec_events(text, {});
  YOROZU_ASSERT((parsed.code == HecCode::Success) == !parsed.events.empty(), "events, or what is wrong");
  for (const HecEvent& event : parsed.events) {
    YOROZU_ASSERT(
        event.object.data() >= text.data() && event.object.data() + event.object.size() <= text.data() + text.size(),
        "an event is a piece of the body");
    const HecParsed again = parse_hec_events(event.object, {});
    YOROZU_ASSERT(again.events.size() == 1 && hec_via("t", again.events[0].meta) == hec_via("t", event.meta),
                  "alone it is the same event");
  }
  JsonCursor json(text);
  while (!json.at_end() && json.value()) {
  }
  return 0;
}
