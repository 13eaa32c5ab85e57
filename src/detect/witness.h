/// Witnesses: literals that an event must have, at least one of them, before a rule can be true.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/condition.h"
#include "detect/frequency.h"

namespace yorozu::detect {

/// Literals of which the text of a value must contain one to pass; empty: nothing is known. In folded text, with
/// sentinel bytes where they are anchored (detect/event_texts.h).
struct RequiredLiterals {
  std::vector<std::string> any_of;
  bool exact = false;  ///< one of them is all it takes
};
RequiredLiterals required_literals(const Prepared& test);

struct Choice {
  double cost = 0;                   ///< expected candidates per event, about
  std::vector<std::uint32_t> tests;  ///< numbers in the class: unless one of them can be true, the rule is not
};

class WitnessChooser {
 public:
  WitnessChooser(const std::vector<ClassTest>& tests, std::vector<std::string_view> field_names);
  /// The cheapest set for that condition; nullopt when there is none: the rule has to run on every event.
  std::optional<Choice> choose(const Condition& condition);
  /// Valid as long as the chooser.
  const RequiredLiterals& literals_of(std::uint32_t test) { return known(test).literals; }
  /// How often a test is true, about.
  float likelihood_of(std::uint32_t test);
  /// What scanning a field for this rule alone would cost; infinite rules it out.
  std::vector<double> field_cost;
  double keyword_cost = 0.3;

 private:
  struct Known {
    bool ready = false;
    double cost = 0;
    RequiredLiterals literals;
  };
  const Known& known(std::uint32_t test);

  const std::vector<ClassTest>& tests_;
  std::vector<std::string_view> field_names_;
  std::vector<Known> known_;
};

}  // namespace yorozu::detect
