/// How much of a frame its decoder understood; what coverage is counted by.
#pragma once

#include <cstdint>

namespace yorozu::codec {

enum class Understood : std::uint8_t {
  Fields,    ///< a pattern or a structure gave fields
  Envelope,  ///< only the envelope (time, host, program); of a torn JSON document: what could be read of it
  Nothing,   ///< kept as text
};

}  // namespace yorozu::codec
