// What strangers write into addresses, bodies, cursors and headers: never crashes, and a cursor that was not made here
// is never believed.

#include <string>

#include "api/cursor.h"
#include "api/parameters.h"
#include "api/problem.h"
#include "api/result_collector.h"
#include "base/assert.h"
#include "base/bytes.h"
#include "http/entity_tag.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  if (size > 4096) return 0;
  const std::string_view text = as_text(ByteView(data, size));
  constexpr Timestamp kNow{1'764'061'200'000'000};
  auto query = api::Parameters::of_query(text);
  if (query) {
    query->text("q", 100);
    query->number("limit", 1, 1000, 100);
    query->time("from", kNow);
    query->flag("histogram");
    query->problem();
  }
  if (auto body = api::Parameters::of_json(text)) body->required_text("query", 100);
  if (const auto when = api::read_when(text, kNow)) YOROZU_ASSERT(when->known(), "a time is a time");
  const api::CursorKey key{7};
  YOROZU_ASSERT(!api::read_cursor(key, "question", text), "nobody guesses a cursor");
  const std::string cursor = api::make_cursor(key, text, text.substr(0, api::kMaxPosition));
  YOROZU_ASSERT(api::read_cursor(key, text, cursor) == text.substr(0, api::kMaxPosition), "what is made reads back");
  api::language_of(text);
  api::ResultCollector collector;
  collector.add(text);
  collector.take();
  http::names_tag(text, "\"a\"", http::TagComparison::Weak);
  return 0;
}
