#include "detect/condition.h"

#include <algorithm>

namespace yorozu::detect {

namespace {

using Kind = Condition::Kind;

unsigned price(const Condition& condition, const std::vector<ClassTest>& tests) {
  if (condition.kind == Kind::Test) {
    const ClassTest& test = tests[condition.test];
    return test.found_by_scan ? 0 : cost_of(*test.prepared);
  }
  unsigned sum = 0;
  for (const Condition& child : condition.children) sum += price(child, tests);
  return sum;
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
  std::vector<std::pair<unsigned, std::size_t>> order;  // price, place: equal prices keep the rule's order
  for (std::size_t i = 0; i < condition.children.size(); ++i)
    order.emplace_back(price(condition.children[i], tests), i);
  std::ranges::sort(order);
  std::uint32_t next = condition.kind == Kind::And ? on_true : on_false;
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    const Condition& child = condition.children[at->second];
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
