// The first line of the input is a pattern, the rest a message: whatever both are, matching ends and touches nothing it
// should not. Every message is also shown to the declared table.
#include "base/assert.h"
#include "codec/text/line_reader.h"
#include "event/event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  using namespace yorozu::codec::text;
  static event::NameTable names;
  static LineReader reader(names, event::LogsourceMap::builtin());
  static LineRecord record;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t feed = input.find('\n');
  if (feed == std::string_view::npos) return 0;
  const std::string_view message = input.substr(feed + 1);
  Arena arena;
  record.clear();
  reader.read(message, {1'764'000'000'000'000}, arena, record);
  YOROZU_ASSERT(!record.names.empty(), "a line has at least its text");
  record.clear();
  reader.read_message(input.substr(0, feed), message, {}, arena, record);

  FieldNames fields;
  const auto pattern = Pattern::compile(input.substr(0, feed), fields);
  if (!pattern) return 0;
  const std::vector<event::NameId> ids(fields.names().size(), event::name::kMessage);
  std::string_view inner;
  record.clear();
  const bool fits =
      pattern->match(message, {.words = reader.words(), .ids = ids, .keys = {}, .written = {}}, record, inner);
  YOROZU_ASSERT(fits || (record.names.empty() && inner.empty()), "a pattern that does not fit leaves nothing");
  YOROZU_ASSERT(!fits || message.find(pattern->witness()) != std::string_view::npos, "the witness is always there");
  return 0;
}
