/// Conditions: text such as `selection and not 1 of filter_*`, read by precedence (or < and < not < `x of` < brackets).
/// The same reader serves the boolean text of temporal correlations, whose names are rules.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/detection.h"

namespace yorozu::sigma {

/// A condition as written, before names mean anything.
struct ConditionSyntax {
  enum class Kind : std::uint8_t { And, Or, Not, Name, OneOf, AllOf } kind = Kind::Name;
  std::vector<ConditionSyntax> children;  ///< of And, Or: two or more; of Not: one
  std::string name;                       ///< of Name: it; of OneOf and AllOf: the pattern or "them"
  std::uint32_t offset = 0;               ///< in the text
};

struct ConditionError {
  std::uint32_t offset = 0;  ///< in the text
  std::string code;
  std::string message;
  std::string hint;
};

inline constexpr std::size_t kMaxConditionBytes = std::size_t{64} << 10;

std::expected<ConditionSyntax, ConditionError> parse_condition_text(std::string_view text);

/// `*` in `pattern` is any run; the whole name must fit.
bool fits_name(std::string_view pattern, std::string_view name);

/// The `condition` of a detection (a text, or a list of them: any may hold) over its identifiers. Reports unknown and
/// unused identifiers and patterns that fit none. nullopt: error reported.
std::optional<Node> parse_condition(const YamlNode& condition, std::span<const Identifier> identifiers, Report& report);

/// Children as one node: a single child is itself, Or in Or is flattened, none gives the constant false.
Node join(Node::Kind kind, std::vector<Node> children, Span span);
Node negate(Node child, Span span);
std::size_t size_of(const Node& node);

}  // namespace yorozu::sigma
