/// Bytes of a growing file to lines. Pure: fed piece by piece in order of offset, it remembers the unfinished line.
///
/// A line ends with LF or CRLF, which are not part of it. Blank lines are no lines. NULs before a line are filler (what
/// a crash or copytruncate under a writer that does not append leaves behind) and passed over. A line longer than the
/// limit is kept up to it and counted to its end. UTF-16 becomes UTF-8 where that can be undone exactly, which is
/// everywhere but at lone surrogates: such lines stay as they are.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace yorozu::ingest {

enum class LineUnits { Bytes, Utf16Le, Utf16Be };

struct CutLine {
  std::uint64_t offset = 0;  ///< in the file
  std::string_view raw;      ///< valid during the call; at most the limit
  std::uint64_t length = 0;  ///< in the file, without line break; larger than what `raw` holds when that was cut
  bool is_cut = false;
  bool converted = false;  ///< from UTF-16
};

class LineCutter {
 public:
  using Each = std::function<void(const CutLine&)>;

  LineCutter(LineUnits units, std::size_t max_line) : units_(units), max_line_(max_line) {}

  /// Forgets the unfinished line and goes on at `offset`, which begins a line or stands before a line break. For UTF-16
  /// even.
  void restart(std::uint64_t offset);
  /// `bytes` stand at offset(). Of UTF-16 an odd last byte is not taken: see offset().
  void feed(std::string_view bytes, const Each& each);
  /// The unfinished line as it is: nobody seems to finish it. What still comes of it will be a line of its own.
  void take_rest(const Each& each);

  bool has_rest() const { return length_ > 0; }
  std::uint64_t offset() const { return offset_; }          ///< of the next byte to feed
  std::uint64_t line_start() const { return line_start_; }  ///< everything before it was given out

 private:
  void add_to_rest(std::string_view part);
  void give(std::uint64_t offset, std::string_view kept, std::uint64_t length, const Each& each);
  std::size_t find_break(std::string_view bytes) const;
  std::size_t filler(std::string_view bytes) const;

  LineUnits units_;
  std::size_t max_line_;
  std::uint64_t offset_ = 0;
  std::uint64_t line_start_ = 0;
  std::uint64_t length_ = 0;  ///< of the unfinished line, in the file
  std::string rest_;          ///< its beginning, at most max_line_
  std::string converted_;
};

}  // namespace yorozu::ingest
