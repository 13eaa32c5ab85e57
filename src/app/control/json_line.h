/// One JSON object a line over a stream socket; beside a line may come one descriptor (a file to be read).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace yorozu::control {

/// A row of a search shows an event of 1 MiB twice, escaped.
inline constexpr std::size_t kMaxLine = std::size_t{32} << 20;

/// Reads lines; remembers what came after the last one. Not thread-safe.
class LineReader {
 public:
  /// `fd` outlives it.
  explicit LineReader(int fd) : fd_(fd) {}
  /// nullopt: the other end has closed. Errors: Io, Overloaded (a line beyond kMaxLine), InvalidInput (no JSON object).
  Result<std::optional<nlohmann::json>> next();
  /// The descriptor that came beside what was read so far; none: none.
  Fd take_fd() { return std::move(passed_); }

  /// Of the object that next() gave last, as it came.
  std::string_view text() const { return text_; }

 private:
  Result<bool> fill();
  int fd_;
  std::string buffer_, text_;
  Fd passed_;
};

/// Whole, with `passed` beside its first byte when it is one. Io when the other end is gone.
Result<void> write_line(int fd, const nlohmann::json& object, int passed = -1);
/// `line`: one JSON object as text.
Result<void> write_text_line(int fd, std::string_view line, int passed = -1);

}  // namespace yorozu::control
