#include "query/evaluate.h"

#include <gtest/gtest.h>

#include "query/parse.h"

namespace yorozu::query {
namespace {

/// One event, made of (name, text) pairs.
class OneEvent {
 public:
  OneEvent(std::initializer_list<std::pair<std::string_view, std::string_view>> fields, std::string_view raw = {})
      : raw_(raw) {
    std::vector<event::NameId> names;
    for (const auto& [name, text] : fields) {
      names.push_back(schema_.names.intern(name));
      batch_.values.push_back(event::utf8_value(batch_.arena.copy(text)));
    }
    event::Event e;
    e.shape = event::shape_for(names, schema_, batch_);
    e.time = *parse_time("2026-11-24T10:00:00Z");
    e.raw = raw_;
    e.line = raw_.empty() ? 0 : 7;
    batch_.events.push_back(e);
  }
  bool matches(std::string_view query) {
    const auto parsed = parse(query);
    if (!parsed) throw std::runtime_error("query does not parse");
    return Evaluator(*parsed, schema_).matches(batch_.events.front(), batch_);
  }

 private:
  std::string raw_;
  event::Schema schema_;
  event::EventBatch batch_;
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

TEST(QueryEvaluate, PhraseBlankMatchesAnyWhiteSpace) {
  OneEvent e({{"Message", "Failed\t\n password for root"}});
  EXPECT_TRUE(e.matches("\"failed password for root\""));
}

}  // namespace
}  // namespace yorozu::query
