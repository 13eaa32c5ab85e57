#include "archive/index/index_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "proof/format_testing.h"

namespace yorozu::archive::index {
namespace {

/// What docs/formats/index.md shows.
Result<void> write_example(DiskFile& file) {
  IndexFileWriter writer(file);
  SegmentEntry segment;
  segment.name = {52341, event::RetentionGroup::Identity};
  segment.segment_bytes = 266;
  segment.segment_hash = sha256(as_bytes("the segment"));
  segment.last_seq = 52343;
  segment.lines = segment.events = segment.rows = 2;
  segment.first_time = segment.first_received = {1795640484000000};
  segment.last_time = segment.last_received = {1795640544000000};
  const std::vector<Token> tokens = {hash64("failed"), hash64("password"), hash64("192.168")};
  BlockEntry block;
  block.first_seq = 52341;
  block.last_seq = 52343;
  block.lines = block.events = 2;
  block.first_time = segment.first_time;
  block.last_time = segment.last_time;
  if (auto added = writer.add_filter(build_fuse_filter(tokens)); added)
    block.filter = *added;
  else
    return std::unexpected(added.error());
  segment.filter = block.filter;
  segment.blocks = {block};
  segment.counts = {{29927341, event::SourceClass::Auth, 1}, {29927342, event::SourceClass::Auth, 1}};
  writer.add_segment(segment);
  return writer.finish({.bytes = 1234, .hash = 0x1122334455667788});
}

TEST(IndexFormat, HexDumpOfTheDocumentIsWrittenAndRead) {
  auto folder = TempDir::make("index");
  ASSERT_TRUE(folder);
  const std::filesystem::path path = folder->path() / "x.index";
  {
    auto file = real_disk().create(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE(write_example(**file));
  }
  const std::string written = read_file(path).value();
  const auto document = read_file(YOROZU_SOURCE_DIR "/docs/formats/index.md");
  ASSERT_TRUE(document);
  EXPECT_TRUE(document->contains("\n" + proof::testing::hex_dump(written))) << proof::testing::hex_dump(written);
  const auto read = IndexFile::open(real_disk(), path);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->segments().size(), 1U);
  const SegmentEntry& segment = read->segments().front();
  EXPECT_EQ(segment.counts.size(), 2U);
  const Token failed[] = {hash64("failed"), hash64("192.168")}, other[] = {hash64("zzyzx")};
  EXPECT_TRUE(read->may_contain(segment.filter, failed).value());
  EXPECT_FALSE(read->may_contain(segment.blocks[0].filter, other).value());
  EXPECT_EQ(read->columns(), (ColumnsStamp{1234, 0x1122334455667788}));
}

}  // namespace
}  // namespace yorozu::archive::index
