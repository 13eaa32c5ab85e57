/// The time of this machine, for who hands a clock on to what has none of its own.
#pragma once

#include <chrono>

#include "base/time.h"

namespace yorozu::serve {

inline Timestamp wall_clock() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

}  // namespace yorozu::serve
