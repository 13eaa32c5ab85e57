// Bodies of _bulk requests from strangers: never crashes, every source line is a line of the body, and what is answered
// is JSON of the right shape.

#include <string>

#include "base/assert.h"
#include "base/bytes.h"
#include "ingest/web/authorization.h"
#include "ingest/web/bulk_answer.h"
#include "ingest/web/bulk_body.h"
#include "ingest/web/json_cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  using namespace yorozu::ingest::web;
  if (size > 65536) return 0;
  const std::string_view text = as_text(ByteView(data, size));
  token_in(text.substr(0, 200));
  for (const std::string_view index : {std::string_view(), std::string_view("logs")}) {
    BulkBody body;
    if (!body.parse(text, index)) continue;
    std::vector<BulkItem> items;
    for (const BulkAction& action : body.actions()) {
      YOROZU_ASSERT(action.source.empty() || (action.source.data() >= text.data() &&
                                              action.source.data() + action.source.size() <= text.data() + text.size()),
                    "a source is a piece of the body");
      YOROZU_ASSERT(action.source.find('\n') == std::string_view::npos, "and one line of it");
      YOROZU_ASSERT(!action.index.empty(), "every event has an index");
      items.push_back({action.op, static_cast<ItemOutcome>(action.source.size() % 6), action.index, action.id, 1});
    }
    for (const std::string_view filter : {std::string_view(), text.substr(0, 64)}) {
      std::string answer;
      append_bulk_answer(items, 1, FilterPath(filter), answer);
      JsonCursor json(answer);
      YOROZU_ASSERT(json.value() && json.at_end(), "an answer is one JSON document");
    }
  }
  return 0;
}
