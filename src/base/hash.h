/// Hashes: one fast (tables and content keys, not for secrets), one cryptographic, one keyed.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace yorozu {

/// XXH3, 64 bits; equal on every machine.
std::uint64_t hash64(ByteView bytes, std::uint64_t seed = 0);
inline std::uint64_t hash64(std::string_view text, std::uint64_t seed = 0) {
  return hash64(as_bytes(text), seed);
}

using Sha256 = std::array<std::uint8_t, 32>;
Sha256 sha256(ByteView bytes);

/// SHA-256 fed piece by piece.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;
  void update(ByteView bytes);
  Sha256 finish();

 private:
  void* context_;
};

/// BLAKE2b-256 with a key of 32 bytes (libsodium crypto_generichash).
using KeyedHash = std::array<std::uint8_t, 32>;
KeyedHash keyed_hash(ByteView key, ByteView bytes);
bool equal_constant_time(ByteView a, ByteView b);

/// Lower-case hex digits, two a byte.
std::string to_hex(ByteView bytes);

}  // namespace yorozu
