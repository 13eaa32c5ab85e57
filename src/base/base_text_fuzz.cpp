// Whatever the bytes: text comes out as valid UTF-8, folding does not depend on the way there, times read back equal,
// and nothing that is shown moves a cursor. The first byte chooses the code page.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

#include "base/assert.h"
#include "base/escape.h"
#include "base/text.h"
#include "base/time.h"

namespace {

using namespace yorozu;

constexpr int kPages[] = {932, 51932, 50220, 1252, 65001, 1200, 1201, 437, 936, 949, 950, 54936, 20127, 1};

void check_reading(const std::string& text) {
  YOROZU_ASSERT(is_valid_utf8(text), "every way of reading gives valid text");
  Buffer folded;
  append_utf8_folded(as_bytes(utf16le_from_utf8(text)), folded);
  YOROZU_ASSERT(folded.view() == fold(text), "folding in one pass is folding afterwards");
  const std::string normal = normal_form(text);
  YOROZU_ASSERT(normal_form(normal) == normal, "a normal form is its own");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  check_reading(decode_code_page(bytes, kPages[data[0] % std::size(kPages)]));
  check_reading(decode_text(bytes, detect_charset(bytes)));

  const std::string_view text = as_text(bytes);
  YOROZU_ASSERT(is_valid_utf8(text) == (repair_utf8(text) == text), "only what is broken is repaired");
  if (const auto time = parse_time(text)) {
    const Timestamp shown = *parse_time(format_rfc3339(*time));
    YOROZU_ASSERT(shown == *time || time->us < 0 || to_civil(*time).year > 9999, "a time that can be shown reads back");
  }
  for (const char c : terminal_safe(text))
    YOROZU_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "no control byte is shown");
  std::string out;
  append_json_string(text, out);
  append_html(text, out);
  append_xml(text, out);
  append_csv(text, out);
  YOROZU_ASSERT(is_valid_utf8(out), "escaped text is text");
  return 0;
}
