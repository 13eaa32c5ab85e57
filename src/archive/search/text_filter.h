/// A quick look at the stored text of a block: which of its lines can belong to a match, so that only these are
/// decoded.
///
/// **Why a line can be left out.** A word of the query has a piece (letters, digits, `.-_@`, Japanese) that must stand
/// in the text or in a value of every event that it matches. A line is **plain** when text and values are made of its
/// bytes as they stand, but for the case of ASCII letters: no escapes that stand for other characters, no base64, no
/// characters that normal form changes or composes, no audit record (hexadecimal values, names for numbers). So a plain
/// line without the piece cannot match, and lines that are not plain are always decoded. Words that decoders write
/// themselves (severities, constants of patterns) are no such pieces.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "query/expression.h"

namespace yorozu::archive::search {

class TextFilter {
 public:
  /// nullopt: for this expression every line must be decoded.
  static std::optional<TextFilter> make(const query::Expression& expression, const event::Schema& schema);

  /// Lines of `block` (whole lines with their line feeds) that may belong to a match, in order, without their line
  /// feeds. Lines that say how others are read are among them.
  void find_candidates(std::string_view block, std::vector<std::string_view>& out);

  /// Normal form; each match holds one of them. For --explain.
  const std::vector<std::string>& literals() const { return literals_; }

 private:
  explicit TextFilter(std::vector<std::string> literals) : literals_(std::move(literals)) {}

  std::vector<std::string> literals_;
  std::vector<std::size_t> places_;
};

namespace detail {

/// Normal form leaves the character alone wherever it stands. Exposed for tests, as are the two below.
bool is_plain(char32_t c);
/// Appends where `literal` (normal form) stands in `text`, whatever the case of ASCII letters.
void find_literal(std::string_view text, std::string_view literal, std::vector<std::size_t>& places);
/// Appends a place in each line that is not plain.
void find_not_plain(std::string_view text, std::vector<std::size_t>& places);

}  // namespace detail

}  // namespace yorozu::archive::search
