/// Lines of text files, in the charsets that text files have: where they end, how many there are, how UTF-16 is made
/// scannable. In every supported charset but UTF-16 the byte 0x0A is a line feed and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/text.h"

namespace yorozu::codec {

inline bool is_utf16(Charset charset) {
  return charset == Charset::Utf16Le || charset == Charset::Utf16Be;
}

/// Line feeds in `bytes`. UTF-16: `bytes` starts at a code unit.
std::uint64_t count_line_feeds(ByteView bytes, Charset charset);

/// Position after the last line feed; 0 when there is none.
std::size_t after_last_line_feed(ByteView bytes, Charset charset);

/// Position after the first line feed, or bytes.size().
std::size_t after_first_line_feed(ByteView bytes, Charset charset);

/// UTF-16 with one byte a code unit: ASCII as it is, everything else 'x'. For scanners that look at ASCII only; `to`
/// has room for bytes.size() / 2.
void narrow_utf16(ByteView bytes, Charset charset, char* to);

/// Bytes of a byte order mark at the beginning, of the charset given.
std::size_t byte_order_mark(ByteView bytes, Charset charset);

}  // namespace yorozu::codec
