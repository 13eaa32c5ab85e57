#include "app/process/own_log.h"

#include <gtest/gtest.h>

namespace yorozu::process {
namespace {

using config::LogFormat;
using config::LogLevel;

const Timestamp kTime = *parse_time("2026-11-25T01:02:03.000004Z");

TEST(OwnLog, LogfmtQuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(log_line(LogFormat::Logfmt, LogLevel::Warning, kTime, "input failed",
                     {{"input", "syslog.udp"}, {"reason", "a \"b\"\nc"}, {"empty", ""}, {"n", 3}}),
            "time=2026-11-25T01:02:03.000004Z level=warning event=\"input failed\" input=syslog.udp "
            "reason=\"a \\\"b\\\"\\\\x0ac\" empty=\"\" n=3");
}

TEST(OwnLog, JsonIsOneObjectALine) {
  EXPECT_EQ(log_line(LogFormat::Json, LogLevel::Info, Timestamp::none(), "ready", {{"address", "[::]:514"}}),
            R"({"level":"info","event":"ready","address":"[::]:514"})");
}

}  // namespace
}  // namespace yorozu::process
