/// Where things stand in an EVTX file: the Windows XML event log, as [MS-EVEN6] section 2.2.12 describes its binary XML
/// and as the files of Windows show the rest. docs/evtx.md has the layout in words.
#pragma once

#include <cstddef>
#include <cstdint>

namespace yorozu::codec::evtx {

inline constexpr std::size_t kFileHeaderSize = 4096;
inline constexpr std::size_t kChunkSize = 65536;
inline constexpr std::size_t kChunkHeaderSize = 512;  ///< with the tables of strings and templates
inline constexpr std::size_t kRecordHeaderSize = 24;
inline constexpr std::size_t kSmallestRecord = kRecordHeaderSize + 4;
inline constexpr std::size_t kChunksPerUnit = 16;

inline constexpr char kFileMagic[8] = {'E', 'l', 'f', 'F', 'i', 'l', 'e', '\0'};
inline constexpr char kChunkMagic[8] = {'E', 'l', 'f', 'C', 'h', 'n', 'k', '\0'};
inline constexpr std::uint32_t kRecordMagic = 0x00002A2A;

/// File header.
namespace file_at {
inline constexpr std::size_t kHeaderBlockSize = 40, kFlags = 120, kChecksum = 124;
}
/// Chunk header.
namespace chunk_at {
inline constexpr std::size_t kFirstRecord = 24, kLastRecord = 32, kHeaderSize = 40, kLastRecordOffset = 44,
                             kFreeSpace = 48, kDataChecksum = 52, kFlags = 120, kChecksum = 124, kTables = 128;
}
inline constexpr std::uint32_t kFlagDirty = 1;  ///< of the file header; chunks have it always
inline constexpr std::uint32_t kChunkFlagNoChecksums = 4;
/// Record header; the size stands once more at the end of the record.
namespace record_at {
inline constexpr std::size_t kSize = 4, kId = 8, kWritten = 16;
}

/// Tokens of binary XML; 0x40 is a flag of some (attributes follow, more text follows).
enum class Token : std::uint8_t {
  EndOfStream = 0x00,
  OpenStartElement = 0x01,
  CloseStartElement = 0x02,
  CloseEmptyElement = 0x03,
  EndElement = 0x04,
  Value = 0x05,
  Attribute = 0x06,
  Cdata = 0x07,
  CharacterReference = 0x08,
  EntityReference = 0x09,
  PiTarget = 0x0A,
  PiText = 0x0B,
  TemplateInstance = 0x0C,
  NormalSubstitution = 0x0D,
  OptionalSubstitution = 0x0E,
  FragmentHeader = 0x0F,
};
inline constexpr std::uint8_t kTokenFlag = 0x40;

/// Types of values, as stored.
enum class StoredType : std::uint8_t {
  Null = 0x00,
  String = 0x01,
  AnsiString = 0x02,
  Int8 = 0x03,
  UInt8 = 0x04,
  Int16 = 0x05,
  UInt16 = 0x06,
  Int32 = 0x07,
  UInt32 = 0x08,
  Int64 = 0x09,
  UInt64 = 0x0A,
  Real32 = 0x0B,
  Real64 = 0x0C,
  Bool = 0x0D,
  Binary = 0x0E,
  Guid = 0x0F,
  SizeT = 0x10,
  FileTime = 0x11,
  SystemTime = 0x12,
  Sid = 0x13,
  Hex32 = 0x14,
  Hex64 = 0x15,
  EvtHandle = 0x20,
  BinXml = 0x21,
  EvtXml = 0x23,
};
inline constexpr std::uint8_t kArrayFlag = 0x80;
inline constexpr std::uint8_t kBinXmlType = 0x21;

/// Template definition, as it stands in a chunk.
namespace definition_at {
inline constexpr std::size_t kGuid = 4, kSize = 20, kBody = 24;
}

/// Untrusted nesting: elements within elements, binary XML within values.
inline constexpr int kMaxElementDepth = 64;
inline constexpr int kMaxInstanceDepth = 8;

}  // namespace yorozu::codec::evtx
