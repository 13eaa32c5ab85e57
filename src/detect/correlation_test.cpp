#include "detect/correlation.h"

#include <gtest/gtest.h>

#include "detect/correlation_test_support.h"

namespace yorozu::detect {
namespace {

using namespace testing;

const Fields kAlice{{"User", "alice"}};
const Fields kBob{{"User", "bob"}};

// --- event_count ---

TEST(EventCount, FiresAtTheMatchThatCompletesTheWindowAndSaysWhichEvents) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, 5 * kMinute, {{Op::GreaterOrEqual, 3}});
  Stream s(set);
  for (int i = 0; i < 3; ++i) s.match("fail", at(i * 60), kAlice);
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  const CorrelationFinding& f = s.findings[0];
  EXPECT_EQ(f.first, at(0));
  EXPECT_EQ(f.time, at(120));
  EXPECT_EQ(f.value, 3);
  EXPECT_EQ(f.group, (std::vector<std::pair<std::string, std::string>>{{"User", "alice"}}));
  EXPECT_EQ(f.events, (std::vector<EventReference>{{0, 1, 1}, {0, 2, 2}, {0, 3, 3}}));
  EXPECT_EQ(f.events_total, 3U);
}

TEST(EventCount, WindowIsNotCutAtClockBoundaries) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 4}});
  Stream s(set);
  const std::int64_t to_full_minute = 60 - 1'700'000'000 % 60;
  for (const std::int64_t around : {-20, -10, 10, 20}) s.match("fail", at(to_full_minute + around), kAlice);
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
}

TEST(EventCount, MatchesExactlyTheTimespanApartAreTogetherAndOneMicrosecondMoreIsNot) {
  auto set = rules_named({"fail"});
  correlate(set, "pair", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 2}});
  Stream together(set), apart(set);
  together.match("fail", at(0), kAlice);
  together.match("fail", at(60), kAlice);
  together.finish();
  apart.match("fail", at(0), kAlice);
  apart.match("fail", {at(60).us + 1}, kAlice);
  apart.finish();
  EXPECT_EQ(together.findings.size(), 1U);
  EXPECT_TRUE(apart.findings.empty());
}

TEST(EventCount, WindowThatFailsDoesNotLetAnOldMatchIntoTheNext) {  // a bug of a peer
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 3}});
  Stream s(set);
  for (const int t : {0, 50, 70, 140, 190}) s.match("fail", at(t), kAlice);  // never three within 60 s
  s.finish();
  EXPECT_TRUE(s.findings.empty());
}

TEST(EventCount, ABurstGivesOneFindingForEachFullCount) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 5}});
  Stream s(set);
  for (int i = 0; i < 14; ++i) s.match("fail", at(i), kAlice);
  s.finish();
  ASSERT_EQ(s.findings.size(), 2U);
  EXPECT_EQ(s.findings[0].time, at(4));
  EXPECT_EQ(s.findings[1].first, at(5));
}

TEST(EventCount, GroupsAreKeptApartAndCaseDoesNotMatter) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 3}});
  Stream s(set);
  s.match("fail", at(0), kAlice);
  s.match("fail", at(1), kBob);
  s.match("fail", at(2), {{"User", "ALICE"}});
  s.match("fail", at(3), kBob);
  s.match("fail", at(4), {{"User", "Alice"}});
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].group[0].second, "alice");  // the first spelling
}

TEST(EventCount, GroupValuesCannotRunIntoEachOther) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 2}}, {"Host", "User"});
  Stream s(set);
  s.match("fail", at(0), {{"Host", "a"}, {"User", "bc"}});
  s.match("fail", at(1), {{"Host", "ab"}, {"User", "c"}});
  s.finish();
  EXPECT_TRUE(s.findings.empty());
}

TEST(EventCount, MatchWithoutAGroupFieldIsLeftOutAndCounted) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 2}});
  Stream s(set);
  s.match("fail", at(0), kAlice);
  s.match("fail", at(1), {});
  s.match("fail", at(2), {{"User", ""}});  // there, and empty: a value like any other
  s.finish();
  EXPECT_TRUE(s.findings.empty());
  EXPECT_EQ(s.correlator.counters().without_group, 1U);
}

