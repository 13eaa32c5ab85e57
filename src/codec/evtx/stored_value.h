/// Stored values of binary XML as event values.
#pragma once

#include <array>

#include "codec/evtx/layout.h"
#include "event/value.h"

namespace yorozu::codec::evtx {

struct TypeMapping {
  event::ValueType type = event::ValueType::Null;
  bool is_array = false;
  bool is_text = false;  ///< NULs at the end are dropped
};

/// Indexed by the stored type. Unknown types are shown as bytes in hex.
extern const std::array<TypeMapping, 256> kTypeMappings;

/// `data`..`data+size` has been checked by the caller. Binary XML (0x21) gives Null: it is no value.
inline event::Value to_value(const std::uint8_t* data, std::uint32_t size, std::uint8_t stored_type) {
  const TypeMapping mapping = kTypeMappings[stored_type];
  event::Value value{data, size, mapping.type, mapping.is_array, 0};
  if (mapping.is_text) {
    while (value.size >= 2 && data[value.size - 1] == 0 && data[value.size - 2] == 0) value.size -= 2;
  } else if (mapping.type == event::ValueType::Ansi && !mapping.is_array) {
    while (value.size >= 1 && data[value.size - 1] == 0) --value.size;
  } else if ((stored_type & ~kArrayFlag) == static_cast<std::uint8_t>(StoredType::SizeT) && size % 8 == 0) {
    value.type = event::ValueType::Hex64;
  }
  return value;
}

}  // namespace yorozu::codec::evtx
