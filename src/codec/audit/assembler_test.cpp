#include "codec/audit/assembler.h"

#include <gtest/gtest.h>

namespace yorozu::codec::audit {
namespace {

using Tokens = std::vector<std::uint64_t>;

/// Gives records numbers as they come.
class Arrival {
 public:
  std::vector<Tokens> add(std::string_view type, std::uint64_t serial, std::int64_t at_ms = 0,
                          std::string_view node = "", std::string_view stream = "s") {
    Stamp stamp;
    stamp.type = type;
    stamp.serial = serial;
    stamp.node = node;
    stamp.time = {1'700'000'000'000'000 + at_ms * 1000};
    return taken([&](std::vector<Group>& done) { assembler.add(stream, stamp, next_++, now, done); });
  }
  std::vector<Tokens> expire() {
    return taken([&](std::vector<Group>& done) { assembler.expire(now, done); });
  }
  std::vector<Tokens> flush() {
    return taken([&](std::vector<Group>& done) { assembler.flush(done); });
  }

  AuditAssembler assembler;
  Timestamp now{1'800'000'000'000'000};

 private:
  template <class F>
  static std::vector<Tokens> taken(F&& fill) {
    std::vector<Group> done;
    fill(done);
    std::vector<Tokens> out;
    for (Group& group : done) out.push_back(std::move(group.tokens));
    return out;
  }
  std::uint64_t next_ = 1;
};

TEST(AuditAssembler, TheEndRecordCompletesItsEvent) {
  Arrival log;
  EXPECT_TRUE(log.add("SYSCALL", 7).empty());
  EXPECT_TRUE(log.add("PATH", 7).empty());
  EXPECT_EQ(log.add("EOE", 7), (std::vector<Tokens>{{1, 2, 3}}));
  EXPECT_EQ(log.assembler.open_groups(), 0U);
}

TEST(AuditAssembler, RecordsOfProgramsStandAlone) {
  Arrival log;
  EXPECT_EQ(log.add("USER_LOGIN", 7), (std::vector<Tokens>{{1}}));
  EXPECT_EQ(log.add("CRED_ACQ", 8), (std::vector<Tokens>{{2}}));
  EXPECT_EQ(log.assembler.open_groups(), 0U);
}

TEST(AuditAssembler, InterleavedEventsMachinesAndStreamsStayApart) {
  Arrival log;
  log.add("SYSCALL", 7, 0, "a");
  log.add("SYSCALL", 7, 0, "b");
  log.add("SYSCALL", 7, 0, "a", "other");
  log.add("SYSCALL", 8, 0, "a");
  log.add("PATH", 7, 0, "a");
  EXPECT_EQ(log.add("EOE", 7, 0, "a"), (std::vector<Tokens>{{1, 5, 6}}));
  EXPECT_EQ(log.flush(), (std::vector<Tokens>{{2}, {3}, {4}}));
}

TEST(AuditAssembler, AFewEventsThatAreMuchYoungerCompleteAnOlderOne) {
  Arrival log;
  log.add("SYSCALL", 7, 0);
  for (std::uint64_t i = 1; i < AuditAssembler::kShortDistance; ++i)
    EXPECT_TRUE(log.add("SYSCALL", 7 + i, 2001).empty());
  EXPECT_EQ(log.add("SYSCALL", 99, 2001), (std::vector<Tokens>{{1}}));
}

TEST(AuditAssembler, ManyLaterEventsCompleteAnOlderOne) {
  Arrival log;
  log.add("SYSCALL", 1);
  for (std::uint64_t serial = 2; serial <= AuditAssembler::kDistance; ++serial)
    EXPECT_TRUE(log.add("PATH", serial).empty());
  EXPECT_EQ(log.add("SYSCALL", 999), (std::vector<Tokens>{{1}}));
}

TEST(AuditAssembler, SilenceCompletesByTheCallersClock) {
  Arrival log;
  log.add("SYSCALL", 7);
  EXPECT_EQ(log.assembler.next_expiry().us, log.now.us + AuditAssembler::kTimeoutUs);
  log.now.us += 1'999'999;
  EXPECT_TRUE(log.expire().empty());
  log.now.us += 1;
  EXPECT_EQ(log.expire(), (std::vector<Tokens>{{1}}));
  EXPECT_FALSE(log.assembler.next_expiry().known());
}

TEST(AuditAssembler, ALateRecordIsAGroupOfItsOwn) {
  Arrival log;
  log.add("SYSCALL", 7);
  log.add("EOE", 7);
  EXPECT_TRUE(log.add("PATH", 7).empty());
  EXPECT_EQ(log.flush(), (std::vector<Tokens>{{3}}));
}

TEST(AuditAssembler, BoundsHoldWhateverComes) {
  Arrival log;
  std::size_t given = 0;
  for (std::uint64_t i = 0; i < 3 * AuditAssembler::kMaxOpen; ++i)
    given += log.add("SYSCALL", i, 0, "n" + std::to_string(i)).size();
  EXPECT_LE(log.assembler.open_groups(), AuditAssembler::kMaxOpen);
  EXPECT_EQ(given + log.assembler.open_groups(), 3 * AuditAssembler::kMaxOpen);
  Arrival one;
  given = 0;
  for (std::size_t i = 0; i < AuditAssembler::kMaxRecords; ++i) given += one.add("PATH", 1).size();
  EXPECT_EQ(given, 1U);
}

}  // namespace
}  // namespace yorozu::codec::audit