TEST(EventCount, WithoutGroupByAllMatchesAreTogether) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 2}}, {});
  Stream s(set);
  s.match("fail", at(0), {});
  s.match("fail", at(1), {});
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
}

TEST(EventCount, OneEventThatMatchesTwoMembersCountsOnce) {
  auto set = rules_named({"a", "b"});
  correlate(set, "burst", Type::EventCount, {"a", "b"}, kMinute, {{Op::GreaterOrEqual, 2}});
  Stream s(set);
  s.match("a", at(0), kAlice, {0, 7, 7});
  s.match("b", at(0), kAlice, {0, 7, 7});
  s.match("a", at(1), kAlice, {0, 8, 8});
  s.match("b", at(1), kAlice, {0, 8, 8});
  s.match("b", at(2), kAlice, {0, 9, 9});
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].events, (std::vector<EventReference>{{0, 7, 7}, {0, 8, 8}}));
}

TEST(EventCount, AliasNamesAnotherFieldInEachMember) {
  auto set = rules_named({"ssh", "rdp"});
  Correlation& c =
      correlate(set, "burst", Type::EventCount, {"ssh", "rdp"}, kMinute, {{Op::GreaterOrEqual, 2}}, {"ip"});
  c.aliases = {{"ip", {{0, "src_ip"}, {1, "IpAddress"}}}};
  Stream s(set);
  s.match("ssh", at(0), {{"src_ip", "10.0.0.1"}, {"IpAddress", "9.9.9.9"}});
  s.match("rdp", at(1), {{"IpAddress", "10.0.0.1"}});
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].group[0], (std::pair<std::string, std::string>{"ip", "10.0.0.1"}));
}

// --- conditions with an upper bound ---

TEST(UpperBound, IsAskedWhenTheWindowThatTheFirstMatchOpenedCloses) {
  auto set = rules_named({"beat"});
  correlate(set, "few", Type::EventCount, {"beat"}, kMinute, {{Op::Less, 3}});
  Stream s(set);
  for (const int t : {0, 10, 20, 30}) s.match("beat", at(t), kAlice);  // four: not few
  for (const int t : {100, 130}) s.match("beat", at(t), kAlice);       // two
  s.match("beat", at(500), kBob);
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].first, at(100));
  EXPECT_EQ(s.findings[0].time, at(130));
  EXPECT_EQ(s.findings[0].value, 2);
}

TEST(UpperBound, TwoBoundsAreARange) {
  auto set = rules_named({"e"});
  correlate(set, "range", Type::EventCount, {"e"}, kMinute, {{Op::GreaterOrEqual, 2}, {Op::LessOrEqual, 3}});
  Stream s(set);
  s.match("e", at(0), {{"User", "one"}});
  for (int i = 0; i < 3; ++i) s.match("e", at(1 + i), {{"User", "three"}});
  for (int i = 0; i < 9; ++i) s.match("e", at(5 + i), {{"User", "nine"}});
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].group[0].second, "three");
  EXPECT_EQ(s.findings[0].value, 3);
}

TEST(UpperBound, EqualAndNotEqualAreAskedAtTheEndToo) {
  auto set = rules_named({"e"});
  correlate(set, "eq", Type::EventCount, {"e"}, kMinute, {{Op::Equal, 2}});
  correlate(set, "neq", Type::EventCount, {"e"}, kMinute, {{Op::NotEqual, 2}});
  Stream s(set);
  for (int i = 0; i < 2; ++i) s.match("e", at(i), kAlice);
  for (int i = 0; i < 3; ++i) s.match("e", at(10 + i), kBob);
  s.finish();
  ASSERT_EQ(s.findings.size(), 2U);
  EXPECT_EQ(s.findings[0].correlation, 0U);
  EXPECT_EQ(s.findings[0].group[0].second, "alice");
  EXPECT_EQ(s.findings[1].correlation, 1U);
  EXPECT_EQ(s.findings[1].group[0].second, "bob");
}

TEST(UpperBound, CountsOnBeyondTheEventsThatAFindingLists) {
  auto set = rules_named({"e"});
  correlate(set, "many", Type::EventCount, {"e"}, kMinute, {{Op::GreaterOrEqual, 1500}, {Op::Less, 1600}});
  Stream s(set);
  for (int i = 0; i < 1550; ++i) s.match("e", {at(0).us + i}, kAlice);
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].events.size(), CorrelationFinding::kMaxEvents);
  EXPECT_EQ(s.findings[0].events_total, 1550U);
  EXPECT_EQ(s.findings[0].time.us, at(0).us + 1549);
}

