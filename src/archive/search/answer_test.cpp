#include <gtest/gtest.h>

#include <fstream>

#include "archive/search/search.h"
#include "archive/search/test_archive.h"
#include "archive/search/units.h"

namespace yorozu::archive::search {
namespace {

using testing::CollectingSink;
using testing::Found;
using testing::Frame;
using testing::kStart;
using testing::NaiveSearch;
using testing::TestArchive;

SearchRequest all_of(std::string query) {
  SearchRequest request;
  request.query = std::move(query);
  request.limit = 0;
  return request;
}

class Answer : public ::testing::Test {
 protected:
  SearchSummary ask(const SearchRequest& request, CollectingSink& sink) {
    auto summary = answer(request, archive_.folders(), sink);
    EXPECT_TRUE(summary) << request.query << ": " << (summary ? "" : summary.error().error.message);
    return summary ? *summary : SearchSummary{};
  }
  std::vector<std::uint64_t> seqs(const SearchRequest& request) {
    CollectingSink sink;
    last_ = ask(request, sink);
    std::vector<std::uint64_t> out;
    for (const Row& row : sink.rows) out.push_back(row.seq);
    return out;
  }
  /// `n` lines that say their number, a few in another retention group, in batches of ten.
  void commit_numbered(int n) {
    std::vector<Frame> frames;
    for (int i = 0; i < n; ++i) {
      const std::string number = std::to_string(archive_.end() + frames.size());
      if (i % 7 == 3)
        frames.push_back({"yorozu.audit", R"({"act":"number )" + number + "\"}"});
      else
        frames.push_back({"file", "number " + number + (i % 5 == 0 ? " fifth" : "")});
      if (frames.size() == 10 || i + 1 == n) {
        archive_.commit(frames);
        frames.clear();
      }
    }
  }

  TestArchive archive_;
  SearchSummary last_;
};

std::vector<std::uint64_t> down_from(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t seq = first; seq >= last; --seq) out.push_back(seq);
  return out;
}

TEST_F(Answer, OfAnEmptyArchiveIsEmpty) {
  EXPECT_TRUE(seqs(all_of("")).empty());
  EXPECT_EQ(last_.ending, Ending::Complete);
}

TEST_F(Answer, ComesNewestFirstFromSegmentsOfAllGroupsAndTheJournal) {
  for (int i = 0; i < 3; ++i) {
    commit_numbered(50);
    archive_.seal();
  }
  commit_numbered(50);
  EXPECT_EQ(seqs(all_of("")), down_from(200, 1));
  EXPECT_EQ(last_.matches, 200U);
  EXPECT_TRUE(last_.damages.empty());
}

TEST_F(Answer, StopsAtItsLimitAndGoesOnBehindIt) {
  commit_numbered(60);
  archive_.seal();
  commit_numbered(40);
  SearchRequest request = all_of("number");
  request.limit = 30;
  EXPECT_EQ(seqs(request), down_from(100, 71));
  EXPECT_EQ(last_.ending, Ending::Limit);
  EXPECT_EQ(last_.next_end_seq, 71U);
  request.end_seq = last_.next_end_seq;
  request.limit = 0;
  EXPECT_EQ(seqs(request), down_from(70, 1));
  EXPECT_EQ(last_.next_end_seq, 0U);
  EXPECT_EQ(seqs(all_of("number | limit 3")), down_from(100, 98));
}

TEST_F(Answer, CountsEverythingForTheHistogramBeyondTheLimit) {
  commit_numbered(100);
  SearchRequest request = all_of("number");
  request.limit = 1;
  request.wants_histogram = true;
  CollectingSink sink;
  const SearchSummary summary = ask(request, sink);
  EXPECT_EQ(sink.rows.size(), 1U);
  EXPECT_EQ(summary.matches, 100U);
  std::uint64_t counted = 0;
  for (const Histogram::Bucket& bucket : sink.counts.buckets) {
    counted += bucket.count;
    EXPECT_EQ(bucket.begin.us % sink.counts.bucket_us, 0);
  }
  EXPECT_EQ(counted, 100U);
  EXPECT_EQ(sink.counts.bucket_us, 60'000'000);
}

TEST_F(Answer, FromAndToMeanTheTimeOfTheEvent) {
  archive_.commit("json", R"({"@timestamp":"2025-01-01T00:00:00Z","n":1})");
  archive_.commit("json", R"({"@timestamp":"2025-01-02T00:00:00Z","n":2})");
  archive_.commit("json", R"({"n":3})");
  SearchRequest request = all_of("");
  request.from = *parse_time("2025-01-02T00:00:00Z");
  EXPECT_EQ(seqs(request), (std::vector<std::uint64_t>{3, 2}));
  request.to = *parse_time("2025-01-03T00:00:00Z");
  EXPECT_EQ(seqs(request), (std::vector<std::uint64_t>{2}));
}

TEST_F(Answer, IsCancelledByTheSink) {
  commit_numbered(100);
  CollectingSink sink;
  sink.stop_after = 5;
  EXPECT_EQ(ask(all_of(""), sink).ending, Ending::Cancelled);
  EXPECT_EQ(sink.rows.size(), 5U);
}

TEST_F(Answer, EndsWhenItsTimeIsOver) {
  commit_numbered(100);
  SearchRequest request = all_of("");
  request.timeout_us = 1;
  seqs(request);
  EXPECT_EQ(last_.ending, Ending::Timeout);
}

