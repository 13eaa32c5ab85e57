#include "query/evaluate.h"

#include <gtest/gtest.h>

#include "query/parse.h"
#include "query/test_events.h"

namespace yorozu::query {
namespace {

/// One event, made of (name, text) pairs.
class OneEvent {
 public:
  OneEvent(TestEvents::FieldList fields, std::string_view raw = {}) {
    events_.add(fields, "2026-11-24T10:00:00Z", raw);
  }
  bool matches(std::string_view query, const TimeZone& zone = TimeZone::utc()) {
    const auto parsed = parse(query);
    if (!parsed) throw std::runtime_error("query does not parse");
    const EventView view = events_.view(0);
    return Evaluator(*parsed, events_.schema(), zone).matches(view.event, view.batch, view.context);
  }
  TestEvents& events() { return events_; }

 private:
  TestEvents events_;
};

TEST(QueryEvaluate, WordStandsOnItsOwn) {
  OneEvent e({{"CommandLine", "C:\\Windows\\System32\\cmd.exe /c whoami"}});
  EXPECT_TRUE(e.matches("whoami"));
  EXPECT_TRUE(e.matches("WHOAMI cmd"));
  EXPECT_TRUE(e.matches("cmd.exe"));
  EXPECT_FALSE(e.matches("who"));
  EXPECT_FALSE(e.matches("md.exe"));
  EXPECT_TRUE(e.matches("who*"));
  EXPECT_TRUE(e.matches("\"/c whoami\""));
  EXPECT_FALSE(e.matches("\"whoami /c\""));
  EXPECT_TRUE(e.matches("cmd NOT powershell"));
  EXPECT_FALSE(e.matches("cmd -whoami"));
}

TEST(QueryEvaluate, JapaneseIsFoundInsideRunningTextInAnyWidth) {
  OneEvent e({{"Message", "ユーザーのログオンに失敗しました。"}});
  EXPECT_TRUE(e.matches("失敗"));
  EXPECT_TRUE(e.matches("ﾛｸﾞｵﾝ"));
  EXPECT_FALSE(e.matches("成功"));
}

TEST(QueryEvaluate, FieldValueIsTheWholeValue) {
  OneEvent e({{"Image", "C:\\Windows\\cmd.exe"}, {"User", "ACME\\alice"}});
  EXPECT_TRUE(e.matches("Image:*\\cmd.exe"));
  EXPECT_FALSE(e.matches("Image:cmd.exe"));
  EXPECT_TRUE(e.matches("image:\"c:\\windows\\CMD.exe\""));
  EXPECT_TRUE(e.matches("User:(bob OR acme\\alice)"));
  EXPECT_TRUE(e.matches("User:/\\\\al.*e$/"));
  EXPECT_TRUE(e.matches("User:*"));
  EXPECT_FALSE(e.matches("Nothing:*"));
}

TEST(QueryEvaluate, EcsNameReachesTheOriginalField) {
  OneEvent e({{"CommandLine", "vssadmin delete shadows"}, {"IpAddress", "10.2.3.4"}, {"EventID", "4625"}});
  EXPECT_TRUE(e.matches("process.command_line:*shadows*"));
  EXPECT_TRUE(e.matches("source.ip:10.0.0.0/8"));
  EXPECT_FALSE(e.matches("source.ip:192.168.0.0/16"));
  EXPECT_TRUE(e.matches("event.code:4625"));
}

TEST(QueryEvaluate, NameWithBlanksAnswersWithoutThem) {
  OneEvent e({{"Threat Name", "EICAR"}});
  EXPECT_TRUE(e.matches("ThreatName:eicar"));
}

TEST(QueryEvaluate, ComparisonsKnowNumbersAddressesAndTimes) {
  OneEvent e({{"port", "445"}, {"ip", "10.0.0.9"}, {"when", "2026-11-24T09:30:00Z"}});
  EXPECT_TRUE(e.matches("port:>99"));
  EXPECT_FALSE(e.matches("port:<=99"));
  EXPECT_TRUE(e.matches("port:[445 TO 446}"));
  EXPECT_FALSE(e.matches("port:{445 TO 446]"));
  EXPECT_TRUE(e.matches("ip:[10.0.0.8 TO 10.0.0.10]"));
  EXPECT_TRUE(e.matches("when:[2026-11-24T09:00:00Z TO 2026-11-24T10:00:00Z]"));
  EXPECT_TRUE(e.matches("time:>=2026-11-24T10:00:00Z"));
}

TEST(QueryEvaluate, WordsReachTheRawLineToo) {
  OneEvent e({{"Message", "session opened"}}, "Nov 24 10:00:00 srv sshd[77]: session opened");
  EXPECT_TRUE(e.matches("sshd"));
  EXPECT_TRUE(e.matches("line:7"));
}

TEST(QueryEvaluate, FactsOfTheArchiveAreFields) {
  OneEvent e({{"Message", "x"}});
  EXPECT_TRUE(e.matches("seq:1 input:syslog.* peer:192.0.2.0/24 class:firewall"));
  EXPECT_FALSE(e.matches("seq:>1"));
  EXPECT_TRUE(e.matches("received:[2026-11-24T10:00:00Z TO 2026-11-24T10:01:00Z]"));
  EXPECT_TRUE(e.matches("received:>=2026-11-24T19:00:00", *TimeZone::named("Asia/Tokyo")));
  EXPECT_FALSE(e.matches("received:>=2026-11-24T19:00:00"));
  EXPECT_FALSE(e.matches("logsource:sshd"));
  e.events().event(0).logsource = *event::LogsourceMap::builtin().id_of("linux", "", "sshd");
  e.events().context(0).logsources = &event::LogsourceMap::builtin();
  EXPECT_TRUE(e.matches("logsource:sshd logsource:linux logsource:linux/sshd logsource.product:linux"));
}

TEST(QueryEvaluate, LoneStarIsEveryEvent) {
  OneEvent e({});
  EXPECT_TRUE(e.matches("*"));
  EXPECT_FALSE(e.matches("NOT *"));
  EXPECT_TRUE(e.matches("(* OR x) *"));
}

TEST(QueryEvaluate, ShiftJisAndEucLinesAreFoundByTheirText) {
  OneEvent shift_jis({}, "<13>router: \x83\x8D\x83\x4F\x83\x49\x83\x93\x82\xC9\x8E\xB8\x94\x73");  // ログオンに失敗
  EXPECT_TRUE(shift_jis.matches("失敗"));
  EXPECT_TRUE(shift_jis.matches("\"router: ﾛｸﾞｵﾝ\""));
  OneEvent euc({}, "<13>router: \xA5\xED\xA5\xB0\xA5\xAA\xA5\xF3\xA4\xCB\xBC\xBA\xC7\xD4");
  EXPECT_TRUE(euc.matches("失敗"));
}

TEST(QueryEvaluate, PhraseBlankMatchesAnyWhiteSpace) {
  OneEvent e({{"Message", "Failed\t\n password for root"}});
  EXPECT_TRUE(e.matches("\"failed password for root\""));
}

}  // namespace
}  // namespace yorozu::query
