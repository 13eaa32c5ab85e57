/// Sigma rules as values, after parsing and before compiling: Sigma specification 2.1 (detection, correlation, filter).
/// Modifiers, lists, quantifiers and placeholders are resolved here; what is left is a tree of tests on fields.
///
///   RuleText --parse--> Rule / Correlation (this file) --detect::compile--> CompiledRules --match--> findings
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "event/logsource.h"

namespace yorozu::sigma {

enum class Level : std::uint8_t { Informational, Low, Medium, High, Critical };
std::string_view to_string(Level level);
std::optional<Level> parse_level(std::string_view text);

/// Where in the rule's file; lines and columns from 1, 0: not known.
struct Span {
  std::uint32_t line = 0, column = 0;
};

/// Text with wildcards. {"a", Any, "b"} is a*b; a plain value is one Literal; `contains: x` is Any x Any.
struct Pattern {
  struct Part {
    enum class Kind : std::uint8_t { Literal, Any, One } kind;  ///< Any: `*`, any run, also newlines; One: `?`
    std::string text;                                           ///< of a Literal, UTF-8; not folded
    bool operator==(const Part&) const = default;
  };
  std::vector<Part> parts;  ///< never two Literals or two Any in a row; none: the empty text
  bool cased = false;       ///< false: compare case-folded (base/text.h)
  bool operator==(const Pattern&) const = default;
};

/// Equals the decimal text of the field, or a field of a numeric type (hex numbers are text: 0x3e7 is not 999).
struct Number {
  double value;
  std::string text;
};
/// Equals the text true or false, in any case.
struct Boolean {
  bool value;
};
/// Absent, or null.
struct Null {};
/// Present at all, also when empty or null.
struct Exists {
  bool wanted;
};
struct Regex {
  std::string pattern;  ///< as written; unanchored search
  bool ignore_case = false, multi_line = false, dot_all = false;
};
struct Cidr {
  std::array<std::uint8_t, 16> network{};  ///< IPv4 in the first 4 bytes
  std::uint8_t prefix = 0;
  bool v6 = false;
};
enum class Comparison : std::uint8_t { Less, LessOrEqual, Greater, GreaterOrEqual };
struct Compare {
  Comparison op;
  double value;
};
enum class TimePart : std::uint8_t { Minute, Hour, Day, Week, Month, Year };
/// Part of a date field, in UTC, equal to `value` or compared with it. Week: ISO 8601.
struct DatePart {
  TimePart part;
  std::optional<Comparison> op;
  double value;
};
struct FieldReference {
  std::string other;
  enum class How : std::uint8_t { Equals, Contains, StartsWith, EndsWith } how = How::Equals;
  bool cased = false;
};

using Matcher = std::variant<Pattern, Number, Boolean, Null, Exists, Regex, Cidr, Compare, DatePart, FieldReference>;

/// One test of one field. Several values of a field: any may match.
struct Test {
  /// Name as the rule writes it. Empty: keyword, any value of the event; its Pattern begins and ends with Any already.
  std::string field;
  Matcher matcher;
};

/// The condition of a rule as one tree; And and Or have at least one child, Not exactly one.
struct Node {
  enum class Kind : std::uint8_t { And, Or, Not, Test, Constant } kind = Kind::Constant;
  std::vector<Node> children;
  std::optional<Test> test;  ///< of Kind::Test
  bool constant = false;     ///< of Kind::Constant: false where a placeholder is empty
  std::string label;         ///< name of the search identifier this node came from, "" inside one; for explain and why
  Span span;
};

struct Logsource : event::Logsource {
  std::string definition;
};

/// What every kind of document has.
struct Metadata {
  std::string id;               ///< UUID; a rule without one gets "file:line" here and a warning
  std::string name;             ///< the technical `name` that correlations use
  std::string title, title_ja;  ///< title_ja: our own rules have it
  std::string description, description_ja, status, author, date, modified, license;
  std::vector<std::string> references, tags, falsepositives, fields;
  Level level = Level::Medium;  ///< rules without a level count as medium
  bool has_level = false;
  std::string file;  ///< as given to the parser
  Span span;         ///< where its document begins
  std::string regression_tests_path;
  /// "Credential Access", "T1003.001": out of tags attack.*
  std::vector<std::string> tactics() const;
  std::vector<std::string> techniques() const;
};

struct Rule {
  Metadata meta;
  Logsource logsource;
  Node condition;
  /// False when only correlations want its matches (a correlation names it and does not `generate`).
  bool alerts = true;
  /// Known lists that are empty: this rule cannot fire here, whatever its condition says. Names of the placeholders.
  std::vector<std::string> empty_placeholders;
  std::string text_hash;  ///< SHA-256 hex of its document's text
};

struct CorrelationCondition {
  enum class Op : std::uint8_t { Less, LessOrEqual, Greater, GreaterOrEqual, Equal, NotEqual } op;
  double value;
};

struct Correlation {
  enum class Type : std::uint8_t {
    EventCount,
    ValueCount,
    Temporal,
    TemporalOrdered,
    ValueSum,
    ValueAverage,
    ValuePercentile,
    ValueMedian
  };
  Metadata meta;
  Type type = Type::EventCount;
  struct Member {
    std::string reference;  ///< id or name as written
    bool is_correlation = false;
    std::uint32_t index = 0;  ///< into RuleSet::rules or RuleSet::correlations
  };
  std::vector<Member> members;
  std::vector<std::string> group_by;
  /// alias -> field for each member; members without an entry use the alias as the field's name.
  struct Alias {
    std::string name;
    std::vector<std::pair<std::uint32_t, std::string>> field_of_member;  ///< (index into members, field)
  };
  std::vector<Alias> aliases;
  std::int64_t timespan_us = 0;
  std::vector<CorrelationCondition> conditions;  ///< all must hold; temporal types: empty = all members
  std::vector<std::string> fields;               ///< of value_*: several are a tuple (value_count only)
  double percentile = 0;                         ///< 0-100
  /// Boolean text of a temporal condition: a tree whose leaves are members (index in `test_member`).
  struct Expression {
    enum class Kind : std::uint8_t { And, Or, Not, Member } kind = Kind::Member;
    std::vector<Expression> children;
    std::uint32_t member = 0;
  };
  std::optional<Expression> expression;
  bool alerts = true;  ///< false: only another correlation wants it
  bool generate = false;
  std::string text_hash;
};

/// Something that is wrong with a rule, in the form a compiler prints: file:line:column: severity: message.
struct Diagnostic {
  enum class Severity : std::uint8_t { Error, Warning, Note } severity = Severity::Error;
  std::string file;
  Span span;
  std::string rule;     ///< id or title, when known
  std::string code;     ///< stable short name: "unknown-modifier", "unknown-identifier"; docs/sigma.md lists all
  std::string message;  ///< English
  std::string hint;     ///< what to write instead; may be empty
};

/// Rules that are ready to compile, and everything that kept others from being so.
struct RuleSet {
  std::vector<Rule> rules;
  std::vector<Correlation> correlations;  ///< in such an order that members that are correlations come first
  std::vector<Diagnostic> diagnostics;
  std::size_t documents = 0;  ///< rule, correlation and filter documents read
  std::size_t failed = 0;     ///< documents that became nothing because of an error
  std::size_t filters = 0;    ///< applied to their rules already
};

}  // namespace yorozu::sigma
