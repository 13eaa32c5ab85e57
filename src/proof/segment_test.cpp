#include "proof/segment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <random>

#include "base/file.h"
#include "proof/format_testing.h"
#include "proof/line.h"

namespace yorozu::proof {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string line_of(std::uint64_t seq, std::string_view raw) {
  Buffer tail, out;
  append_line_tail({Timestamp{1795425302123456 + static_cast<std::int64_t>(seq)}, "file", {}, {}, raw, {}}, tail);
  append_line(seq, tail.view(), out);
  return std::string(out.view());
}

struct Segment {
  std::string bytes;
  SegmentSummary summary;
  std::vector<std::string> lines;
};
Segment make_segment(const std::vector<std::string>& lines, std::uint64_t step = 1) {
  Segment segment;
  segment.lines = lines;
  SegmentWriter writer({.range_first = 52341,
                        .range_last = 52341 + lines.size() * step,

                        .group = 1,
                        .blocks = {}},
                       3, [&](ByteView bytes) -> Result<void> {
                         segment.bytes += as_text(bytes);
                         return {};
                       });
  for (const std::string& line : lines) EXPECT_TRUE(writer.add(parse_line_start(line)->seq, line));
  EXPECT_TRUE(writer.finish(0b110));
  segment.summary = writer.summary();
  return segment;
}

/// Several blocks, of text that does not compress to nothing.
Segment big_segment() {
  std::mt19937_64 random(7);
  std::vector<std::string> lines;
  for (std::uint64_t seq = 52341; seq < 52341 + 2 * 9000; seq += 2) {
    std::string raw;
    for (int word = 0; word < 25; ++word) raw += std::to_string(random() % 1000000) + ' ';
    lines.push_back(line_of(seq, raw));
  }
  return make_segment(lines, 2);
}

struct Read {
  std::vector<std::string> lines;
  std::vector<std::string> bad_blocks;
  std::string problem, error;
};
Read read(const std::string& bytes, bool trust = false) {
  Read out;
  const MemorySource source(as_bytes(bytes));
  auto reader = SegmentReader::open(source);
  if (!reader) {
    out.error = reader.error().message;
    return out;
  }
  if (trust) reader->trust_checksums();
  out.problem = reader->problem();
  for (std::size_t i = 0; i < reader->summary().blocks.size(); ++i) {
    const auto text = reader->read_block(i);
    if (!text) {
      out.bad_blocks.push_back(text.error().message);
      continue;
    }
    BlockLines lines(*text);
    while (const auto line = lines.next()) out.lines.emplace_back(*line);
  }
  return out;
}

TEST(SegmentFormat, HexDumpOfTheDocumentIsReadAndWritten) {
  const auto document = read_file(YOROZU_SOURCE_DIR "/docs/formats/segment.md");
  ASSERT_TRUE(document);
  const Segment segment = make_segment({line_of(52341, "door 3 opened"), line_of(52343, "door 3 closed")});
  EXPECT_EQ(read(testing::bytes_of_dump(*document)).lines, segment.lines);
  if (ZSTD_versionNumber() != 10504) GTEST_SKIP() << "other versions of zstd may pack the block differently";
  EXPECT_THAT(*document, HasSubstr("\n" + testing::hex_dump(segment.bytes)));
}

TEST(SegmentFormat, LinesAndSummaryComeBack) {
  const Segment segment = big_segment();
  const MemorySource source(as_bytes(segment.bytes));
  const auto reader = SegmentReader::open(source);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->summary(), segment.summary);
  EXPECT_EQ(segment.summary.blocks.size(), 3U);
  EXPECT_EQ(segment.summary.first_seq, 52341U);
  EXPECT_EQ(segment.summary.last_seq, 52341U + 2 * 8999);
  EXPECT_EQ(segment.summary.lines, 9000U);
  EXPECT_EQ(read(segment.bytes).lines, segment.lines);
}

TEST(SegmentFormat, OneBlockIsFoundForANumber) {
  const Segment segment = big_segment();
  const MemorySource source(as_bytes(segment.bytes));
  auto reader = SegmentReader::open(source);
  EXPECT_EQ(reader->block_of(1), 0U);
  EXPECT_EQ(reader->block_of(UINT64_MAX), 2U);
  const std::uint64_t wanted = 52341 + 2 * 5000;
  const auto text = reader->read_block(reader->block_of(wanted));
  ASSERT_TRUE(text);
  EXPECT_THAT(std::string(*text), HasSubstr(segment.lines[5000] + "\n"));
}

