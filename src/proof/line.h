/// The unit of evidence: one frame as one line of JSON, in the one spelling that is allowed (docs/formats/line.md).
/// Keys in this order, absent without a value: seq, received, input, peer, via, cut, then raw or raw_b64. Strings are
/// escaped as RFC 8785 section 3.2.2.2; no blanks. Pure: no files, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"
#include "base/time.h"

namespace yorozu::proof {

/// A frame longer than this is cut; `cut` keeps its original length.
inline constexpr std::size_t kMaxRawBytes = std::size_t{1} << 20;
/// Longest line: 1 MiB of control characters is 6 MiB of escapes; 2 MiB are left for `via` and the rest, which inputs
/// bound.
inline constexpr std::size_t kMaxLineBytes = std::size_t{8} << 20;

/// One line, taken apart. `raw` is the bytes as received, whatever their spelling in the line was.
struct Line {
  std::uint64_t seq = 0;
  Timestamp received;
  std::string input;
  std::string peer;  ///< "": none
  std::vector<std::pair<std::string, std::string>> via;
  std::optional<std::uint64_t> cut;
  std::string raw;
  bool operator==(const Line&) const = default;

  /// Value of a key of `via`; "": there is none.
  std::string_view via_value(std::string_view key) const {
    for (const auto& [name, value] : via)
      if (name == key) return value;
    return {};
  }
};

/// What stands behind `{"seq":N,` of a line: everything but the number that the sequencer gives. Written by the thread
/// that decodes, so that the one that commits only copies.
struct LineParts {
  Timestamp received;                ///< known
  std::string_view input;            ///< not empty; `input` and `peer`: bytes that are not UTF-8 become U+FFFD
  std::string_view peer;             ///< "": none
  std::string_view via_json;         ///< an object of strings in canonical spelling, made by append_via(); "": none
  std::string_view raw;              ///< cut here to kMaxRawBytes, at the start of a character where it is UTF-8
  std::optional<std::uint64_t> cut;  ///< when the caller had to cut already
};
void append_line_tail(const LineParts& parts, Buffer& out);
/// `{"seq":N,` and the tail.
void append_line(std::uint64_t seq, std::string_view tail, Buffer& out);

/// Canonical spelling of `via`; keys in the order given, each once. No pairs: nothing. Bytes that are not UTF-8 become
/// U+FFFD.
void append_via(const std::vector<std::pair<std::string_view, std::string_view>>& pairs, std::string& out);

/// Errors: Corrupt with the byte offset, for every spelling but the canonical one.
Result<Line> parse_line(std::string_view line);

/// Only the beginning of a line, for who has checked or will check the rest. Errors: Corrupt.
struct LineStart {
  std::uint64_t seq = 0;
  Timestamp received;
};
Result<LineStart> parse_line_start(std::string_view line);

}  // namespace yorozu::proof
