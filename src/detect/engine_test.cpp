#include "detect/engine.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "detect/testing.h"

namespace yorozu::detect {
namespace {

using testing::Bench;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::rule_text;

std::string contains_rule(const std::string& title, const std::string& values) {
  return rule_text(title, "  s:\n    CommandLine|contains: " + values + "\n  condition: s");
}

TEST(Engine, TextComparesWithoutRegardToCase) {
  Bench bench({contains_rule("mimikatz", "'SEKURLSA::'"), contains_rule("umlaut", "'ÄRGER'")});
  bench.add_process({{"CommandLine", "mimikatz sekurlsa::LogonPasswords"}});
  bench.add_process({{"CommandLine", "x ärger y"}});
  EXPECT_THAT(bench.run(), ElementsAre("0 mimikatz", "1 umlaut"));
}

TEST(Engine, MatchesComeInOrderOfEventsThenOfRules) {
  Bench bench({contains_rule("first", "a"), contains_rule("second", "b")});
  bench.add_process({{"CommandLine", "ba"}});
  bench.add_process({{"CommandLine", "ab"}});
  EXPECT_THAT(bench.run(), ElementsAre("0 first", "0 second", "1 first", "1 second"));
}

TEST(Engine, AnchoredLiteralsAreNotFooledBySentinelBytesInValues) {
  std::vector<std::string> rules;
  for (const char* word : {"one", "two", "three", "four", "five", "six"})
    rules.push_back(rule_text(word, std::string("  s:\n    CommandLine|endswith: '") + word + "'\n  condition: s"));
  Bench bench(rules);
  bench.add_process({{"CommandLine", "two\x02three\x01"}});
  bench.add_process({{"CommandLine", "this is two"}});
  EXPECT_THAT(bench.run(), ElementsAre("1 two"));
}

TEST(Engine, LiteralsBeyondAsciiAreFoundAmongMany) {
  std::vector<std::string> rules;
  for (const char* word :
       {"秘密", "機密", "社外秘", "極秘", "部外秘", "plain1", "plain2", "plain3", "plain4", "plain5"})
    rules.push_back(contains_rule(word, "'" + std::string(word) + "'"));
  Bench bench(rules);
  bench.add_process({{"CommandLine", "copy 社外秘.xlsx plain3"}});
  bench.add_process({{"CommandLine", "copy plain5"}});
  EXPECT_THAT(bench.run(), ElementsAre("0 社外秘", "0 plain3", "1 plain5"));
}

TEST(Engine, EventIdsFoldButOtherIdsOfTheChannelStillMatchOpenRules) {
  Bench bench(
      {rule_text("4720", "  s:\n    EventID: 4720\n  condition: s", "product: windows\n  service: security"),
       rule_text("not 4720", "  s:\n    EventID: 4720\n  condition: not s", "product: windows\n  service: security"),
       rule_text("from 5000", "  s:\n    EventID|gte: 5000\n  condition: s", "product: windows\n  service: security")});
  bench.add("Security", 4720, {});
  bench.add("Security", 4999, {});
  bench.add("Security", 5001, {});
  bench.add("System", 4720, {});
  EXPECT_THAT(bench.run(), ElementsAre("0 4720", "1 not 4720", "2 not 4720", "2 from 5000"));
}

TEST(Engine, AnEventWithTwoEventIdFieldsIsJudgedByBoth) {
  Bench bench({rule_text("7", "  s:\n    EventID: 7\n  condition: s", "product: windows\n  service: security"),
               rule_text("4720", "  s:\n    EventID: 4720\n  condition: s", "product: windows\n  service: security")});
  bench.add("Security", 4720, {{"EventID", "7"}});
  EXPECT_THAT(bench.run(), ElementsAre("0 7", "0 4720"));
}

TEST(Engine, RenamesFollowTheRole) {
  Bench bench({rule_text("image", "  s:\n    Image|endswith: '\\cmd.exe'\n  condition: s")});
  bench.add("Security", 4688, {{"NewProcessName", "C:\\Windows\\cmd.exe"}});
  bench.add_process({{"NewProcessName", "C:\\Windows\\cmd.exe"}});
  EXPECT_THAT(bench.run(), ElementsAre("0 image"));
  EXPECT_THAT(field_values(*bench.rules, 0, "Image", bench.batch.events[0], bench.batch),
              ElementsAre("C:\\Windows\\cmd.exe"));
}

TEST(Engine, NullIsTrueForAbsentAndForEmptyTypedValues) {
  Bench bench({rule_text("nothing", "  s:\n    ParentImage: null\n  condition: s")});
  bench.add_process({{"Image", "a"}});
  bench.add_process({{"ParentImage", Bench::kNull}});
  bench.add_process({{"ParentImage", ""}});
  EXPECT_THAT(bench.run(), ElementsAre("0 nothing", "1 nothing"));
}

TEST(Engine, ANameWithBlanksAnswersToTheNameWithout) {
  Bench bench({rule_text("threat", "  s:\n    ThreatName|contains: Mimi\n  condition: s",
                         "product: windows\n  service: windefend")});
  bench.add("Microsoft-Windows-Windows Defender/Operational", 1116, {{"Threat Name", "HackTool:Mimikatz"}});
  EXPECT_THAT(bench.run(), ElementsAre("0 threat"));
}

TEST(Engine, KeywordsLookAtEveryValue) {
  Bench bench({rule_text("words",
                         "  keywords:\n    - 'sekurlsa::'\n    - 'kiwi ssp'\n    - 'dpapi::'\n    - 'lsadump::'\n"
                         "    - 'crypto::'\n    - 'token::'\n  condition: keywords",
                         "product: windows")});
  bench.add("Whatever", 3, {{"A", "x"}, {"B", "a SEKURLSA::b"}});
  bench.add("Whatever", 3, {{"A", "sekurlsa:"}, {"B", ":x"}});
  EXPECT_THAT(bench.run(), ElementsAre("0 words"));
  EXPECT_THAT(bench.positions, ElementsAre(ElementsAre(3)));
}

TEST(Engine, KeywordsAreFoundInRecordsAndInTheTextsOfTheirTemplates) {
  Bench bench({rule_text("words",
                         "  keywords:\n    - 'sekurlsa::'\n    - 'kiwi ssp'\n    - 'dpapi::'\n    - 'lsadump::'\n"
                         "    - 'crypto::'\n    - 'token::'\n  condition: keywords",
                         "product: windows")});
  // `record`: texts that stand in the record's bytes, UTF-16, at odd places; `elsewhere`: those of the template.
  const auto add = [&bench](const std::vector<std::string>& record, const std::string& elsewhere) {
    Bench::Fields fields{{"Provider_Name", elsewhere}};
    for (std::size_t i = 0; i < record.size(); ++i) fields.emplace_back("Field" + std::to_string(i), "");
    event::Event& event = bench.add("Whatever", 3, fields);
    std::string bytes = "**";
    for (const std::string& text : record) bytes.append(utf16le_from_utf8(text)).push_back('\x01');
    event.raw = bench.batch.arena.copy(bytes);
    std::size_t at = 2;
    for (std::size_t i = 0; i < record.size(); ++i) {
      event::Value& value = bench.batch.values[event.first_value + 3 + i];
      value.type = event::ValueType::Utf16;
      value.data = as_bytes(event.raw).data() + at;
      value.size = static_cast<std::uint32_t>(utf16le_from_utf8(record[i]).size());
      at += value.size + 1;
    }
  };
  add({"one", "two", "three", "four"}, "Provider");
  add({"one", "two", "a LSADUMP::b", "four"}, "Provider");
  add({"one", "two", "lsadump:", ": and more"}, "Provider");
  add({"one", "two", "three", "four"}, "kiwi SSP");
  add({"one", "two", "three", "four"}, "Provider");
  add({"one", "two", "three", "\u212Aiwi ssp"}, "kiwi SSP");
  EXPECT_THAT(bench.run(), ElementsAre("1 words", "3 words", "5 words"));
  EXPECT_THAT(bench.positions, ElementsAre(ElementsAre(5), ElementsAre(2), ElementsAre(2, 6)));
}

TEST(Engine, ListsOfNumbersAreNumbersAndTexts) {
  Bench bench({rule_text("one of", "  s:\n    Port: [22, 80, 443, 8080, 99]\n  condition: s"),
               rule_text("none of",
                         "  s:\n    Port: [22, 80, 443, 8080, 99]\n    Port|exists: true\n  f:\n"
                         "    Port: [22, 80, 443, 8080, 99]\n  condition: not f")});
  static const std::uint16_t kNumbers[] = {443, 444};
  for (const std::uint16_t& number : kNumbers) {
    event::Event& event = bench.add_process({{"Port", ""}});
    event::Value& value = bench.batch.values[event.first_value + 2];
    value.type = event::ValueType::UInt16;
    value.data = reinterpret_cast<const std::uint8_t*>(&number);
    value.size = 2;
  }
  bench.add_process({{"Port", "8080"}});
  bench.add_process({{"Port", "80808"}});
  bench.add_process({{"Other", "22"}});
  EXPECT_THAT(bench.run(), ElementsAre("0 one of", "1 none of", "2 one of", "3 none of", "4 none of"));
  EXPECT_THAT(bench.positions[0], ElementsAre(2));
}

TEST(Engine, PositionsAreThoseOfValuesThatMatched) {
  Bench bench({rule_text("two fields",
                         "  s:\n    Image|endswith: '\\cmd.exe'\n    CommandLine|contains: whoami\n  f:\n"
                         "    User: SYSTEM\n  condition: s and not f")});
  bench.add_process({{"User", "bob"}, {"Image", "c:\\cmd.exe"}, {"Other", "whoami"}, {"CommandLine", "/c whoami"}});
  EXPECT_THAT(bench.run(), ElementsAre("0 two fields"));
  EXPECT_THAT(bench.positions, ElementsAre(ElementsAre(3, 5)));
}

TEST(Engine, AnEmptyPlaceholderKeepsItsRuleSilent) {
  sigma::LoadOptions options;
  options.placeholders["admins"] = {};
  Bench bench({rule_text("admins", "  s:\n    User|expand: '%admins%'\n  condition: not s")}, options);
  bench.add_process({{"User", "bob"}});
  EXPECT_THAT(bench.run(), IsEmpty());
  const Matcher::Coverage* coverage[] = {&bench.matcher->coverage()};
  const auto dead = cannot_fire(*bench.rules, coverage);
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].reason, CannotFire::Reason::EmptyPlaceholder);
}