// --- values ---

TEST(ValueCount, CountsDifferentValuesWithoutRegardToCase) {
  auto set = rules_named({"logon"});
  correlate(set, "spray", Type::ValueCount, {"logon"}, kMinute, {{Op::GreaterOrEqual, 3}}, {"Ip"}).fields = {"User"};
  Stream s(set);
  const auto logon = [&](int t, const char* user) { s.match("logon", at(t), {{"Ip", "10.0.0.1"}, {"User", user}}); };
  logon(0, "a");
  logon(1, "A");
  logon(2, "b");
  logon(3, "b");
  EXPECT_TRUE(s.findings.empty());
  logon(4, "c");
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].value, 3);
  EXPECT_EQ(s.findings[0].events_total, 5U);
}

TEST(ValueCount, ValueThatLeftTheWindowDoesNotCountAny) {
  auto set = rules_named({"logon"});
  correlate(set, "spray", Type::ValueCount, {"logon"}, kMinute, {{Op::GreaterOrEqual, 3}}, {}).fields = {"User"};
  Stream s(set);
  s.match("logon", at(0), {{"User", "a"}});
  s.match("logon", at(50), {{"User", "b"}});
  s.match("logon", at(70), {{"User", "c"}});
  s.finish();
  EXPECT_TRUE(s.findings.empty());
}

TEST(ValueCount, SeveralFieldsAreOneTuple) {
  auto set = rules_named({"scan"});
  correlate(set, "ports", Type::ValueCount, {"scan"}, kMinute, {{Op::GreaterOrEqual, 3}}, {}).fields = {"Ip", "Port"};
  Stream s(set);
  s.match("scan", at(0), {{"Ip", "1"}, {"Port", "11"}});
  s.match("scan", at(1), {{"Ip", "11"}, {"Port", "1"}});
  s.match("scan", at(2), {{"Ip", "1"}, {"Port", "11"}});
  s.match("scan", at(3), {{"Ip", "1"}});  // no port: left out
  EXPECT_EQ((s.finish(), s.findings.size()), 0U);
  EXPECT_EQ(s.correlator.counters().without_value, 1U);
  s.match("scan", at(4), {{"Ip", "2"}, {"Port", "2"}});
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
}

TEST(ValueCount, OneValueManyTimesDoesNotPushOutTheOthers) {
  auto set = rules_named({"logon"});
  correlate(set, "spray", Type::ValueCount, {"logon"}, 60 * kMinute, {{Op::GreaterOrEqual, 3}}, {}).fields = {"User"};
  Stream s(set);
  s.match("logon", at(0), {{"User", "a"}});
  s.match("logon", at(0), {{"User", "b"}});
  for (int i = 0; i < 70000; ++i) s.match("logon", {at(1).us + i}, {{"User", "a"}});
  s.match("logon", at(2), {{"User", "c"}});
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
}

double value_of(Type type, const std::vector<std::string>& numbers, double percentile = 0) {
  auto set = rules_named({"e"});
  Correlation& c = correlate(set, "m", type, {"e"}, kMinute, {{Op::LessOrEqual, 1e9}});
  c.fields = {"n"};
  c.percentile = percentile;
  Stream s(set);
  int t = 0;
  for (const std::string& n : numbers) s.match("e", at(t++), {{"User", "x"}, {"n", n}});
  s.finish();
  return s.findings.size() == 1 ? s.findings[0].value : -1;
}

TEST(Metric, SumAverageMedianAndPercentileOfAWindow) {
  EXPECT_EQ(value_of(Type::ValueSum, {"1", "2", "3.5"}), 6.5);
  EXPECT_EQ(value_of(Type::ValueAverage, {"1", "2", "6"}), 3);
  EXPECT_EQ(value_of(Type::ValueMedian, {"9", "1", "5"}), 5);
  EXPECT_EQ(value_of(Type::ValueMedian, {"1", "2", "10", "4"}), 3);
  EXPECT_EQ(value_of(Type::ValuePercentile, {"50", "10", "20", "30", "40"}, 75), 40);
  EXPECT_EQ(value_of(Type::ValuePercentile, {"10", "20"}, 90), 19);
  EXPECT_EQ(value_of(Type::ValueSum, {"0x10", " 4 ", "+1", "-2"}), 19);
}

