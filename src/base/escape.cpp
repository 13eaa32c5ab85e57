#include "base/escape.h"

#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace yorozu {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr char kHex[] = "0123456789abcdef";

/// Bytes that cannot be copied as they are: control characters, the given ones, and all above ASCII, which go through
/// the UTF-8 decoder.
using ByteSet = std::array<bool, 256>;

constexpr ByteSet special_bytes(std::string_view characters) {
  ByteSet set{};
  for (std::size_t i = 0; i < 0x20; ++i) set[i] = true;
  for (const char c : characters) set[static_cast<std::uint8_t>(c)] = true;
  for (std::size_t i = 0x80; i < 256; ++i) set[i] = true;
  return set;
}

/// Copies runs of plain bytes; `replace(c, bytes, out)` writes what stands for any other character. Broken UTF-8 comes
/// as U+FFFD with empty `bytes`.
template <class Replace>
void escape(std::string_view text, const ByteSet& special, std::string& out, Replace&& replace) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const run = at;
    while (at != end && !special[static_cast<std::uint8_t>(*at)]) ++at;
    out.append(run, at);
    if (at == end) return;
    const utf8::Decoded decoded = utf8::decode(at, end);
    replace(decoded.c, std::string_view(at, decoded.length), out);
    at += decoded.length == 0 ? 1 : decoded.length;
  }
}

void append_or_replacement(std::string_view bytes, std::string& out) {
  out.append(bytes.empty() ? kReplacement : bytes);
}

void append_hex(char32_t c, int digits, std::string& out) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out.push_back(kHex[c >> shift & 15]);
}

void replace_in_json(char32_t c, std::string_view bytes, std::string& out) {
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      break;
  }
  if (c < 0x20) {
    out.append("\\u");
    append_hex(c, 4, out);
  } else {
    append_or_replacement(bytes, out);
  }
}

bool append_entity(char32_t c, std::string& out) {
  switch (c) {
    case '&':
      out.append("&amp;");
      return true;
    case '<':
      out.append("&lt;");
      return true;
    case '>':
      out.append("&gt;");
      return true;
    case '"':
      out.append("&quot;");
      return true;
    case '\'':
      out.append("&#39;");
      return true;
    default:
      return false;
  }
}

/// Characters that move the cursor, change the order of what is read, or are not there to the eye.
bool hides_or_moves(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

void append_json_escaped(std::string_view utf8, std::string& out) {
  static constexpr ByteSet kSpecial = special_bytes("\"\\");
  escape(utf8, kSpecial, out, replace_in_json);
}

void append_json_string(std::string_view utf8, std::string& out) {
  out.push_back('"');
  append_json_escaped(utf8, out);
  out.push_back('"');
}

void append_html(std::string_view utf8, std::string& out) {
  static constexpr ByteSet kSpecial = special_bytes("&<>\"'\x7F");
  escape(utf8, kSpecial, out, [](char32_t c, std::string_view bytes, std::string& to) {
    if (append_entity(c, to)) return;
    const bool control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0);
    append_or_replacement(control ? std::string_view() : bytes, to);
  });
}

void append_xml(std::string_view utf8, std::string& out) {
  static constexpr ByteSet kSpecial = special_bytes("&<>\"'\x7F");
  escape(utf8, kSpecial, out, [](char32_t c, std::string_view bytes, std::string& to) {
    if (append_entity(c, to)) return;
    if (c == '\t' || c == '\n' || c == '\r') {  // by reference: parsers turn the plain ones into blanks in attributes
      to.append("&#");
      to.append(std::to_string(static_cast<unsigned>(c)));
      to.push_back(';');
      return;
    }
    const bool forbidden = c < 0x20 || c == 0xFFFE || c == 0xFFFF;  // XML 1.0 production 2, "Char"
    append_or_replacement(forbidden ? std::string_view() : bytes, to);
  });
}

void append_csv(std::string_view utf8, std::string& out) {
  static constexpr ByteSet kSpecial = special_bytes("\",;");
  const bool formula = !utf8.empty() && std::string_view("=+-@\t\r").contains(utf8.front());
  bool quoted = formula || utf8.starts_with(' ') || utf8.ends_with(' ');
  const std::size_t start = out.size();
  if (formula) out.push_back('\'');
  escape(utf8, kSpecial, out, [&quoted](char32_t c, std::string_view bytes, std::string& to) {
    if (c < 0x80) quoted = true;
    if (c == '"') to.push_back('"');
    if (c == 0)
      to.append(kReplacement);  // spreadsheets end the field there
    else
      append_or_replacement(bytes, to);
  });
  if (!quoted) return;
  out.insert(start, 1, '"');
  out.push_back('"');
}

void append_terminal(std::string_view utf8, std::string& out) {
  static constexpr ByteSet kSpecial = special_bytes("\x7F");
  escape(utf8, kSpecial, out, [](char32_t c, std::string_view bytes, std::string& to) {
    if (!hides_or_moves(c)) {
      append_or_replacement(bytes, to);
    } else if (c < 0x100) {
      to.append("\\x");
      append_hex(c, 2, to);
    } else if (c < 0x10000) {
      to.append("\\u");
      append_hex(c, 4, to);
    } else {
      to.append("\\U");
      append_hex(c, 8, to);
    }
  });
}

std::string terminal_safe(std::string_view utf8) {
  std::string out;
  append_terminal(utf8, out);
  return out;
}

}  // namespace yorozu
