// Any bytes as a cached rule set: refused, or read into rules that write back to the same bytes.
#include <cstdlib>
#include <string>

#include "detect/rule_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto rules = yorozu::detect::decode_rules(bytes);
  if (!rules) return 0;
  const std::string once = yorozu::detect::encode_rules(*rules);
  const auto again = yorozu::detect::decode_rules(once);
  if (!again || yorozu::detect::encode_rules(*again) != once) std::abort();
  return 0;
}
