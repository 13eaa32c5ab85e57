#include "codec/table/csv_scan.h"

#include <algorithm>

#include "codec/lines.h"
#include "codec/table/csv.h"

namespace yorozu::codec::table {

Syntax::Syntax(ByteView bytes, Charset charset) {
  if (!is_utf16(charset)) {
    text_ = as_text(bytes);
    return;
  }
  narrowed_.resize(bytes.size() / 2);
  narrow_utf16(bytes, charset, narrowed_.data());
  text_ = narrowed_;
  unit_ = 2;
}

RecordEnd find_record_end(std::string_view text, std::size_t from, char delimiter, bool at_end) {
  const auto line_end = [&](std::size_t at) {
    const std::size_t feed = text.find('\n', at);
    return feed == std::string_view::npos ? text.size() : feed + 1;
  };
  const std::size_t limit = std::min(text.size(), from + kLongestRecord);
  std::size_t at = from;
  bool at_field_start = true;
  while (at < limit) {
    const char c = text[at];
    if (c == '"' && at_field_start) {
      // To the quote that stands alone.
      ++at;
      while (true) {
        at = text.find('"', at);
        if (at == std::string_view::npos || at >= limit) {
          const bool is_over = at_end || limit < text.size();
          return is_over ? RecordEnd{line_end(from), true, true} : RecordEnd{text.size(), false, true};
        }
        ++at;
        if (at < text.size() && text[at] == '"')
          ++at;
        else
          break;
      }
      at_field_start = false;
      continue;
    }
    if (c == '\n') return {at + 1, true, false};
    at_field_start = c == delimiter;
    ++at;
  }
  if (limit < text.size()) return {line_end(from), true, true};
  return {text.size(), at_end, false};
}

}  // namespace yorozu::codec::table
