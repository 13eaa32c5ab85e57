// The first byte chooses charset and window; the rest is a file.
#include "codec/test_events.h"
#include "codec/xml/xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  using namespace yorozu::codec;
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const Charset charset = (data[0] & 1U) == 0   ? Charset::Utf8
                          : (data[0] & 2U) == 0 ? Charset::Utf16Le
                                                : Charset::ShiftJis;
  static event::Schema schema;
  const DecodeOptions options{.charset = charset};
  const auto splitter = xml::make_splitter(options);
  static const auto decoder = xml::make_decoder(schema, event::LogsourceMap::builtin(), {});
  codec::testing::read_all(
      *splitter, *decoder, schema,
      {.bytes = text, .charset = charset, .header = {}, .written = {}, .window = std::size_t{16} << (data[0] >> 5U)});
  xml::looks_like_events(text);
  return 0;
}