TEST_F(Answer, NamesAWrongQueryWithItsPlace) {
  CollectingSink sink;
  const auto summary = answer(all_of("a (b"), archive_.folders(), sink);
  ASSERT_FALSE(summary);
  ASSERT_TRUE(summary.error().query);
  EXPECT_EQ(summary.error().query->position, 2U);
}

TEST_F(Answer, LacksADamagedBlockNamesItAndHasTheRest) {
  commit_numbered(50);
  archive_.seal();
  commit_numbered(50);
  archive_.seal();
  commit_numbered(10);
  archive_.seal();
  for (const auto& journal : archive_.journals()) std::filesystem::remove(journal);
  const auto segment = archive_.segments().front();
  std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(40);
  file.put('\x55');
  file.put('\x55');
  file.close();
  const std::size_t found = seqs(all_of("")).size();
  EXPECT_LT(found, 110U);
  EXPECT_GE(found, 60U);
  ASSERT_EQ(last_.damages.size(), 1U);
  EXPECT_NE(segment.string().find(last_.damages[0].file), std::string::npos);
  EXPECT_EQ(last_.damages[0].lines + found, 110U);
}

TEST_F(Answer, TakesLinesOfADamagedSegmentFromTheirJournalWhileItIsThere) {
  commit_numbered(50);
  archive_.seal();
  ASSERT_EQ(archive_.journals().size(), 1U);
  for (const auto& segment : archive_.segments()) {
    std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(40);
    file.put('\x55');
    file.put('\x55');
  }
  EXPECT_EQ(seqs(all_of("")), down_from(50, 1));
  EXPECT_TRUE(last_.damages.empty());
  for (const auto& segment : archive_.segments()) std::filesystem::resize_file(segment, 100);
  EXPECT_EQ(seqs(all_of("")), down_from(50, 1));
}

TEST_F(Answer, IsCompleteWhenAJournalIsSealedAndRemovedUnderIt) {
  commit_numbered(50);
  Effort effort;
  std::vector<ArchiveDamage> damages;
  auto units = Units::list(real_disk(), archive_.folders().archive, {}, nullptr, effort, damages);
  ASSERT_TRUE(units);
  const auto journal = archive_.journals().front();
  archive_.seal();
  std::filesystem::remove(journal);
  std::uint64_t lines = 0;
  for (auto unit = units->next(); unit && *unit; unit = units->next()) {
    ASSERT_TRUE((*unit)->segment);
    lines += (*unit)->segment->blocks[(*unit)->block].lines;
  }
  EXPECT_EQ(lines, 50U);
  EXPECT_TRUE(damages.empty());
}

TEST_F(Answer, LeavesOutWhatWasNeverConfirmed) {
  commit_numbered(20);
  const auto journal = archive_.journals().front();
  std::ofstream(journal, std::ios::app | std::ios::binary) << "half a record";
  EXPECT_EQ(seqs(all_of("")), down_from(20, 1));
  EXPECT_TRUE(last_.damages.empty());
  SearchRequest request = all_of("");
  request.end_seq = 11;
  EXPECT_EQ(seqs(request), down_from(10, 1));
}

TEST_F(Answer, FetchesLinesByNumberAndTheirSurroundings) {
  commit_numbered(30);
  archive_.seal();
  commit_numbered(30);
  const auto rows = fetch_lines(archive_.folders(), {59, 2, 1000, 31});
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ((*rows)[0].seq, 59U);
  EXPECT_EQ((*rows)[1].seq, 2U);
  EXPECT_NE((*rows)[1].raw.find("number 2"), std::string::npos);
  EXPECT_EQ((*rows)[2].seq, 31U);
  const auto around = fetch_around(archive_.folders(), 30, 2, 3);
  ASSERT_TRUE(around);
  ASSERT_EQ(around->size(), 6U);
  EXPECT_EQ(around->front().seq, 28U);
  EXPECT_EQ(around->back().seq, 33U);
}

TEST_F(Answer, FetchesAnEventOfSeveralFramesByAnyOfThem) {
  archive_.commit(testing::mixed_frames());
  const auto all = fetch_around(archive_.folders(), 12, 0, 3);
  ASSERT_TRUE(all);
  const auto row = std::ranges::find_if(*all, [](const Row& r) { return !r.frames.empty(); });
  ASSERT_NE(row, all->end());
  EXPECT_EQ(row->frames, (std::vector<std::uint64_t>{12, 14, 15}));
  const auto one = fetch_lines(archive_.folders(), {14});
  ASSERT_TRUE(one);
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(one->front(), *row);
}

TEST(Folders, AreFoundByDataFolderOrArchiveFolder) {
  const TestArchive archive;
  const auto by_data = find_folders(archive.path());
  ASSERT_TRUE(by_data);
  EXPECT_EQ(by_data->archive, archive.folders().archive);
  EXPECT_EQ(by_data->index, archive.folders().index);
  const auto by_archive = find_folders(archive.folders().archive.string() + "/");
  ASSERT_TRUE(by_archive);
  EXPECT_EQ(by_archive->index, archive.folders().index);
  EXPECT_FALSE(find_folders(archive.path() / "nowhere"));
}

}  // namespace
}  // namespace yorozu::archive::search
