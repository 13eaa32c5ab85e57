/// Named places where a test may end the process, as a crash would: YOROZU_FAULT="seal.renamed:2" ends it by SIGKILL
/// when that place is passed for the second time. Compiled out of release.
#pragma once

#ifdef NDEBUG
#define YOROZU_FAULT_POINT(name) \
  do {                           \
  } while (false)
#else
namespace yorozu::archive {
void pass_fault_point(const char* name);
}
#define YOROZU_FAULT_POINT(name) ::yorozu::archive::pass_fault_point(name)
#endif
