/// CRC-32 of ISO-HDLC, as zip and gzip have it: finds damage, proves nothing.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace yorozu::proof {

/// `before`: CRC of the bytes in front of these.
std::uint32_t crc32(ByteView bytes, std::uint32_t before = 0);

}  // namespace yorozu::proof
