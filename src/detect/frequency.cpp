#include <algorithm>
#include <cmath>

#include "detect/witness.h"

namespace yorozu::detect {

const LiteralFrequency& LiteralFrequency::builtin() {
  static const LiteralFrequency instance;
  return instance;
}

double LiteralFrequency::of(std::string_view, std::string_view literal) const {
  return std::pow(0.5, static_cast<double>(std::min<std::size_t>(literal.size(), 24)));
}

}  // namespace yorozu::detect
