/// Wildcards over UTF-8: `*` is any run of characters, `?` exactly one, everything else itself. No escapes: a pattern
/// is a list of pieces that its maker has already unescaped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yorozu {

struct Glob {
  struct Piece {
    enum class Kind : unsigned char { Literal, AnyRun, AnyOne } kind;
    std::string text;  ///< of a Literal
    bool operator==(const Piece&) const = default;
  };
  std::vector<Piece> pieces;
  bool operator==(const Glob&) const = default;
};

/// Whole `text` against `glob`, byte for byte (fold both first where case does not matter). O(text x pieces) at worst.
bool matches(const Glob& glob, std::string_view text);

}  // namespace yorozu
