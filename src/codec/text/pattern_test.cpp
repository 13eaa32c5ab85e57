#include "codec/text/pattern.h"

#include <gtest/gtest.h>

#include <map>

#include "codec/text/capture.h"

namespace yorozu::codec::text {
namespace {

class PatternTest : public ::testing::Test {
 protected:
  using Fields = std::multimap<std::string, std::string>;
  /// nullopt when `message` does not fit.
  std::optional<Fields> match(std::string_view pattern, std::string_view message) {
    FieldNames fields;
    const auto compiled = Pattern::compile(pattern, fields);
    EXPECT_TRUE(compiled.has_value()) << pattern << ": " << compiled.error().message;
    if (!compiled) return std::nullopt;
    std::vector<event::NameId> ids;
    for (const std::string& name : fields.names()) ids.push_back(names_.intern(name));
    const std::vector<char> bytes(message.begin(), message.end());  // exactly sized memory
    record_.clear();
    inner_ = {};
    if (!compiled->match({bytes.data(), bytes.size()}, {.words = words_, .ids = ids, .keys = {}, .written = {}},
                         record_, inner_)) {
      EXPECT_TRUE(record_.names.empty()) << "a pattern that does not fit leaves nothing";
      return std::nullopt;
    }
    Fields out;
    for (std::size_t i = 0; i < record_.names.size(); ++i)
      out.emplace(names_.text(record_.names[i]), event::to_text(record_.values[i]));
    return out;
  }
  static std::string error(std::string_view pattern) {
    FieldNames fields;
    const auto compiled = Pattern::compile(pattern, fields);
    return compiled ? "" : compiled.error().message;
  }

  event::NameTable names_;
  Vocabulary words_{names_, event::LogsourceMap::builtin()};
  LineRecord record_;
  std::string_view inner_;
};

TEST_F(PatternTest, CapturesBecomeFieldsAndTheRestMustBeTheSame) {
  EXPECT_EQ(match("user {user} from {ip:ip} port {port:int}", "user bob from 192.0.2.1 port 22"),
            (Fields{{"user", "bob"}, {"ip", "192.0.2.1"}, {"port", "22"}}));
  EXPECT_EQ(match("user {user}", "user bob and more"), std::nullopt);
  EXPECT_EQ(match("user {user}", "user "), std::nullopt);
  EXPECT_EQ(match("user {user} x", "user bob"), std::nullopt);
}

TEST_F(PatternTest, EachTypeHasItsExtent) {
  EXPECT_EQ(match("{a:ip}:{b:int}", "[2001:db8::1]:80"), (Fields{{"a", "2001:db8::1"}, {"b", "80"}}));
  EXPECT_EQ(match("{a:ip}: x", "2001:db8::1: x"), (Fields{{"a", "2001:db8::1"}}));
  EXPECT_EQ(match("{a:ip}", "1.2.3.4.5"), std::nullopt);
  EXPECT_EQ(match("{a:ip}", "fe80::1%eth0"), (Fields{{"a", "fe80::1%eth0"}}));
  EXPECT_EQ(match("{a:number}s", "-1.5s"), (Fields{{"a", "-1.5"}}));
  EXPECT_EQ(match("{a:hex}", "0xfF0"), (Fields{{"a", "0xfF0"}}));
  EXPECT_EQ(match("{a:quoted} {b:quoted}", R"("a \" b" 'c')"), (Fields{{"a", R"(a \" b)"}, {"b", "c"}}));
  EXPECT_EQ(match("{a:host}:", "mail-1.example.org:"), (Fields{{"a", "mail-1.example.org"}}));
  EXPECT_EQ(match("{a:yes|yes and no}", "yes and no"), (Fields{{"a", "yes and no"}}));
  EXPECT_EQ(match("a{:blanks}b{:blanks}c", "a   bc"), Fields{});
  EXPECT_EQ(match("{a}({b:int})", "su(12)"), (Fields{{"a", "su"}, {"b", "12"}}));
}

TEST_F(PatternTest, TextEndsWhereItsLiteralAndTheCaptureBehindFit) {
  EXPECT_EQ(match("for {user:text} from {ip:ip}", "for x from y from 192.0.2.1"),
            (Fields{{"user", "x from y"}, {"ip", "192.0.2.1"}}));
  EXPECT_EQ(match("for {user:text} from {ip:ip}", "for  from 192.0.2.1"), (Fields{{"ip", "192.0.2.1"}}));
  EXPECT_EQ(match("{a:text}", "all of it"), (Fields{{"a", "all of it"}}));
}