TEST(SegmentFormat, PlainZstdReadsItAndTheSeekTableIsTheStandardOne) {
  const Segment segment = big_segment();
  std::string text(segment.summary.plain_bytes, '\0');
  EXPECT_EQ(ZSTD_decompress(text.data(), text.size(), segment.bytes.data(), segment.bytes.size()), text.size());
  std::string expected;
  for (const std::string& line : segment.lines) expected += line + "\n";
  EXPECT_EQ(text, expected);
  // zstd_seekable_compression_format.md: the sizes of all frames before the table add up to where it begins.
  const auto* end = as_bytes(segment.bytes).data() + segment.bytes.size();
  EXPECT_EQ(load_le<std::uint32_t>(end - 4), kSeekableMagic);
  const auto entries = load_le<std::uint32_t>(end - 9);
  const auto* table = end - 9 - entries * 8;
  std::uint64_t packed = 0;
  for (std::uint32_t i = 0; i < entries; ++i) packed += load_le<std::uint32_t>(table + i * 8);
  EXPECT_EQ(packed + 8 + entries * 8 + 9, segment.bytes.size());
}

TEST(SegmentFormat, EveryFlippedBitIsFoundAndCostsAtMostItsBlock) {
  const Segment segment = make_segment({line_of(1, "one"), line_of(2, "two"), line_of(3, "three")});
  for (std::size_t at = 0; at < segment.bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = segment.bytes;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      const Read found = read(bytes);
      EXPECT_NE(found.problem.size() + found.bad_blocks.size() + found.error.size(), 0U) << at << "." << bit;
      for (const std::string& line : found.lines) EXPECT_THAT(segment.lines, ::testing::Contains(line));
    }
  }
}

TEST(SegmentFormat, FlippedBitsInABigOneLoseOneBlockAndInItsEndNone) {
  const Segment segment = big_segment();
  const std::size_t blocks_end = segment.summary.blocks[0].packed_bytes + segment.summary.blocks[1].packed_bytes +
                                 segment.summary.blocks[2].packed_bytes;
  std::mt19937_64 random(11);
  for (int round = 0; round < 40; ++round) {
    std::string bytes = segment.bytes;
    const std::size_t at = round % 2 == 0 ? random() % blocks_end : blocks_end + random() % (bytes.size() - blocks_end);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    const Read found = read(bytes);
    if (at >= blocks_end) {
      EXPECT_NE(found.problem, "") << at;
      EXPECT_EQ(found.lines.size(), 9000U);
    } else {
      EXPECT_EQ(found.bad_blocks.size(), 1U) << at;
      EXPECT_GE(found.lines.size(), 4000U);
    }
  }
}

TEST(SegmentFormat, CutShortItStillGivesItsWholeBlocks) {
  const Segment segment = big_segment();
  const Read found = read(segment.bytes.substr(0, segment.bytes.size() / 2));
  EXPECT_EQ(found.lines.size(), segment.summary.blocks[0].lines);
  EXPECT_THAT(found.problem, HasSubstr("no seek table"));
  EXPECT_THAT(read("").error, HasSubstr("no block"));
}

TEST(SegmentFormat, BlockBehindADamagedOneIsFoundWithoutTheTable) {
  const Segment segment = big_segment();
  std::string bytes = segment.bytes.substr(0, segment.bytes.size() - 1);
  bytes[1] = 'x';  // magic of the first block
  const Read found = read(bytes);
  EXPECT_EQ(found.lines.size(), segment.summary.blocks[1].lines + segment.summary.blocks[2].lines);
}

TEST(SegmentFormat, ControlWithoutChecksumsSomeDamagePassesUnnoticed) {
  const Segment segment = make_segment({line_of(1, "aq8ZrT5x0Vw3kN7y"), line_of(2, "hJ2mC6bLpD9sFgQe")});
  int unnoticed = 0;
  for (std::size_t at = 0; at < segment.summary.blocks[0].packed_bytes; ++at) {
    std::string bytes = segment.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    const Read found = read(bytes, true);
    unnoticed += found.problem.empty() && found.bad_blocks.empty() && found.error.empty() ? 1 : 0;
  }
  EXPECT_GT(unnoticed, 0);
}

}  // namespace
}  // namespace yorozu::proof
