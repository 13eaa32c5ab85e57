// Token texts from strangers: taken only when they are exactly of the form, and then of the right lengths.

#include "access/token_text.h"
#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu;
  const std::string_view text = as_text(ByteView(data, size));
  const auto parts = access::parse_token_text(text);
  if (!parts) return 0;
  YOROZU_ASSERT(parts->id.size() == access::kIdLength && parts->secret.size() == access::kSecretLength,
                "fixed lengths");
  YOROZU_ASSERT("yrz_" + std::string(parts->id) + "_" + std::string(parts->secret) == text,
                "nothing else stands there");
  return 0;
}
