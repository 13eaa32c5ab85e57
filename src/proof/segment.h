/// A segment: the lines of one retention group of one journal, sealed. Independent zstd frames (blocks) of about 1 MiB
/// of text, a summary in a skippable frame, and the seek table of the zstd seekable format (docs/formats/segment.md).
/// `zstd -dc` prints the lines. Here are its bytes; files and names are archive/.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "proof/byte_source.h"

namespace yorozu::proof {

inline constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
inline constexpr std::uint32_t kZstdMagic = 0xFD2FB528;
inline constexpr std::uint32_t kSeekTableMagic = 0x184D2A5E;  ///< of the skippable frame
inline constexpr std::uint32_t kSeekableMagic = 0x8F92EAB1;   ///< the last four bytes of the file
inline constexpr std::uint32_t kSummaryMagic = 0x184D2A59;    ///< of our skippable frame
inline constexpr std::string_view kSegmentMagic{"YRZSEGM\x01", 8};
inline constexpr std::size_t kSummaryFixedBytes = 80, kSummaryBlockBytes = 24;

struct SegmentBlock {
  std::uint64_t first_seq = 0;
  std::uint32_t packed_bytes = 0, plain_bytes = 0, lines = 0;
  std::uint32_t crc = 0;  ///< of the packed bytes
  bool operator==(const SegmentBlock&) const = default;
};

struct SegmentSummary {
  std::uint64_t range_first = 0, range_last = 0;  ///< numbers of the journal it was made of
  std::uint8_t range_groups = 0;                  ///< which groups that journal has: one bit each
  std::uint8_t group = 0;
  std::uint64_t first_seq = 0, last_seq = 0, lines = 0, plain_bytes = 0;
  Timestamp first_received = {}, last_received = {};  ///< earliest and latest
  std::vector<SegmentBlock> blocks = {};
  bool operator==(const SegmentSummary&) const = default;
};

/// Takes the lines of one group in order and hands out the bytes of the file.
class SegmentWriter {
 public:
  using Sink = std::function<Result<void>(ByteView)>;
  /// `summary`: range and group; the rest is counted here.
  SegmentWriter(const SegmentSummary& summary, int zstd_level, Sink sink);
  ~SegmentWriter();
  SegmentWriter(const SegmentWriter&) = delete;
  SegmentWriter& operator=(const SegmentWriter&) = delete;

  /// Errors: of the sink; Corrupt for a line without beginning.
  Result<void> add(std::uint64_t seq, std::string_view line);
  /// At least one line was added. `range_groups`: which groups the journal turned out to have.
  Result<void> finish(std::uint8_t range_groups);
  const SegmentSummary& summary() const { return summary_; }

 private:
  Result<void> close_block();

  struct Packer;
  std::unique_ptr<Packer> packer_;
  Sink sink_;
  SegmentSummary summary_;
  Buffer text_, packed_;
  std::uint64_t block_first_seq_ = 0;
  std::uint32_t block_lines_ = 0;
};

/// One line after the other out of the text of a block.
class BlockLines {
 public:
  explicit BlockLines(std::string_view text) : rest_(text) {}
  std::optional<std::string_view> next();

 private:
  std::string_view rest_;
};

/// Reads and unpacks blocks one at a time, of any segment; keeps its memory between them. For one thread.
class BlockReader {
 public:
  BlockReader();
  BlockReader(BlockReader&&) noexcept;
  BlockReader& operator=(BlockReader&&) noexcept;
  ~BlockReader();

  /// Text of the block that stands at `offset`, whole lines; lives until the next call. Errors: Io, Corrupt.
  Result<std::string_view> read(const ByteSource& source, std::uint64_t offset, const SegmentBlock& block);
  /// The same of bytes that are no block of a table yet: at most `plain_limit` bytes of text.
  enum class PlainChecksum : std::uint8_t { Checked, PassedOver };
  Result<std::string_view> unpack(ByteView packed, std::size_t plain_limit, PlainChecksum checksum);
  /// Negative control of the tests: takes blocks whose checksums are wrong.
  void trust_checksums() { check_ = false; }

 private:
  bool check_ = true;
  struct Unpacker;
  std::unique_ptr<Unpacker> unpacker_;
  std::vector<std::uint8_t> packed_;
  Buffer text_;
};

/// Random access to the blocks of a segment. A damaged table or summary costs nothing but a walk through the file.
class SegmentReader {
 public:
  /// Errors: Io; Corrupt when not one block can be found.
  static Result<SegmentReader> open(const ByteSource& source);
  SegmentReader(SegmentReader&&) noexcept;
  SegmentReader& operator=(SegmentReader&&) noexcept;
  ~SegmentReader();

  const SegmentSummary& summary() const { return summary_; }
  /// What was wrong with table and summary, "" if nothing. Then range and groups of the summary are unknown (0), blocks
  /// are those that could be found.
  const std::string& problem() const { return problem_; }
  std::uint64_t offset_of(std::size_t block) const { return offsets_[block]; }
  /// The last block that begins at or before `seq`; 0 when all begin behind it.
  std::size_t block_of(std::uint64_t seq) const;
  /// Text of a block, whole lines; lives until the next call. Errors: Io, Corrupt.
  Result<std::string_view> read_block(std::size_t block);
  /// Negative control of the tests: takes blocks whose checksums are wrong.
  void trust_checksums() { blocks_.trust_checksums(); }

 private:
  SegmentReader(const ByteSource& source);
  Result<std::optional<std::string>> read_summary();
  Result<void> walk();

  const ByteSource* source_;
  SegmentSummary summary_;
  std::string problem_;
  std::vector<std::uint64_t> offsets_;
  BlockReader blocks_;
};

}  // namespace yorozu::proof
