/// The condition of the search language as a tree. What stands behind pipes (`| stats ...`) is in query/stage.h.
///
///   expr    := or ;  or := and ("OR" and)* ;  and := not (["AND"] not)* ;  not := ("NOT" | "-")? primary
///   primary := "(" expr ")" | word | "phrase" | field ":" test
///   test    := word | "text" | /regex/ | CIDR | (">" | ">=" | "<" | "<=") number | "[" a "TO" b "]" | "{" a "TO" b "}"
///            | "(" alternatives, with AND OR NOT, of the same field ")" | "*" (present)
///
/// A lone `*` without field is every event.
/// Words, phrases and field values compare in the normal form of base/text.h (NFKC, lower case); regexes see the value
/// as it is. A word without field is searched in the text of the event and in every value; it must not continue a
/// longer run of letters and digits (`cmd` finds `cmd.exe`, not `mycmd`), unless a wildcard says so; Japanese is found
/// anywhere.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/glob.h"
#include "base/time.h"

namespace yorozu::query {

/// A word or phrase somewhere in the text; a field's whole value.
struct Text {
  Glob glob;            ///< in normal form
  std::string literal;  ///< the whole text when there is no wildcard; else ""
  bool phrase = false;  ///< was in quotes: blanks match any run of white space
};
struct Present {};
struct Regex {
  std::string pattern;  ///< RE2 syntax, unanchored, case-sensitive unless it says (?i)
};
struct Network {
  std::array<std::uint8_t, 16> address{};  ///< IPv4 as ::ffff:a.b.c.d
  int prefix = 128;
};
/// Numbers when both the bound and the value are numbers, times when both are times, addresses likewise, else text.
struct Bound {
  std::string text;  ///< normal form
  bool inclusive = true;
};
struct Range {
  std::optional<Bound> low, high;
};

using Test = std::variant<Text, Present, Regex, Network, Range>;

struct Expression {
  enum class Kind : std::uint8_t { And, Or, Not, Test, All } kind = Kind::All;  ///< All: the empty query
  std::vector<Expression> children;
  std::string field;  ///< of a Test: as written; empty: anywhere
  std::optional<Test> test;
  std::size_t position = 0;  ///< byte offset in the query
};

/// What is wrong with a query, where, and what to write instead.
struct ParseError {
  std::size_t position = 0;  ///< byte offset
  enum class Reason : std::uint8_t {
    UnclosedQuote,
    UnclosedBracket,
    UnexpectedBracket,
    MissingOperand,
    MissingValue,
    BadRegex,
    BadNetwork,
    BadRange,
    PipeNotHere,
    TooDeep,
    TooLong,
    MissingStage,            ///< nothing behind a pipe
    UnknownStage,            ///< `detail`: the word
    MissingNames,            ///< `detail`: the stage that needs names of fields
    UnknownFunction,         ///< `detail`: the word
    MissingField,            ///< `detail`: the function that needs one in brackets
    BadSpan,                 ///< of timechart
    BadNumber,               ///< where a number of rows stands, or a percentile
    SecondAggregation,       ///< `detail`: the stage that may stand only once
    StageBeforeAggregation,  ///< `detail`: fields, sort or limit, which belong behind it
    UnknownColumn,           ///< `detail`: a name that the table before does not have
    UnexpectedWord,          ///< `detail`: what the stage does not take
    TooMany,                 ///< stages, or names in one
  } reason;
  std::string detail;      ///< the piece of the query it is about, or the library's words
  std::string suggestion;  ///< what was probably meant in its place; "" when nothing is near
};

}  // namespace yorozu::query
