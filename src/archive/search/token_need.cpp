#include "archive/search/token_need.h"

#include <algorithm>
#include <iterator>
#include <variant>

#include "archive/search/stored_values.h"

namespace yorozu::archive::search {

bool TokenNeed::met(const std::function<bool(std::span<const index::Token>)>& holds_all) const {
  const auto is_met = [&](const TokenNeed& need) { return need.met(holds_all); };
  return (all.empty() || holds_all(all)) && std::ranges::all_of(any_of, [&](const std::vector<TokenNeed>& needs) {
           return std::ranges::any_of(needs, is_met);
         });
}

TokenNeed tokens_of(const query::Expression& expression, const event::Schema& schema) {
  using Kind = query::Expression::Kind;
  TokenNeed out;
  if (expression.kind == Kind::And) {
    for (const query::Expression& child : expression.children) {
      TokenNeed need = tokens_of(child, schema);
      std::ranges::move(need.all, std::back_inserter(out.all));
      std::ranges::move(need.any_of, std::back_inserter(out.any_of));
    }
  } else if (expression.kind == Kind::Or) {
    std::vector<TokenNeed> needs;
    for (const query::Expression& child : expression.children) {
      needs.push_back(tokens_of(child, schema));
      if (needs.back().empty()) return {};
    }
    out.any_of.push_back(std::move(needs));
  } else if (expression.kind == Kind::Test) {
    const auto* text = std::get_if<query::Text>(&*expression.test);
    if (text == nullptr || !is_in_filters(expression.field, schema)) return {};
    const bool has_wildcards = !text->phrase && text->literal.empty();
    out.all = has_wildcards ? index::required_tokens(text->glob) : index::required_tokens(text->literal);
  }
  return out;
}

}  // namespace yorozu::archive::search
