#include "ingest/local/position_keeper.h"

#include <gtest/gtest.h>

#include "base/buffer.h"
#include "base/file.h"
#include "proof/line.h"

namespace yorozu::ingest {
namespace {

/// Lines in memory, all durable.
class Lines final : public archive::CommitFeed {
 public:
  void add(std::string_view input, const std::vector<std::pair<std::string_view, std::string_view>>& via,
           std::string_view raw) {
    std::string via_json;
    proof::append_via(via, via_json);
    Buffer tail, line;
    proof::append_line_tail({Timestamp{1'000'000}, input, "", via_json, raw, {}}, tail);
    proof::append_line(lines_.size() + 1, tail.view(), line);
    lines_.emplace_back(line.view());
  }
  std::size_t reads() const { return reads_; }

  std::uint64_t end() const override { return lines_.size() + 1; }
  Result<std::uint64_t> read(std::uint64_t from, std::size_t max_lines, std::int64_t,
                             const std::function<void(const archive::CommittedLine&)>& each) override {
    for (std::size_t i = 0; i < max_lines && from < end(); ++i, ++from, ++reads_)
      each({from, event::RetentionGroup::Host, lines_[from - 1]});
    return from;
  }
  void close() override {}

 private:
  std::vector<std::string> lines_;
  std::size_t reads_ = 0;
};

class PositionKeeperTest : public testing::Test {
 protected:
  TempDir folder_ = TempDir::make("yorozu-positions").value();
  Lines lines_;
  FileIdentity file_{{8, 1}, head_of("one line\n")};

  LocalPositions caught_up(Lines& lines) const {
    return PositionKeeper(lines, folder_.path() / "positions").catch_up().value();
  }
  void add_line(std::uint64_t offset, std::string_view raw) {
    lines_.add("file", {{"path", "/l"}, {"file", to_text(file_)}, {"offset", std::to_string(offset)}}, raw);
  }
};

TEST_F(PositionKeeperTest, PositionsComeFromTheLinesAndFromTheCacheOnlyWhatIsBehindIt) {
  lines_.add("syslog.tcp", {}, R"(a text with "via":{"path": in it)");
  add_line(0, "one line");
  lines_.add("journald", {{"cursor", "s=1;i=1"}}, "MESSAGE=x");
  LocalPositions positions = caught_up(lines_);
  EXPECT_EQ(positions.cursor("journald"), "s=1;i=1");
  EXPECT_EQ(positions.cursor("other"), "");
  ASSERT_EQ(positions.files().of_inode({8, 1}).size(), 1U);
  EXPECT_EQ(positions.files().of_inode({8, 1})[0].end, 8U);
  EXPECT_EQ(positions.seq(), 3U);

  add_line(9, "more");
  const std::size_t before = lines_.reads();
  positions = caught_up(lines_);
  EXPECT_EQ(lines_.reads() - before, 2U);  // the line the cache ends with, and the new one
  EXPECT_EQ(positions.files().of_inode({8, 1})[0].end, 13U);
  EXPECT_EQ(positions.cursor("journald"), "s=1;i=1");
}

TEST_F(PositionKeeperTest, ACacheOfAnotherArchiveOrADamagedOneIsNotBelieved) {
  add_line(0, "one line");
  add_line(9, "more");
  caught_up(lines_);
  Lines other;
  for (int i = 0; i < 5; ++i) other.add("syslog.udp", {}, "x");
  EXPECT_EQ(caught_up(other).files().size(), 0U);
  EXPECT_EQ(caught_up(lines_).files().size(), 1U);  // the cache is of the other archive now
  Lines shorter;
  shorter.add("syslog.udp", {}, "x");
  EXPECT_EQ(caught_up(shorter).files().size(), 0U);
  ASSERT_TRUE(write_file_atomic(folder_.path() / "positions", "yorozu local positions 1 x"));
  EXPECT_EQ(caught_up(lines_).files().size(), 1U);
}

TEST_F(PositionKeeperTest, WhatIsSavedReadsBackAndATornTextIsRefused) {
  add_line(0, "one line");
  lines_.add("journald", {{"cursor", "s=1;i=1"}}, "MESSAGE=x");
  const std::string saved = caught_up(lines_).save();
  ASSERT_TRUE(LocalPositions::parse(saved));
  EXPECT_EQ(LocalPositions::parse(saved)->save(), saved);
  for (std::size_t cut = 0; cut < saved.size(); ++cut) EXPECT_FALSE(LocalPositions::parse(saved.substr(0, cut))) << cut;
}

TEST_F(PositionKeeperTest, FollowingWritesTheCacheAtTheEnd) {
  add_line(0, "one line");
  {
    PositionKeeper keeper(lines_, folder_.path() / "positions");
    ASSERT_TRUE(keeper.catch_up());
    keeper.start();
    keeper.stop();
    keeper.stop();
  }
  EXPECT_TRUE(read_file(folder_.path() / "positions"));
}

}  // namespace
}  // namespace yorozu::ingest