TEST(Metric, ValueThatIsNoNumberIsLeftOutAndCounted) {
  auto set = rules_named({"e"});
  correlate(set, "m", Type::ValueSum, {"e"}, kMinute, {{Op::Greater, 10}}).fields = {"n"};
  Stream s(set);
  for (const char* n : {"ten", "1e999", "nan", "inf", "", "11x"}) s.match("e", at(0), {{"User", "x"}, {"n", n}});
  s.finish();
  EXPECT_TRUE(s.findings.empty());
  EXPECT_EQ(s.correlator.counters().without_value, 6U);
}

TEST(Metric, SumFiresWhenItPassesTheBoundAndSlides) {
  auto set = rules_named({"sent"});
  correlate(set, "leak", Type::ValueSum, {"sent"}, kMinute, {{Op::Greater, 100}}).fields = {"bytes"};
  Stream s(set);
  const auto sent = [&](int t, const char* n) { s.match("sent", at(t), {{"User", "a"}, {"bytes", n}}); };
  sent(0, "60");
  sent(70, "60");  // the first is out
  sent(80, "41");
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].value, 101);
  EXPECT_EQ(s.findings[0].first, at(70));
}

TEST(Metric, LargeNumbersThatCameAndWentLeaveNoTraceInTheSum) {
  auto set = rules_named({"sent"});
  correlate(set, "leak", Type::ValueSum, {"sent"}, kMinute, {{Op::Greater, 8}}).fields = {"bytes"};
  Stream s(set);
  const auto sent = [&](int t, const char* n) { s.match("sent", at(t), {{"User", "a"}, {"bytes", n}}); };
  sent(0, "-100000000000000000");
  sent(30, "3");  // lost beside the number before, when that is all a sum remembers
  sent(61, "6");
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].first, at(30));
}

// --- temporal ---

TEST(Temporal, AllMembersInAnyOrderWithinTheTimespan) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "recon", Type::Temporal, {"a", "b", "c"}, kMinute);
  Stream s(set);
  s.match("c", at(0), kAlice);
  s.match("a", at(20), kAlice);
  s.match("b", at(40), kAlice);
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].value, 3);
  EXPECT_EQ(s.findings[0].events.size(), 3U);
}

TEST(Temporal, GroupsDoNotMix) {  // a bug of a peer
  auto set = rules_named({"a", "b"});
  correlate(set, "both", Type::Temporal, {"a", "b"}, kMinute);
  Stream s(set);
  s.match("a", at(0), kAlice);
  s.match("b", at(1), kBob);
  s.match("a", at(2), kAlice);
  s.finish();
  EXPECT_TRUE(s.findings.empty());
  s.match("b", at(3), kAlice);
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
}

TEST(Temporal, MemberThatCameTooEarlyMustComeAgain) {
  auto set = rules_named({"a", "b"});
  correlate(set, "both", Type::Temporal, {"a", "b"}, kMinute);
  Stream s(set);
  s.match("a", at(0), kAlice);
  s.match("b", at(61), kAlice);
  EXPECT_TRUE(s.findings.empty());
  s.match("a", at(100), kAlice);
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].first, at(61));
}

TEST(Temporal, CountingConditionAsksForSomeOfTheMembers) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "two", Type::Temporal, {"a", "b", "c"}, kMinute, {{Op::GreaterOrEqual, 2}});
  Stream s(set);
  s.match("a", at(0), kAlice);
  s.match("a", at(1), kAlice);
  EXPECT_TRUE(s.findings.empty());
  s.match("c", at(2), kAlice);
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
}

TEST(Temporal, BooleanTextWithOr) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "x", Type::Temporal, {"a", "b", "c"}, kMinute).expression =
      both(member(0), either(member(1), member(2)));
  Stream s(set);
  s.match("b", at(0), kAlice);
  s.match("c", at(1), kAlice);
  EXPECT_TRUE((s.finish(), s.findings.empty()));
  s.match("a", at(2), kAlice);
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
}

