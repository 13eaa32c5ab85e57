// Writing is on the path of every event: text is copied eight bytes at a time as long as nothing in them needs care,
// and checked for UTF-8 in the same pass. A frame that turns out not to be UTF-8 is begun again as base64. Reading is
// strict: it accepts exactly what writing makes, so that a line has one spelling and a changed one cannot pass for the
// same.
#include "proof/line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/assert.h"
#include "base/escape.h"
#include "base/text.h"
#include "base/try.h"
#include "base/utf8.h"
#include "proof/base64.h"

namespace yorozu::proof {
namespace {

constexpr std::size_t kTimeCharacters = 27;
constexpr std::size_t kLongestEscape = 6;  // \u001f
constexpr char kHex[] = "0123456789abcdef";

constexpr std::uint64_t repeated(std::uint8_t byte) {
  return 0x0101010101010101ULL * byte;
}
/// Not zero when one of the eight bytes is a control character, '"', '\\' or above ASCII. (x - n) & ~x marks bytes
/// below n, and sometimes a neighbour of one: a false alarm, never a miss.
std::uint64_t needs_care(std::uint64_t eight) {
  const std::uint64_t quote = eight ^ repeated('"');
  const std::uint64_t backslash = eight ^ repeated('\\');
  return (((eight - repeated(0x20)) & ~eight) | ((quote - repeated(1)) & ~quote) |
          ((backslash - repeated(1)) & ~backslash) | eight) &
         repeated(0x80);
}

/// Letter behind the backslash of the short escapes; 0 for characters without one.
constexpr char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

char* write_ascii(char c, char* to) {
  if (const char letter = short_escape(c); letter != 0) {
    *to++ = '\\';
    *to++ = letter;
  } else if (static_cast<std::uint8_t>(c) < 0x20) {
    std::memcpy(to, "\\u00", 4);
    to[4] = kHex[c >> 4];
    to[5] = kHex[c & 15];
    to += 6;
  } else {
    *to++ = c;
  }
  return to;
}

/// Writes at most text.size() * kLongestEscape characters; nullptr when `text` is not UTF-8.
char* write_escaped(std::string_view text, char* to) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (end - at >= 8) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, at, sizeof eight);
      if (needs_care(eight) == 0) {
        std::memcpy(to, at, sizeof eight);
        at += 8;
        to += 8;
        continue;
      }
    }
    // One character, then the next seven bytes without another look at eight: what needs care comes in clusters.
    const char* const stop = end - at >= 8 ? at + 8 : end;
    while (at < stop) {
      if (static_cast<std::uint8_t>(*at) < 0x80) {
        to = write_ascii(*at++, to);
        continue;
      }
      const utf8::Decoded decoded = utf8::decode(at, end);
      if (decoded.length == 0) return nullptr;
      std::memcpy(to, at, decoded.length);
      to += decoded.length;
      at += decoded.length;
    }
  }
  return to;
}

/// `"` text `"`; false, and nothing written, when it is not UTF-8.
bool append_string(std::string_view text, Buffer& out) {
  char* const start = out.reserve(text.size() * kLongestEscape + 2);
  *start = '"';
  char* end = write_escaped(text, start + 1);
  if (end == nullptr) return false;
  *end++ = '"';
  out.advance(static_cast<std::size_t>(end - start));
  return true;
}

void append_repaired_string(std::string_view text, Buffer& out) {
  if (append_string(text, out)) return;
  append_string(repair_utf8(text), out);
}

void append_number(std::uint64_t n, Buffer& out) {
  char* const to = out.reserve(20);
  out.advance(static_cast<std::size_t>(std::to_chars(to, to + 20, n).ptr - to));
}

/// The first kMaxRawBytes, less the beginning of a character that would be cut in two.
std::string_view cut_raw(std::string_view raw) {
  const auto continues = [&raw](std::size_t at) { return (static_cast<std::uint8_t>(raw[at]) & 0xC0U) == 0x80U; };
  std::size_t start = kMaxRawBytes;
  while (start > kMaxRawBytes - 3 && continues(start)) --start;
  const char* const end = raw.data() + raw.size();
  const bool is_character = start < kMaxRawBytes && utf8::decode(raw.data() + start, end).length > kMaxRawBytes - start;
  return raw.substr(0, is_character ? start : kMaxRawBytes);
}

