// The promise under faults: what was acknowledged is there, byte for byte and once, whatever call failed and whenever
// the power went. Each sweep lets the first, the second, the third ... call fail until a run ends without the fault.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "archive/archive.h"
#include "archive/layout.h"
#include "archive/simulated_disk.h"
#include "archive/stored_lines.h"
#include "base/file.h"
#include "proof/line.h"

namespace yorozu::archive {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::int64_t kMinute = std::int64_t{60} * 1000000;
const Timestamp kStart = *parse_time("2026-11-23T23:50:00Z");  // folders change on the way
const fs::path kFolder = "/data/archive";

/// A row of docs/reliability.md, written by `./test --long`.
void reliability_row(const std::string& fault, const std::string& count, const std::string& result) {
  if (const char* const path = std::getenv("YOROZU_RELIABILITY_ROWS"))
    std::ofstream(path, std::ios::app) << "| " << fault << " | " << count << " | " << result << " |\n";
}

std::uint64_t rounds(std::uint64_t ordinary) {
  const char* const factor = std::getenv("YOROZU_FAULT_FACTOR");  // ./test --long
  return ordinary * (factor == nullptr ? 1 : static_cast<std::uint64_t>(std::max(1, std::atoi(factor))));
}

/// A server's life: commits, seals, starts again; and what its senders know.
class Life {
 public:
  Life(SimulatedDisk& disk, std::uint64_t seed) : disk_(disk), random_(seed) {
    options_.sealing = Sealing::WhenCalled;
    options_.reserve_bytes = 0;
    options_.seal_bytes = 3000;
    options_.tail_bytes = 2000;
    options_.random = [this] { return random_(); };
  }

  /// True when it opened.
  bool open() {
    archive_.reset();
    last_error_.clear();
    auto archive = Archive::open(disk_, kFolder, options_, [this] { return now_; });
    if (!archive) {
      last_error_ = archive.error().message;
      return false;
    }
    archive_ = *std::move(archive);
    // A batch whose answer was lost is there for good now, or not at all.
    if (archive_->next_seq() == acknowledged_.size() + in_doubt_.size() + 1)
      acknowledged_.insert(acknowledged_.end(), in_doubt_.begin(), in_doubt_.end());
    in_doubt_.clear();
    return true;
  }
  void close() { archive_.reset(); }
  Archive& archive() { return *archive_; }
  const std::string& last_error() const { return last_error_; }

  /// Steps that may fail; what was acknowledged is remembered.
  void run(int steps) {
    if (!archive_ && !open() && !open()) return;
    for (int step = 0; step < steps && archive_ && !last_error_.contains("power is off"); ++step) {
      now_.us += static_cast<std::int64_t>(random_() % 3) * kMinute;
      switch (random_() % 8) {
        case 0:
          (void)archive_->seal();
          break;
        case 1:
          if (random_() % 3 == 0 && !open()) open();
          break;
        case 2:
          (void)archive_->seal_if_due();
          break;
        default:
          commit();
      }
    }
  }

  bool commit() {
    std::vector<std::string> tails;
    std::vector<PendingLine> lines;
    const std::size_t count = 1 + random_() % 5;
    for (std::size_t i = 0; i < count; ++i) {
      std::string raw = "message " + std::to_string(++made_) + " " + std::string(random_() % 300, 'm');
      if (random_() % 4 == 0) raw += '\xFF';
      Buffer tail;
      proof::append_line_tail({now_, "syslog.tcp", "192.0.2.1", {}, raw, {}}, tail);
      tails.emplace_back(tail.view());
    }
    for (const std::string& tail : tails) lines.push_back({event::kAllRetentionGroups[random_() % 4], tail});
    const auto done = archive_->commit(lines);
    if (done) {
      acknowledged_.insert(acknowledged_.end(), tails.begin(), tails.end());
      in_doubt_.clear();
    } else {
      last_error_ = done.error().message;
      in_doubt_ = tails;
    }
    return done.has_value();
  }

