#include "app/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/file.h"

namespace yorozu::app {
namespace {

using message::Lang;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

json healthy() {
  return {{"inputs", json::array({{{"name", "syslog.udp"}, {"problem", ""}, {"dropped_by_kernel", 0}}})},
          {"listeners",
           json::array({{{"name", "syslog.udp"}, {"transport", "udp"}, {"receive_buffer", std::uint64_t{8} << 20}}})},
          {"archive", {{"damages", 0}}},
          {"pipeline", {{"problem", ""}}}};
}

TEST(Doctor, AHealthyServerHasOneGoodLineForItsInputs) {
  const auto checks = check_inputs(healthy(), config::Config{}, Lang::En);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].health, Health::Good);
}

TEST(Doctor, ASmallReceiveBufferNamesTheSysctl) {
  json status = healthy();
  status["listeners"][0]["receive_buffer"] = 212992;
  const auto checks = check_inputs(status, config::Config{}, Lang::En);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_THAT(checks[0].cure, HasSubstr("sysctl -w net.core.rmem_max=8388608"));
}

TEST(Doctor, ProblemsOfInputsAndDropsAreNamed) {
  json status = healthy();
  status["inputs"][0]["problem"] = "another program has this port";
  status["inputs"][0]["dropped_by_kernel"] = 7;
  const auto checks = check_inputs(status, config::Config{}, Lang::Ja);
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[0].health, Health::Bad);
  EXPECT_THAT(checks[1].finding, HasSubstr("7"));
}

TEST(Doctor, LowPortsAreNamedForThoseWhoCannotOpenThem) {
  config::Config config;
  config.syslog_udp.enabled = true;
  EXPECT_THAT(check_ports(config, true, Lang::En), IsEmpty());
  const auto checks = check_ports(config, false, Lang::En);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_THAT(checks[0].finding, HasSubstr("0.0.0.0:514"));
  EXPECT_THAT(checks[0].cure, HasSubstr("syslog.udp.listen"));
}

TEST(Doctor, ADiskThatCannotHoldWhatIsToBeKeptIsAdvisedAgainst) {
  json plan = {{"disk",
                {{"total", 1000000},
                 {"free", 500000},
                 {"level", "fine"},
                 {"bytes_per_day", 1000},
                 {"expected_bytes", 400000},
                 {"full_in_days", 500},
                 {"fits", true}}}};
  EXPECT_EQ(check_retention(plan, Lang::En).health, Health::Good);
  EXPECT_THAT(check_retention(plan, Lang::En).finding, HasSubstr("500 days"));
  plan["disk"]["fits"] = false;
  EXPECT_EQ(check_retention(plan, Lang::En).health, Health::Advice);
  EXPECT_THAT(check_retention(plan, Lang::Ja).finding, HasSubstr("390.6 KiB"));
}

TEST(Doctor, AnOpenDataFolderIsNamedWithItsCure) {
  const auto folder = TempDir::make();
  ASSERT_TRUE(folder);
  EXPECT_EQ(check_data_folder(folder->path(), Lang::En).health, Health::Good);
  std::filesystem::permissions(folder->path(), std::filesystem::perms(0755));
  EXPECT_THAT(check_data_folder(folder->path(), Lang::En).cure, HasSubstr("chmod 0700"));
  EXPECT_EQ(check_data_folder(folder->path() / "none", Lang::En).health, Health::Bad);
}

TEST(Doctor, WhatIsNoCertificateIsNamed) {
  const auto folder = TempDir::make();
  ASSERT_TRUE(folder);
  ASSERT_TRUE(write_file_atomic(folder->path() / "x.crt", "no"));
  const auto checks = check_certificates({folder->path() / "x.crt", folder->path() / "missing.crt"}, Lang::En);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].health, Health::Bad);
}

TEST(Doctor, BlindRulesAreGroupedBySource) {
  const json blind = {{"total", 100},
                      {"reasons", {{"no-such-events", 60}, {"never-true", 3}}},
                      {"logsources", {{"windows/security", 50}, {"linux/sshd", 10}}}};
  const Check check = check_blind_rules(blind, Lang::En);
  EXPECT_EQ(check.health, Health::Advice);
  EXPECT_THAT(check.finding, HasSubstr("60 of 100"));
  EXPECT_THAT(check.finding, HasSubstr("windows/security (50), linux/sshd (10)"));
  EXPECT_THAT(check.cure, Not(IsEmpty()));
}

}  // namespace
}  // namespace yorozu::app
