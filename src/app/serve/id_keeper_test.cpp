#include "app/serve/id_keeper.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <set>
#include <string>

#include "base/buffer.h"
#include "base/file.h"
#include "proof/line.h"

namespace yorozu::serve {
namespace {

using ingest::web::SeenIds;
using Verdict = SeenIds::Verdict;

const Timestamp kTime = *parse_time("2026-11-25T01:02:03Z");
constexpr std::string_view kRaw = R"({"message":"an event"})";

std::unique_ptr<archive::Archive> open_archive(const std::filesystem::path& folder) {
  archive::ArchiveOptions options;
  options.reserve_bytes = 0;
  options.sealing = archive::Sealing::WhenCalled;
  return archive::Archive::open(archive::real_disk(), folder, options, [] { return kTime; }).value();
}

/// What _bulk does with one event of the id `n`.
void commit(archive::Archive& archive, int n) {
  Buffer tail;
  std::string via;
  const std::string id = std::to_string(n);
  proof::append_via({{"token", "t"}, {"index", "logs"}, {"id", id}}, via);
  proof::append_line_tail({kTime, "bulk", "192.0.2.1", via, kRaw, {}}, tail);
  const archive::PendingLine line{event::RetentionGroup::Host, tail.view()};
  if (!archive.commit({&line, 1})) std::_Exit(9);
}
SeenIds::Fingerprint print_of(const SeenIds& seen, int n) {
  return seen.fingerprint("t", "logs", std::to_string(n), kRaw);
}
void take_in(archive::Archive& archive, SeenIds& seen, int n) {
  ASSERT_EQ(seen.claim(print_of(seen, n), kTime), Verdict::New) << n;
  commit(archive, n);
  seen.confirm(print_of(seen, n), kTime);
}

class KeptIds : public testing::Test {
 protected:
  /// One life of a server.
  struct Life {
    explicit Life(const KeptIds& test)
        : archive(open_archive(test.folder() / "archive")), keeper(*archive, seen, test.cache(), IdKeeper::Options()) {
      EXPECT_TRUE(keeper.catch_up(kTime));
      keeper.start();
    }
    bool knows(int n) { return seen.claim(print_of(seen, n), kTime) == Verdict::Repeat; }

    SeenIds seen;
    std::unique_ptr<archive::Archive> archive;
    IdKeeper keeper;
  };
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path cache() const { return folder() / "seen-ids.state"; }

