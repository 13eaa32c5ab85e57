/// The lines of a search (archive/search/result_lines.h), put together to one JSON document for clients that do not
/// read streams. Bounded: beyond kMaxBytes the page ends early, and the next one goes on behind its last row.
/// Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace yorozu::api {

/// `{"row":{...}}` is "row" and `{...}`; nullopt: no such line. Views into it.
struct ResultLine {
  std::string_view kind, value;
};
std::optional<ResultLine> split_result_line(std::string_view line);

class ResultCollector {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{8} << 20;

  /// False: full.
  bool add(std::string_view line);

  /// What came, after the last line.
  struct Collected {
    std::string rows;                           ///< objects with commas between
    std::string table, histogram, done, error;  ///< objects; "": none came
    std::uint64_t next_end_seq = 0;             ///< 0: nothing is left
    bool is_full = false;
  };
  Collected take();

 private:
  std::mutex mutex_;  // guards all below
  Collected collected_;
  std::uint64_t last_seq_ = 0;
};

}  // namespace yorozu::api