TEST(Engine, ALongLineIsFoundWithoutCountingStates) {
  Bench bench({rule_text("long", "  s:\n    CommandLine|re: '.{10,}'\n  condition: s")});
  for (const char* text : {"123456789", "1234567890", "12345\n67890x", "1\n1234567890", "ééééééééé", "éééééééééé"})
    bench.add_process({{"CommandLine", text}});
  EXPECT_THAT(bench.run(), ElementsAre("1 long", "3 long", "5 long"));
}

TEST(Engine, ShapesBeyondTheTableStillMatch) {
  Bench bench({contains_rule("word", "needle")});
  std::vector<event::NameId> names{bench.schema.names.intern("CommandLine")};
  event::Shape& shape = bench.batch.transient.emplace_back();
  shape.names = {event::name::kEventID, event::name::kChannel, bench.schema.names.intern("CommandLine")};
  event::Event& event = bench.add_process({{"CommandLine", "a needle"}});
  event.shape = &shape;
  EXPECT_THAT(bench.run(), ElementsAre("0 word"));
}

TEST(CannotFire, NamesTheReason) {
  Bench bench(
      {contains_rule("fine", "whoami"), rule_text("missing", "  s:\n    Imphash|contains: abc\n  condition: s"),
       rule_text("elsewhere", "  s:\n    EventID: 7045\n  condition: s", "product: windows\n  service: system"),
       rule_text("never", "  s:\n    EventID: 99\n  condition: s"),
       rule_text("unknown", "  s:\n    a: b\n  condition: s", "product: toaster"),
       rule_text("any channel", "  s:\n    Channel: System\n    EventID: 7045\n  condition: s", "product: windows"),
       rule_text("linux", "  s:\n    Message|contains: x\n  condition: s", "product: linux")});
  bench.add_process({{"CommandLine", "x"}});
  bench.run();
  const Matcher::Coverage* coverage[] = {&bench.matcher->coverage()};
  std::vector<std::pair<std::uint32_t, CannotFire::Reason>> found;
  for (const CannotFire& dead : cannot_fire(*bench.rules, coverage)) found.emplace_back(dead.index, dead.reason);
  using R = CannotFire::Reason;
  EXPECT_THAT(found, ElementsAre(std::pair(1U, R::FieldNeverSeen), std::pair(2U, R::NoSuchEvents),
                                 std::pair(3U, R::NeverTrue), std::pair(4U, R::UnknownLogsource),
                                 std::pair(5U, R::NoSuchEvents), std::pair(6U, R::NoSuchEvents)));
}

