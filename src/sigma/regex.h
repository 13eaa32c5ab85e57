/// One regular expression, for both the oracle and the engine: RE2, so linear in the text whatever the pattern.
///
/// Sigma's `re` is an unanchored search, case-sensitive unless `i`. What RE2 does not have (look-around,
/// back-references, atomic groups) is an error of the rule; none of the 3,897 public rules at hand needs it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "sigma/rule.h"

namespace re2 {
class RE2;
}

namespace yorozu::sigma {

/// Immutable, thread-safe, cheap to copy.
class CompiledRegex {
 public:
  /// Errors: Unsupported for what RE2 leaves out on purpose, InvalidInput for a pattern that is wrong or too large.
  static Result<CompiledRegex> compile(const Regex& regex);

  /// Found anywhere in `text`. Bytes that are not UTF-8 match no character of the pattern but `\C`.
  bool found_in(std::string_view text) const;

  /// How RE2 (and Vectorscan, when it accepts it) would write it: flags as a prefix `(?ims)`.
  std::string_view pattern() const;

 private:
  explicit CompiledRegex(std::shared_ptr<const re2::RE2> re2) : re2_(std::move(re2)) {}
  std::shared_ptr<const re2::RE2> re2_;  // shared: immutable after compilation, and dear to copy
};

}  // namespace yorozu::sigma
