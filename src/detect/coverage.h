/// Which classes of events went by, and which of their rules' fields they had.
#pragma once

#include <map>
#include <vector>

#include "detect/compiled.h"

namespace yorozu::detect {

class Matcher::Coverage {
 public:
  /// Of each class seen: whether each of ClassPlan::fields was in some event.
  std::map<const ClassPlan*, std::vector<bool>> seen;

  void add(const ClassPlan& plan, const FieldPositions& fields) {
    std::vector<bool>& present = seen[&plan];
    present.resize(plan.fields.size());
    for (std::size_t i = 0; i < plan.fields.size(); ++i)
      if (fields.first[i] != fields.first[i + 1]) present[i] = true;
  }
};

}  // namespace yorozu::detect