/// Reads forward; after the first misfit `ok()` is false, and `position()` is where it was.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool ok() const { return ok_; }
  std::size_t position() const { return at_; }
  bool done() const { return at_ == text_.size(); }

  /// Only when it stands there.
  bool take_if(std::string_view literal) {
    if (!ok_ || !text_.substr(at_).starts_with(literal)) return false;
    at_ += literal.size();
    return true;
  }
  void take(std::string_view literal) {
    if (!take_if(literal)) ok_ = false;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    const char* const begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (!ok_ || error != std::errc() || (*begin == '0' && end != begin + 1)) return miss<std::uint64_t>();
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }
  Timestamp time() {
    const std::string_view text = text_.substr(at_, kTimeCharacters);
    if (!ok_ || text.size() != kTimeCharacters) return miss<Timestamp>();
    const auto time = parse_time(text);
    std::array<char, kTimeCharacters> again{};
    if (!time) return miss<Timestamp>();
    write_rfc3339(*time, again.data());
    if (text != std::string_view(again.data(), again.size())) return miss<Timestamp>();
    at_ += kTimeCharacters;
    return *time;
  }
  /// A string with its quotes, as append_string() writes it.
  std::string string() {
    std::string out;
    take("\"");
    while (ok_) {
      std::size_t run = at_;
      while (run + 8 <= text_.size() && needs_care(load(run)) == 0) run += 8;
      while (run < text_.size() && is_plain(text_[run])) ++run;
      out.append(text_, at_, run - at_);
      at_ = run;
      if (take_if("\"")) return out;
      special_character(out);
    }
    return {};
  }

 private:
  static bool is_plain(char c) { return static_cast<std::uint8_t>(c) - 0x20U < 0x60U && c != '"' && c != '\\'; }
  std::uint64_t load(std::size_t at) const {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text_.data() + at, sizeof eight);
    return eight;
  }
  template <class T>
  T miss() {
    ok_ = false;
    return T();  // void() for void
  }
  /// An escape or a character above ASCII.
  void special_character(std::string& out) {
    if (done()) return miss<void>();
    if (text_[at_] != '\\') {
      const utf8::Decoded decoded = utf8::decode(text_.data() + at_, text_.data() + text_.size());
      if (decoded.length < 2) return miss<void>();
      out.append(text_, at_, decoded.length);
      at_ += decoded.length;
      return;
    }
    if (text_.size() - at_ < 2) return miss<void>();
    constexpr std::string_view kLetters = "\"\\bfnrt", kMeaning = "\"\\\b\f\n\r\t";
    if (const std::size_t which = kLetters.find(text_[at_ + 1]); which != std::string_view::npos) {
      out.push_back(kMeaning[which]);
      at_ += 2;
      return;
    }
    if (text_.size() - at_ < kLongestEscape || text_.substr(at_, 4) != "\\u00") return miss<void>();
    const std::size_t high = std::string_view("01").find(text_[at_ + 4]);
    const std::size_t low = std::string_view(kHex).find(text_[at_ + 5]);
    if (high == std::string_view::npos || low == std::string_view::npos) return miss<void>();
    const char c = static_cast<char>(high << 4 | low);
    if (short_escape(c) != 0) return miss<void>();
    out.push_back(c);
    at_ += kLongestEscape;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

Error not_canonical(std::size_t offset, std::string_view what) {
  return {ErrorCode::Corrupt,
          "not the spelling of a line, at byte " + std::to_string(offset) + ": " + std::string(what)};
}

bool has_duplicates(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::vector<std::string_view> keys;
  keys.reserve(pairs.size());
  for (const auto& [key, value] : pairs) keys.push_back(key);
  std::ranges::sort(keys);
  return std::ranges::adjacent_find(keys) != keys.end();
}

LineStart read_start(Cursor& in) {
  LineStart start;
  in.take(R"({"seq":)");
  start.seq = in.number();
  in.take(R"(,"received":")");
  start.received = in.time();
  in.take("\"");
  return start;
}

}  // namespace

