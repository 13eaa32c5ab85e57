/// One moment in all the forms that messages have. Formatting a second costs; its neighbours only differ in fractions.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "message.h"

namespace yorozu::load {

/// The firm stands in Japan: local is UTC+9.
class ClockText {
 public:
  /// Microseconds since 1970.
  void set(std::int64_t us);
  /// Writes width_of(kind) characters.
  void write(PatchKind kind, char* to) const;

 private:
  std::int64_t us_ = 0, second_ = -1;
  std::string local_, utc_;  ///< 2026-11-25T18:00:00
  std::string rfc3164_, apache_;
};

void write_digits(std::uint64_t number, std::size_t width, char* to);

}  // namespace yorozu::load
