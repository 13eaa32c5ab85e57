/// Where a command writes its result: standard output or a file. Buffered; the first failure is kept and everything
/// after it is dropped, so that writers need not ask after each line.
#pragma once

#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace yorozu::hunt {

class Output {
 public:
  /// "" and "-" are standard output. A file is created with mode 0600: logs tell secrets.
  static Result<Output> open(const std::string& path);
  Output(Output&&) noexcept = default;

  void write(std::string_view text) {
    if (text.size() >= kBuffer) {  // no use in copying it once more
      flush();
      return pass_on(text);
    }
    buffer_.append(text);
    if (buffer_.size() >= kBuffer) flush();
  }
  void flush();
  /// A reader that went away (head, less) is no error, but there is no use in going on.
  bool closed() const { return closed_; }
  /// Flushes; Io when something could not be written.
  Result<void> finish();

 private:
  static constexpr std::size_t kBuffer = 256 * 1024;
  void pass_on(std::string_view text);
  Output(Fd file, int fd, std::string name) : file_(std::move(file)), fd_(fd), name_(std::move(name)) {}

  Fd file_;  // empty for standard output, which is not ours to close
  int fd_;
  std::string name_;
  std::string buffer_;
  Error error_;
  bool failed_ = false;
  bool closed_ = false;
};

}  // namespace yorozu::hunt
