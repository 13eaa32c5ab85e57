/// Text: UTF-16LE to UTF-8, simple case folding, the normal form of search, legacy Japanese charsets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/bytes.h"

namespace yorozu {

/// Appends UTF-16LE `units` (an odd last byte is dropped) as UTF-8; lone surrogates become U+FFFD.
void append_utf8(ByteView utf16le, Buffer& out);
/// The same, simple case folding (Unicode C + S) in the same pass.
void append_utf8_folded(ByteView utf16le, Buffer& out);
/// The same to a place with room for three bytes a unit; gives the end.
char* write_utf8_folded(ByteView utf16le, char* to);
/// UTF-8 folded; bytes that are not UTF-8 are kept as they are.
void append_folded(std::string_view utf8, Buffer& out);
std::string fold(std::string_view utf8);
/// Simple case folding of one code point (Unicode CaseFolding.txt, statuses C and S).
char32_t fold_code_point(char32_t c);

std::string utf8_from_utf16le(ByteView utf16le);
/// UTF-16LE bytes of UTF-8 text; what is not UTF-8 becomes U+FFFD.
std::string utf16le_from_utf8(std::string_view utf8);

bool is_valid_utf8(std::string_view text);
/// Replaces each byte that is not UTF-8 by U+FFFD.
std::string repair_utf8(std::string_view text);

/// The one normal form that words, phrases and filters work on: NFKC, then lower case (DESIGN: ARCHIVE, index and
/// search).
std::string normal_form(std::string_view utf8);

enum class Charset { Utf8, Utf16Le, Utf16Be, ShiftJis, EucJp, Iso2022Jp, Windows1252, Binary };
std::string_view to_string(Charset charset);
/// Finds out what `sample` (the first bytes of a file, some KiB) is written in; a BOM decides, then validity.
Charset detect_charset(ByteView sample);
/// Whole characters of `bytes` as UTF-8; what cannot be read becomes U+FFFD.
std::string decode_text(ByteView bytes, Charset charset);
/// As decode_text for a Windows code page number (ANSI strings of EVTX); unknown pages are read as 1252.
std::string decode_code_page(ByteView bytes, int code_page);

/// One code point at text[at]; advances `at`. Broken bytes give U+FFFD and advance by one.
char32_t next_code_point(std::string_view text, std::size_t& at);
void append_code_point(char32_t c, std::string& out);

}  // namespace yorozu