TEST(Temporal, NotIsAskedWhenTheWindowOfTheFirstWantedMatchCloses) {
  auto set = rules_named({"stop", "start"});
  correlate(set, "not restarted", Type::Temporal, {"stop", "start"}, kMinute).expression =
      both(member(0), negated(member(1)));
  Stream s(set);
  s.match("stop", at(0), kAlice);
  s.match("start", at(60), kAlice);  // just in time
  s.match("stop", at(200), kAlice);
  s.match("stop", at(200), kBob);
  s.match("start", at(230), kBob);
  s.match("start", at(261), kAlice);  // too late
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].group[0].second, "alice");
  EXPECT_EQ(s.findings[0].first, at(200));
}

TEST(Temporal, WhatMustNotHappenAtTheSameMomentCountsWhicheverCameFirst) {
  auto set = rules_named({"stop", "start"});
  correlate(set, "x", Type::Temporal, {"stop", "start"}, kMinute).expression = both(member(0), negated(member(1)));
  Stream s(set);
  s.match("start", at(10), kAlice);
  s.match("stop", at(10), kAlice);
  s.match("stop", at(300), kAlice);
  s.match("start", at(300), kAlice);
  s.finish();
  EXPECT_TRUE(s.findings.empty());
}

TEST(Temporal, WindowThatFailedDoesNotHideTheNext) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "x", Type::Temporal, {"a", "b", "c"}, kMinute).expression =
      both(both(member(0), member(1)), negated(member(2)));
  Stream s(set);
  s.match("a", at(0), kAlice);
  s.match("c", at(10), kAlice);
  s.match("a", at(40), kAlice);
  s.match("b", at(80), kAlice);  // within a minute of the second a, without c
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].first, at(40));
}

// --- temporal_ordered ---

TEST(TemporalOrdered, EveryStepMustFollowTheOneBefore) {  // a peer compared with the first only
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "chain", Type::TemporalOrdered, {"a", "b", "c"}, kMinute);
  Stream s(set);
  s.match("a", at(0), kAlice);
  s.match("c", at(10), kAlice);
  s.match("b", at(20), kAlice);
  s.finish();
  EXPECT_TRUE(s.findings.empty());
  s.match("c", at(30), kAlice);
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
}

TEST(TemporalOrdered, EqualTimesMayStandInAnyOrder) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "chain", Type::TemporalOrdered, {"a", "b", "c"}, kMinute);
  Stream s(set);
  for (const char* rule : {"c", "b", "a"}) s.match(rule, at(5), kAlice);
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
}

TEST(TemporalOrdered, ALaterBeginningReplacesOneThatIsTooOld) {
  auto set = rules_named({"a", "b"});
  correlate(set, "chain", Type::TemporalOrdered, {"a", "b"}, kMinute);
  Stream s(set);
  s.match("a", at(0), kAlice);
  s.match("a", at(50), kAlice);
  s.match("b", at(100), kAlice);
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
  Stream old(set);
  old.match("a", at(0), kAlice);
  old.match("b", at(100), kAlice);
  old.match("b", at(101), kAlice);
  old.finish();
  EXPECT_TRUE(old.findings.empty());
}

TEST(TemporalOrdered, WholeChainMustFitNotOnlyEachStep) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "chain", Type::TemporalOrdered, {"a", "b", "c"}, kMinute);
  Stream s(set);
  s.match("a", at(0), kAlice);
  s.match("b", at(40), kAlice);
  s.match("c", at(80), kAlice);
  s.finish();
  EXPECT_TRUE(s.findings.empty());
}

TEST(TemporalOrdered, CountingConditionTakesTheLongestChain) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "two", Type::TemporalOrdered, {"a", "b", "c"}, kMinute, {{Op::GreaterOrEqual, 2}});
  Stream s(set);
  s.match("c", at(0), kAlice);
  s.match("b", at(1), kAlice);
  s.match("a", at(2), kAlice);
  EXPECT_TRUE(s.findings.empty());
  s.match("c", at(3), kAlice);
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
}

