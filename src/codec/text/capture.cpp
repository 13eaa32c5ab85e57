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
  if (colons < 2 || colons > 7 || at > kLongest || at < 2) return 0;
  // Without "::" all eight groups are there; anything shorter is a time or a MAC address.
  const bool is_short = text.substr(0, at).find("::") != std::string_view::npos;
  const bool has_tail = text.substr(0, at).find('.') != std::string_view::npos;
  if (!is_short && colons != (has_tail ? 6U : 7U)) return 0;
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

std::size_t endpoint_length(std::string_view text, std::string_view& address, std::string_view& port) {
  // All that may belong to it, so that "::1:37752]" is seen whole.
  std::size_t length = ip_length(text, &address);
  port = {};
  if (length == 0) {
    // Port numbers of five digits make no IPv6 group: take them off first.
    std::size_t run = 0;
    while (run < text.size() && run < 64 && (is_hex_digit(text[run]) || text[run] == ':' || text[run] == '.')) ++run;
    const std::size_t colon = text.substr(0, run).rfind(':');
    if (colon == std::string_view::npos || ip_length(text.substr(0, colon), &address) != colon) return 0;
    port = text.substr(colon + 1, digits_length(text.substr(colon + 1, 5)));
    return port.empty() ? 0 : colon + 1 + port.size();
  }
  if (length < text.size() && text[length] == ':') {
    const std::size_t digits = digits_length(text.substr(length + 1, 5));
    port = text.substr(length + 1, digits);
    return digits == 0 ? length : length + 1 + digits;
  }
  const std::size_t colon = address.rfind(':');
  if (text.starts_with('[') || colon == std::string_view::npos) return length;
  std::string_view shorter;
  const std::string_view group = address.substr(colon + 1);
  if (ip_length(address.substr(0, colon), &shorter) != colon || digits_length(group) != group.size() || group.empty())
    return length;
  address = shorter;
  port = group;
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

bool take_bracket_pair(std::string_view& text, Pair& out) {
  for (std::size_t open = text.find('['); open != std::string_view::npos; open = text.find('[', open + 1)) {
    std::size_t at = open + 1;
    while (at < text.size() && (is_letter(text[at]) || is_digit(text[at]) || text[at] == '_' || text[at] == '-')) ++at;
    if (at == open + 1 || at >= text.size()) continue;
    out.key = text.substr(open + 1, at - open - 1);
    if (text[at] == ':' || text[at] == '=') ++at;
    if (at < text.size() && text[at] == ' ') ++at;
    if (at == open + 1 + out.key.size()) continue;  // "[word]"
    const std::string_view rest = text.substr(at);
    if (const std::size_t quoted = quoted_length(rest); quoted > 0 && quoted < rest.size() && rest[quoted] == ']') {
      out.value = rest.substr(1, quoted - 2);
      text = rest.substr(quoted + 1);
      return true;
    }
    const std::size_t close = rest.find(']');
    if (close == std::string_view::npos) break;
    out.value = rest.substr(0, close);
    text = rest.substr(close + 1);
    return true;
  }
  text = {};
  return false;
}

bool take_named_figure(std::string_view& text, Pair& out) {
  const auto is_key = [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || c == '/';
  };
  for (std::size_t sign = text.find_first_of(":="); sign != std::string_view::npos;
       sign = text.find_first_of(":=", sign + 1)) {
    std::size_t value = sign + 1, key_end = sign;
    while (value < text.size() && text[value] == ' ') ++value;
    if (text[sign] == '=')
      while (key_end > 0 && text[key_end - 1] == ' ') --key_end;
    if (value == sign + 1 && key_end == sign) continue;  // "a=b" is a pair, "12:30" a time
    std::size_t key = key_end;
    while (key > 0 && is_key(text[key - 1])) --key;
    if (key == key_end || !is_letter(text[key]) || key_end - key > 40) continue;
    const std::string_view rest = text.substr(value);
    std::size_t length = quoted_length(rest.substr(0, 256));
    if (length > 2) {
      out.value = rest.substr(1, length - 2);
    } else {
      length = ip_length(rest);
      if (length == 0 && rest.starts_with("0x")) length = hex_length(rest);
      if (length == 0) length = number_length(rest);
      if (length == 0) continue;
      if (length < rest.size() && (is_letter(rest[length]) || is_digit(rest[length]) || rest[length] == ':' ||
                                   rest[length] == '-' || rest[length] == '_'))
        continue;
      out.value = rest.substr(0, length);
    }
    out.key = text.substr(key, key_end - key);
    text = rest.substr(length);
    return true;
  }
  text = {};
  return false;
}

}  // namespace yorozu::codec::text
