#include "hunt/base64_finds.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/text.h"

namespace yorozu::hunt {

namespace {

constexpr std::size_t kMinRun = 16;
constexpr std::size_t kMaxFinds = 100;

constexpr std::array<std::int8_t, 256> make_digits() {
  std::array<std::int8_t, 256> out{};
  out.fill(-1);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    out[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  out['-'] = 62;
  out['_'] = 63;
  return out;
}
constexpr auto kDigits = make_digits();

int digit(char c) {
  return kDigits[static_cast<unsigned char>(c)];
}

/// Decodes whole quartets and a proper rest; nullopt when the length cannot be base64 (one character left over).
std::optional<std::string> decode(std::string_view run) {
  if (run.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(run.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : run) {
    bits = (bits << 6U) | static_cast<std::uint32_t>(digit(c));
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<char>((bits >> static_cast<unsigned>(held)) & 0xFFU));
    }
  }
  return out;
}

/// Nine in ten characters are printable or white space, and none is a control character that text never has.
bool is_readable(std::string_view text) {
  if (text.size() < 4 || !is_valid_utf8(text)) return false;
  std::size_t printable = 0, all = 0;
  for (std::size_t at = 0; at < text.size(); ++all) {
    const char32_t c = next_code_point(text, at);
    if (c == 0xFFFD || (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0x1B)) return false;
    printable += (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\r' || (c >= 0x3000 && c < 0xA000) ||
                 (c >= 0xFF00 && c < 0xFFF0);
  }
  return printable * 10 >= all * 9;
}

/// UTF-16LE when every second byte of ASCII is zero (how PowerShell encodes), else UTF-8.
std::optional<std::string> as_readable(std::string_view bytes) {
  if (bytes.size() >= 4 && bytes.size() % 2 == 0) {
    std::string wide = utf8_from_utf16le(as_bytes(bytes));
    const auto zeros = static_cast<std::size_t>(std::ranges::count(bytes, '\0'));
    if (zeros * 3 >= bytes.size() && is_readable(wide)) return wide;
  }
  if (is_readable(bytes)) return std::string(bytes);
  return std::nullopt;
}

/// Ordinary words and paths decode to text now and then; encoded text mixes cases and digits or is padded.
bool looks_encoded(std::string_view run, bool padded) {
  if (padded) return true;
  const auto has = [&](auto test) { return std::ranges::any_of(run, test); };
  const bool lower = has([](char c) { return c >= 'a' && c <= 'z'; });
  const bool upper = has([](char c) { return c >= 'A' && c <= 'Z'; });
  const bool other = has([](char c) { return (c >= '0' && c <= '9') || c == '+' || c == '/'; });
  return lower && upper && (other || run.size() >= 40);
}

std::vector<Base64Find> find(std::string_view text, int depth) {
  std::vector<Base64Find> out;
  for (std::size_t at = 0; at < text.size() && out.size() < kMaxFinds;) {
    if (digit(text[at]) < 0) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && digit(text[end]) >= 0) ++end;
    std::string_view run = text.substr(at, end - at);
    at = end;
    while (at < text.size() && text[at] == '=') ++at;
    // A flag or a slash in front of the text (`-enc`, `/`) belongs to the command, not to the encoding.
    while (!run.empty() && (run.front() == '-' || run.front() == '/')) run.remove_prefix(1);
    if (run.size() < kMinRun || run.size() > Base64Find::kMaxEncoded) continue;
    if (!looks_encoded(run, at > end)) continue;
    const auto bytes = decode(run);
    if (!bytes) continue;
    auto decoded = as_readable(*bytes);
    if (!decoded) continue;
    Base64Find& one = out.emplace_back();
    one.encoded = run;
    one.decoded = std::move(*decoded);
    if (depth > 0) one.nested = find(one.decoded, depth - 1);
  }
  return out;
}

}  // namespace

std::vector<Base64Find> find_base64(std::string_view text) {
  return find(text, 1);
}

}  // namespace yorozu::hunt
