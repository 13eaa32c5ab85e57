#include "ingest/local/file_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/text.h"
#include "ingest/local/test_intake.h"
#include "ingest/local/test_packing.h"

namespace yorozu::ingest {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using namespace std::string_literals;

std::string lines_from(int first, int last) {
  std::string text;
  for (int i = first; i <= last; ++i) text += "line number " + std::to_string(i) + " of a log file\n";
  return text;
}
std::vector<std::string> expected(int first, int last) {
  std::vector<std::string> lines;
  for (int i = first; i <= last; ++i) lines.push_back("line number " + std::to_string(i) + " of a log file");
  return lines;
}

Timestamp wall_clock() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

class FileInputTest : public testing::TestWithParam<bool> {
 protected:
  TempDir folder_ = TempDir::make("yorozu-tail").value();
  TestIntake intake_;
  std::unique_ptr<FileInput> input_;
  FileInputOptions options_;

  FileInputTest() {
    options_.paths = {folder_.path().string()};
    options_.quiet = std::chrono::milliseconds(150);
    options_.poll_every = std::chrono::milliseconds(30);
    options_.walk_every = std::chrono::milliseconds(60'000);
    options_.retry_after = std::chrono::milliseconds(20);
  }

  fs::path at(std::string_view name) const { return folder_.path() / name; }
  void append(std::string_view name, std::string_view text) const {
    std::ofstream(at(name), std::ios::binary | std::ios::app) << text;
  }
  void start() {
    FilePositions known;
    for (const proof::Line& line : intake_.lines()) known.committed(line);
    // As after a restart of the machine, from the cache.
    input_ = std::make_unique<FileInput>(options_, FilePositions::parse(known.save()).value(), intake_, wall_clock);
    ASSERT_TRUE(input_->start());
  }
  void stop() { input_.reset(); }
  void expect_lines(const std::vector<std::string>& lines) {
    EXPECT_TRUE(comes_true([&] { return intake_.lines().size() >= lines.size(); }));
    EXPECT_EQ(intake_.raws(), lines);
  }
  /// Longer than the time after which files count as finished.
  void let_it_become_quiet() {
    const std::size_t before = intake_.lines().size();
    append("half" + std::to_string(before) + ".log", "half a line");
    EXPECT_TRUE(comes_true([&] { return intake_.lines().size() > before; }));
  }
  /// Nothing more comes, although everything had time to be looked at again.
  void expect_no_more() {
    const std::size_t before = intake_.lines().size();
    append("marker.log", "marker\n");
    EXPECT_TRUE(comes_true([&] { return intake_.lines().size() > before; }));
    std::vector<std::string> raws = intake_.raws();
    EXPECT_EQ(std::ranges::count(raws, "marker"), 1);
    EXPECT_EQ(raws.size(), before + 1);
  }
};

TEST_F(FileInputTest, WhatIsThereAndWhatIsAppendedComesOnceWithItsPlace) {
  append("app.log", lines_from(1, 3));
  start();
  expect_lines(expected(1, 3));
  append("app.log", lines_from(4, 5));
  expect_lines(expected(1, 5));
  const proof::Line line = intake_.lines()[3];
  EXPECT_EQ(line.input, "file");
  ASSERT_EQ(line.via.size(), 3U);
  EXPECT_EQ(line.via[0], (std::pair<std::string, std::string>("path", at("app.log").string())));
  EXPECT_EQ(line.via[2], (std::pair<std::string, std::string>("offset", std::to_string(lines_from(1, 3).size()))));
  const auto identity = parse_file_identity(line.via[1].second);
  ASSERT_TRUE(identity);
  EXPECT_TRUE(begins_like(lines_from(1, 5), identity->head));
  EXPECT_EQ(input_->counters().received.load(), 5U);
  EXPECT_EQ(input_->counters().bytes.load(), lines_from(1, 5).size() - 5);
  EXPECT_GT(input_->counters().last_seen_us.load(), 0);
}

TEST_F(FileInputTest, ARestartGoesOnBehindTheLastCommittedLine) {
  append("app.log", lines_from(1, 300));
  start();
  expect_lines(expected(1, 300));
  stop();
  append("app.log", lines_from(301, 310));
  append("late.log", "late\n");
  start();
  auto all = expected(1, 310);
  all.push_back("late");
  expect_lines(all);
}

TEST_F(FileInputTest, FromTheEndMeansNotWhatWasThereAtTheFirstStart) {
  options_.from = FileInputOptions::From::End;
  append("app.log", lines_from(1, 30));
  start();
  EXPECT_TRUE(comes_true([&] { return input_->files(1).size() == 1; }));
  append("app.log", lines_from(31, 32));
  append("late.log", "late\n");
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 3; }));
  stop();
  append("app.log", lines_from(33, 33));
  append("later.log", "later\n");
  start();
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 5; }));
  auto all = expected(31, 33);
  all.insert(all.end(), {"late", "later"});
  EXPECT_THAT(intake_.raws(), testing::UnorderedElementsAreArray(all));
}

