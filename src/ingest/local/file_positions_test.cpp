#include "ingest/local/file_positions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yorozu::ingest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

FileIdentity identity(std::uint64_t inode, std::string_view beginning) {
  return {{.device = 8, .number = inode}, head_of(beginning)};
}

proof::Line line(std::uint64_t seq, const FileIdentity& file, std::uint64_t offset, std::string raw) {
  proof::Line out;
  out.seq = seq;
  out.received = Timestamp{1'000'000};
  out.input = "file";
  out.via = {{"path", "/var/log/app.log"}, {"file", to_text(file)}, {"offset", std::to_string(offset)}};
  out.raw = std::move(raw);
  return out;
}

std::vector<std::uint64_t> ends(const FilePositions& positions, std::uint64_t inode) {
  std::vector<std::uint64_t> out;
  for (const KnownFile& file : positions.of_inode({8, inode})) out.push_back(file.end);
  return out;
}

TEST(FileIdentity, TextReadsBackAndAnythingElseIsRefused) {
  const FileIdentity file = identity(77, "abc");
  EXPECT_EQ(parse_file_identity(to_text(file)), file);
  for (const char* bad : {"", "1:2:3", "1:2:3:4", "1:2:257:0123456789abcdef", "1:2:3:0123456789abcdeg",
                          "x:2:3:0123456789abcdef", "1:2:3:0123456789abcdef:", "-1:2:3:0123456789abcdef"})
    EXPECT_FALSE(parse_file_identity(bad)) << bad;
}

TEST(FileIdentity, AFileThatGrewStillBeginsLikeItself) {
  EXPECT_TRUE(begins_like("abcdef", head_of("abc")));
  EXPECT_FALSE(begins_like("ab", head_of("abc")));
  EXPECT_FALSE(begins_like("abXdef", head_of("abc")));
}

TEST(FilePositions, TheEndOfAFileIsBehindItsNewestLine) {
  FilePositions positions;
  positions.committed(line(1, identity(1, "one\n"), 0, "one"));
  positions.committed(line(2, identity(1, "one\ntwo\n"), 4, "two"));
  positions.committed(line(3, identity(2, "other"), 0, "other"));
  EXPECT_THAT(ends(positions, 1), ElementsAre(7));
  EXPECT_THAT(ends(positions, 2), ElementsAre(5));
  EXPECT_THAT(ends(positions, 3), IsEmpty());
  EXPECT_EQ(positions.seq(), 3U);
}

TEST(FilePositions, ATruncatedFileIsANewGenerationOfItsInode) {
  FilePositions positions;
  positions.committed(line(1, identity(1, "one\n"), 0, "one"));
  positions.committed(line(2, identity(1, "one\ntwo\n"), 4, "two"));
  positions.committed(line(3, identity(1, "new\n"), 0, "new"));
  EXPECT_THAT(ends(positions, 1), ElementsAre(7, 3));
}

TEST(FilePositions, AnotherFileWithTheNumberOfAShortOneIsANewGeneration) {
  FilePositions positions;
  positions.committed({"/l", identity(1, "short"), 5, 1, Timestamp{1}}, 0);
  positions.committed({"/l", identity(1, std::string(300, 'x')), 5000, 2, Timestamp{1}}, 0);
  positions.committed({"/l", identity(1, std::string(300, 'x')), 9000, 3, Timestamp{1}}, 5001);
  positions.committed({"/l", identity(2, "short"), 5, 4, Timestamp{1}}, 0);
  positions.committed({"/l", identity(2, std::string(300, 'x')), 9000, 5, Timestamp{1}}, 8000);
  EXPECT_THAT(ends(positions, 1), ElementsAre(5, 9000));
  EXPECT_THAT(ends(positions, 2), ElementsAre(5, 9000));
}

TEST(FilePositions, ACutLineCountsWithItsOriginalLengthAndUtf16WithItsOwn) {
  FilePositions positions;
  proof::Line cut = line(1, identity(1, "a"), 10, "aaaa");
  cut.cut = 5000;
  positions.committed(cut);
  EXPECT_THAT(ends(positions, 1), ElementsAre(5010));
  proof::Line wide = line(2, identity(2, "b"), 2, "aé日😀");
  wide.via.emplace_back("charset", "utf-16le");
  positions.committed(wide);
  EXPECT_THAT(ends(positions, 2), ElementsAre(12));
}

TEST(FilePositions, LinesOfOtherInputsOnlyMoveTheNumber) {
  FilePositions positions;
  proof::Line other;
  other.seq = 9;
  other.via = {{"cursor", "s=1"}};
  positions.committed(other);
  EXPECT_EQ(positions.seq(), 9U);
  EXPECT_EQ(positions.size(), 0U);
}

TEST(FilePositions, WhatIsSavedReadsBackAndATornListIsRefused) {
  FilePositions positions;
  positions.committed({"/var/log/a\\b\nc", identity(1, "x"), 20, 5, Timestamp{123}}, 0);
  positions.committed({"/var/log/a", identity(1, "y"), 3, 6, Timestamp{124}}, 0);
  positions.seen_up_to(40);
  const std::string saved = positions.save();
  const auto read = FilePositions::parse(saved);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->all(), positions.all());
  EXPECT_EQ(read->seq(), 40U);
  for (std::size_t cut = 0; cut < saved.size(); ++cut) EXPECT_FALSE(FilePositions::parse(saved.substr(0, cut))) << cut;
}

TEST(FilePositions, TheLongestUnchangedFilesAreForgottenFirst) {
  FilePositions positions;
  for (std::uint64_t i = 1; i <= FilePositions::kMaxFiles + 1; ++i)
    positions.committed({"/log", {{8, i}, {}}, 1, i, Timestamp{1}}, 0);
  EXPECT_LE(positions.size(), FilePositions::kMaxFiles);
  EXPECT_GE(positions.size(), FilePositions::kMaxFiles * 8 / 10);
  EXPECT_THAT(ends(positions, 1), IsEmpty());
  EXPECT_THAT(ends(positions, FilePositions::kMaxFiles + 1), ElementsAre(1));
}

}  // namespace
}  // namespace yorozu::ingest
