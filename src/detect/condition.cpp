#include "detect/condition.h"

#include <algorithm>

namespace yorozu::detect {

namespace {

using Kind = Condition::Kind;

/// Expected price of an answer, and how often it is "true".
struct Estimate {
  double price = 0, likelihood = 0;
};

struct Ordered {
  Estimate estimate;
  std::vector<std::size_t> order;  ///< in which the children are best asked
};

Estimate estimate(const Condition& condition, const std::vector<ClassTest>& tests);

/// The order with the least expected price: of And, what is cheap for how often it ends the asking with "false" first;
/// of Or, with "true". (Tests are taken as independent, which they are not; only the order depends on it.)
Ordered order_children(const Condition& condition, const std::vector<ClassTest>& tests) {
  const bool is_and = condition.kind == Kind::And;
  std::vector<Estimate> children;
  std::vector<std::pair<double, std::size_t>> ranks;
  for (const Condition& child : condition.children) {
    const Estimate own = estimate(child, tests);
    const double ends = is_and ? 1 - own.likelihood : own.likelihood;
    ranks.emplace_back(own.price / std::max(ends, 1e-6), children.size());
    children.push_back(own);
  }
  std::ranges::sort(ranks);
  Ordered out;
  double goes_on = 1;
  for (const auto& [rank, i] : ranks) {
    out.order.push_back(i);
    out.estimate.price += goes_on * children[i].price;
    goes_on *= is_and ? children[i].likelihood : 1 - children[i].likelihood;
  }
  out.estimate.likelihood = is_and ? goes_on : 1 - goes_on;
  return out;
}

Estimate estimate(const Condition& condition, const std::vector<ClassTest>& tests) {
  switch (condition.kind) {
    case Kind::True:
      return {0, 1};
    case Kind::False:
      return {0, 0};
    case Kind::And:
    case Kind::Or:
      return order_children(condition, tests).estimate;
    case Kind::Test:
      break;
  }
  const ClassTest& test = tests[condition.test];
  const double likelihood = condition.negated ? 1 - test.likelihood : test.likelihood;
  return {test.found_by_scan ? 0.2 : 1.0 + cost_of(*test.prepared), likelihood};
}

std::uint32_t emit_to(const Condition& condition, const std::vector<ClassTest>& tests, std::uint32_t on_true,
                      std::uint32_t on_false, std::vector<Instruction>& code) {
  switch (condition.kind) {
    case Kind::True:
      return on_true;
    case Kind::False:
      return on_false;
    case Kind::Test:
      if (condition.negated) std::swap(on_true, on_false);
      code.push_back({condition.test, on_true, on_false});
      return static_cast<std::uint32_t>(code.size() - 1);
    case Kind::And:
    case Kind::Or:
      break;
  }
  const std::vector<std::size_t> order = order_children(condition, tests).order;
  std::uint32_t next = condition.kind == Kind::And ? on_true : on_false;
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    const Condition& child = condition.children[*at];
    next = condition.kind == Kind::And ? emit_to(child, tests, next, on_false, code)
                                       : emit_to(child, tests, on_true, next, code);
  }
  return next;
}

}  // namespace

Condition join(Kind kind, std::vector<Condition> children) {
  const Kind absorbing = kind == Kind::And ? Kind::False : Kind::True;
  const Kind neutral = kind == Kind::And ? Kind::True : Kind::False;
  Condition out{kind, false, 0, {}};
  for (Condition& child : children) {
    if (child.kind == absorbing) return Condition::constant(absorbing == Kind::True);
    if (child.kind == neutral) continue;
    if (child.kind == kind)
      std::ranges::move(child.children, std::back_inserter(out.children));
    else
      out.children.push_back(std::move(child));
  }
  if (out.children.empty()) return Condition::constant(neutral == Kind::True);
  if (out.children.size() == 1) {
    Condition only = std::move(out.children.front());
    return only;
  }
  return out;
}

std::uint32_t emit(const Condition& condition, const std::vector<ClassTest>& tests, std::vector<Instruction>& code) {
  return emit_to(condition, tests, kAccept, kReject, code);
}

}  // namespace yorozu::detect