TEST_F(FileInputTest, AFolderThatComesLaterIsFound) {
  options_.paths = {at("app/logs").string(), at("*/*.txt").string()};
  start();
  fs::create_directories(at("app/logs/deep"));
  append("app/logs/deep/x.log", "one\n");
  expect_lines({"one"});
  append("app/y.txt", "two\n");
  append("app/y.log", "not asked for\n");
  expect_lines({"one", "two"});
}

TEST_F(FileInputTest, RotationByRenameReadsTheOldFileToItsEndAndTheNewFromItsBeginning) {
  options_.paths = {at("app.log").string()};
  append("app.log", lines_from(1, 3));
  start();
  expect_lines(expected(1, 3));
  std::ofstream writer(at("app.log"), std::ios::app);  // a daemon that has not heard of the rotation yet
  fs::rename(at("app.log"), at("app.log.1"));
  append("app.log", lines_from(6, 6));
  expect_lines({"line number 1 of a log file", "line number 2 of a log file", "line number 3 of a log file",
                "line number 6 of a log file"});
  writer << lines_from(4, 5) << std::flush;
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 6; }));
  for (const proof::Line& line : intake_.lines()) EXPECT_EQ(line.via[0].second, at("app.log").string());
}

TEST_F(FileInputTest, ARotationWhileTheServerIsAwayLosesNothing) {
  options_.paths = {at("app.log").string()};
  append("app.log", lines_from(1, 3));
  start();
  expect_lines(expected(1, 3));
  stop();
  append("app.log", lines_from(4, 5));
  fs::rename(at("app.log"), at("app.log.2"));
  append("app.log.1", lines_from(6, 7));  // came and went unseen
  append("app.log", lines_from(8, 9));
  start();
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 9; }));
  EXPECT_THAT(intake_.raws(), testing::UnorderedElementsAreArray(expected(1, 9)));
}

TEST_F(FileInputTest, CopyAndTruncateReadsEveryLineOnce) {
  append("app.log", lines_from(1, 3));
  start();
  expect_lines(expected(1, 3));
  fs::copy(at("app.log"), at("app.log.1"));
  fs::resize_file(at("app.log"), 0);
  append("app.log", lines_from(4, 5));
  expect_lines(expected(1, 5));
  expect_no_more();
  stop();
  start();
  append("app.log", lines_from(6, 6));
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 7; }));
  EXPECT_EQ(intake_.raws().back(), "line number 6 of a log file");
}