void append_line_tail(const LineParts& parts, Buffer& out) {
  YOROZU_ASSERT(parts.received.known() && !parts.input.empty(), "an input stamps and names each frame it makes");
  out.append(R"("received":")");
  write_rfc3339(parts.received, out.reserve(kTimeCharacters));
  out.advance(kTimeCharacters);
  out.append(R"(","input":)");
  append_repaired_string(parts.input, out);
  if (!parts.peer.empty()) {
    out.append(R"(,"peer":)");
    append_repaired_string(parts.peer, out);
  }
  if (!parts.via_json.empty()) {
    out.append(R"(,"via":)");
    out.append(parts.via_json);
  }
  std::string_view raw = parts.raw;
  std::optional<std::uint64_t> cut = parts.cut;
  if (raw.size() > kMaxRawBytes) {
    if (!cut) cut = raw.size();
    raw = cut_raw(raw);
  }
  if (cut) {
    out.append(R"(,"cut":)");
    append_number(*cut, out);
  }
  const std::size_t before_raw = out.size();
  out.append(R"(,"raw":)");
  if (!append_string(raw, out)) {
    out.truncate(before_raw);
    out.append(R"(,"raw_b64":")");
    append_base64(raw, out);
    out.append('"');
  }
  out.append('}');
}

void append_line(std::uint64_t seq, std::string_view tail, Buffer& out) {
  out.append(R"({"seq":)");
  append_number(seq, out);
  out.append(',');
  out.append(tail);
}

void append_via(const std::vector<std::pair<std::string_view, std::string_view>>& pairs, std::string& out) {
  if (pairs.empty()) return;
  char before = '{';
  for (const auto& [key, value] : pairs) {
    out.push_back(before);
    append_json_string(key, out);
    out.push_back(':');
    append_json_string(value, out);
    before = ',';
  }
  out.push_back('}');
}

Result<LineStart> parse_line_start(std::string_view line) {
  Cursor in(line);
  const LineStart start = read_start(in);
  if (!in.ok() || start.seq == 0) return std::unexpected(not_canonical(in.position(), "seq or received"));
  return start;
}

Result<Line> parse_line(std::string_view text) {
  Cursor in(text);
  Line line;
  const LineStart start = read_start(in);
  line.seq = start.seq;
  line.received = start.received;
  if (in.ok() && line.seq == 0) return std::unexpected(not_canonical(in.position(), "numbers begin at 1"));
  in.take(R"(,"input":)");
  line.input = in.string();
  if (in.ok() && line.input.empty()) return std::unexpected(not_canonical(in.position(), "empty input"));
  if (in.take_if(R"(,"peer":)")) {
    line.peer = in.string();
    if (in.ok() && line.peer.empty()) return std::unexpected(not_canonical(in.position(), "empty peer"));
  }
  if (in.take_if(R"(,"via":{)")) {
    do {
      std::string key = in.string();
      in.take(":");
      line.via.emplace_back(std::move(key), in.string());
    } while (in.take_if(","));
    in.take("}");
    if (has_duplicates(line.via)) return std::unexpected(not_canonical(in.position(), "a key of via stands twice"));
  }
  if (in.take_if(R"(,"cut":)")) line.cut = in.number();
  const std::size_t raw_at = in.position();
  if (in.take_if(R"(,"raw_b64":)")) {
    auto raw = decode_base64(in.string());
    if (!raw || is_valid_utf8(*raw)) return std::unexpected(not_canonical(raw_at, "raw_b64"));
    line.raw = *std::move(raw);
  } else {
    in.take(R"(,"raw":)");
    line.raw = in.string();
  }
  in.take("}");
  if (!in.ok() || !in.done()) return std::unexpected(not_canonical(in.position(), "unexpected character"));
  if (line.raw.size() > kMaxRawBytes) return std::unexpected(not_canonical(raw_at, "raw is longer than 1 MiB"));
  if (line.cut && *line.cut <= line.raw.size())
    return std::unexpected(not_canonical(raw_at, "cut to more than it was"));
  return line;
}

}  // namespace yorozu::proof
