// The first byte chooses charset and window; the rest is a file. Also: what simdjson accepts must read the same.
#include <cstdlib>
#include <string>

#include "codec/json/json.h"
#include "codec/json/parse.h"
#include "codec/json/simdjson_oracle.h"
#include "codec/test_events.h"

namespace {

using namespace yorozu;
using namespace yorozu::codec;

void compare_with_simdjson(std::string_view document) {
  if (!document.starts_with('{')) return;
  static json::KeyTree tree;
  if (tree.is_full()) tree.forget();
  json::Collector one(tree), other(tree);
  std::string padded;
  if (!json::oracle::parse(document, padded, one)) return;
  const json::Parsed parsed = json::parse(document, other);
  if (parsed.problem != nullptr || one.nodes() != other.nodes()) std::abort();
  for (std::size_t i = 0; i < one.values().size(); ++i)
    if (as_text(one.values()[i].bytes()) != as_text(other.values()[i].bytes()) ||
        one.values()[i].type != other.values()[i].type)
      std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const Charset charset = (data[0] & 1U) == 0   ? Charset::Utf8
                          : (data[0] & 2U) == 0 ? Charset::Utf16Le
                                                : Charset::Utf16Be;
  static event::Schema schema;
  const DecodeOptions options{.charset = charset};
  const auto splitter = json::make_splitter(options);
  static const auto decoder = json::make_decoder(schema, event::LogsourceMap::builtin(), {});
  const std::size_t window = std::size_t{16} << (data[0] >> 5U);
  codec::testing::read_all(*splitter, *decoder, schema,
                           {.bytes = text, .charset = charset, .header = {}, .written = {}, .window = window});
  if (charset == Charset::Utf8) compare_with_simdjson(text);
  return 0;
}
