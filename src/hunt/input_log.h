/// One log while it is read: its bytes cut into units by the splitter of its format.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "codec/decoder.h"
#include "hunt/input.h"
#include "hunt/input_source.h"

namespace yorozu::hunt {

/// A first look at a log.
struct Recognised {
  codec::Format format = codec::Format::Text;
  codec::DecodeOptions decode;
  std::string header;      ///< see codec::Unit::header
  bool is_binary = false;  ///< no log that we know, and no text
};
Recognised recognise(ByteView head, const InputOptions& options);

class OpenLog {
 public:
  /// Bytes shown to the splitter at first; grows to the splitter's largest_record().
  static constexpr std::size_t kWindow = std::size_t{1} << 20;

  /// `header` outlives the log and its units.
  OpenLog(std::unique_ptr<ByteSource> source, const Recognised& what, std::string_view header, Timestamp written);

  /// The next unit, with the damage met while reading it; false at the end. `work.file` and `work.index` are set by the
  /// caller.
  bool next(Work& work);

  std::uint64_t bytes_given() const { return offset_; }

 private:
  std::size_t fill(Work& work, std::size_t window);
  void note_end(Work& work);

  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<codec::Splitter> splitter_;
  codec::Format format_;
  Charset charset_;
  std::string_view header_;
  Timestamp written_;
  std::vector<std::uint8_t> carry_;  ///< read, but not yet part of a unit
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
  bool at_end_ = false;
  bool end_noted_ = false;
  Result<void> error_;  ///< what ended the source before its end; told once, in the last unit
};

}  // namespace yorozu::hunt