TEST(TemporalOrdered, BooleanTextWithNot) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "x", Type::TemporalOrdered, {"a", "b", "c"}, kMinute).expression =
      both(both(member(0), member(1)), negated(member(2)));
  Stream s(set);
  s.match("b", at(0), kAlice);
  s.match("a", at(0), kBob);
  s.match("a", at(0), {{"User", "carol"}});
  s.match("a", at(1), kAlice);  // wrong order
  s.match("b", at(1), kBob);
  s.match("b", at(1), {{"User", "carol"}});
  s.match("c", at(30), {{"User", "carol"}});
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].group[0].second, "bob");
}

// --- chains ---

TEST(Chain, BruteForceThenSuccess) {
  auto set = rules_named({"fail", "success"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 3}}).alerts = false;
  correlate(set, "broken in", Type::TemporalOrdered, {"burst", "success"}, 10 * kMinute);
  Stream s(set);
  for (int i = 0; i < 3; ++i) s.match("fail", at(i), kAlice);
  s.match("success", at(60), kBob);
  s.match("success", at(120), kAlice);
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].correlation, 1U);
  EXPECT_EQ(s.findings[0].first, at(0));
  EXPECT_EQ(s.findings[0].time, at(120));
  EXPECT_EQ(s.findings[0].events, (std::vector<EventReference>{{0, 1, 1}, {0, 2, 2}, {0, 3, 3}, {0, 5, 5}}));
}

TEST(Chain, MemberOfAChainThatAlertsItselfGivesBothFindings) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 2}});
  correlate(set, "storm", Type::EventCount, {"burst"}, 60 * kMinute, {{Op::GreaterOrEqual, 2}});
  Stream s(set);
  for (int i = 0; i < 4; ++i) s.match("fail", at(i), kAlice);
  s.finish();
  ASSERT_EQ(s.findings.size(), 3U);
  EXPECT_EQ(s.findings[2].correlation, 1U);
  EXPECT_EQ(s.findings[2].events_total, 4U);
}

TEST(Chain, GroupFieldThatTheLowerCorrelationDoesNotHaveIsMissing) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 1}}).alerts = false;
  correlate(set, "storm", Type::EventCount, {"burst"}, kMinute, {{Op::GreaterOrEqual, 1}}, {"Host"});
  Stream s(set);
  s.match("fail", at(0), {{"User", "a"}, {"Host", "h"}});
  s.finish();
  EXPECT_TRUE(s.findings.empty());
  EXPECT_EQ(s.correlator.counters().without_group, 1U);
}

TEST(Chain, AWindowThatAnswersAtItsEndEntersTheChainAtThatMoment) {
  auto set = rules_named({"stop", "start", "wipe"});
  correlate(set, "stays off", Type::Temporal, {"stop", "start"}, kMinute).expression =
      both(member(0), negated(member(1)));
  set.correlations[0].alerts = false;
  correlate(set, "off then wiped", Type::TemporalOrdered, {"stays off", "wipe"}, 10 * kMinute);
  Stream before(set), after(set);
  before.match("stop", at(0), kAlice);
  before.match("wipe", at(30), kAlice);  // not yet known to stay off
  before.finish();
  after.match("stop", at(0), kAlice);
  after.match("wipe", at(61), kAlice);
  after.finish();
  EXPECT_TRUE(before.findings.empty());
  EXPECT_EQ(after.findings.size(), 1U);
}

// --- order, lateness, bounds ---

TEST(Order, LateMatchWithinTheToleranceGivesTheSameFinding) {
  auto set = rules_named({"a", "b"});
  correlate(set, "chain", Type::TemporalOrdered, {"a", "b"}, kMinute);
  Stream s(set, {10 * kSecond, std::size_t{1} << 20});
  s.match("b", at(10), kAlice);
  s.match("a", at(0), kAlice);  // exactly the tolerance late
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.correlator.counters().late, 0U);
}

TEST(Order, MatchLaterThanTheToleranceIsNotUsedAndCounted) {
  auto set = rules_named({"a", "b"});
  correlate(set, "both", Type::Temporal, {"a", "b"}, kMinute);
  Stream s(set, {10 * kSecond, std::size_t{1} << 20});
  s.match("b", at(10), kAlice);
  s.match("a", {at(0).us - 1}, kAlice);
  s.finish();
  EXPECT_TRUE(s.findings.empty());
  EXPECT_EQ(s.correlator.counters().late, 1U);
}

