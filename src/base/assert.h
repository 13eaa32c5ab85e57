/// A broken invariant ends the process, in release too. Never about input: that is a Result.
#pragma once

#include <cstdio>
#include <cstdlib>

#define YOROZU_ASSERT(cond, why)                                                                  \
  do {                                                                                            \
    if (!(cond)) [[unlikely]] {                                                                   \
      std::fprintf(stderr, "%s:%d: broken invariant: %s (%s)\n", __FILE__, __LINE__, #cond, why); \
      std::abort();                                                                               \
    }                                                                                             \
  } while (false)
