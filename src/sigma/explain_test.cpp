#include "sigma/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sigma/testing.h"

namespace yorozu::sigma {
namespace {

using message::Lang;
using ::testing::HasSubstr;
using testing::load_text;
using ::testing::Not;
using testing::rule_text;

std::string in_words(std::string_view detection, Lang lang = Lang::En) {
  const RuleSet set = load_text(rule_text(detection));
  return set.rules.empty() ? "no rule" : explain(set.rules[0], lang);
}
std::string item_in_words(std::string_view item, Lang lang = Lang::En) {
  return in_words("s:\n" + testing::indented(item, 2) + "\ncondition: s", lang);
}

TEST(SigmaExplain, SaysTheWholeRuleInOrder) {
  EXPECT_EQ(in_words("selection:\n  Image|endswith: ['\\cmd.exe', '\\pwsh.exe']\n  CommandLine|contains|all: [a, b]\n"
                     "filter_one: {User: SYSTEM}\nfilter_two: {User: null}\n"
                     "condition: selection and not 1 of filter_*"),
            "Test [high]\n"
            "Looks at: windows\n"
            "Fires when:\n"
            "  - all of these hold:\n"
            "    - selection: all of these hold:\n"
            "      - Image ends with \"\\cmd.exe\" or \"\\pwsh.exe\"\n"
            "      - CommandLine contains \"a\" and \"b\"\n"
            "    - none of these holds:\n"
            "      - filter_one: User is \"SYSTEM\"\n"
            "      - filter_two: User is absent\n");
}

TEST(SigmaExplain, SpeaksJapanese) {
  const std::string text = item_in_words("Image|endswith: ['a', 'b']", Lang::Ja);
  EXPECT_THAT(text, HasSubstr("対象: windows"));
  EXPECT_THAT(text, HasSubstr("Image が \"a\" または \"b\" で終わる"));
}

TEST(SigmaExplain, HasAVerbForEveryKindOfTest) {
  EXPECT_THAT(item_in_words("F: x"), HasSubstr("F is \"x\""));
  EXPECT_THAT(item_in_words("F: ''"), HasSubstr("F is empty"));
  EXPECT_THAT(item_in_words("F: '*'"), HasSubstr("F has a value"));
  EXPECT_THAT(item_in_words("F: 'a*b'"), HasSubstr("F looks like \"a*b\""));
  EXPECT_THAT(item_in_words("F|startswith: x"), HasSubstr("F starts with \"x\""));
  EXPECT_THAT(item_in_words("F|cased: x"), HasSubstr("\"x\" (upper and lower case matter)"));
  EXPECT_THAT(item_in_words("F: 5"), HasSubstr("F is 5"));
  EXPECT_THAT(item_in_words("F: true"), HasSubstr("F is true"));
  EXPECT_THAT(item_in_words("F|re|i: 'a+'"), HasSubstr("F matches the regular expression /a+/i"));
  EXPECT_THAT(item_in_words("F|cidr: 10.0.0.0/8"), HasSubstr("F is an address in 10.0.0.0/8"));
  EXPECT_THAT(item_in_words("F|exists: false"), HasSubstr("F is not in the event"));
  EXPECT_THAT(item_in_words("F|gte: 5"), HasSubstr("F is at least 5"));
  EXPECT_THAT(item_in_words("F|hour|lt: 6"), HasSubstr("the hour of F (UTC) is less than 6"));
  EXPECT_THAT(item_in_words("F|fieldref: G"), HasSubstr("F is the same as the value of G"));
  EXPECT_THAT(item_in_words("F|neq: x"), HasSubstr("this does not hold:"));
  EXPECT_THAT(in_words("k: [one, two]\ncondition: k"), HasSubstr("any field contains \"one\" or \"two\""));
}

TEST(SigmaExplain, LongListsAreCut) {
  std::string item = "F:";
  for (int i = 0; i < 40; ++i) item += "\n  - v" + std::to_string(i);
  const std::string text = item_in_words(item);
  EXPECT_THAT(text, HasSubstr("\"v11\" or 28 more"));
  EXPECT_THAT(text, Not(HasSubstr("v12")));
}

constexpr std::string_view kBase =
    "title: Failed logon\nname: failed\nid: 00000000-0000-4000-8000-000000000001\nlevel: low\ntitle_ja: ログオン失敗\n"
    "logsource: {product: windows}\ndetection: {s: {EventID: 4625}, condition: s}\n---\n"
    "title: Logon\nname: logon\nid: 00000000-0000-4000-8000-000000000002\nlevel: low\n"
    "logsource: {product: windows}\ndetection: {s: {EventID: 4624}, condition: s}\n---\n"
    "title: Pattern\nid: 00000000-0000-4000-8000-0000000000c1\nlevel: high\n";

std::string correlation_in_words(std::string_view body, Lang lang = Lang::En) {
  const RuleSet set = load_text(std::string(kBase) + "correlation: {" + std::string(body) + "}\n");
  return set.correlations.empty() ? "no correlation" : explain(set.correlations[0], set, lang);
}

TEST(SigmaExplain, SaysCorrelations) {
  EXPECT_EQ(correlation_in_words(
                "type: event_count, rules: [failed], group-by: [User, Host], timespan: 5m, condition: {gte: 10}"),
            "Pattern [high]\n"
            "Fires when:\n"
            "  - within 5 min, the number of events is at least 10\n"
            "  - counting events of these rules:\n"
            "    - Failed logon (failed)\n"
            "Counted separately for each User and Host.\n");
  EXPECT_THAT(correlation_in_words(
                  "type: value_count, rules: [failed], group-by: User, timespan: 90s, condition: {gt: 3, field: Ip}"),
              HasSubstr("within 90 s, the number of different values of Ip is more than 3"));
  EXPECT_THAT(correlation_in_words("type: temporal_ordered, rules: [failed, logon], group-by: User, timespan: 1d"),
              HasSubstr("within 1 d, these rules match in this order:"));
  EXPECT_THAT(
      correlation_in_words(
          "type: temporal, rules: [failed, logon], group-by: User, timespan: 2h, condition: failed and not logon"),
      HasSubstr("within 2 h: \"failed\" and not \"logon\";"));
  EXPECT_THAT(correlation_in_words("type: value_percentile, rules: [logon], group-by: User, timespan: 1h, condition: "
                                   "{field: B, gt: 9, percentile: 95}"),
              HasSubstr("percentile 95 of B is more than 9"));
  EXPECT_THAT(correlation_in_words(
                  "type: event_count, rules: [failed], group-by: User, timespan: 5m, condition: {gte: 10}", Lang::Ja),
              HasSubstr("ログオン失敗 (failed)"));
}

}  // namespace
}  // namespace yorozu::sigma
