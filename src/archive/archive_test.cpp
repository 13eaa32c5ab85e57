#include "archive/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "archive/layout.h"
#include "archive/uploaded_files.h"
#include "base/file.h"
#include "proof/line.h"

namespace yorozu::archive {
namespace {

namespace fs = std::filesystem;
using event::RetentionGroup;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Timestamp kNow = *parse_time("2026-11-23T09:15:02.123456Z");
constexpr std::int64_t kMinute = std::int64_t{60} * 1000000;

std::string tail_of(std::string_view raw) {
  Buffer out;
  proof::append_line_tail({kNow, "file", {}, {}, raw, {}}, out);
  return std::string(out.view());
}

class ArchiveTest : public testing::Test {
 protected:
  Result<TempDir> temp_ = TempDir::make("yorozu-archive");
  fs::path folder_;
  ArchiveOptions options_;
  Timestamp now_ = kNow;
  std::unique_ptr<Archive> archive_;
  std::vector<std::string> expected_;  ///< raw of each line, in order

  void SetUp() override {
    ASSERT_TRUE(temp_);
    folder_ = temp_->path() / "archive";
    options_.reserve_bytes = 0;
    options_.sealing = Sealing::WhenCalled;
  }
  void open() {
    archive_.reset();
    auto archive = Archive::open(real_disk(), folder_, options_, [this] { return now_; });
    ASSERT_TRUE(archive) << archive.error().message;
    archive_ = *std::move(archive);
  }
  void close() { archive_.reset(); }
  void commit(const std::vector<std::string>& raws) {
    std::vector<std::string> tails;
    for (const std::string& raw : raws) tails.push_back(tail_of(raw));
    std::vector<PendingLine> lines;
    for (const std::string& tail : tails)
      lines.push_back({event::kAllRetentionGroups[(expected_.size() + lines.size()) % 4], tail});
    const auto done = archive_->commit(lines);
    ASSERT_TRUE(done) << done.error().message;
    expected_.insert(expected_.end(), raws.begin(), raws.end());
  }
  static std::string raw_of(std::string_view line) { return proof::parse_line(line).value_or(proof::Line{}).raw; }

  std::vector<std::string> feed_from(std::uint64_t from, std::size_t step = 1000) {
    std::vector<std::string> raws;
    for (;;) {
      const auto next =
          archive_->feed().read(from, step, 0, [&](const CommittedLine& line) { raws.push_back(raw_of(line.line)); });
      EXPECT_TRUE(next) << next.error().message;
      if (!next || *next == from) return raws;
      from = *next;
    }
  }
  std::vector<std::string> stored(std::vector<ArchiveDamage>* damages = nullptr) {
    std::vector<std::string> raws;
    std::uint64_t last = 0;
    const auto found = read_archive(real_disk(), folder_, 1, [&](const CommittedLine& line) {
      EXPECT_GT(line.seq, last);
      last = line.seq;
      EXPECT_EQ(proof::parse_line(line.line)->seq, line.seq);
      raws.push_back(raw_of(line.line));
      return true;
    });
    EXPECT_TRUE(found) << found.error().message;
    if (damages != nullptr) *damages = found.value_or(std::vector<ArchiveDamage>{});
    return raws;
  }
  std::vector<fs::path> files(std::string_view below) const {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / below))
      if (entry.is_regular_file()) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  void flip(const fs::path& path, std::uint64_t at) {
    std::string bytes = *read_file(path);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 4);
    fs::remove(path);
    ASSERT_TRUE(write_file_atomic(path, bytes));
  }
};

TEST_F(ArchiveTest, LinesAreNumberedFromOneWithoutGapsAndComeBack) {
  open();
  EXPECT_EQ(archive_->next_seq(), 1U);
  commit({"one", "two"});
  commit({"three"});
  EXPECT_EQ(archive_->next_seq(), 4U);
  EXPECT_THAT(feed_from(1), ElementsAre("one", "two", "three"));
  EXPECT_THAT(feed_from(3), ElementsAre("three"));
  EXPECT_EQ(stored(), expected_);
}