TEST_F(FileInputTest, ACopyThatIsCompressedLongAfterTheTruncationIsTheSameData) {
  append("app.log", lines_from(1, 30));
  start();
  expect_lines(expected(1, 30));
  fs::copy(at("app.log"), at("app.log.1"));
  fs::resize_file(at("app.log"), 0);
  append("app.log", lines_from(31, 31));
  expect_lines(expected(1, 31));
  let_it_become_quiet();
  write_packed(at("app.log.1"), at("app.log.1.gz"));
  fs::remove(at("app.log.1"));
  let_it_become_quiet();
  let_it_become_quiet();
  append("app.log", lines_from(32, 32));
  EXPECT_TRUE(comes_true([&] { return intake_.raws().back() == expected(32, 32).back(); }));
  std::vector<std::string> raws = intake_.raws();
  std::erase(raws, "half a line");
  EXPECT_EQ(raws, expected(1, 32));
}

TEST_F(FileInputTest, WhatWasNotReadBeforeATruncationIsReadFromTheCopy) {
  append("app.log", lines_from(1, 3));
  start();
  expect_lines(expected(1, 3));
  intake_.answer(TestIntake::Answer::Full);
  append("app.log", lines_from(4, 4));
  EXPECT_TRUE(comes_true([&] { return intake_.pushes() >= 2; }));
  append("app.log", lines_from(5, 9));
  fs::copy(at("app.log"), at("app.log-20261125"));
  fs::resize_file(at("app.log"), 0);
  append("app.log", lines_from(10, 12));
  intake_.answer(TestIntake::Answer::Commit);
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 12; }));
  EXPECT_THAT(intake_.raws(), testing::UnorderedElementsAreArray(expected(1, 12)));
}

TEST_F(FileInputTest, CopyAndTruncateWhileTheServerIsAwayLosesNothing) {
  append("app.log", lines_from(1, 30));
  start();
  expect_lines(expected(1, 30));
  stop();
  append("app.log", lines_from(31, 33));
  fs::copy(at("app.log"), at("app.log.1"));
  fs::resize_file(at("app.log"), 0);
  append("app.log", lines_from(34, 36));
  start();
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 36; }));
  EXPECT_THAT(intake_.raws(), testing::UnorderedElementsAreArray(expected(1, 36)));
}

TEST_F(FileInputTest, ATruncationWithoutACopyBeginsAnewAndSaysWhatWasLost) {
  append("app.log", lines_from(1, 3));
  start();
  expect_lines(expected(1, 3));
  fs::resize_file(at("app.log"), 0);
  append("app.log", lines_from(4, 4));
  expect_lines(expected(1, 4));
  EXPECT_THAT(input_->problems(), IsEmpty());
  intake_.answer(TestIntake::Answer::Full);
  append("other.log", "another file that the intake has no room for\n");
  EXPECT_TRUE(comes_true([&] { return intake_.pushes() >= 3; }));
  append("app.log", "seen, but never read\n");
  EXPECT_TRUE(comes_true([&] { return input_->files(1).front().size > input_->files(1).front().kept; }));
  EXPECT_TRUE(comes_true([&] {
    const auto files = input_->files(10);
    return std::ranges::any_of(files, [&](const FollowedFile& file) {
      return file.path == at("app.log") && file.size == lines_from(4, 4).size() + "seen, but never read\n"s.size();
    });
  }));
  fs::resize_file(at("app.log"), 0);
  EXPECT_TRUE(comes_true([&] { return !input_->problems().empty(); }));
  EXPECT_EQ(input_->problems().front().kind, FileProblem::Kind::Lost);
}

TEST_F(FileInputTest, ACompressedRotationIsTheSameData) {
  append("app.log", lines_from(1, 30));
  start();
  expect_lines(expected(1, 30));
  fs::rename(at("app.log"), at("app.log.1"));
  append("app.log", lines_from(31, 31));
  write_packed(at("app.log.1"), at("app.log.1.gz"));
  fs::remove(at("app.log.1"));
  expect_lines(expected(1, 31));
  append("app.log", lines_from(32, 32));
  expect_lines(expected(1, 32));
  stop();
  start();
  append("app.log", lines_from(33, 33));
  expect_lines(expected(1, 33));
}

