/// One matcher of a rule (sigma::Matcher), made ready to be asked many times: literals folded, patterns sorted into
/// forms, regexes compiled.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/glob.h"
#include "base/result.h"
#include "detect/event_texts.h"
#include "sigma/rule.h"

namespace yorozu::sigma {
class CompiledRegex;
}

namespace yorozu::detect {

struct Prepared {
  enum class Kind : std::uint8_t {
    Anything,  ///< `*`: any value that is not null
    Equals,
    StartsWith,
    EndsWith,
    Contains,
    Glob,
    Number,
    OneOfNumbers,  ///< several Number tests of one field, any of them; made by the class builder
    Boolean,
    Null,
    Exists,
    Regex,
    Cidr,
    Compare,
    DatePart,
    FieldReference,
    Never,  ///< cannot be asked (a regex that does not compile)
  };
  Kind kind = Kind::Never;
  bool cased = false;       ///< of text kinds: compared as written, not folded
  bool of_role = false;     ///< condition of a role, hence often true
  bool is_keyword = false;  ///< asks all values of the event
  std::string literal;      ///< of Equals, StartsWith, EndsWith, Contains; folded unless cased
  yorozu::Glob glob;        ///< of Glob
  std::shared_ptr<const sigma::CompiledRegex> regex;
  std::size_t long_run = 0;         ///< of Regex `.{N,}`: N; it only asks for a line of that length
  std::vector<std::string> needed;  ///< of Regex: the folded text has one of them where it matches; empty: not known
  std::optional<std::string> constant, other_constant;  ///< of FieldReference: text that the role gives a field
  std::vector<double> numbers;                          ///< of OneOfNumbers, sorted
  std::vector<std::string> number_texts;                ///< of OneOfNumbers, sorted: for values that are text
  sigma::Matcher source;                                ///< of OneOfNumbers: nothing of use

  bool is_text() const { return kind <= Kind::Glob; }
};

Prepared prepare(const sigma::Test& test);
/// True where one of `tests` is, which are all of kind Number.
Prepared any_of_numbers(std::span<const Prepared* const> tests);

/// A test of an event: the positions of its field's values (for a keyword: of all values), for a field reference also
/// those of the other field.
bool evaluate(const Prepared& test, std::span<const std::uint16_t> positions, std::span<const std::uint16_t> others,
              EventTexts& texts);

/// Whether the value at that one position makes the test true; not for Null, Exists and field references.
bool accepts(const Prepared& test, std::uint16_t position, EventTexts& texts);

/// Rough price of evaluate(), for ordering: 0 is a comparison of numbers.
unsigned cost_of(const Prepared& test);

}  // namespace yorozu::detect
