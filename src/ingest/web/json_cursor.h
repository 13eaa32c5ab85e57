/// Walks through JSON text without building anything: finds where values begin and end, reads strings. For the
/// envelopes of `_bulk` and HEC; what is inside of an event is the decoders' matter. Bounded depth, never beyond the
/// end. Pure.
///
/// Lenient about what a number or a bare word is and about UTF-8 (the bytes are evidence and kept as they are), strict
/// about structure: strings, brackets, commas.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace yorozu::ingest::web {

class JsonCursor {
 public:
  static constexpr int kMaxDepth = 200;

  explicit JsonCursor(std::string_view text) : text_(text) {}

  std::size_t position() const { return at_; }
  void skip_blank();
  /// Blanks skipped; '\0' at the end.
  char peek();
  bool at_end() { return peek() == '\0' && at_ >= text_.size(); }
  /// Takes `c` when it comes next.
  bool take(char c);
  /// The next string, unescaped; nullopt when there is none or it is broken. A lone surrogate becomes U+FFFD.
  std::optional<std::string> string();
  /// The text of the next value, quotes or brackets included; nullopt when it is broken, ends early or is too deep.
  std::optional<std::string_view> value();

  /// Goes through the members of an object: `member(key)` has to take the value from this cursor and gives false to
  /// give up. False when this is no object or a broken one.
  template <class Member>
  bool object(Member&& member) {
    if (!take('{')) return false;
    if (take('}')) return true;
    do {
      const std::optional<std::string> key = string();
      if (!key || !take(':') || !member(*key)) return false;
    } while (take(','));
    return take('}');
  }

 private:
  bool skip_string();
  bool skip_scalar();

  std::string_view text_;
  std::size_t at_ = 0;
};

/// What a value says as text: a string unescaped, anything else as it is written; "" for null.
std::string text_of_json(std::string_view value);

}  // namespace yorozu::ingest::web