TEST_F(PatternTest, GroupsMayBeMissing) {
  const std::string_view pattern =
      "for [[invalid user ]]{user:text} from {ip:ip}[[ port {port:int}]][[: {reason:rest}]]";
  EXPECT_EQ(match(pattern, "for bob from 192.0.2.1"), (Fields{{"user", "bob"}, {"ip", "192.0.2.1"}}));
  EXPECT_EQ(match(pattern, "for invalid user bob from 192.0.2.1 port 7: why"),
            (Fields{{"user", "bob"}, {"ip", "192.0.2.1"}, {"port", "7"}, {"reason", "why"}}));
  EXPECT_EQ(match("{a:text}[[ (b {b})]][[ \\[c\\]]]", "x [c]"), (Fields{{"a", "x"}}));
  EXPECT_EQ(match("{a:text}[[ (b {b:text})]][[ \\[c\\]]]", "x (b y)"), (Fields{{"a", "x"}, {"b", "y"}}));
}

TEST_F(PatternTest, PairsBecomeFieldsOfTheirOwnNames) {
  EXPECT_EQ(match("x: {:pairs}", R"(x: a=1 b="two words", user=<me@example.org> flag c= d=[e f])"),
            (Fields{{"a", "1"}, {"b", "two words"}, {"user", "me@example.org"}, {"d", "e f"}}));
}

TEST_F(PatternTest, TimesRequestsAndLinesAreReadFurther) {
  EXPECT_EQ(match("[{@time:time}] {:request}\" {:line}", "[2026-11-24 01:02:03 +0900] GET /a?b=1 HTTP/1.1\" inside"),
            (Fields{{"cs-method", "GET"},
                    {"cs-uri", "/a?b=1"},
                    {"cs-uri-stem", "/a"},
                    {"cs-uri-query", "b=1"},
                    {"cs-version", "HTTP/1.1"}}));
  EXPECT_EQ(format_rfc3339(record_.time.time), "2026-11-23T16:02:03.000000Z");
  EXPECT_EQ(inner_.size(), 6U);
}

TEST_F(PatternTest, UsualWritingsOfTimesAreRead) {
  for (const std::string_view time :
       {"2026-11-24T01:02:03Z", "2026/11/24 01:02:03", "2026-11-24 10:02:03 +09:00", "2026/11/24 - 01:02:03",
        "24/Nov/2026:10:02:03 +0900", "24-Nov-2026 01:02:03", "Tue, 24 Nov 2026 01:02:03 UTC",
        "Tue Nov 24 01:02:03 JST 2026", "Tue Nov 24 01:02:03 2026", "Nov 24 2026 01:02:03", "261124 010203",
        "1795482123", "1795482123000"}) {
    EXPECT_TRUE(match("{@time:time}", time).has_value()) << time;
    EXPECT_EQ(format_rfc3339(record_.time.time), "2026-11-24T01:02:03.000000Z") << time;
  }
}

TEST_F(PatternTest, ADashIsNoValueAndTwoNamesAreTwoFields) {
  EXPECT_EQ(match("{a} {b+c}", "- x"), (Fields{{"b", "x"}, {"c", "x"}}));
}

TEST_F(PatternTest, MistakesAreNamedWithTheirPlace) {
  EXPECT_EQ(error("a {b:strange}"), "unknown type 'strange' at sign 3 of the pattern");
  EXPECT_EQ(error("{a"), "a capture without its end at sign 1 of the pattern");
  EXPECT_NE(error("[[a"), "");
  EXPECT_NE(error("[[a[[b]]]]"), "");
  EXPECT_NE(error("{b:text}[[{a}]]"), "");
  EXPECT_NE(error("{a:text}{b:text}"), "");
  EXPECT_NE(error("{a:rest} x"), "");
  EXPECT_NE(error("{@nothing}"), "");
  EXPECT_NE(error(""), "");
  EXPECT_NE(error("{a:x||y}"), "");
}

TEST_F(PatternTest, TheWitnessIsInEveryFittingMessage) {
  FieldNames fields;
  EXPECT_EQ(Pattern::compile("[[optionally long]] a bcd {x} ef", fields)->witness(), "bcd");
  EXPECT_EQ(Pattern::compile("{x}", fields)->witness(), "");
}

}  // namespace
}  // namespace yorozu::codec::text
