#include "query/audit_records.h"

#include <algorithm>
#include <array>

#include "query/parse.h"
#include "query/query.h"

namespace yorozu::query {
namespace {

constexpr std::array<std::string_view, 4> kNaming = {"input", "class", "seq", "action"};

bool names_audit_records(const Expression& expression) {
  if (expression.kind == Expression::Kind::Test &&
      (std::ranges::find(kNaming, expression.field) != kNaming.end() || expression.field.starts_with("detail")))
    return true;
  return std::ranges::any_of(expression.children, names_audit_records);
}

}  // namespace

std::string without_audit_records(std::string_view text) {
  auto query = parse_query(text);
  if (!query || query->where.kind == Expression::Kind::All || names_audit_records(query->where))
    return std::string(text);
  Expression both;
  both.kind = Expression::Kind::And;
  both.children.push_back(std::move(query->where));
  both.children.push_back(parse("NOT input:yorozu.audit").value());
  query->where = std::move(both);
  return to_text(*query);
}

}  // namespace yorozu::query
