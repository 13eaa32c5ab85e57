/// Witnesses: literals that an event must have, at least one of them, before a rule can be true.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/condition.h"
#include "detect/frequency.h"

namespace yorozu::detect {

/// A literal to be searched for in folded text with sentinels (detect/event_texts.h).
struct Witness {
  std::uint32_t test = 0;  ///< number in the class, of the test it comes from
  std::string literal;     ///< with sentinel bytes where it is anchored
  bool exact = false;      ///< found means that the test is true
  bool operator==(const Witness&) const = default;
};

/// Literals of which the text of a value must contain one to pass; empty: nothing is known.
struct RequiredLiterals {
  std::vector<std::string> any_of;
  bool exact = false;
};
RequiredLiterals required_literals(const Prepared& test);

struct Choice {
  double cost = 0;  ///< expected candidates per event, about
  std::vector<Witness> witnesses;
};

class WitnessChooser {
 public:
  WitnessChooser(const std::vector<ClassTest>& tests, std::vector<std::string_view> field_names);
  /// The cheapest set for that condition; nullopt when there is none: the rule has to run on every event.
  std::optional<Choice> choose(const Condition& condition);
  /// What scanning a field for this rule alone would cost; infinite rules it out.
  std::vector<double> field_cost;
  double keyword_cost = 0.3;

 private:
  struct Known {
    bool ready = false, usable = false, exact = false;
    double cost = 0;
    std::vector<std::string> literals;
  };
  const Known& known(std::uint32_t test);

  const std::vector<ClassTest>& tests_;
  std::vector<std::string_view> field_names_;
  std::vector<Known> known_;
};

}  // namespace yorozu::detect
