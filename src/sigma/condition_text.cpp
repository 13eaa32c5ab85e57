/// Reading condition text. Recursive descent over the bytes, no table of tokens: names may hold anything but blanks,
/// brackets and `|`.
#include <utility>

#include "sigma/condition.h"

namespace yorozu::sigma {
namespace {

using Kind = ConditionSyntax::Kind;
using Parsed = std::expected<ConditionSyntax, ConditionError>;

constexpr int kMaxDepth = 64;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) { advance(); }

  Parsed read_all() {
    Parsed out = read_or(0);
    if (out && token_ == "near")
      return wrong("`near` is no part of Sigma any more", "old-aggregation", "write a temporal correlation");
    if (out && !token_.empty()) return wrong("'" + std::string(token_) + "' is too much here");
    return out;
  }

 private:
  Parsed read_or(int depth) { return read_chain("or", Kind::Or, depth); }
  Parsed read_chain(std::string_view word, Kind kind, int depth);
  Parsed read_not(int depth);
  Parsed read_primary(int depth);
  Parsed read_quantifier();

  void advance();
  std::string_view peek() const {
    Reader ahead = *this;
    ahead.advance();
    return ahead.token_;
  }
  std::uint32_t offset() const { return static_cast<std::uint32_t>(token_at_); }
  std::unexpected<ConditionError> wrong(std::string message, std::string code = "bad-condition",
                                        std::string hint = {}) const {
    return std::unexpected(ConditionError{offset(), std::move(code), std::move(message), std::move(hint)});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t token_at_ = 0;
  std::string_view token_;  // empty: the end
};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_sign(char c) {
  return c == '(' || c == ')' || c == '|';
}

void Reader::advance() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  token_at_ = at_;
  if (at_ < text_.size() && is_sign(text_[at_])) {
    ++at_;
  } else {
    while (at_ < text_.size() && !is_blank(text_[at_]) && !is_sign(text_[at_])) ++at_;
  }
  token_ = text_.substr(token_at_, at_ - token_at_);
}

Parsed Reader::read_chain(std::string_view word, Kind kind, int depth) {
  const std::uint32_t start = offset();
  const auto read_operand = [&] { return kind == Kind::Or ? read_chain("and", Kind::And, depth) : read_not(depth); };
  Parsed first = read_operand();
  if (!first || token_ != word) return first;
  ConditionSyntax out{kind, {}, {}, start};
  out.children.push_back(*std::move(first));
  while (token_ == word) {
    advance();
    Parsed next = read_operand();
    if (!next) return next;
    out.children.push_back(*std::move(next));
  }
  return out;
}

Parsed Reader::read_not(int depth) {
  if (token_ != "not") return read_primary(depth);
  const std::uint32_t start = offset();
  if (depth >= kMaxDepth) return wrong("nested too deeply", "too-large");
  advance();
  Parsed operand = read_not(depth + 1);
  if (!operand) return operand;
  ConditionSyntax out{Kind::Not, {}, {}, start};
  out.children.push_back(*std::move(operand));
  return out;
}

Parsed Reader::read_quantifier() {
  ConditionSyntax out{token_ == "all" ? Kind::AllOf : Kind::OneOf, {}, {}, offset()};
  if (token_ != "all" && token_ != "any" && token_ != "1")
    return wrong("'" + std::string(token_) + " of': only 1, any and all can stand before `of`");
  advance();
  advance();
  if (token_.empty() || is_sign(token_[0])) return wrong("`of` needs `them` or a pattern behind it");
  out.name = token_;
  advance();
  return out;
}

Parsed Reader::read_primary(int depth) {
  if (token_.empty()) return wrong("the condition ends where a name was expected");
  if (token_ == "(") {
    if (depth >= kMaxDepth) return wrong("nested too deeply", "too-large");
    advance();
    Parsed inside = read_or(depth + 1);
    if (!inside) return inside;
    if (token_ != ")") return wrong("a closing bracket is missing");
    advance();
    return inside;
  }
  if (token_ == "|")
    return wrong("aggregations behind `|` are no part of Sigma any more", "old-aggregation", "write a correlation");
  if (token_ == ")" || token_ == "and" || token_ == "or")
    return wrong("'" + std::string(token_) + "' where a name was expected");
  if (peek() == "of") return read_quantifier();
  ConditionSyntax out{Kind::Name, {}, std::string(token_), offset()};
  advance();
  return out;
}

}  // namespace

Parsed parse_condition_text(std::string_view text) {
  if (text.size() > kMaxConditionBytes)
    return std::unexpected(ConditionError{0, "too-large", "the condition is longer than 64 KiB", {}});
  if (const std::size_t pipe = text.find('|'); pipe != std::string_view::npos)
    return std::unexpected(ConditionError{
        static_cast<std::uint32_t>(pipe), "old-aggregation",
        "aggregations behind `|` (count, sum, near ...) are no part of Sigma any more", "write a correlation"});
  return Reader(text).read_all();
}

bool fits_name(std::string_view pattern, std::string_view name) {
  // Greedy from both ends of each run: what stands between two stars may match at its first place.
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  pattern.remove_prefix(star + 1);
  name.remove_prefix(star);
  for (std::size_t next = pattern.find('*'); next != std::string_view::npos; next = pattern.find('*')) {
    const std::size_t found = name.find(pattern.substr(0, next));
    if (found == std::string_view::npos) return false;
    name.remove_prefix(found + next);
    pattern.remove_prefix(next + 1);
  }
  return name.ends_with(pattern);
}

}  // namespace yorozu::sigma
