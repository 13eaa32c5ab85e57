#include "ingest/web/json_cursor.h"

#include <cstdint>

#include "base/text.h"

namespace yorozu::ingest::web {
namespace {

std::optional<std::uint32_t> four_hex(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    value <<= 4;
    if (c >= '0' && c <= '9')
      value += static_cast<std::uint32_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      value += static_cast<std::uint32_t>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      value += static_cast<std::uint32_t>(c - 'A' + 10);
    else
      return std::nullopt;
  }
  return value;
}

/// The escape behind the backslash at `at`, which moves behind it.
bool append_escape(std::string_view text, std::size_t& at, std::string& out) {
  constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  if (at >= text.size()) return false;
  const char c = text[at++];
  if (const std::size_t known = kLetters.find(c); known != std::string_view::npos) {
    out += kMeanings[known];
    return true;
  }
  if (c != 'u') return false;
  const auto unit = four_hex(text.substr(at));
  if (!unit) return false;
  at += 4;
  char32_t code = *unit;
  if (code >= 0xD800 && code < 0xDC00 && text.substr(at, 2) == "\\u") {
    const auto low = four_hex(text.substr(at + 2));
    if (low && *low >= 0xDC00 && *low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (*low - 0xDC00);
      at += 6;
    }
  }
  append_code_point(code >= 0xD800 && code < 0xE000 ? 0xFFFD : code, out);
  return true;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

void JsonCursor::skip_blank() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
}
char JsonCursor::peek() {
  skip_blank();
  return at_ < text_.size() ? text_[at_] : '\0';
}
bool JsonCursor::take(char c) {
  if (peek() != c || at_ >= text_.size()) return false;
  ++at_;
  return true;
}

std::optional<std::string> JsonCursor::string() {
  if (!take('"')) return std::nullopt;
  std::string out;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '"') return out;
    if (c != '\\')
      out += c;
    else if (!append_escape(text_, at_, out))
      return std::nullopt;
  }
  return std::nullopt;
}

bool JsonCursor::skip_string() {
  ++at_;  // the quote
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '"') return true;
    if (c == '\\') ++at_;
  }
  return false;
}

bool JsonCursor::skip_scalar() {
  const std::size_t start = at_;
  while (at_ < text_.size() && !is_blank(text_[at_]) &&
         std::string_view(",:]}[{\"").find(text_[at_]) == std::string_view::npos)
    ++at_;
  return at_ > start;
}

std::optional<std::string_view> JsonCursor::value() {
  const char first = peek();
  const std::size_t start = at_;
  if (first != '{' && first != '[') {
    if (!(first == '"' ? skip_string() : skip_scalar())) return std::nullopt;
    return text_.substr(start, at_ - start);
  }
  // Closing brackets that are still to come. Inside, only nesting and strings are looked at: a wrong comma between two
  // values is the decoder's to find.
  std::string open;
  do {
    const char c = peek();
    if (at_ >= text_.size()) return std::nullopt;
    if (c == '{' || c == '[') {
      if (open.size() >= kMaxDepth) return std::nullopt;
      open += c == '{' ? '}' : ']';
      ++at_;
    } else if (c == '}' || c == ']') {
      if (c != open.back()) return std::nullopt;
      open.pop_back();
      ++at_;
    } else if (c == ',' || c == ':') {
      ++at_;
    } else if (!(c == '"' ? skip_string() : skip_scalar())) {
      return std::nullopt;
    }
  } while (!open.empty());
  return text_.substr(start, at_ - start);
}

std::string text_of_json(std::string_view value) {
  if (value == "null") return {};
  if (!value.starts_with('"')) return std::string(value);
  return JsonCursor(value).string().value_or(std::string());
}

}  // namespace yorozu::ingest::web