  TempDir folder_ = TempDir::make("yorozu-ids").value();
};

constexpr int kOnlyInTheCache = 1'000'000;  // an id without a line: it shows whether the cache was used

TEST_F(KeptIds, AreKnownAfterARestart) {
  {
    Life life(*this);
    for (int n = 0; n < 300; ++n) take_in(*life.archive, life.seen, n);
    life.seen.confirm(print_of(life.seen, kOnlyInTheCache), kTime);
  }
  Life again(*this);
  for (int n = 0; n < 300; ++n) EXPECT_TRUE(again.knows(n)) << n;
  EXPECT_TRUE(again.knows(kOnlyInTheCache));
  EXPECT_FALSE(again.knows(300));
}

TEST_F(KeptIds, ThatWereOnTheirWayWhenTheCacheWasWrittenAreReadFromTheArchive) {
  {
    Life life(*this);
    take_in(*life.archive, life.seen, 1);
    life.seen.claims_begin_at(life.archive->feed().end());
    ASSERT_EQ(life.seen.claim(print_of(life.seen, 2), kTime), Verdict::New);
    ASSERT_EQ(life.seen.claim(print_of(life.seen, 3), kTime), Verdict::New);  // never written
    commit(*life.archive, 2);                                                 // and killed before it was confirmed
    take_in(*life.archive, life.seen, 4);
  }
  Life again(*this);
  for (const int n : {1, 2, 4}) EXPECT_TRUE(again.knows(n)) << n;
  EXPECT_FALSE(again.knows(3)) << "an event would be lost";
}

TEST_F(KeptIds, AreReadFromTheArchiveWhenTheCacheIsDamagedOrGone) {
  std::string good;
  {
    Life life(*this);
    for (int n = 0; n < 20; ++n) take_in(*life.archive, life.seen, n);
    life.seen.confirm(print_of(life.seen, kOnlyInTheCache), kTime);
    life.keeper.stop();
    good = read_file(cache()).value();
  }
  const auto expect_from_archive = [&](const std::string& what) {
    Life life(*this);
    for (int n = 0; n < 20; ++n) EXPECT_TRUE(life.knows(n)) << what << ", " << n;
    EXPECT_FALSE(life.knows(kOnlyInTheCache)) << what;
  };
  std::filesystem::remove(cache());
  expect_from_archive("no cache");
  for (std::size_t size = 0; size < good.size(); size += 13) {
    ASSERT_TRUE(write_file_atomic(cache(), good.substr(0, size)));
    expect_from_archive("cut to " + std::to_string(size));
  }
  for (std::size_t at = 0; at < good.size(); at += 11) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    ASSERT_TRUE(write_file_atomic(cache(), damaged));
    expect_from_archive("changed at " + std::to_string(at));
  }
}

TEST_F(KeptIds, OfAnotherArchiveAreNotBelieved) {
  {
    Life life(*this);
    for (int n = 0; n < 5; ++n) take_in(*life.archive, life.seen, n);
  }
  std::filesystem::remove_all(folder() / "archive");
  {
    const auto other = open_archive(folder() / "archive");
    for (int n = 100; n < 110; ++n) commit(*other, n);
  }
  Life again(*this);
  EXPECT_FALSE(again.knows(1));
  EXPECT_TRUE(again.knows(105));
}

/// The process that is killed: repeats the last ids as a sender does whose answer was lost, then goes on.
[[noreturn]] void take_in_for_ever(const std::filesystem::path& folder, int next) {
  SeenIds seen;
  const auto archive = open_archive(folder / "archive");
  IdKeeper keeper(*archive, seen, folder / "seen-ids.state", {20, std::chrono::milliseconds(1)});
  if (!keeper.catch_up(kTime)) std::_Exit(3);
  keeper.start();
  for (int n = std::max(0, next - 50);; ++n) {
    const SeenIds::Fingerprint print = print_of(seen, n);
    if (seen.claim(print, kTime) != Verdict::New) continue;
    commit(*archive, n);
    seen.confirm(print, kTime);
  }
}

TEST_F(KeptIds, AreThereExactlyOnceHoweverOftenTheServerIsKilled) {
  const char* given = std::getenv("YOROZU_SEED");
  const unsigned seed = given ? static_cast<unsigned>(std::atoi(given)) : std::random_device{}();
  SCOPED_TRACE("YOROZU_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  const auto kept_ids = [&] {
    std::multiset<int> ids;
    const auto archive = open_archive(folder() / "archive");
    EXPECT_TRUE(archive->feed().read(1, 1'000'000, 0, [&](const archive::CommittedLine& line) {
      ids.insert(std::stoi(proof::parse_line(line.line)->via.back().second));
    }));
    return ids;
  };
  std::multiset<int> ids;
  for (int round = 0; round < 12; ++round) {
    const int next = ids.empty() ? 0 : *ids.rbegin() + 1;
    const pid_t child = ::fork();
    if (child == 0) take_in_for_ever(folder(), next);
    ::usleep(static_cast<useconds_t>(10'000 + random() % 60'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
    ids = kept_ids();
  }
  ASSERT_FALSE(ids.empty()) << "no child came to work";
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(*ids.rbegin()) + 1);
  EXPECT_EQ(std::set<int>(ids.begin(), ids.end()).size(), ids.size());
}

}  // namespace
}  // namespace yorozu::serve
