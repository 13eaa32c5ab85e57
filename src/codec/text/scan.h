/// Steps through a line of text. A step that does not fit moves nothing and says so.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace yorozu::codec::text {

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

inline bool is_ascii(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & 0x8080808080808080U) != 0) return false;
  }
  for (; at < text.size(); ++at)
    if (static_cast<signed char>(text[at]) < 0) return false;
  return true;
}

class Scan {
 public:
  explicit Scan(std::string_view line) : rest_(line) {}

  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  void drop(std::size_t n) { rest_.remove_prefix(n < rest_.size() ? n : rest_.size()); }

  bool skip(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') rest_.remove_prefix(1);
  }
  /// Up to `stop`, which is dropped too; nullopt when it does not come.
  std::optional<std::string_view> until(char stop) {
    const std::size_t at = rest_.find(stop);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view found = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return found;
  }
  /// Up to a blank or the end.
  std::string_view word() {
    const std::string_view found = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(found.size());
    return found;
  }
  /// One to `max` digits, at most 9.
  std::optional<int> number(int max) {
    int value = 0, n = 0;
    while (n < max && is_digit(peek())) {
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
      ++n;
    }
    if (n == 0) return std::nullopt;
    return value;
  }

 private:
  std::string_view rest_;
};

}  // namespace yorozu::codec::text
