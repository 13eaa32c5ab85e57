// The first byte chooses charset and window; the rest is a file, header included.
#include "base/time.h"
#include "codec/test_events.h"
#include "codec/text/text_lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  using namespace yorozu::codec;
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  constexpr Charset kCharsets[] = {Charset::Utf8,  Charset::Utf8,      Charset::Utf8,        Charset::Utf16Le,
                                   Charset::EucJp, Charset::Iso2022Jp, Charset::Windows1252, Charset::ShiftJis};
  const Charset charset = kCharsets[data[0] & 7U];
  static event::Schema schema;
  const DecodeOptions options{.charset = charset};
  const auto splitter = text::make_splitter(options);
  static const auto decoder = text::make_decoder(schema, event::LogsourceMap::builtin(), {});
  codec::testing::read_all(*splitter, *decoder, schema,
                           {.bytes = text,
                            .charset = charset,
                            .header = text::find_header(text),
                            .written = {1'764'000'000'000'000},
                            .window = std::size_t{16} << (data[0] >> 5U)});
  return 0;
}
