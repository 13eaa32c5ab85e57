/// What stands in index files, as values (docs/formats/index.md). index_file.h reads and writes them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "archive/index/fuse_filter.h"
#include "archive/layout.h"
#include "base/hash.h"
#include "base/time.h"
#include "event/source_class.h"

namespace yorozu::archive::index {

inline constexpr std::string_view kIndexMagic{"YRZINDX\x01", 8};
inline constexpr std::string_view kTrailerMagic{"YRZINDE\x01", 8};
inline constexpr std::size_t kTrailerBytes = 64, kPageBytes = 4096;
inline constexpr std::string_view kIndexSuffix = ".index", kColumnsSuffix = ".parquet";

/// Which code made an index: raised whenever decoders, tokens, columns or their meaning change, so that older files are
/// made anew.
inline constexpr std::uint32_t kIndexVersion = 1;

/// More tokens than this and there is no filter: memory is bounded, and such a filter would exclude little.
inline constexpr std::size_t kMaxFilterTokens = std::size_t{1} << 21;

/// A filter inside a file.
struct FilterPlace {
  enum class Kind : std::uint8_t { SaysNothing, Filter } kind = Kind::SaysNothing;
  std::uint64_t offset = 0;  ///< of its first byte in the file
  FuseShape shape;
  bool operator==(const FilterPlace&) const = default;
};

/// One block of a segment, in the order of its table.
struct BlockEntry {
  std::uint64_t first_seq = 0, last_seq = 0;  ///< of its lines
  std::uint32_t lines = 0, events = 0;
  Timestamp first_time, last_time;  ///< of its events; unknown when it has none
  FilterPlace filter;
  bool operator==(const BlockEntry&) const = default;
};

/// How many events of one source class one minute of event time has.
struct MinuteCount {
  std::int64_t minute = 0;  ///< since 1970
  event::SourceClass source_class = event::SourceClass::Other;
  std::uint32_t events = 0;
  bool operator==(const MinuteCount&) const = default;
};

struct SegmentEntry {
  SegmentName name;
  std::uint64_t segment_bytes = 0;  ///< of the file that was read, and its hash: another file makes this entry stale
  Sha256 segment_hash{};
  std::uint64_t last_seq = 0, lines = 0, events = 0;
  Timestamp first_time, last_time;          ///< of events
  Timestamp first_received, last_received;  ///< of lines
  /// Rows of the columns file that stands beside the index file; one for each event, in order of blocks.
  std::uint64_t first_row = 0, rows = 0;
  FilterPlace filter;               ///< of all its blocks
  std::vector<BlockEntry> blocks;   ///< as many as the segment has
  std::vector<MinuteCount> counts;  ///< by minute, then class
  bool operator==(const SegmentEntry&) const = default;
};

}  // namespace yorozu::archive::index