TEST(CannotFire, TellsWhichFieldIsMissing) {
  Bench bench({rule_text("missing", "  s:\n    Imphash|contains: abc\n    CommandLine: '*'\n  condition: s")});
  bench.add_process({{"CommandLine", "x"}});
  bench.run();
  const Matcher::Coverage* coverage[] = {&bench.matcher->coverage()};
  const auto dead = cannot_fire(*bench.rules, coverage);
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].detail, "Imphash");
}

TEST(CannotFire, ACorrelationNeedsItsMembers) {
  const std::string base =
      rule_text("base", "  s:\n    EventID: 7045\n  condition: s", "product: windows\n  service: system");
  const std::string id = base.substr(base.find("id: ") + 4, 36);
  Bench bench(
      {base, "title: many\nid: 11111111-0000-4000-8000-000000000001\ncorrelation:\n  type: event_count\n  rules: [" +
                 id + "]\n  group-by: [Computer]\n  timespan: 1m\n  condition:\n    gte: 2\n"});
  bench.add_process({{"CommandLine", "x"}});
  bench.run();
  const Matcher::Coverage* coverage[] = {&bench.matcher->coverage()};
  const auto dead = cannot_fire(*bench.rules, coverage);
  ASSERT_EQ(dead.size(), 2U);
  EXPECT_TRUE(dead[1].is_correlation);
  EXPECT_EQ(dead[1].reason, CannotFire::Reason::MemberCannotFire);
  EXPECT_EQ(dead[1].detail, id);
}

