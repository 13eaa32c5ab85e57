/// Whether every message of a stream arrived, from any text in which they stand one a line: the archive's lines, a file
/// that rsyslog wrote, documents.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yorozu::load {

class NumberCheck {
 public:
  explicit NumberCheck(std::uint64_t count) : seen_(count) {}

  /// The first run of twelve digits in the line that is a number of a message.
  void add_line(std::string_view line);

  std::uint64_t found() const { return found_; }
  std::uint64_t twice() const { return twice_; }      ///< sightings of a number that was seen already
  std::uint64_t foreign() const { return foreign_; }  ///< lines without a number, or with one beyond the count
  std::uint64_t missing() const { return seen_.size() - found_; }
  /// "0-5 17 ...", at most `most` of them.
  std::string missing_ranges(std::size_t most) const;

 private:
  std::vector<bool> seen_;
  std::uint64_t found_ = 0, twice_ = 0, foreign_ = 0;
};

}  // namespace yorozu::load
