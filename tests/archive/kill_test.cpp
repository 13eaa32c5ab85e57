// A real process on a real disk is killed while it commits, seals, removes and starts. It reports each acknowledgement
// over a pipe; what it reported has to be there.
#include <gtest/gtest.h>

#include <random>

#include "archive/archive.h"
#include "archive/child.h"
#include "archive/numbered_lines.h"
#include "archive/reliability.h"
#include "base/file.h"

namespace yorozu::archive::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class ArchiveKill : public ::testing::Test {
 protected:
  Result<TempDir> temp_ = TempDir::make("yorozu-kill");
  std::filesystem::path folder_, upload_;
  std::uint64_t acknowledged_ = 0;
  std::int64_t slowest_start_ms_ = 0;

  void SetUp() override {
    ASSERT_TRUE(temp_);
    folder_ = temp_->path() / "archive";
    upload_ = temp_->path() / "upload.csv";
    ASSERT_TRUE(write_file_atomic(upload_, std::string(5000, 'u')));
  }
  std::vector<std::string> command() const { return {YOROZU_ARCHIVE_WRITER, folder_.string(), upload_.string()}; }

  void take(const std::string& line) {
    if (line.starts_with("open")) return;
    ASSERT_FALSE(line.starts_with("E")) << line;
    acknowledged_ = std::max<std::uint64_t>(acknowledged_, std::stoull(line));
  }
  /// Lets it run for a while after it has opened, kills it, and takes what it still said.
  void run_and_kill(milliseconds after) {
    const auto begin = steady_clock::now();
    Child child(command());
    const auto opened = child.line(begin + seconds(60));
    ASSERT_TRUE(opened) << "it did not start";
    slowest_start_ms_ = std::max<std::int64_t>(
        slowest_start_ms_, std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin).count());
    take(*opened);
    const auto until = steady_clock::now() + after;
    while (const auto line = child.line(until)) take(*line);
    child.signal(SIGKILL);
    while (const auto line = child.line(steady_clock::now() + seconds(10))) take(*line);
  }
};

TEST_F(ArchiveKill, WhateverWasAcknowledgedIsThereAfterEveryKill) {
  const std::uint64_t kills = wanted("YOROZU_KILLS", 20);
  const std::uint64_t seed = wanted("YOROZU_SEED", std::random_device{}());
  std::printf("seed %llu (YOROZU_SEED repeats it)\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  std::uint64_t checked = 1;
  for (std::uint64_t kill = 1; kill <= kills; ++kill) {
    run_and_kill(milliseconds(random() % 80));
    if (HasFatalFailure()) return;
    const std::uint64_t from = kill % 50 == 0 || kill == kills ? 1 : checked;
    ASSERT_EQ(wrong_with(real_disk(), folder_, from, acknowledged_), "") << "kill " << kill << ", seed " << seed;
    checked = std::max<std::uint64_t>(acknowledged_, 1);
  }
  EXPECT_GT(acknowledged_, kills) << "it was killed before it could do anything";
  reliability_row("SIGKILL while committing, sealing, starting",
                  std::to_string(kills) + " kills, seed " + std::to_string(seed),
                  "0 of " + std::to_string(acknowledged_) + " acknowledged lines lost or changed; slowest start " +
                      std::to_string(slowest_start_ms_) + " ms (sanitizer build, with the start of the process)");
}

TEST_F(ArchiveKill, AtEveryNamedStepTwiceInARow) {
  const char* const steps[] = {"journal.created",        "journal.header",     "commit.written",
                               "commit.synced",          "seal.begun",         "seal.written",
                               "seal.renamed",           "seal.synced",        "seal.done",
                               "remove.before",          "remove.removed",     "recover.begun",
                               "recover.before_confirm", "recover.before_cut", "recover.cut",
                               "recover.done",           "file.written",       "file.renamed"};
  int deaths = 0;
  run_and_kill(milliseconds(50));
  for (const char* const step : steps) {
    for (const int pass : {1, 2, 1, 1}) {
      if (std::string_view(step).starts_with("recover") && pass == 2) continue;  // once a start
      Child child(command(), {"YOROZU_FAULT=" + std::string(step) + ":" + std::to_string(pass)});
      const auto deadline = steady_clock::now() + seconds(30);
      while (const auto line = child.line(deadline)) take(*line);
      ASSERT_LT(steady_clock::now(), deadline) << step << " was not passed";
      ++deaths;
      ASSERT_EQ(wrong_with(real_disk(), folder_, 1, acknowledged_), "") << "killed at " << step;
    }
  }
  run_and_kill(milliseconds(50));
  ASSERT_EQ(wrong_with(real_disk(), folder_, 1, acknowledged_), "");
  reliability_row("crash at each named step, three in a row",
                  std::to_string(deaths) + " crashes at " + std::to_string(std::size(steps)) + " steps",
                  "0 of " + std::to_string(acknowledged_) + " acknowledged lines lost or changed");
}

}  // namespace
}  // namespace yorozu::archive::testing