TEST_F(FileInputTest, WhatWasCompressedWhileTheServerWasAwayIsReadOn) {
  append("app.log", lines_from(1, 30));
  append("old.log.1", "old\n");
  write_packed(at("old.log.1"), at("old.log.2.gz"));
  start();
  auto all = expected(1, 30);
  all.emplace_back("old");
  expect_lines(all);
  stop();
  append("app.log", lines_from(31, 40));
  write_packed(at("app.log"), at("app.log.1.gz"));
  fs::remove(at("app.log"));
  append("app.log", lines_from(41, 41));
  start();
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 42; }));
  std::vector<std::string> raws = intake_.raws();
  std::erase(raws, "old");
  EXPECT_THAT(raws, testing::UnorderedElementsAreArray(expected(1, 41)));
  stop();
  start();
  append("app.log", lines_from(42, 42));
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 43; }));
  EXPECT_EQ(intake_.raws().back(), "line number 42 of a log file");
}

TEST_F(FileInputTest, RotationsMayBeCompressedByXzAndZstd) {
  append("app.log", lines_from(1, 30));
  start();
  expect_lines(expected(1, 30));
  fs::rename(at("app.log"), at("app.log.1"));
  write_packed(at("app.log.1"), at("app.log.1.xz"));
  fs::remove(at("app.log.1"));
  append("app.log", lines_from(31, 60));
  expect_lines(expected(1, 60));
  let_it_become_quiet();
  let_it_become_quiet();
  stop();
  append("app.log", lines_from(61, 62));  // unread when it is compressed
  write_packed(at("app.log"), at("app.log.2.zst"));
  fs::remove(at("app.log"));
  append("app.log", lines_from(63, 63));
  start();
  std::vector<std::string> raws;
  EXPECT_TRUE(comes_true([&] {
    raws = intake_.raws();
    std::erase(raws, "half a line");
    return raws.size() >= 63;
  }));
  EXPECT_THAT(raws, testing::UnorderedElementsAreArray(expected(1, 63)));
}

TEST_F(FileInputTest, AFileReplacedByANewerCopyOfItselfGoesOn) {
  append("app.log", lines_from(1, 30));
  start();
  expect_lines(expected(1, 30));
  append(".app.log.tmp", lines_from(1, 33));
  fs::rename(at(".app.log.tmp"), at("app.log"));
  expect_lines(expected(1, 33));
  expect_no_more();
}

TEST_F(FileInputTest, FilesThatBeginAlikeAreStillDifferentFiles) {
  const std::string banner = std::string(300, '#') + "\n";
  append("app.log", banner + "one\n");
  start();
  expect_lines({std::string(300, '#'), "one"});
  fs::rename(at("app.log"), at("app.log.1"));
  append("app.log", banner + "two\nthree\n");
  expect_lines({std::string(300, '#'), "one", std::string(300, '#'), "two", "three"});
}

TEST_F(FileInputTest, ADeletedFileIsReadToItsEnd) {
  append("app.log", "one\n");
  start();
  expect_lines({"one"});
  intake_.answer(TestIntake::Answer::Full);
  append("app.log", "two\n");
  EXPECT_TRUE(comes_true([&] { return intake_.pushes() >= 2; }));
  append("app.log", "three\n");
  fs::remove(at("app.log"));
  intake_.answer(TestIntake::Answer::Commit);
  expect_lines({"one", "two", "three"});
  append("app.log", "four\n");
  expect_lines({"one", "two", "three", "four"});
}

TEST_F(FileInputTest, ALineWithoutLineBreakIsTakenAfterAWhile) {
  append("app.log", "one\nhalf");
  start();
  expect_lines({"one", "half"});
  append("app.log", "\ntwo\n");
  expect_lines({"one", "half", "two"});
}

