#include "sigma/condition.h"

#include <algorithm>
#include <utility>

namespace yorozu::sigma {
namespace {

/// Puts the trees of identifiers where a condition names them.
class Resolver {
 public:
  Resolver(std::span<const Identifier> identifiers, Report& report)
      : identifiers_(identifiers), used_(identifiers.size(), false), report_(report) {}

  std::optional<Node> resolve_text(const YamlNode& text);
  void report_unused() const;

 private:
  /// What a part of the condition is: a tree, nothing (a pattern that fits no name drops out), or an error.
  struct Part {
    std::optional<Node> node;
    bool failed = false;
  };
  Part resolve(const ConditionSyntax& syntax);
  Part resolve_name(const ConditionSyntax& syntax);
  Part resolve_pattern(const ConditionSyntax& syntax);
  Part resolve_children(const ConditionSyntax& syntax);
  Part take(std::size_t index, Span span);
  Span span_at(std::uint32_t offset) const;

  std::span<const Identifier> identifiers_;
  std::vector<bool> used_;
  Report& report_;
  const YamlNode* text_ = nullptr;
  std::size_t size_ = 0;
};

/// Exact for a condition that is written plainly on one line; else where its text begins.
Span Resolver::span_at(std::uint32_t offset) const {
  const bool exact = text_->plain && text_->text.find('\n') == std::string::npos;
  return {text_->span.line, text_->span.column + (exact ? offset : 0)};
}

Resolver::Part Resolver::take(std::size_t index, Span span) {
  used_[index] = true;
  size_ += identifiers_[index].size;
  if (size_ <= kMaxRuleNodes) return {identifiers_[index].node};
  report_.error(span, "too-large", "the rule becomes more than 200,000 tests");
  return {std::nullopt, true};
}

Resolver::Part Resolver::resolve_name(const ConditionSyntax& syntax) {
  const Span span = span_at(syntax.offset);
  const auto found = std::ranges::find(identifiers_, syntax.name, &Identifier::name);
  if (found != identifiers_.end()) return take(static_cast<std::size_t>(found - identifiers_.begin()), span);
  std::string lower = syntax.name;
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const bool is_operator = lower == "and" || lower == "or" || lower == "not";
  report_.error(span, "unknown-identifier", "'" + syntax.name + "' is not defined in the detection",
                is_operator             ? "operators are written in lower case: " + lower
                : syntax.name == "near" ? "`near` is no part of Sigma any more; write a correlation"
                : syntax.name.find('*') != std::string::npos ? "write `1 of " + syntax.name + "`"
                                                             : "");
  return {std::nullopt, true};
}

Resolver::Part Resolver::resolve_pattern(const ConditionSyntax& syntax) {
  const Span span = span_at(syntax.offset);
  const bool them = syntax.name == "them";
  std::vector<Node> nodes;
  for (std::size_t i = 0; i < identifiers_.size(); ++i) {
    const std::string& name = identifiers_[i].name;
    if (!them && !fits_name(syntax.name, name)) continue;
    if (name.starts_with('_') && (them || !syntax.name.starts_with('_'))) continue;
    Part part = take(i, span);
    if (part.failed) return part;
    nodes.push_back(*std::move(part.node));
  }
  if (nodes.empty()) {
    report_.warning(span, "unmatched-pattern", "no identifier fits '" + syntax.name + "'; this part drops out");
    return {};
  }
  return {join(syntax.kind == ConditionSyntax::Kind::AllOf ? Node::Kind::And : Node::Kind::Or, std::move(nodes), span)};
}

Resolver::Part Resolver::resolve_children(const ConditionSyntax& syntax) {
  std::vector<Node> nodes;
  for (const ConditionSyntax& child : syntax.children) {
    Part part = resolve(child);
    if (part.failed) return part;
    if (part.node) nodes.push_back(*std::move(part.node));
  }
  if (nodes.empty()) return {};
  const Span span = span_at(syntax.offset);
  if (syntax.kind == ConditionSyntax::Kind::Not) return {negate(std::move(nodes.front()), span)};
  return {join(syntax.kind == ConditionSyntax::Kind::And ? Node::Kind::And : Node::Kind::Or, std::move(nodes), span)};
}

Resolver::Part Resolver::resolve(const ConditionSyntax& syntax) {
  ++size_;
  switch (syntax.kind) {
    case ConditionSyntax::Kind::Name:
      return resolve_name(syntax);
    case ConditionSyntax::Kind::OneOf:
    case ConditionSyntax::Kind::AllOf:
      return resolve_pattern(syntax);
    case ConditionSyntax::Kind::And:
    case ConditionSyntax::Kind::Or:
    case ConditionSyntax::Kind::Not:
      break;
  }
  return resolve_children(syntax);
}

std::optional<Node> Resolver::resolve_text(const YamlNode& text) {
  text_ = &text;
  if (!text.is_scalar() || text.is_null()) {
    report_.error(text.span, "bad-condition", "a condition must be text");
    return std::nullopt;
  }
  const auto syntax = parse_condition_text(text.text);
  if (!syntax) {
    const ConditionError& error = syntax.error();
    report_.error(span_at(error.offset), error.code, error.message, error.hint);
    return std::nullopt;
  }
  Part part = resolve(*syntax);
  if (part.node || part.failed) return std::move(part.node);
  report_.error(text.span, "empty-condition", "nothing is left of the condition: no identifier fits its patterns");
  return std::nullopt;
}

void Resolver::report_unused() const {
  for (std::size_t i = 0; i < identifiers_.size(); ++i) {
    const Identifier& identifier = identifiers_[i];
    if (!used_[i] && !identifier.name.starts_with('_'))
      report_.warning(identifier.node.span, "unused-identifier",
                      "'" + identifier.name + "' is not used by the condition");
  }
}

}  // namespace

std::optional<Node> parse_condition(const YamlNode& condition, std::span<const Identifier> identifiers,
                                    Report& report) {
  Resolver resolver(identifiers, report);
  std::vector<Node> nodes;
  if (condition.is_sequence()) {
    for (const YamlNode& text : condition.items) {
      auto node = resolver.resolve_text(text);
      if (!node) return std::nullopt;
      nodes.push_back(*std::move(node));
    }
    if (nodes.empty()) report.error(condition.span, "no-condition", "the list of conditions is empty");
  } else if (auto node = resolver.resolve_text(condition)) {
    nodes.push_back(*std::move(node));
  }
  if (nodes.empty()) return std::nullopt;
  resolver.report_unused();
  return join(Node::Kind::Or, std::move(nodes), condition.span);
}

}  // namespace yorozu::sigma
