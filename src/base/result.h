/// What a function that may fail for reasons outside the program gives back. Bugs end the process (base/assert.h);
/// a machine in trouble (out of memory) throws. See docs/architecture.md, "Errors".
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace yorozu {

enum class ErrorCode {
  InvalidInput,  ///< the bytes or words given are not what they should be
  NotFound,
  Conflict,
  Denied,
  Unsupported,  ///< well formed, but not something this program does
  Corrupt,      ///< stored data is damaged
  Overloaded,   ///< a bound was reached
  Timeout,
  Cancelled,
  Io,
  Internal,
};

std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;  ///< for people, in English; says what was wrong and where

  /// Puts `where` in front: Error{"line 14: bad modifier"}.in("rule win_susp.yml") reads
  /// "rule win_susp.yml: line 14: bad modifier".
  Error in(std::string_view where) && {
    message.insert(0, ": ").insert(0, where);
    return std::move(*this);
  }
};

template <class T = void>
using Result = std::expected<T, Error>;

/// `return fail(ErrorCode::InvalidInput, "...")` from any function that returns a Result.
inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace yorozu