TEST_F(FileInputTest, ALineOverTheLimitIsCutWithItsLength) {
  append("app.log", std::string(3 << 20, 'x') + "\nnext\n");
  start();
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 2; }));
  ASSERT_EQ(intake_.lines().size(), 2U);
  EXPECT_EQ(intake_.lines()[0].raw.size(), proof::kMaxRawBytes);
  EXPECT_EQ(intake_.lines()[0].cut, 3U << 20);
  EXPECT_EQ(intake_.lines()[1].raw, "next");
  stop();
  append("app.log", "more\n");
  start();
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 3; }));
  EXPECT_EQ(intake_.raws().back(), "more");
}

TEST_F(FileInputTest, Utf16IsConvertedAndGoesOnAfterARestart) {
  append("app.log", "\xFF\xFE" + utf16le_from_utf8("日本語の行\r\nsecond\r\n"));
  start();
  expect_lines({"日本語の行", "second"});
  stop();
  append("app.log", utf16le_from_utf8("三\r\n"));
  start();
  expect_lines({"日本語の行", "second", "三"});
  EXPECT_EQ(intake_.lines()[0].via.back().first, "charset");
}

TEST_F(FileInputTest, BinaryAndForeignCompressedFilesAreLeftAloneAndNamed) {
  append("wtmp", std::string(384, '\0') + "\1\2\3"s + std::string(384, '\0'));
  append("plain", "one\n");
  write_packed(at("plain"), at("other.gz"));
  start();
  expect_lines({"one"});
  EXPECT_TRUE(comes_true([&] { return input_->problems().size() == 2; }));
  std::vector<std::pair<std::string, FileProblem::Kind>> found;
  for (const FileProblem& problem : input_->problems())
    found.emplace_back(fs::path(problem.path).filename(), problem.kind);
  EXPECT_THAT(found, UnorderedElementsAre(std::pair("wtmp", FileProblem::Kind::Binary),
                                          std::pair("other.gz", FileProblem::Kind::Compressed)));
}

TEST_F(FileInputTest, LinksOfOthersAreNotFollowedAndOwnOnesAre) {
  const TempDir elsewhere = TempDir::make("yorozu-elsewhere").value();
  std::ofstream(elsewhere.path() / "real") << "one\n";
  fs::create_symlink(elsewhere.path() / "real", at("link.log"));
  fs::create_hard_link(elsewhere.path() / "real", at("hard.log"));
  start();
  expect_lines({"one"});
  std::ofstream(elsewhere.path() / "real", std::ios::app) << "two\n";
  append("hard.log", "three\n");
  expect_lines({"one", "two", "three"});
  stop();
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make a link for someone else";
  std::ofstream(elsewhere.path() / "secret") << "secret\n";
  fs::create_symlink(elsewhere.path() / "secret", at("planted.log"));
  ASSERT_EQ(::lchown(at("planted.log").c_str(), 12345, 12345), 0);
  start();
  EXPECT_TRUE(comes_true([&] { return !input_->problems().empty(); }));
  EXPECT_EQ(input_->problems()[0].kind, FileProblem::Kind::Link);
  EXPECT_EQ(intake_.lines().size(), 3U);
}

TEST_F(FileInputTest, AFailedCommitIsReadAgain) {
  intake_.answer(TestIntake::Answer::Fail);
  append("app.log", lines_from(1, 3));
  start();
  EXPECT_TRUE(comes_true([&] { return intake_.pushes() >= 3; }));
  EXPECT_TRUE(comes_true([&] { return input_->state().problem == "the disk is full"; }));
  intake_.answer(TestIntake::Answer::Commit);
  expect_lines(expected(1, 3));
  EXPECT_TRUE(comes_true([&] { return input_->state().problem.empty(); }));
}

TEST_F(FileInputTest, AFullIntakeIsWaitedForAndNothingMoreIsRead) {
  intake_.answer(TestIntake::Answer::Full);
  for (int i = 0; i < 20; ++i) append("log" + std::to_string(i), "one\n");
  start();
  EXPECT_TRUE(comes_true([&] { return intake_.pushes() == 1; }));
  EXPECT_LE(intake_.pushes(), 2U);
  intake_.answer(TestIntake::Answer::Commit);
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 20; }));
}

