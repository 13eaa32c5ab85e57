#include "codec/decoder.h"

namespace yorozu::codec {

std::string_view to_string(Format format) {
  switch (format) {
    case Format::Evtx:
      return "evtx";
    case Format::Json:
      return "json";
    case Format::Xml:
      return "xml";
    case Format::Text:
      return "text";
    case Format::Csv:
      return "csv";
    case Format::W3c:
      return "w3c";
    case Format::Evidence:
      return "evidence";
  }
  return "unknown";
}

std::string_view to_string(DamageKind kind) {
  switch (kind) {
    case DamageKind::FileHeader:
      return "file header";
    case DamageKind::ChunkHeader:
      return "chunk header";
    case DamageKind::ChunkData:
      return "chunk data checksum";
    case DamageKind::Record:
      return "record";
    case DamageKind::Truncated:
      return "truncated";
    case DamageKind::Syntax:
      return "syntax";
    case DamageKind::Encoding:
      return "encoding";
    case DamageKind::TooLarge:
      return "too large";
    case DamageKind::TooManyNames:
      return "too many field names";
    case DamageKind::Archive:
      return "archive";
  }
  return "unknown";
}

}  // namespace yorozu::codec
