#include "codec/evtx/stored_value.h"

namespace yorozu::codec::evtx {

namespace {

using event::ValueType;

ValueType plain_type(StoredType stored) {
  switch (stored) {
    case StoredType::Null:
      return ValueType::Null;
    case StoredType::String:
      return ValueType::Utf16;
    case StoredType::AnsiString:
      return ValueType::Ansi;
    case StoredType::Int8:
      return ValueType::Int8;
    case StoredType::UInt8:
      return ValueType::UInt8;
    case StoredType::Int16:
      return ValueType::Int16;
    case StoredType::UInt16:
      return ValueType::UInt16;
    case StoredType::Int32:
      return ValueType::Int32;
    case StoredType::UInt32:
      return ValueType::UInt32;
    case StoredType::Int64:
      return ValueType::Int64;
    case StoredType::UInt64:
      return ValueType::UInt64;
    case StoredType::Real32:
      return ValueType::Float32;
    case StoredType::Real64:
      return ValueType::Float64;
    case StoredType::Bool:
      return ValueType::Bool;
    case StoredType::Binary:
      return ValueType::Binary;
    case StoredType::Guid:
      return ValueType::Guid;
    case StoredType::SizeT:
      return ValueType::Hex32;  // 8 bytes: Hex64, see to_value
    case StoredType::FileTime:
      return ValueType::FileTime;
    case StoredType::SystemTime:
      return ValueType::SystemTime;
    case StoredType::Sid:
      return ValueType::Sid;
    case StoredType::Hex32:
      return ValueType::Hex32;
    case StoredType::Hex64:
      return ValueType::Hex64;
    case StoredType::BinXml:
      return ValueType::Null;
    case StoredType::EvtXml:
      return ValueType::Utf16;
    case StoredType::EvtHandle:
      return ValueType::Hex64;
  }
  return ValueType::Binary;
}

std::array<TypeMapping, 256> make_mappings() {
  std::array<TypeMapping, 256> mappings{};
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const ValueType type = plain_type(static_cast<StoredType>(i & 0x7FU));
    const bool is_array = (i & kArrayFlag) != 0 && type != ValueType::Null;
    // An array of strings keeps its NULs: they are what separates its elements.
    mappings[i] = {type, is_array, type == ValueType::Utf16 && !is_array};
  }
  return mappings;
}

}  // namespace

const std::array<TypeMapping, 256> kTypeMappings = make_mappings();

}  // namespace yorozu::codec::evtx
