/// Conditions between the rule's tree and jump code: negations pushed down to the tests, constants folded away.
#pragma once

#include <cstdint>
#include <vector>

#include "detect/compiled.h"

namespace yorozu::detect {

struct Condition {
  enum class Kind : std::uint8_t { False, True, And, Or, Test } kind = Kind::False;
  bool negated = false;    ///< of a Test
  std::uint32_t test = 0;  ///< number in the class
  std::vector<Condition> children;
  bool operator==(const Condition&) const = default;

  static Condition constant(bool value) { return {value ? Kind::True : Kind::False, false, 0, {}}; }
  static Condition of_test(std::uint32_t test, bool negated) { return {Kind::Test, negated, test, {}}; }
};

/// Constants, single children and And in And are resolved.
Condition join(Condition::Kind kind, std::vector<Condition> children);

/// Appends the code of `condition`; the answer is where it begins. Children are asked cheapest first.
std::uint32_t emit(const Condition& condition, const std::vector<ClassTest>& tests, std::vector<Instruction>& code);

}  // namespace yorozu::detect
