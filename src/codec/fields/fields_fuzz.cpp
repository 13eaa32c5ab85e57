// One line to the payload reader; the first byte chooses whether an envelope gave a time.
#include "codec/fields/payload.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  using namespace yorozu::codec;
  if (size < 1) return 0;
  static event::NameTable names;
  static fields::PayloadReader reader(names, event::LogsourceMap::builtin());
  Arena arena;
  EventFields record;
  if ((data[0] & 1U) != 0) record.time = Timestamp{1'764'000'000'000'000};
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  reader.read(text, Timestamp{1'764'000'000'000'000}, arena, record);
  std::size_t touched = 0;
  for (const event::Value& value : record.values)
    if (!value.is_null()) touched += event::to_text(value).size();
  return touched == SIZE_MAX ? 1 : 0;
}
