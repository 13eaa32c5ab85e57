// Query text from outside: parsing never crashes, what is accepted reads back as itself, and evaluating it is bounded.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.h"
#include "query/evaluate.h"
#include "query/parse.h"
#include "query/query.h"
#include "query/stage_runner.h"
#include "query/test_events.h"

namespace {

/// Stages read back as they were written, and take any events there are.
void check_stages(const yorozu::query::Query& query, bool ascii) {
  using namespace yorozu;
  if (ascii) {
    const auto again = query::parse_query(query::to_text(query));
    const bool longer = query::to_text(query).size() > query::kMaxQueryBytes;
    YOROZU_ASSERT(again || longer || again.error().reason == query::ParseError::Reason::TooDeep, "a query reads back");
    if (again) YOROZU_ASSERT(again->stages == query.stages, "with the same stages");
  }
  if (query::answer_of(query) == query::Answer::Rows) return;
  query::TestEvents events;
  events.add({{"a", "1"}, {"b", "x"}});
  events.add({{"a", "2"}}, "2026-11-24T12:00:00Z", "raw");
  query::StageRunner whole(query, events.schema(), TimeZone::utc()), part(query, events.schema(), TimeZone::utc());
  whole.add(events.view(0));
  part.add(events.view(1));
  whole.merge(std::move(part));
  for (const auto& row : whole.table().rows)
    YOROZU_ASSERT(row.size() == whole.table().columns.size(), "a cell for each column");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  if (size > 4096) return 0;
  const std::string text(as_text(ByteView(data, size)));
  // Normal form may turn a character into one that the language uses (a full-width bracket): only ASCII reads back.
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
  const auto whole = query::parse_query(text);
  if (whole)
    check_stages(*whole, ascii);
  else
    YOROZU_ASSERT(whole.error().position <= text.size(), "an error stands inside the query");
  const auto parsed = query::parse(text);
  if (!parsed) {
    YOROZU_ASSERT(parsed.error().position <= text.size(), "an error stands inside the query");
    return 0;
  }
  event::Schema schema;
  event::EventBatch batch;
  const std::vector<event::NameId> names = {schema.names.intern("Image"), schema.names.intern("Message")};
  batch.values = {event::utf8_value("C:\\Windows\\cmd.exe"), event::utf8_value("10.0.0.1 ログオンに失敗 a b c")};
  event::Event e;
  e.shape = event::shape_for(names, schema, batch);
  batch.events.push_back(e);
  const bool first = query::Evaluator(*parsed, schema).matches(batch.events.front(), batch);
  query::Evaluator(*parsed, schema).hits(batch.events.front(), batch);
  if (!ascii) return 0;
  const std::string written = query::to_text(*parsed);
  const auto again = query::parse(written);
  YOROZU_ASSERT(again.has_value() || written.size() > query::kMaxQueryBytes ||
                    again.error().reason == query::ParseError::Reason::TooDeep,
                "a written query reads back");
  if (again)
    YOROZU_ASSERT(query::Evaluator(*again, schema).matches(batch.events.front(), batch) == first, "and means the same");
  return 0;
}