TEST_F(ArchiveTest, OpenedAgainItGoesOnInTheSameJournal) {
  open();
  commit({"one", "two"});
  open();
  EXPECT_EQ(archive_->next_seq(), 3U);
  commit({"three"});
  EXPECT_THAT(files("journal"), SizeIs(1));
  EXPECT_THAT(feed_from(1, 1), ElementsAre("one", "two", "three"));
  EXPECT_EQ(stored(), expected_);
  EXPECT_THAT(archive_->damages(), IsEmpty());
}

TEST_F(ArchiveTest, SecondProcessIsRefused) {
  open();
  const auto second = Archive::open(real_disk(), folder_, options_, [] { return kNow; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
}

TEST_F(ArchiveTest, SealingMakesOneSegmentAGroupUnderItsDay) {
  open();
  commit({"a", "b", "c", "d", "e"});
  ASSERT_TRUE(archive_->seal());
  std::vector<std::string> names;
  for (const SegmentInfo& info : archive_->segments()) names.push_back(info.path);
  EXPECT_THAT(names, ElementsAre("segments/2026/11/23/000000000001-network.ndjson.zst",
                                 "segments/2026/11/23/000000000002-identity.ndjson.zst",
                                 "segments/2026/11/23/000000000003-host.ndjson.zst",
                                 "segments/2026/11/23/000000000004-yorozu.ndjson.zst"));
  EXPECT_EQ(archive_->segments()[0].lines, 2U);
  EXPECT_EQ(archive_->segments()[0].last_seq, 5U);
  EXPECT_EQ(archive_->segments()[0].first_received, kNow);
  commit({"f"});
  EXPECT_THAT(files("journal"), SizeIs(2));
  EXPECT_THAT(feed_from(1, 2), ElementsAre("a", "b", "c", "d", "e", "f"));
  std::vector<ArchiveDamage> damages;
  EXPECT_EQ(stored(&damages), expected_);
  EXPECT_THAT(damages, IsEmpty());
  open();
  EXPECT_EQ(archive_->next_seq(), 7U);
  EXPECT_THAT(feed_from(1, 1), ElementsAre("a", "b", "c", "d", "e", "f"));
}

TEST_F(ArchiveTest, QuietJournalIsPackedHarderThanOneThatWasFullAtOnce) {
  options_.seal_bytes = 100'000;
  open();
  std::vector<std::string> lines;
  for (int i = 0; i < 4000; ++i)
    lines.push_back("user " + std::to_string(i * 7919 % 1000) + " opened door " + std::to_string(i * 104729 % 97));
  commit(lines);
  ASSERT_TRUE(archive_->seal());
  commit(lines);
  now_.us += 30 * kMinute;
  ASSERT_TRUE(archive_->seal());
  const auto segments = archive_->segments();
  ASSERT_THAT(segments, SizeIs(8));
  EXPECT_LT(segments[4].bytes, segments[0].bytes);
}

TEST_F(ArchiveTest, EmptyJournalIsNotRotated) {
  open();
  ASSERT_TRUE(archive_->seal());
  EXPECT_THAT(files("journal"), IsEmpty());
  commit({"a"});
  ASSERT_TRUE(archive_->seal());
  ASSERT_TRUE(archive_->seal());
  EXPECT_THAT(files("journal"), SizeIs(1));
  open();
  ASSERT_TRUE(archive_->seal());
  EXPECT_THAT(files("journal"), SizeIs(1));
  EXPECT_EQ(archive_->next_seq(), 2U);
}

TEST_F(ArchiveTest, SealsWhenTheJournalIsLargeOrOld) {
  options_.seal_bytes = 1000;
  open();
  commit({"small"});
  ASSERT_TRUE(archive_->seal_if_due());
  EXPECT_THAT(archive_->segments(), IsEmpty());
  commit({std::string(1000, 'x')});
  ASSERT_TRUE(archive_->seal_if_due());
  EXPECT_THAT(archive_->segments(), SizeIs(2));
  commit({"old"});
  now_.us += 59 * kMinute;
  ASSERT_TRUE(archive_->seal_if_due());
  EXPECT_THAT(archive_->segments(), SizeIs(2));
  now_.us += kMinute;
  ASSERT_TRUE(archive_->seal_if_due());
  EXPECT_THAT(archive_->segments(), SizeIs(3));
}

TEST_F(ArchiveTest, JournalGoesAtTheSealAfterTheNextAndNotBeforeTenMinutes) {
  open();
  for (const char* raw : {"a", "b", "c", "d"}) {
    commit({raw});
    ASSERT_TRUE(archive_->seal());
  }
  EXPECT_THAT(files("journal"), SizeIs(4));
  now_.us += 10 * kMinute;
  commit({"e"});
  ASSERT_TRUE(archive_->seal());
  std::vector<std::string> names;
  for (const fs::path& path : files("journal")) names.push_back(path.filename().string());
  EXPECT_THAT(names, ElementsAre("000000000004-1.journal", "000000000005-1.journal"));
  EXPECT_EQ(stored(), expected_);
  EXPECT_THAT(feed_from(1, 1), ElementsAre("a", "b", "c", "d", "e"));
  open();
  EXPECT_EQ(archive_->next_seq(), 6U);
}

TEST_F(ArchiveTest, SegmentsAloneAreEnoughToGoOn) {
  open();
  commit({"a", "b", "c"});
  ASSERT_TRUE(archive_->seal());
  close();
  fs::remove_all(folder_ / "journal");
  open();
  EXPECT_EQ(archive_->next_seq(), 4U);
  commit({"d"});
  EXPECT_EQ(stored(), expected_);
}

TEST_F(ArchiveTest, TornTailIsCutOffAndReportedWithItsSize) {
  open();
  commit({"a"});
  commit({"b"});
  close();
  const fs::path journal = files("journal").at(0);
  fs::resize_file(journal, fs::file_size(journal) - 3);
  expected_.pop_back();
  open();
  ASSERT_THAT(archive_->damages(), SizeIs(1));
  EXPECT_EQ(archive_->damages()[0].kind, DamageKind::TornTail);
  EXPECT_GT(archive_->damages()[0].bytes, 100U);
  EXPECT_EQ(archive_->next_seq(), 2U);
  commit({"c"});
  EXPECT_EQ(stored(), expected_);
  open();
  EXPECT_THAT(archive_->damages(), IsEmpty());
}

TEST_F(ArchiveTest, DamagedRecordIsNamedAndTheRestKept) {
  open();
  commit({"a"});
  commit({"b", "b2"});
  commit({"c"});
  close();
  const fs::path journal = files("journal").at(0);
  const std::string bytes = *read_file(journal);
  flip(journal, bytes.find("\"b2\""));
  std::vector<ArchiveDamage> damages;
  EXPECT_THAT(stored(&damages), ElementsAre("a", "c"));
  ASSERT_THAT(damages, SizeIs(1));
  EXPECT_EQ(damages[0].kind, DamageKind::Lost);
  EXPECT_EQ(damages[0].first_seq, 2U);
  EXPECT_EQ(damages[0].last_seq, 3U);
  EXPECT_EQ(damages[0].lines, 2U);
  EXPECT_EQ(damages[0].file, "journal/000000000001-1.journal");
  open();
  EXPECT_EQ(archive_->next_seq(), 5U);
  EXPECT_THAT(archive_->damages(), SizeIs(1));
  commit({"d"});
  EXPECT_THAT(files("journal"), SizeIs(2)) << "a damaged journal is not written to";
  EXPECT_THAT(feed_from(1), ElementsAre("a", "c", "d"));
}

TEST_F(ArchiveTest, DamagedSegmentIsReadFromTheJournalWhileThatIsThere) {
  open();
  commit({"a", "b", "c", "d"});
  ASSERT_TRUE(archive_->seal());
  close();
  flip(files("segments").at(0), 30);
  std::vector<ArchiveDamage> damages;
  EXPECT_EQ(stored(&damages), expected_);
  ASSERT_THAT(damages, SizeIs(1));
  EXPECT_EQ(damages[0].kind, DamageKind::Repaired);
  fs::remove_all(folder_ / "journal");
  EXPECT_THAT(stored(&damages), ElementsAre("b", "c", "d"));
  ASSERT_THAT(damages, SizeIs(1));
  EXPECT_EQ(damages[0].kind, DamageKind::Lost);
  EXPECT_EQ(damages[0].lines, 1U);
}

TEST_F(ArchiveTest, DamagedSegmentIsWrittenAgainBeforeTheJournalGoes) {
  open();
  commit({"a", "b", "c", "d"});
  ASSERT_TRUE(archive_->seal());
  flip(files("segments").at(0), 30);
  now_.us += 20 * kMinute;
  for (const char* raw : {"e", "f", "g"}) {
    commit({raw});
    ASSERT_TRUE(archive_->seal());
    now_.us += 20 * kMinute;
  }
  EXPECT_FALSE(fs::exists(folder_ / "journal/000000000001-1.journal"));
  std::vector<ArchiveDamage> damages;
  EXPECT_EQ(stored(&damages), expected_);
  EXPECT_THAT(damages, IsEmpty());
  EXPECT_THAT(archive_->damages(), testing::Not(IsEmpty()));
}

TEST_F(ArchiveTest, LineThatDiffersBetweenJournalAndSegmentIsNamed) {
  open();
  commit({"a"});
  ASSERT_TRUE(archive_->seal());
  close();
  const fs::path journal = files("journal").at(0);
  const std::string kept = *read_file(journal);
  fs::remove_all(folder_ / "journal");
  fs::remove_all(folder_ / "segments");
  expected_.clear();
  open();
  commit({"x"});
  ASSERT_TRUE(archive_->seal());
  close();
  ASSERT_TRUE(write_file_atomic(journal, kept));
  std::vector<ArchiveDamage> damages;
  (void)stored(&damages);
  ASSERT_THAT(damages, SizeIs(1));
  EXPECT_THAT(damages[0].detail, HasSubstr("differs"));
}

TEST_F(ArchiveTest, LostSegmentIsNamedByItsNumbers) {
  open();
  commit({"a", "b", "c", "d", "e"});
  ASSERT_TRUE(archive_->seal());
  close();
  fs::remove_all(folder_ / "journal");
  fs::remove(files("segments").at(1));
  std::vector<ArchiveDamage> damages;
  EXPECT_THAT(stored(&damages), ElementsAre("a", "c", "d", "e"));
  ASSERT_THAT(damages, SizeIs(1));
  EXPECT_EQ(damages[0].first_seq, 2U);
  EXPECT_EQ(damages[0].last_seq, 2U);
}

TEST_F(ArchiveTest, UploadedFileIsKeptUnderItsHash) {
  open();
  const fs::path source = temp_->path() / "events.evtx";
  ASSERT_TRUE(write_file_atomic(source, "abc"));
  const auto hash = archive_->keep_file(source);
  EXPECT_EQ(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(archive_->keep_file(source).value_or(""), *hash);
  EXPECT_THAT(files("files"), ElementsAre(folder_ / "files" / *hash));
  EXPECT_EQ(read_file(folder_ / "files" / *hash), "abc");
  EXPECT_EQ(archive_->keep_file(temp_->path() / "none").error().code, ErrorCode::NotFound);
  EXPECT_THAT(files("files"), SizeIs(1));
}

TEST_F(ArchiveTest, UploadedFilesKnowTheNewestLinesThatNameThem) {
  open();
  const fs::path source = temp_->path() / "events.evtx";
  ASSERT_TRUE(write_file_atomic(source, "abc"));
  const std::string hash = archive_->keep_file(source).value_or("");
  ASSERT_TRUE(write_file_atomic(source, "nobody names it"));
  ASSERT_TRUE(archive_->keep_file(source));
  std::string via;
  proof::append_via({{"sha256", hash}, {"name", "events.evtx"}}, via);
  Buffer tail, other;
  proof::append_line_tail({kNow, "upload", "", via, "record", {}}, tail);
  proof::append_line_tail({kNow, "syslog.udp", "", "", "\"input\":\"upload\" " + hash, {}}, other);
  const PendingLine lines[] = {{RetentionGroup::Host, tail.view()},
                               {RetentionGroup::Host, tail.view()},
                               {RetentionGroup::Network, tail.view()},
                               {RetentionGroup::Host, other.view()}};
  ASSERT_TRUE(archive_->commit(lines));
  const auto found = list_uploaded_files(real_disk(), folder_);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_THAT(*found, SizeIs(2));
  const UploadedFile& named = found->at(found->at(0).sha256 == hash ? 0 : 1);
  const UploadedFile& orphan = found->at(found->at(0).sha256 == hash ? 1 : 0);
  EXPECT_EQ(named.bytes, 3U);
  EXPECT_EQ(named.named_by[static_cast<std::size_t>(RetentionGroup::Host)].last_seq, 2U);
  EXPECT_EQ(named.named_by[static_cast<std::size_t>(RetentionGroup::Network)].last_seq, 3U);
  for (const NamedBy& group : orphan.named_by) EXPECT_EQ(group.last_seq, 0U);
}

TEST_F(ArchiveTest, TooLongLineIsRefusedAndCostsNoNumber) {
  open();
  const std::string tail = "\"received\":\"" + std::string(proof::kMaxLineBytes, 'x');
  const PendingLine line{RetentionGroup::Host, tail};
  EXPECT_EQ(archive_->commit({&line, 1}).error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(archive_->next_seq(), 1U);
  EXPECT_EQ(archive_->status().failed_commits, 1U);
  commit({"a"});
  EXPECT_EQ(archive_->status().write_problem, "");
}

TEST_F(ArchiveTest, FeedWaitsUntilALineIsDurableAndEndsWhenClosed) {
  options_.sealing = Sealing::Background;
  open();
  std::vector<std::string> raws;
  std::thread reader([&] {
    std::uint64_t from = 1;
    for (;;) {
      const auto next = archive_->feed().read(from, 2, 60 * 1000000,
                                              [&](const CommittedLine& line) { raws.push_back(raw_of(line.line)); });
      if (!next || *next == from) return;
      from = *next;
    }
  });
  for (int i = 0; i < 50; ++i) {
    commit({"line " + std::to_string(i), "more"});
    if (i % 10 == 9) {
      ASSERT_TRUE(archive_->seal());
    }
  }
  ASSERT_TRUE(archive_->wait_until_sealed(60 * 1000000));
  archive_->feed().close();
  reader.join();
  EXPECT_EQ(raws, expected_);
  EXPECT_EQ(feed_from(1, 7), expected_);
}

TEST_F(ArchiveTest, FeedThatIsFarBehindReadsJournalAndSegments) {
  options_.tail_bytes = 1;
  open();
  for (int i = 0; i < 30; ++i) {
    commit({"line " + std::to_string(i), "second", "third"});
    if (i == 9 || i == 19) {
      ASSERT_TRUE(archive_->seal());
    }
  }
  EXPECT_EQ(feed_from(1, 4), expected_);
  for (const std::uint64_t from : {1U, 2U, 29U, 31U, 61U, 89U, 90U})
    EXPECT_EQ(feed_from(from),
              std::vector<std::string>(expected_.begin() + static_cast<std::ptrdiff_t>(from) - 1, expected_.end()));
}

TEST(ArchiveLayout, NamesComeBack) {
  EXPECT_EQ(to_string(JournalName{52341, 1}), "000000052341-1.journal");
  EXPECT_EQ(parse_journal_name("000000052341-1.journal"), (JournalName{52341, 1}));
  EXPECT_EQ(parse_segment_name("1234567890123-network.ndjson.zst"),
            (SegmentName{1234567890123, RetentionGroup::Network}));
  for (const char* bad : {"", "-", ".journal", "1.journal", "-1.journal", "1-.journal", "0-1.journal", "1-0.journal",
                          "x-1.journal", "1-1.journal.tmp", "1-other.ndjson.zst", "1-host.ndjson.zst.tmp"}) {
    EXPECT_FALSE(parse_journal_name(bad)) << bad;
    EXPECT_FALSE(parse_segment_name(bad)) << bad;
  }
}

}  // namespace
}  // namespace yorozu::archive
