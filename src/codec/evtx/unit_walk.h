/// The chunks of a unit one after the other, their headers checked and their damages named: what decoding to fields and
/// rendering to text have in common.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "codec/decoder.h"
#include "codec/evtx/chunk.h"

namespace yorozu::codec::evtx {

/// Where a chunk lies in a unit, and its number in the file.
struct ChunkPlace {
  std::size_t at = 0;  ///< in unit.bytes
  std::size_t size = 0;
  std::uint64_t number = 0;
};

/// In order. A rest too short for a chunk's header is left out, `report` then gets a damage when it is given.
std::vector<ChunkPlace> find_chunks(const Unit& unit, const DecodeOptions& options, UnitReport* report);

/// The next chunk at or behind `from` for carving: `at` = bytes.size() when there is none. It ends where the next
/// begins.
ChunkPlace carve_next(ByteView bytes, std::size_t from);

/// One chunk being read: its bytes and where damages in it are.
struct OpenChunk {
  const Unit& unit;
  ChunkPlace place;
  ByteView bytes;
  ChunkState state;

  std::uint64_t offset_of(std::uint32_t in_chunk) const { return unit.offset + place.at + in_chunk; }
  Damage damage(DamageKind kind, std::uint32_t in_chunk, std::string detail) const {
    return {kind, offset_of(in_chunk), place.number, std::nullopt, std::move(detail)};
  }
};

/// Checks the header and names its damages; nullopt for a chunk that holds nothing.
std::optional<OpenChunk> open_chunk(const Unit& unit, const ChunkPlace& place, const DecodeOptions& options,
                                    UnitReport& report);

/// Record by record; broken frames are named in `report`.
template <class F>
void for_each_record(const OpenChunk& chunk, UnitReport& report, F&& each) {
  RecordWalker walker(chunk.bytes, chunk.state);
  while (true) {
    const std::optional<Record> record = walker.next();
    if (!walker.problem().empty()) {
      Damage damage = chunk.damage(walker.was_truncated() ? DamageKind::Truncated : DamageKind::Record,
                                   walker.problem_offset(), walker.problem());
      if (record && record->offset == walker.problem_offset()) damage.record = record->id;
      report.damage(std::move(damage));
    }
    if (!record) return;
    each(*record);
  }
}

}  // namespace yorozu::codec::evtx
