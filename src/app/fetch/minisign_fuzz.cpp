#include <cstddef>
#include <cstdint>
#include <string_view>

#include "app/fetch/minisign.h"

/// Key and signature, a zero byte between them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t zero = all.find('\0');
  const std::string_view key = all.substr(0, zero);
  const std::string_view signature = zero == std::string_view::npos ? std::string_view() : all.substr(zero + 1);
  (void)yorozu::fetch::minisign::verify(key, signature, "content");
  return 0;
}