  /// Everything acknowledged is there; behind it at most the one batch whose answer was lost, and then the whole of it.
  /// "" or what is wrong.
  std::string wrong_with_what_is_stored(bool check = true) {
    std::vector<std::string> tails;
    const auto found = find_files(disk_, kFolder);
    if (!found) return found.error().message;
    StoredLines::Options options;
    options.check = check;
    StoredLines stored(disk_, kFolder, found->stored, options);
    for (;;) {
      const auto line = stored.next();
      if (!line) return line.error().message;
      if (!*line) break;
      if ((*line)->seq != tails.size() + 1) return "line " + std::to_string(tails.size() + 1) + " is missing";
      const std::string_view text = (*line)->line;
      tails.emplace_back(text.substr(text.find(',') + 1));
    }
    for (const ArchiveDamage& damage : stored.damages())
      if (damage.kind == DamageKind::Lost || damage.kind == DamageKind::Repaired)
        return "damage in " + damage.file + ": " + damage.detail;
    if (tails.size() < acknowledged_.size())
      return std::to_string(acknowledged_.size() - tails.size()) + " acknowledged lines are lost";
    if (!std::equal(acknowledged_.begin(), acknowledged_.end(), tails.begin()))
      return "an acknowledged line has changed";
    std::vector<std::string> more(tails.begin() + static_cast<std::ptrdiff_t>(acknowledged_.size()), tails.end());
    if (!more.empty() && more != in_doubt_) return "lines that nobody sent in that order";
    return "";
  }

  /// After a start: nothing is lost, the unanswered batch is there or not for good, and it goes on.
  std::string wrong_after_start() {
    if (std::string wrong = wrong_with_what_is_stored(); !wrong.empty()) return wrong;
    const std::uint64_t next = archive_->next_seq();
    if (next != acknowledged_.size() + 1) return "the next number is " + std::to_string(next);
    for (const ArchiveDamage& damage : archive_->damages())
      if (damage.kind == DamageKind::Lost || damage.kind == DamageKind::Repaired)
        return "start: damage in " + damage.file + ": " + damage.detail;
    std::uint64_t from = 1;
    std::size_t fed = 0;
    while (from < next) {
      const auto to = archive_->feed().read(from, 3, 0, [&](const CommittedLine& line) {
        fed += fed < acknowledged_.size() && line.line.substr(line.line.find(',') + 1) == acknowledged_[fed] ? 1 : 0;
      });
      if (!to || *to == from) return "the feed stops at " + std::to_string(from);
      from = *to;
    }
    return fed == acknowledged_.size() ? "" : "the feed gives other lines";
  }

  std::size_t acknowledged() const { return acknowledged_.size(); }

