#include "codec/evtx/chunk.h"

#include <fmt/core.h>
#include <libdeflate.h>

#include <algorithm>
#include <cstring>

namespace yorozu::codec::evtx {

namespace {

constexpr std::uint32_t kFirstRecordAt = kChunkHeaderSize;

template <class T>
T load(ByteView bytes, std::size_t at) {
  return load_le<T>(bytes.data() + at);
}

bool is_all_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool header_checksum_is_right(ByteView bytes) {
  const std::uint32_t first = crc32(bytes.first(chunk_at::kFlags));
  return crc32(bytes.subspan(chunk_at::kTables, kChunkHeaderSize - chunk_at::kTables), first) ==
         load<std::uint32_t>(bytes, chunk_at::kChecksum);
}

}  // namespace

std::uint32_t crc32(ByteView bytes, std::uint32_t before) {
  return libdeflate_crc32(before, bytes.data(), bytes.size());
}

bool has_chunk_magic(ByteView at) {
  return at.size() >= sizeof kChunkMagic && std::memcmp(at.data(), kChunkMagic, sizeof kChunkMagic) == 0;
}

bool looks_like_chunk(ByteView at) {
  return at.size() >= kChunkHeaderSize && has_chunk_magic(at) && load<std::uint32_t>(at, chunk_at::kHeaderSize) == 128;
}

ChunkState inspect_chunk(ByteView bytes, bool verify_checksums) {
  ChunkState state;
  state.magic = has_chunk_magic(bytes);
  state.empty = !state.magic && is_all_zero(bytes.first(kChunkHeaderSize)) && is_all_zero(bytes);
  state.free_space = static_cast<std::uint32_t>(bytes.size());
  state.header_checksum = state.data_checksum = true;
  if (!state.magic) return state;

  const auto free_space = load<std::uint32_t>(bytes, chunk_at::kFreeSpace);
  const bool is_possible = free_space >= kChunkHeaderSize && free_space <= kChunkSize;
  const auto flags = load<std::uint32_t>(bytes, chunk_at::kFlags);
  if (is_possible) state.free_space = std::min(free_space, state.free_space);
  if ((flags & kChunkFlagNoChecksums) != 0 || !verify_checksums) return state;

  state.header_checksum = header_checksum_is_right(bytes);
  state.data_checksum = is_possible && free_space <= bytes.size() &&
                        crc32(bytes.subspan(kChunkHeaderSize, free_space - kChunkHeaderSize)) ==
                            load<std::uint32_t>(bytes, chunk_at::kDataChecksum);
  state.trusted_end = state.header_checksum && state.data_checksum;
  return state;
}

RecordWalker::RecordWalker(ByteView chunk, const ChunkState& state)
    : chunk_(chunk),
      at_(kFirstRecordAt),
      end_(state.free_space),
      has_magic_(state.magic),
      may_continue_(!state.trusted_end) {}

bool RecordWalker::frame_at(std::uint32_t at, std::uint32_t end, Record& into) const {
  if (end - at < kSmallestRecord || load<std::uint32_t>(chunk_, at) != kRecordMagic) return false;
  into.offset = at;
  into.size = load<std::uint32_t>(chunk_, at + record_at::kSize);
  if (into.size < kSmallestRecord || into.size > end - at) return false;
  into.id = load<std::uint64_t>(chunk_, at + record_at::kId);
  into.written = load<std::uint64_t>(chunk_, at + record_at::kWritten);
  return true;
}

/// A place at or behind `from` where a record begins and ends properly.
std::optional<std::uint32_t> RecordWalker::search(std::uint32_t from) const {
  static constexpr std::uint8_t kMagic[4] = {0x2A, 0x2A, 0, 0};
  while (from < end_) {
    const auto found = std::search(chunk_.begin() + from, chunk_.begin() + end_, kMagic, kMagic + 4);
    const auto at = static_cast<std::uint32_t>(found - chunk_.begin());
    if (at == end_) return std::nullopt;
    Record record;
    if (frame_at(at, end_, record) && load<std::uint32_t>(chunk_, at + record.size - 4) == record.size) return at;
    from = at + 1;
  }
  return std::nullopt;
}

void RecordWalker::note(std::uint32_t at, std::string what) {
  if (!problem_.empty()) return;
  problem_ = std::move(what);
  problem_offset_ = at;
}

/// Windows writes the header of a chunk later than its records: in a log that was not closed, records go on behind the
/// end that the header knows. What lies there from earlier use of the chunk has other numbers.
std::uint32_t RecordWalker::continued_end() const {
  const auto size = static_cast<std::uint32_t>(chunk_.size());
  Record record;
  if (!may_continue_ || end_ >= size || !frame_at(end_, size, record) || record.id != last_id_ + 1) return end_;
  return end_ + record.size;
}

std::optional<Record> RecordWalker::next() {
  problem_.clear();
  truncated_ = false;
  if (at_ >= end_ && last_id_ != 0) end_ = continued_end();
  if (at_ >= end_) return std::nullopt;
  Record record;
  if (!frame_at(at_, end_, record)) {
    const std::uint32_t rest = end_ - at_;
    if (rest < kSmallestRecord && is_all_zero(chunk_.subspan(at_, rest))) return std::nullopt;
    if (may_continue_ && is_all_zero(chunk_.subspan(at_, end_ - at_))) {  // header without a usable end
      at_ = end_;
      return std::nullopt;
    }
    const bool runs_out = rest >= 8 && load<std::uint32_t>(chunk_, at_) == kRecordMagic &&
                          load<std::uint32_t>(chunk_, at_ + record_at::kSize) > rest && chunk_.size() < kChunkSize;
    const auto found = search(at_ + 1);
    if (!found && !has_magic_ && last_id_ == 0) {  // not a chunk, and nothing in it: one damage is enough
      at_ = end_;
      return std::nullopt;
    }
    note(at_, runs_out ? "record goes on beyond the end of the file" : "no record where one should begin");
    truncated_ = runs_out;
    if (!found) {
      at_ = end_;
      return std::nullopt;
    }
    at_ = *found;
    frame_at(at_, end_, record);
  } else if (load<std::uint32_t>(chunk_, at_ + record.size - 4) != record.size) {
    note(at_, "size at the end of the record differs from the one at its start");
    // Either may be wrong: when no record follows where this one says, the next one found ends it.
    Record follower;
    const std::uint32_t after = at_ + record.size;
    if (after < end_ && !frame_at(after, end_, follower))
      if (const auto found = search(at_ + kSmallestRecord)) record.size = *found - at_;
  }
  at_ += record.size;
  last_id_ = record.id;
  return record;
}

}  // namespace yorozu::codec::evtx
