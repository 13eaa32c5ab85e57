/// Bytes from outside: little-endian loads and a reader that cannot run past its end.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace yorozu {

using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Unaligned little-endian load; the caller has checked that sizeof(T) bytes are there.
template <class T>
inline T load_le(const std::uint8_t* at) {
  static_assert(std::endian::native == std::endian::little, "add a byte swap for this machine");
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Reads forward through `bytes`; every step checks what remains. After the first miss `ok()` is false and reads give
/// 0.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  template <class T>
  T read() {
    if (remaining() < sizeof(T)) {
      ok_ = false;
      at_ = bytes_.size();
      return T{};
    }
    T value = load_le<T>(bytes_.data() + at_);
    at_ += sizeof(T);
    return value;
  }
  ByteView take(std::size_t n) {
    if (remaining() < n) {
      ok_ = false;
      at_ = bytes_.size();
      return {};
    }
    ByteView out = bytes_.subspan(at_, n);
    at_ += n;
    return out;
  }
  void skip(std::size_t n) { take(n); }

  bool ok() const { return ok_; }
  std::size_t position() const { return at_; }
  std::size_t remaining() const { return bytes_.size() - at_; }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace yorozu