 private:
  SimulatedDisk& disk_;
  std::mt19937_64 random_;
  ArchiveOptions options_;
  Timestamp now_ = kStart;
  std::unique_ptr<Archive> archive_;
  std::vector<std::string> acknowledged_, in_doubt_;
  std::uint64_t made_ = 0;
  std::string last_error_;
};

TEST(ArchiveFaults, WithoutAFaultALifeIsComplete) {
  SimulatedDisk disk(1);
  Life life(disk, 1);
  life.run(300);
  life.close();
  disk.power_cut();
  ASSERT_TRUE(life.open()) << life.last_error();
  EXPECT_EQ(life.wrong_after_start(), "");
  EXPECT_GT(life.acknowledged(), 300U);
}

/// One run: the nth call of a kind fails, life goes on, then a power cut. False when the fault did not come any more.
bool run_with_failing(DiskCall call, std::uint64_t nth, std::uint64_t seed, ErrorCode code) {
  SimulatedDisk disk(seed * 1000 + nth);
  Life life(disk, seed);
  disk.fail(call, nth, code);
  life.run(45);
  const bool hit = disk.was_hit();
  disk.restart();  // a fault that has not come is not for the checks
  const std::string what =
      std::string(to_string(call)) + " number " + std::to_string(nth) + ", seed " + std::to_string(seed);
  EXPECT_EQ(life.wrong_with_what_is_stored(), "") << "before the power cut; " << what;
  life.close();
  disk.power_cut();
  const bool opened = life.open();
  EXPECT_TRUE(opened) << life.last_error() << "; " << what;
  if (!opened) return hit;
  EXPECT_EQ(life.wrong_after_start(), "") << what;
  life.run(10);
  EXPECT_EQ(life.wrong_with_what_is_stored(), "") << "going on; " << what;
  return hit;
}

class ArchiveFaultSweep : public testing::TestWithParam<DiskCall> {};

TEST_P(ArchiveFaultSweep, EachCallInTurnFailsAndNothingAcknowledgedIsLost) {
  const ErrorCode code = GetParam() == DiskCall::Append ? ErrorCode::Overloaded : ErrorCode::Io;
  std::uint64_t faults = 0;
  for (std::uint64_t seed = 1; seed <= rounds(1); ++seed) {
    // Of the hundreds of reads an ordinary run takes every third behind the first ones.
    const std::uint64_t stride = rounds(1) > 1 ? 1 : 3;
    std::uint64_t nth = 1;
    while (run_with_failing(GetParam(), nth, seed, code) && !HasFailure()) nth += nth < 30 ? 1 : stride, ++faults;
    if (seed == 1 && GetParam() != DiskCall::Truncate && GetParam() != DiskCall::Allocate &&
        GetParam() != DiskCall::Remove) {
      EXPECT_GT(nth, 1U) << "no such call was made";
    }
  }
  reliability_row("simulated disk: the nth " + std::string(to_string(GetParam())) + " fails, then a power cut",
                  std::to_string(faults) + " runs", "nothing acknowledged lost");
}
INSTANTIATE_TEST_SUITE_P(Calls, ArchiveFaultSweep,
                         testing::Values(DiskCall::Create, DiskCall::Open, DiskCall::OpenForAppending, DiskCall::Rename,
                                         DiskCall::Remove, DiskCall::MakeFolders, DiskCall::SyncFolder, DiskCall::List,
                                         DiskCall::Space, DiskCall::Lock, DiskCall::Append, DiskCall::Overwrite,
                                         DiskCall::Sync, DiskCall::Read, DiskCall::Size, DiskCall::Truncate),
                         [](const auto& instance) { return std::string(to_string(instance.param)); });

/// The power goes at call `nth`, and again at call `again` of the start after it.
bool run_with_power_cuts(std::uint64_t nth, std::uint64_t again, std::uint64_t seed) {
  SimulatedDisk disk(seed * 1000 + nth);
  Life life(disk, seed);
  disk.power_off_at(nth);
  life.run(45);
  const bool hit = disk.was_hit();
  life.close();
  const std::string what =
      "call " + std::to_string(nth) + ", then " + std::to_string(again) + ", seed " + std::to_string(seed);
  for (const std::uint64_t at : {again, again / 2}) {
    disk.power_cut();
    EXPECT_EQ(life.wrong_with_what_is_stored(), "") << "as the power cut left it; " << what;
    if (at == 0) continue;
    disk.power_off_at(at);
    if (life.open()) (void)life.archive().seal();
    life.close();
  }
  disk.power_cut();
  const bool opened = life.open();
  EXPECT_TRUE(opened) << life.last_error() << "; " << what;
  if (!opened) return hit;
  EXPECT_EQ(life.wrong_after_start(), "") << what;
  life.run(5);
  EXPECT_EQ(life.wrong_with_what_is_stored(), "") << "going on; " << what;
  return hit;
}

TEST(ArchivePowerCut, AtEveryCallAndAgainTwiceDuringTheStart) {
  std::uint64_t cuts = 0;
  for (std::uint64_t seed = 1; seed <= rounds(1); ++seed) {
    std::mt19937_64 random(seed);
    for (std::uint64_t nth = 1; run_with_power_cuts(nth, random() % 60, seed) && !HasFailure(); ++nth) ++cuts;
    if (HasFailure()) return;
  }
  reliability_row("simulated disk: power cut at every call, and twice more during the start",
                  std::to_string(cuts) + " runs", "nothing acknowledged lost");
  std::printf("power cuts: %llu runs, each with up to two more during the start\n",
              static_cast<unsigned long long>(cuts));
}

TEST(ArchivePowerCut, ControlWithASyncThatDoesNothingLosesLines) {
  int red = 0;
  for (std::uint64_t nth = 50; nth < 250; nth += 10) {
    SimulatedDisk disk(nth);
    disk.sync_nothing();
    Life life(disk, 1);
    disk.power_off_at(nth);
    life.run(60);
    life.close();
    disk.power_cut();
    red += life.wrong_with_what_is_stored().empty() ? 0 : 1;
  }
  EXPECT_GT(red, 15) << "the test would not notice a disk that keeps nothing";
}

TEST(ArchiveFaults, FailedSyncIsNotAcknowledgedAndItsFileNeverWrittenAgain) {
  SimulatedDisk disk(3);
  Life life(disk, 3);
  ASSERT_TRUE(life.open());
  ASSERT_TRUE(life.commit());
  const fs::path first = kFolder / kJournalFolder / to_string(JournalName{1, 1});
  const std::uint64_t confirmed = disk.size_of(first);
  disk.fail(DiskCall::Sync, 1);
  const std::uint64_t seq = life.archive().next_seq();
  EXPECT_FALSE(life.commit());
  EXPECT_EQ(life.archive().next_seq(), seq);
  EXPECT_THAT(life.archive().status().write_problem, HasSubstr("sync"));
  const std::uint64_t left = disk.size_of(first);
  EXPECT_GT(left, confirmed);
  ASSERT_TRUE(life.commit());
  EXPECT_EQ(life.archive().status().write_problem, "");
  EXPECT_EQ(disk.size_of(first), left);
  const auto second = disk.open(kFolder / kJournalFolder / to_string(JournalName{seq, 1}));
  ASSERT_TRUE(second);
  const auto header = proof::JournalReader::open(**second)->header();
  EXPECT_EQ(header.voided_name, to_string(JournalName{1, 1}));
  EXPECT_EQ(header.voided_from, confirmed);
  life.close();
  ASSERT_TRUE(life.open());
  EXPECT_EQ(life.wrong_after_start(), "");
  bool told = false;
  for (const ArchiveDamage& damage : life.archive().damages()) told = told || damage.kind == DamageKind::Void;
  EXPECT_TRUE(told) << "what lies behind the failed write is reported";
}

TEST(ArchiveFaults, FullDiskRefusesAndResumesByItself) {
  SimulatedDisk disk(4);
  Life life(disk, 4);
  ASSERT_TRUE(life.open());
  disk.set_capacity(std::uint64_t{2} << 20);
  int refused = 0;
  for (int i = 0; i < 20000 && refused == 0; ++i) refused += life.commit() ? 0 : 1;
  ASSERT_EQ(refused, 1) << "the disk is full by now";
  EXPECT_EQ(life.archive().status().disk, DiskLevel::Full);
  EXPECT_THAT(life.last_error(), HasSubstr("full"));
  EXPECT_FALSE(life.commit());
  disk.set_capacity(std::uint64_t{20} << 20);
  EXPECT_TRUE(life.commit());
  EXPECT_EQ(life.wrong_with_what_is_stored(), "");
  life.close();
  disk.power_cut();
  ASSERT_TRUE(life.open());
  EXPECT_EQ(life.wrong_after_start(), "");
}

TEST(ArchiveFaults, DiskThatIsFullInTheMiddleOfAWriteCostsNothingAcknowledged) {
  for (std::uint64_t seed = 1; seed <= rounds(20); ++seed) {
    SimulatedDisk disk(seed);
    Life life(disk, seed);
    life.run(20);
    disk.fail(DiskCall::Append, 1, ErrorCode::Overloaded);
    life.run(3);
    EXPECT_EQ(life.wrong_with_what_is_stored(), "") << "seed " << seed;
    life.run(20);
    life.close();
    disk.power_cut();
    ASSERT_TRUE(life.open()) << life.last_error();
    EXPECT_EQ(life.wrong_after_start(), "") << "seed " << seed;
  }
}

/// Flips one bit somewhere; what comes back is right, or the damage is named. Returns whether it was named.
struct Rot {
  int named = 0, harmless = 0, unnoticed = 0;
};
Rot rot(std::string_view below, std::uint64_t flips, bool check) {
  Rot result;
  for (std::uint64_t round = 0; round < flips; ++round) {
    SimulatedDisk disk(round);
    Life life(disk, 7);
    life.run(60);
    const bool sealed = below == kSegmentFolder;
    if (sealed) {
      EXPECT_TRUE(life.archive().seal());
    }
    life.close();
    // A sealed line stands twice for a while; alone it shows whether damage is found.
    const auto others = disk.files_below(kFolder / (sealed ? kJournalFolder : kSegmentFolder));
    for (const fs::path& other : others) EXPECT_TRUE(!sealed || disk.remove(other));
    EXPECT_EQ(life.wrong_with_what_is_stored(check), "");
    const auto files = disk.files_below(kFolder / below);
    std::mt19937_64 random(round);
    disk.flip_bit(files[random() % files.size()], random());
    const std::string after = life.wrong_with_what_is_stored(check);
    if (after.find("damage in") == 0 || after.find("is missing") != std::string::npos ||
        after.find("lost") != std::string::npos)
      ++result.named;
    else if (after.empty())
      ++result.harmless;
    else
      ++result.unnoticed;
  }
  return result;
}

TEST(ArchiveBitRot, EveryFlippedBitInAJournalIsNamed) {
  const Rot result = rot(kJournalFolder, rounds(60), true);
  EXPECT_EQ(result.unnoticed, 0);
  EXPECT_EQ(result.named, static_cast<int>(rounds(60)));
  reliability_row("one flipped bit in a journal", std::to_string(rounds(60)) + " bits",
                  std::to_string(result.named) + " named, 0 unnoticed");
}
TEST(ArchiveBitRot, EveryFlippedBitInASegmentIsNamed) {
  const Rot result = rot(kSegmentFolder, rounds(60), true);
  EXPECT_EQ(result.unnoticed, 0);
  EXPECT_EQ(result.named, static_cast<int>(rounds(60)));
  reliability_row("one flipped bit in a segment", std::to_string(rounds(60)) + " bits",
                  std::to_string(result.named) + " named, 0 unnoticed");
}
TEST(ArchiveBitRot, ControlWithoutChecksumsChangedLinesPass) {
  EXPECT_GT(rot(kJournalFolder, 40, false).unnoticed, 0);
}

}  // namespace
}  // namespace yorozu::archive
