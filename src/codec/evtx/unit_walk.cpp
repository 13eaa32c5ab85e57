#include "codec/evtx/unit_walk.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace yorozu::codec::evtx {

namespace {

bool has_file_magic(ByteView bytes) {
  return bytes.size() >= sizeof kFileMagic && std::memcmp(bytes.data(), kFileMagic, sizeof kFileMagic) == 0;
}

/// Chunks follow the file header in steps of 64 KiB; dumps of chunks have no file header.
std::uint64_t number_at(std::uint64_t offset) {
  return offset >= kFileHeaderSize && offset % kChunkSize == kFileHeaderSize ? (offset - kFileHeaderSize) / kChunkSize
                                                                             : offset / kChunkSize;
}

void check_file_header(const Unit& unit, const DecodeOptions& options, UnitReport& report) {
  const auto damage = [&](std::string detail) {
    report.damage({DamageKind::FileHeader, 0, std::nullopt, std::nullopt, std::move(detail)});
  };
  if (unit.bytes.size() < kFileHeaderSize) return damage("file header is cut off");
  if (!options.verify_checksums) return;
  if (crc32(unit.bytes.first(file_at::kFlags)) != load_le<std::uint32_t>(unit.bytes.data() + file_at::kChecksum))
    damage("checksum of the file header differs");
}

/// Bytes before the first chunk of the file, when `unit` begins it.
std::size_t header_size(const Unit& unit, const DecodeOptions& options, UnitReport* report) {
  if (unit.offset != 0) return 0;
  if (has_file_magic(unit.bytes)) {
    if (report != nullptr) check_file_header(unit, options, *report);
    return std::min(kFileHeaderSize, unit.bytes.size());
  }
  if (report != nullptr) report->damage({DamageKind::FileHeader, 0, std::nullopt, std::nullopt, "no file header"});
  return has_chunk_magic(unit.bytes) ? 0 : std::min(kFileHeaderSize, unit.bytes.size());
}

/// Where a header of a chunk stands in `bytes`, at `at` or behind; bytes.size() when there is none.
std::size_t find_chunk(ByteView bytes, std::size_t at) {
  while (at < bytes.size()) {
    const auto found = std::search(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(),
                                   std::begin(kChunkMagic), std::end(kChunkMagic));
    at = static_cast<std::size_t>(found - bytes.begin());
    if (at < bytes.size() && looks_like_chunk(bytes.subspan(at))) return at;
    ++at;
  }
  return bytes.size();
}

}  // namespace

ChunkPlace carve_next(ByteView bytes, std::size_t from) {
  ChunkPlace place;
  place.at = find_chunk(bytes, from);
  if (place.at == bytes.size()) return place;
  // Written over from the middle on: the next chunk begins inside.
  const ByteView reach = bytes.subspan(place.at, std::min(kChunkSize, bytes.size() - place.at));
  place.size = find_chunk(reach, kChunkHeaderSize);
  return place;
}

std::vector<ChunkPlace> find_chunks(const Unit& unit, const DecodeOptions& options, UnitReport* report) {
  std::vector<ChunkPlace> places;
  if (options.carve) {
    for (std::size_t from = 0; from < unit.bytes.size();) {
      ChunkPlace place = carve_next(unit.bytes, from);
      if (place.at == unit.bytes.size()) break;
      place.number = (unit.offset + place.at) / kChunkSize;
      from = place.at + place.size;
      places.push_back(place);
    }
    return places;
  }
  for (std::size_t at = header_size(unit, options, report); at < unit.bytes.size(); at += kChunkSize) {
    const ChunkPlace place{at, std::min(kChunkSize, unit.bytes.size() - at), number_at(unit.offset + at)};
    if (place.size >= kChunkHeaderSize)
      places.push_back(place);
    else if (report != nullptr)
      report->damage({DamageKind::Truncated, unit.offset + at, place.number, std::nullopt,
                      "the file ends within the header of a chunk"});
  }
  return places;
}

std::optional<OpenChunk> open_chunk(const Unit& unit, const ChunkPlace& place, const DecodeOptions& options,
                                    UnitReport& report) {
  OpenChunk chunk{unit, place, unit.bytes.subspan(place.at, place.size), {}};
  chunk.state = inspect_chunk(chunk.bytes, options.verify_checksums);
  const ChunkState& state = chunk.state;
  if (state.empty) return std::nullopt;
  if (!state.magic) report.damage(chunk.damage(DamageKind::ChunkHeader, 0, "no chunk where one should begin"));
  if (!state.header_checksum)
    report.damage(chunk.damage(DamageKind::ChunkHeader, 0, "checksum of the chunk header differs"));
  if (place.size < kChunkSize)
    report.damage(chunk.damage(DamageKind::Truncated, static_cast<std::uint32_t>(place.size),
                               fmt::format("chunk ends after {} of {} bytes", place.size, kChunkSize)));
  else if (!state.data_checksum)
    report.damage(chunk.damage(DamageKind::ChunkData, kChunkHeaderSize, "checksum of the records differs"));
  return chunk;
}

}  // namespace yorozu::codec::evtx
