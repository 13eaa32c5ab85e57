/// Saved correlation state, written and read: little-endian integers, texts with their length in front. Reading checks
/// every length against what remains; after the first miss `ok()` is false and everything reads as 0 or "".
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace yorozu::detect {

class StateWriter {
 public:
  explicit StateWriter(std::string& out) : out_(out) {}

  template <class T>
  void number(T value) {
    static_assert(std::is_integral_v<T> && std::endian::native == std::endian::little);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof bytes);
  }
  void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_.append(value);
  }

 private:
  std::string& out_;
};

class StateReader {
 public:
  explicit StateReader(std::string_view bytes) : reader_(as_bytes(bytes)) {}

  template <class T>
  T number() {
    return reader_.read<T>();
  }
  double real() { return std::bit_cast<double>(reader_.read<std::uint64_t>()); }
  std::string_view text() { return as_text(reader_.take(reader_.read<std::uint32_t>())); }
  /// A number of items of at least `least_bytes` each: 0 and not ok() when they cannot all be there.
  std::uint32_t count(std::size_t least_bytes) {
    const auto items = reader_.read<std::uint32_t>();
    if (items > reader_.remaining() / least_bytes) refuse();
    return ok() ? items : 0;
  }
  void refuse() { ok_ = false; }
  bool ok() const { return ok_ && reader_.ok(); }
  std::size_t remaining() const { return reader_.remaining(); }

 private:
  ByteReader reader_;
  bool ok_ = true;
};

}  // namespace yorozu::detect
