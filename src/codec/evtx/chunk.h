/// A chunk of 64 KiB and the records in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "codec/evtx/layout.h"

namespace yorozu::codec::evtx {

/// CRC-32 as in zip, of `bytes` after a run whose checksum is `before`.
std::uint32_t crc32(ByteView bytes, std::uint32_t before = 0);

bool has_chunk_magic(ByteView at);
/// Magic, and a header that makes sense: for finding chunks where none need be.
bool looks_like_chunk(ByteView at);

struct ChunkState {
  bool magic = false;
  bool empty = false;            ///< nothing was ever written here: all zero
  bool header_checksum = false;  ///< right, or not to be checked
  bool data_checksum = false;
  std::uint32_t free_space = 0;  ///< end of the last record; the size of the chunk when the header is no use
  bool trusted_end = false;      ///< `free_space` is what Windows meant: header and records agree
};

/// `bytes`: a chunk or what is left of one, at least the header.
ChunkState inspect_chunk(ByteView bytes, bool verify_checksums);

struct Record {
  std::uint32_t offset = 0;  ///< from the start of the chunk
  std::uint32_t size = 0;
  std::uint64_t id = 0;
  std::uint64_t written = 0;  ///< FILETIME
};

/// Goes from record to record; where one is broken, on to the next that can be found.
class RecordWalker {
 public:
  RecordWalker(ByteView chunk, const ChunkState& state);

  /// The next record whose frame is whole; nullopt at the end.
  std::optional<Record> next();

  /// What was wrong on the way to the record just given (or to the end): "" when nothing was.
  const std::string& problem() const { return problem_; }
  std::uint32_t problem_offset() const { return problem_offset_; }
  bool was_truncated() const { return truncated_; }

 private:
  bool frame_at(std::uint32_t at, std::uint32_t end, Record& into) const;
  std::optional<std::uint32_t> search(std::uint32_t from) const;
  void note(std::uint32_t at, std::string what);
  std::uint32_t continued_end() const;

  ByteView chunk_;
  std::uint32_t at_;
  std::uint32_t end_;
  bool has_magic_;
  bool may_continue_;
  std::uint64_t last_id_ = 0;
  std::string problem_;
  std::uint32_t problem_offset_ = 0;
  bool truncated_ = false;
};

}  // namespace yorozu::codec::evtx
