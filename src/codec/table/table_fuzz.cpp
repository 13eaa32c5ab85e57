// The first byte chooses format, charset and window; the rest is a file.
#include "codec/table/csv.h"
#include "codec/table/w3c.h"
#include "codec/test_events.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  using namespace yorozu::codec;
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  static event::Schema schema;
  const std::size_t window = std::size_t{16} << (data[0] >> 5U);
  if ((data[0] & 1U) != 0) {
    const auto splitter = table::make_w3c_splitter({});
    const auto decoder = table::make_w3c_decoder(schema, event::LogsourceMap::builtin(), {});
    codec::testing::read_all(*splitter, *decoder, schema, {.bytes = text, .window = window});
    return 0;
  }
  constexpr Charset kCharsets[] = {Charset::Utf8, Charset::ShiftJis, Charset::Utf16Le, Charset::Utf8};
  const Charset charset = kCharsets[data[0] >> 1U & 3U];
  const auto layout = table::find_csv(as_bytes(text), charset);
  if (!layout) return 0;
  const DecodeOptions options{.charset = charset, .delimiter = layout->delimiter};
  const std::string header = table::csv_header(as_bytes(text), *layout);
  const auto splitter = table::make_csv_splitter(options);
  const auto decoder = table::make_csv_decoder(schema, event::LogsourceMap::builtin(), options);
  codec::testing::read_all(*splitter, *decoder, schema,
                           {.bytes = text, .charset = charset, .header = header, .window = window});
  return 0;
}
