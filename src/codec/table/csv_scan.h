/// Where records of a CSV file end. Private to codec/table.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/text.h"

namespace yorozu::codec::table {

/// Bytes in which every character of CSV's syntax is one byte: the file's own, or UTF-16 narrowed.
class Syntax {
 public:
  Syntax(ByteView bytes, Charset charset);
  std::string_view text() const { return text_; }
  /// Position in the file's bytes of a position in text().
  std::size_t in_bytes(std::size_t at) const { return at * unit_; }

 private:
  std::string narrowed_;
  std::string_view text_;
  std::size_t unit_ = 1;
};

struct RecordEnd {
  std::size_t end = 0;          ///< behind the line feed
  bool is_complete = false;     ///< false: the text ends first
  bool has_open_quote = false;  ///< a quote that never closes: ended at its line
};

/// The record that begins at `from`.
RecordEnd find_record_end(std::string_view text, std::size_t from, char delimiter, bool at_end);

}  // namespace yorozu::codec::table
