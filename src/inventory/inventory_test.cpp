#include "inventory/inventory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/buffer.h"
#include "base/file.h"
#include "inventory/follower.h"
#include "proof/line.h"

namespace yorozu::inventory {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

constexpr std::int64_t kNow = 1'795'000'000'000'000;

/// Durable lines in memory.
class Lines final : public archive::CommitFeed {
 public:
  void add(std::string_view input, std::string_view peer, std::string_view raw) {
    const std::lock_guard lock(mutex_);
    Buffer tail, line;
    proof::append_line_tail(
        {Timestamp{kNow + static_cast<std::int64_t>(lines_.size()) * 1'000'000}, input, peer, "", raw, {}}, tail);
    proof::append_line(lines_.size() + 1, tail.view(), line);
    lines_.emplace_back(line.view());
  }
  std::uint64_t end() const override {
    const std::lock_guard lock(mutex_);
    return lines_.size() + 1;
  }
  Result<std::uint64_t> read(std::uint64_t from, std::size_t max_lines, std::int64_t,
                             const std::function<void(const archive::CommittedLine&)>& each) override {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < max_lines && from <= lines_.size(); ++i, ++from)
      each({from, event::RetentionGroup::Host, lines_[from - 1]});
    return from;
  }
  void close() override {}

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class InventoryTest : public testing::Test {
 protected:
  TempDir folder_ = TempDir::make("yorozu-inventory").value();
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Inventory> inventory_;
  Lines lines_;

  void SetUp() override { open(); }
  void open(const char* file = "state.db") {
    inventory_.reset();
    database_.reset();
    database_ = store::Database::open(folder_.path() / file).value();
    inventory_ = Inventory::open(*database_, event::LogsourceMap::builtin()).value();
  }
  void follow(std::size_t at_once = 1000) {
    for (std::uint64_t lines = 1; lines > 0;) lines = inventory_->follow(lines_, at_once, 0).value();
  }
  static std::vector<std::string> names(const std::vector<Asset>& assets) {
    std::vector<std::string> out;
    for (const Asset& asset : assets) out.push_back(asset.name);
    return out;
  }
  void add_samples() {
    lines_.add("syslog.udp", "192.168.1.1",
               "<38>1 2026-11-18T11:06:40Z gate sshd 411 - - Failed password for root from 203.0.113.9 port 4711 ssh2");
    lines_.add(
        "syslog.udp", "192.168.1.1",
        "<38>1 2026-11-18T11:06:41Z GATE sshd 411 - - Accepted password for tanaka from 192.168.1.20 port 4712 ssh2");
    lines_.add(
        "bulk", "10.0.0.5",
        R"({"host":{"name":"pc-01","mac":"00-11-22-AA-BB-CC"},"source":{"ip":"::ffff:10.0.0.7"},"user":{"name":"Sato"}})");
    lines_.add("yorozu.audit", "", R"({"user":{"name":"administrator of ours"}})");
    lines_.add("syslog.tcp", "192.168.1.2", "not a message that says anything");
  }
  /// Everything, as text.
  std::string dump() const {
    std::string out;
    for (const Kind kind : {Kind::Host, Kind::Address, Kind::PublicAddress, Kind::User, Kind::Device, Kind::Sender}) {
      const KindTotal total = inventory_->total(kind).value();
      out.append(to_string(kind)).append(" ").append(std::to_string(total.names)).append("\n");
      const std::vector<Asset> assets = inventory_->list(kind, {.limit = 1000, .after = "", .seen_since = {}}).value();
      for (const Asset& asset : assets) {
        out += "  " + asset.name + " " + format_rfc3339(asset.first) + " " + format_rfc3339(asset.last) + " " +
               std::to_string(asset.first_seq) + "-" + std::to_string(asset.last_seq) + " " +
               std::to_string(asset.events);
        for (const SeenBy& by : asset.by)
          out += " [" + by.input + " " + std::string(event::to_string(by.source_class)) + " " +
                 std::to_string(by.events) + "]";
        out += "\n";
      }
    }
    return out;
  }
};

TEST_F(InventoryTest, WhoIsNamedInTheLogsIsListedWithTimesAndSources) {
  add_samples();
  follow();
  EXPECT_THAT(names(inventory_->hosts({}).value()), ElementsAre("gate", "pc-01"));
  EXPECT_THAT(names(inventory_->addresses({}).value()), ElementsAre("10.0.0.7", "192.168.1.20"));
  EXPECT_THAT(names(inventory_->list(Kind::PublicAddress, {}).value()), ElementsAre("203.0.113.9"));
  EXPECT_THAT(names(inventory_->users({}).value()), ElementsAre("root", "Sato", "tanaka"));
  EXPECT_THAT(names(inventory_->devices({}).value()), ElementsAre("00:11:22:aa:bb:cc"));
  EXPECT_THAT(names(inventory_->senders({}).value()), ElementsAre("10.0.0.5", "192.168.1.1", "192.168.1.2"));
  const Asset gate = inventory_->hosts({}).value()[0];
  EXPECT_EQ(format_rfc3339(gate.first), "2026-11-18T11:06:40.000000Z");
  EXPECT_EQ(format_rfc3339(gate.last), "2026-11-18T11:06:41.000000Z");
  EXPECT_EQ(gate.events, 2U);
  EXPECT_EQ(gate.first_seq, 1U);
  EXPECT_EQ(gate.last_seq, 2U);
  ASSERT_EQ(gate.by.size(), 1U);
  EXPECT_EQ(gate.by[0].input, "syslog.udp");
  EXPECT_EQ(gate.by[0].source_class, event::SourceClass::Auth);
}

TEST_F(InventoryTest, MadeAgainFromTheFirstLineItIsTheSameHoweverTheLinesWereCut) {
  for (int i = 0; i < 20; ++i) add_samples();
  follow();
  const std::string at_once = dump();
  EXPECT_THAT(at_once, testing::HasSubstr("gate"));
  ASSERT_TRUE(inventory_->clear());
  EXPECT_THAT(inventory_->hosts({}).value(), IsEmpty());
  follow(7);
  EXPECT_EQ(dump(), at_once);
  open("other.db");
  follow(1);
  EXPECT_EQ(dump(), at_once);
}

TEST_F(InventoryTest, ARestartGoesOnBehindTheLastTransaction) {
  add_samples();
  ASSERT_EQ(inventory_->follow(lines_, 2, 0).value(), 2U);
  open();
  EXPECT_EQ(inventory_->next_seq(), 3U);
  follow();
  EXPECT_EQ(inventory_->hosts({}).value()[0].events, 2U);
  EXPECT_EQ(inventory_->next_seq(), 6U);
}

TEST_F(InventoryTest, ListsComeInPagesAndByTime) {
  for (int i = 0; i < 25; ++i)
    lines_.add("syslog.tcp", "10.1.1." + std::to_string(100 + i), "<38>1 - h" + std::to_string(i) + " x - - - y");
  follow();
  std::vector<std::string> all;
  Page page{.limit = 10, .after = "", .seen_since = {}};
  for (std::vector<std::string> some{""}; !some.empty(); page.after = some.empty() ? "" : some.back()) {
    some = names(inventory_->senders(page).value());
    EXPECT_LE(some.size(), 10U);
    all.insert(all.end(), some.begin(), some.end());
  }
  EXPECT_EQ(all.size(), 25U);
  page = {.limit = 100, .after = "", .seen_since = Timestamp{kNow + 20'000'000}};
  EXPECT_EQ(inventory_->senders(page).value().size(), 5U);
}

TEST_F(InventoryTest, ATimeThatCannotBeIsReplacedByTheTimeOfArrival) {
  lines_.add("syslog.tcp", "10.1.1.1", "<38>1 2001-01-01T00:00:00Z old x - - - y");
  lines_.add("syslog.tcp", "10.1.1.1", "<38>1 2036-01-01T00:00:00Z new x - - - y");
  follow();
  const std::vector<Asset> hosts = inventory_->hosts({}).value();
  EXPECT_EQ(hosts.size(), 2U);
  for (const Asset& host : hosts) EXPECT_GE(host.first.us, kNow) << host.name;
}

TEST_F(InventoryTest, WhatIsBeyondTheLimitIsCounted) {
  const std::uint64_t limit = kLimits[static_cast<std::size_t>(Kind::Sender) - 1];
  ASSERT_TRUE(database_->write([&](store::Session& session) -> Result<void> {
    const auto set =
        session.run("UPDATE inventory_total SET names = ? WHERE kind = 6", {static_cast<std::int64_t>(limit) - 1});
    return set ? Result<void>() : std::unexpected(set.error());
  }));
  for (const char* peer : {"10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.2", "10.0.0.3"})
    lines_.add("syslog.tcp", peer, "x");
  follow(2);
  EXPECT_THAT(names(inventory_->senders({}).value()), ElementsAre("10.0.0.1"));
  EXPECT_EQ(inventory_->total(Kind::Sender)->names, limit);
  EXPECT_EQ(inventory_->total(Kind::Sender)->events_not_listed, 3U);
}

TEST_F(InventoryTest, TheFollowerKeepsUpAndSaysHowFarItIsBehind) {
  add_samples();
  Follower follower(*inventory_, lines_);
  EXPECT_EQ(follower.lag().lines, 5U);
  follower.start();
  for (int i = 0; i < 2000 && follower.lag().lines > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(follower.lag().lines, 0U);
  EXPECT_EQ(follower.lag().problem, "");
  follower.stop();
  follower.stop();
  EXPECT_EQ(inventory_->total(Kind::Host)->names, 2U);
}

TEST(Sighting, AddressesAreReadInEverySpellingAndThoseThatMeanNobodyAreNot) {
  const auto read = [](std::string_view text) {
    Address address;
    return read_address(text, address) ? address.text + " " + std::string(to_string(address.kind)) : std::string();
  };
  EXPECT_EQ(read("192.168.1.5"), "192.168.1.5 address");
  EXPECT_EQ(read("::ffff:172.16.0.1"), "172.16.0.1 address");
  EXPECT_EQ(read("[2001:DB8:0:0::1]"), "2001:db8::1 public-address");
  EXPECT_EQ(read("fe80::1%eth0"), "fe80::1 address");
  EXPECT_EQ(read("100.64.0.1"), "100.64.0.1 address");
  EXPECT_EQ(read("8.8.8.8"), "8.8.8.8 public-address");
  for (const char* nobody : {"", "-", "0.0.0.0", "127.0.0.1", "::1", "::", "224.0.0.1", "255.255.255.255", "ff02::1",
                             "1.2.3", "1.2.3.4.5", "host", "01.2.3.4"})
    EXPECT_EQ(read(nobody), "") << nobody;
}

TEST(Sighting, MacAddressesAreReadInEverySpelling) {
  for (const char* mac : {"00:11:22:aa:bb:cc", "00-11-22-AA-BB-CC", "0011.22aa.bbcc"})
    EXPECT_EQ(read_mac(mac), "00:11:22:aa:bb:cc") << mac;
  for (const char* none : {"", "001122aabbcc", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "01:00:5e:00:00:01",
                           "0b:00:00:00:00:01", "00:11:22:aa:bb", "00:11:22:aa:bb:cg"})
    EXPECT_EQ(read_mac(none), "") << none;
}

}  // namespace
}  // namespace yorozu::inventory
