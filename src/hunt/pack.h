/// Small values one after the other in a string, and back: what spilled rows and matches are made of. Only ever read by
/// the process that wrote it; reading still checks every length.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/time.h"

namespace yorozu::hunt {

class Packer {
 public:
  explicit Packer(std::string& out) : out_(out) {}
  /// LEB128.
  Packer& number(std::uint64_t n) {
    for (; n >= 0x80; n >>= 7) out_.push_back(static_cast<char>(n | 0x80));
    out_.push_back(static_cast<char>(n));
    return *this;
  }
  Packer& text(std::string_view t) {
    number(t.size());
    out_.append(t);
    return *this;
  }
  Packer& time(Timestamp t) { return number(static_cast<std::uint64_t>(t.us)); }
  Packer& real(double x) { return number(std::bit_cast<std::uint64_t>(x)); }

 private:
  std::string& out_;
};

/// After the first miss everything reads as 0 or empty, and ok() is false.
class Unpacker {
 public:
  explicit Unpacker(std::string_view in) : in_(in) {}
  std::uint64_t number() {
    std::uint64_t n = 0;
    for (unsigned shift = 0; shift < 64 && at_ < in_.size(); shift += 7) {
      const auto byte = static_cast<unsigned char>(in_[at_++]);
      n |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return n;
    }
    ok_ = false;
    at_ = in_.size();
    return 0;
  }
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > in_.size() - at_) {
      ok_ = false;
      at_ = in_.size();
      return {};
    }
    const std::string_view out = in_.substr(at_, size);
    at_ += size;
    return out;
  }
  Timestamp time() { return {static_cast<std::int64_t>(number())}; }
  double real() { return std::bit_cast<double>(number()); }
  bool ok() const { return ok_; }

 private:
  std::string_view in_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace yorozu::hunt