TEST_F(FileInputTest, StoppingWithBatchesOnTheirWayLosesNothing) {
  intake_.answer(TestIntake::Answer::Hold);
  append("app.log", lines_from(1, 3));
  start();
  EXPECT_TRUE(comes_true([&] { return intake_.pushes() == 1; }));
  input_->stop();
  intake_.answer(TestIntake::Answer::Commit);
  stop();
  append("app.log", lines_from(4, 4));
  start();
  expect_lines(expected(1, 4));
}

TEST_F(FileInputTest, ManyFilesNeedFewDescriptors) {
  options_.max_open = 16;
  for (int i = 0; i < 300; ++i) append("log" + std::to_string(i), "first\n");
  start();
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 300; }));
  EXPECT_TRUE(comes_true(
      [&] { return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()) < 60; }));
  for (int i = 0; i < 300; ++i) append("log" + std::to_string(i), "second\n");
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 600; }));
  EXPECT_EQ(std::ranges::count(intake_.raws(), "second"), 300);
}

TEST_F(FileInputTest, PollingFindsTheSame) {
  options_.poll = true;
  append("app.log", lines_from(1, 3));
  start();
  expect_lines(expected(1, 3));
  fs::rename(at("app.log"), at("app.log.1"));
  append("app.log.1", lines_from(4, 4));
  append("app.log", lines_from(5, 5));
  EXPECT_TRUE(comes_true([&] { return intake_.lines().size() == 5; }));
  EXPECT_THAT(intake_.raws(), testing::UnorderedElementsAreArray(expected(1, 5)));
}

TEST_F(FileInputTest, PatternsThatAreNoAbsolutePathAreRefused) {
  for (const char* bad : {"var/log", "/var/../etc", "/"}) {
    options_.paths = {bad};
    FileInput input(options_, {}, intake_, wall_clock);
    EXPECT_FALSE(input.start()) << bad;
  }
}

/// In a process of its own, because root may read everything.
void expect_denied_files_are_named(const fs::path& folder) {
  TestIntake intake;
  FileInputOptions options;
  options.paths = {folder.string()};
  FileInput input(options, {}, intake, wall_clock);
  const bool started = input.start().has_value();
  const bool named = comes_true([&] { return input.problems().size() == 2; });
  const auto problems = input.problems();
  bool right = started && named && comes_true([&] { return intake.raws() == std::vector<std::string>{"open"}; });
  for (const FileProblem& problem : problems) {
    std::fprintf(stderr, "%s\n", describe(message::Lang::En, problem).c_str());
    right = right && problem.kind == FileProblem::Kind::Denied && !problem.detail.empty();
  }
  ::chmod((folder / "closed.log").c_str(), 0644);
  right = right && comes_true([&] { return intake.lines().size() == 2; });
  std::_Exit(right ? 0 : 1);
}

TEST_F(FileInputTest, WhatMayNotBeReadIsNamedWithTheCureAndReadOnceItMay) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give files away";
  append("open.log", "open\n");
  append("closed.log", "closed\n");
  append("group.log", "group\n");
  ASSERT_EQ(::chown(folder_.path().c_str(), 65534, 65534), 0);
  ASSERT_EQ(::chown(at("closed.log").c_str(), 65534, 0), 0);
  ASSERT_EQ(::chmod(at("closed.log").c_str(), 0), 0);
  ASSERT_EQ(::chown(at("group.log").c_str(), 0, 4), 0);
  ASSERT_EQ(::chmod(at("group.log").c_str(), 0640), 0);
  EXPECT_EXIT(
      {
        if (::setegid(65534) != 0 || ::seteuid(65534) != 0) std::_Exit(2);
        expect_denied_files_are_named(folder_.path());
      },
      testing::ExitedWithCode(0), "usermod -aG adm");
}

}  // namespace
}  // namespace yorozu::ingest
