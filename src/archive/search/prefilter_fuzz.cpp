// What is left out by a look at the stored text or at tokens can never match: any query against any frame.
#include <cstdint>
#include <string>
#include <vector>

#include "archive/events/line_decoder.h"
#include "archive/search/text_filter.h"
#include "base/assert.h"
#include "base/buffer.h"
#include "base/bytes.h"
#include "proof/line.h"
#include "query/evaluate.h"
#include "query/query.h"

/// One byte that chooses the input, the query up to a NUL, then the frame.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  using namespace yorozu::archive;
  if (size < 2 || size > 8192) return 0;
  constexpr std::string_view kInputs[] = {"syslog.tcp", "file", "json", "journald", "upload", "bulk", "yorozu.audit"};
  const std::string_view input = kInputs[data[0] % std::size(kInputs)];
  const std::string_view rest = as_text(ByteView(data + 1, size - 1));
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) return 0;
  const auto query = query::parse_query(rest.substr(0, end));
  if (!query) return 0;

  event::Schema schema;
  auto filter = search::TextFilter::make(query->where, schema);
  if (!filter) return 0;
  Buffer tail, line;
  proof::append_line_tail({Timestamp{1'764'000'000'000'000}, input, "192.0.2.1", {}, rest.substr(end + 1), {}}, tail);
  proof::append_line(7, tail.view(), line);
  std::vector<std::string_view> candidates;
  line.append('\n');
  filter->find_candidates(line.view(), candidates);
  if (!candidates.empty()) return 0;

  LineDecoder decoder(schema, event::LogsourceMap::builtin());
  event::EventBatch batch;
  std::vector<Origin> origins;
  YOROZU_ASSERT(decoder.decode(line.view().substr(0, line.size() - 1), batch, origins).has_value(),
                "we wrote that line");
  decoder.end_run(batch, origins);
  query::Evaluator evaluator(query->where, schema);
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    batch.events[i].raw = origins[i].text;
    query::EventContext context;
    context.seq = origins[i].seq;
    context.received = origins[i].received;
    context.input = origins[i].input;
    context.peer = origins[i].peer;
    context.logsources = &event::LogsourceMap::builtin();
    YOROZU_ASSERT(!evaluator.matches(batch.events[i], batch, context), "a line that was left out cannot match");
  }
  return 0;
}
