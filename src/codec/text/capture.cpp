#include "codec/text/capture.h"

#include <algorithm>

#include "codec/text/scan.h"

namespace yorozu::codec::text {
namespace {

bool is_hex_digit(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

std::size_t digits_length(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  return n;
}

std::size_t ipv4_length(std::string_view text) {
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (at >= text.size() || text[at] != '.') return 0;
      ++at;
    }
    const std::size_t digits = digits_length(text.substr(at, 4));
    if (digits == 0 || digits > 3) return 0;
    at += digits;
  }
  // "1.2.3.4.5" and "1.2.3.4a" are something else
  if (at < text.size() && (is_letter(text[at]) || (text[at] == '.' && at + 1 < text.size() && is_digit(text[at + 1]))))
    return 0;
  return at;
}

std::size_t ipv6_length(std::string_view text) {
  constexpr std::size_t kLongest = 45, kLongestScope = 16;
  std::size_t at = 0, colons = 0;
  while (at < text.size() && at <= kLongest && (is_hex_digit(text[at]) || text[at] == ':' || text[at] == '.')) {
    if (text[at] == ':') ++colons;
    ++at;
  }
  while (at > 0 && (text[at - 1] == '.' || (text[at - 1] == ':' && (at < 2 || text[at - 2] != ':')))) {
    if (text[at - 1] == ':') --colons;
    --at;  // the sign behind an address: "from 2001:db8::1: text", "2001:db8::1."
  }
  if (colons < 2 || at > kLongest || at < 2) return 0;
  if (at < text.size() && (is_letter(text[at]) || text[at] == '_')) return 0;
  if (at < text.size() && text[at] == '%') {
    std::size_t scope = at + 1;
    while (scope < text.size() && scope - at <= kLongestScope && (is_letter(text[scope]) || is_digit(text[scope])))
      ++scope;
    at = scope;
  }
  return at;
}

}  // namespace

std::size_t ip_length(std::string_view text, std::string_view* inner) {
  if (text.starts_with('[')) {
    const std::size_t length = ip_length(text.substr(1), inner);
    return length > 0 && length + 1 < text.size() && text[length + 1] == ']' ? length + 2 : 0;
  }
  std::size_t length = ipv4_length(text);
  if (length == 0) length = ipv6_length(text);
  if (inner != nullptr) *inner = text.substr(0, length);
  return length;
}

std::size_t host_length(std::string_view text) {
  if (const std::size_t address = ip_length(text); address > 0) return address;
  std::size_t n = 0;
  while (n < text.size() && (is_letter(text[n]) || is_digit(text[n]) || text[n] == '.' || text[n] == '-' ||
                             text[n] == '_' || static_cast<signed char>(text[n]) < 0))
    ++n;
  return n;
}

std::size_t int_length(std::string_view text) {
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const std::size_t digits = digits_length(text.substr(sign));
  return digits == 0 ? 0 : sign + digits;
}

std::size_t number_length(std::string_view text) {
  std::size_t at = int_length(text);
  if (at > 0 && at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1]))
    at += 1 + digits_length(text.substr(at + 1));
  return at;
}

std::size_t hex_length(std::string_view text) {
  std::size_t at = text.starts_with("0x") || text.starts_with("0X") ? 2 : 0;
  const std::size_t from = at;
  while (at < text.size() && is_hex_digit(text[at])) ++at;
  return at == from ? 0 : at;
}

std::size_t quoted_length(std::string_view text) {
  if (text.empty() || (text[0] != '"' && text[0] != '\'' && text[0] != '`')) return 0;
  for (std::size_t at = 1; at < text.size(); at += text[at] == '\\' ? 2 : 1)
    if (text[at] == text[0]) return at + 1;
  return 0;
}

bool take_pair(std::string_view& text, Pair& out) {
  const auto is_key = [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || c == '@' || c == '/';
  };
  for (std::size_t equals = text.find('='); equals != std::string_view::npos; equals = text.find('=', equals + 1)) {
    std::size_t from = equals;
    while (from > 0 && is_key(text[from - 1])) --from;
    while (from < equals && !is_letter(text[from]) && text[from] != '_') ++from;
    if (from == equals) continue;
    out.key = text.substr(from, equals - from);
    const std::string_view rest = text.substr(equals + 1);
    std::size_t length = quoted_length(rest);
    if (length > 0) {
      out.value = rest.substr(1, length - 2);
    } else if (rest.starts_with('<') || rest.starts_with('[')) {
      const std::size_t close = rest.find(rest[0] == '<' ? '>' : ']');
      if (close != std::string_view::npos && (rest[0] == '<' || close > 1)) {
        out.value = rest.substr(1, close - 1);
        length = close + 1;
      }
    }
    if (length == 0) {
      length = std::min(rest.find_first_of(" \t,;"), rest.size());
      out.value = rest.substr(0, length);
      while (!out.value.empty() && (out.value.back() == ')' || out.value.back() == ']' || out.value.back() == '}') &&
             out.value.find_first_of("([{") == std::string_view::npos)
        out.value.remove_suffix(1);
    }
    text = rest.substr(length);
    return true;
  }
  text = {};
  return false;
}

}  // namespace yorozu::codec::text
