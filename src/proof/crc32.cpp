#include "proof/crc32.h"

#include <libdeflate.h>

namespace yorozu::proof {

std::uint32_t crc32(ByteView bytes, std::uint32_t before) {
  return bytes.empty() ? before : libdeflate_crc32(before, bytes.data(), bytes.size());
}

}  // namespace yorozu::proof