TEST(Order, MatchWithoutTimeIsCounted) {
  auto set = rules_named({"a"});
  correlate(set, "any", Type::EventCount, {"a"}, kMinute, {{Op::GreaterOrEqual, 1}});
  Stream s(set);
  s.match("a", Timestamp::none(), kAlice);
  s.finish();
  EXPECT_TRUE(s.findings.empty());
  EXPECT_EQ(s.correlator.counters().without_time, 1U);
}

TEST(Order, SilenceClosesWindowsWhenTheClockIsTold) {
  auto set = rules_named({"stop", "start"});
  correlate(set, "x", Type::Temporal, {"stop", "start"}, kMinute).expression = both(member(0), negated(member(1)));
  Stream s(set, {10 * kSecond, std::size_t{1} << 20});
  s.match("stop", at(0), kAlice);
  s.correlator.advance(at(70), s.sink());
  EXPECT_TRUE(s.findings.empty());  // a start at second 60 could still come
  s.correlator.advance({at(70).us + 1}, s.sink());
  EXPECT_EQ(s.findings.size(), 1U);
}

TEST(Order, TimesAtTheEndsOfTheScaleDoNotWrap) {
  auto set = rules_named({"a", "b"});
  correlate(set, "x", Type::Temporal, {"a", "b"}, INT64_MAX);
  correlate(set, "y", Type::EventCount, {"a"}, INT64_MAX, {{Op::Less, 5}});
  Stream s(set);
  s.match("a", {INT64_MIN + 1}, kAlice);
  s.match("b", {INT64_MAX}, kAlice);
  s.finish();
  EXPECT_EQ(s.findings.size(), 1U);
}

TEST(Bound, TheGroupThatWasSilentLongestIsDroppedAndCounted) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, 60 * kMinute, {{Op::GreaterOrEqual, 2}});
  constexpr std::size_t kBound = 64 * 1024;
  Stream s(set, {0, kBound});
  s.match("fail", at(0), {{"User", "first"}});
  for (int i = 0; i < 1000; ++i) s.match("fail", at(1 + i), {{"User", "user" + std::to_string(i)}});
  s.match("fail", at(1100), {{"User", "first"}});
  s.match("fail", at(1100), {{"User", "user999"}});
  s.finish();
  ASSERT_EQ(s.findings.size(), 1U);
  EXPECT_EQ(s.findings[0].group[0].second, "user999");
  EXPECT_GT(s.correlator.counters().groups_dropped, 500U);
  EXPECT_LE(s.correlator.counters().peak_bytes, kBound + 4096);
}

TEST(Bound, GroupsWhoseWindowIsOverCostNothing) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 3}});
  Stream s(set, {0, 256 * 1024});
  for (int i = 0; i < 100000; ++i) s.match("fail", at(i), {{"User", "user" + std::to_string(i)}});
  s.finish();
  EXPECT_EQ(s.correlator.counters().groups_dropped, 0U);
}

TEST(Bound, WaitingMatchesGoEarlyRatherThanFillTheMemory) {
  auto set = rules_named({"fail"});
  correlate(set, "burst", Type::EventCount, {"fail"}, kMinute, {{Op::GreaterOrEqual, 1000000}});
  Stream s(set, {1000 * kMinute, 64 * 1024});
  for (int i = 0; i < 5000; ++i) s.match("fail", at(i), kAlice);
  EXPECT_GT(s.correlator.counters().released_early, 0U);
  EXPECT_LE(s.correlator.counters().peak_bytes, 128U * 1024);
}

TEST(Wanted, OnlyRulesThatSomeCorrelationRestsOn) {
  auto set = rules_named({"a", "b"});
  correlate(set, "x", Type::EventCount, {"b"}, kMinute, {{Op::GreaterOrEqual, 1}}, {"User", "Host"});
  const Correlator correlator(set, {});
  EXPECT_FALSE(correlator.wants(0));
  EXPECT_TRUE(correlator.wants(1));
  EXPECT_FALSE(correlator.wants(99));
  EXPECT_EQ(std::vector<std::string>(correlator.fields_of(1).begin(), correlator.fields_of(1).end()),
            (std::vector<std::string>{"User", "Host"}));
}

}  // namespace
}  // namespace yorozu::detect