TEST(Why, ShowsEachTestWithItsValues) {
  Bench bench(
      {rule_text("two", "  s:\n    Image|endswith: '\\cmd.exe'\n    CommandLine|contains: whoami\n  condition: s")});
  const event::Event& event = bench.add("Security", 4688, {{"NewProcessName", "c:\\cmd.exe"}, {"CommandLine", "dir"}});
  const Why why = detect::why(*bench.rules, 0, event, bench.batch);
  EXPECT_TRUE(why.logsource_matches);
  EXPECT_FALSE(why.root.result);
  ASSERT_EQ(why.root.children.size(), 2U);
  EXPECT_TRUE(why.root.children[0].result);
  EXPECT_EQ(why.root.children[0].event_field, "NewProcessName");
  EXPECT_THAT(why.root.children[0].values, ElementsAre("c:\\cmd.exe"));
  EXPECT_FALSE(why.root.children[1].result);
}

TEST(Why, SaysThatTheLogsourceIsAnother) {
  Bench bench({contains_rule("word", "whoami")});
  const event::Event& event = bench.add("Security", 4624, {{"CommandLine", "whoami"}});
  const Why why = detect::why(*bench.rules, 0, event, bench.batch);
  EXPECT_FALSE(why.logsource_matches);
  EXPECT_NE(why.logsource_detail.find("category: process_creation"), std::string::npos);
}

}  // namespace
}  // namespace yorozu::detect
