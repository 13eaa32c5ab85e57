#include "archive/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yorozu::archive {
namespace {

using event::RetentionGroup;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const Timestamp kNow = *parse_time("2026-11-23T00:00:00Z");

/// One segment a day, `days` of them, the newest yesterday, 1000 bytes each.
std::vector<SegmentInfo> daily(RetentionGroup group, int days) {
  std::vector<SegmentInfo> segments;
  for (int age = days; age > 0; --age) {
    SegmentInfo info;
    info.path = "age " + std::to_string(age);
    info.group = group;
    info.first_seq = static_cast<std::uint64_t>(1000 - age);
    info.bytes = 1000;
    info.lines = 10;
    info.first_received = {kNow.us - age * kDayUs};
    info.last_received = {kNow.us - age * kDayUs + kDayUs - 1};
    segments.push_back(info);
  }
  return segments;
}
const GroupPlan& network(const RetentionPlan& plan) {
  return plan.groups[static_cast<std::size_t>(RetentionGroup::Network)];
}

TEST(RetentionPlan, ByDefaultASegmentGoesFourHundredDaysAfterItsLastLine) {
  const auto plan = plan_retention(daily(RetentionGroup::Network, 500), {}, kNow);
  const GroupPlan& group = network(plan);
  ASSERT_THAT(group.expiries, SizeIs(500));
  EXPECT_EQ(group.bytes, 500000U);
  EXPECT_EQ(group.lines, 5000U);
  int past = 0;
  for (const Expiry& expiry : group.expiries) {
    EXPECT_EQ(expiry.due.us, expiry.segment.last_received.us + 400 * kDayUs);
    EXPECT_EQ(expiry.reason, ExpiryReason::Keep);
    past += expiry.due <= kNow ? 1 : 0;
  }
  EXPECT_EQ(past, 100);
  EXPECT_EQ(group.expiries.front().segment.path, "age 500");
}

TEST(RetentionPlan, WhatTheServerSaysOfItselfNeverExpires) {
  const auto plan = plan_retention(daily(RetentionGroup::Yorozu, 900), {}, kNow);
  EXPECT_THAT(plan.groups[3].expiries, IsEmpty());
  EXPECT_EQ(plan.groups[3].lines, 9000U);
}

TEST(RetentionPlan, OverItsBudgetTheOldestGoEarlierButNotBelowTheFloor) {
  RetentionRules rules;
  rules.groups[0].budget_bytes = 190000;
  const auto plan = plan_retention(daily(RetentionGroup::Network, 250), rules, kNow);
  const GroupPlan& group = network(plan);
  int early = 0;
  for (const Expiry& expiry : group.expiries) early += expiry.reason == ExpiryReason::Budget ? 1 : 0;
  EXPECT_EQ(early, 60) << "250 days of 1000 bytes, 190 fit";
  EXPECT_EQ(group.expiries[0].due.us, group.expiries[0].segment.last_received.us + 184 * kDayUs);
  EXPECT_EQ(group.over_budget_bytes, 0U);
}

TEST(RetentionPlan, BudgetThatTheFloorDoesNotAllowIsSaid) {
  RetentionRules rules;
  rules.groups[0].budget_bytes = 100000;
  const auto plan = plan_retention(daily(RetentionGroup::Network, 250), rules, kNow);
  const GroupPlan& group = network(plan);
  EXPECT_EQ(group.over_budget_bytes, 84000U) << "184 days stay, 100 fit";
  for (const Expiry& expiry : group.expiries) EXPECT_GE(expiry.due.us, expiry.segment.last_received.us + 184 * kDayUs);
}

TEST(RetentionPlan, ALoudGroupDoesNotShortenAnother) {
  auto segments = daily(RetentionGroup::Identity, 300);
  for (SegmentInfo& loud : segments) loud.bytes = 1000;
  for (SegmentInfo& loud : daily(RetentionGroup::Network, 300))
    segments.push_back(loud), segments.back().bytes = 1000000;
  RetentionRules rules;
  rules.groups[0].budget_bytes = 1000;
  const auto plan = plan_retention(segments, rules, kNow);
  for (const Expiry& expiry : plan.groups[1].expiries) EXPECT_EQ(expiry.reason, ExpiryReason::Keep);
}

TEST(RetentionPlan, SaysWhatKeepingWillTake) {
  const auto plan = plan_retention(daily(RetentionGroup::Network, 30), {}, kNow);
  EXPECT_EQ(network(plan).expected_bytes, 400000U);
  EXPECT_EQ(plan_retention({}, {}, kNow).groups[0].expected_bytes, 0U);
}

TEST(RetentionPlan, ForecastsTheDiskAtTheRateOfTheNewestWeek) {
  const auto plan = plan_retention(daily(RetentionGroup::Network, 30), {}, kNow);
  const DiskForecast alone = forecast(plan, {}, {1000000, 500000}, 0);
  EXPECT_EQ(alone.bytes_per_day, 1000U);
  EXPECT_EQ(alone.full_in_days, 500);
  EXPECT_EQ(alone.expected_bytes, 400000U);
  EXPECT_TRUE(alone.fits);
  const DiskForecast with_index = forecast(plan, {}, {1000000, 500000}, 15000);
  EXPECT_EQ(with_index.bytes_per_day, 1500U) << "half as much again";
  EXPECT_EQ(with_index.full_in_days, 333);
  EXPECT_FALSE(forecast(plan, {}, {1000000, 300000}, 0).fits) << "400 days need 400000 bytes, 330000 can be had";
  EXPECT_FALSE(forecast(plan_retention({}, {}, kNow), {}, {100, 50}, 0).full_in_days);
}

UploadedFile named_at(RetentionGroup group, std::uint64_t seq) {
  UploadedFile file;
  file.sha256 = std::to_string(seq);
  file.named_by[static_cast<std::size_t>(group)] = {seq, kNow};
  return file;
}

TEST(RetentionPlan, AnUploadedFileGoesWithTheLastLineThatNamesIt) {
  auto segments = daily(RetentionGroup::Host, 500);
  for (SegmentInfo& segment : segments) segment.last_seq = segment.first_seq;
  const auto plan = plan_retention(segments, {}, kNow);
  UploadedFile both = named_at(RetentionGroup::Host, 500);
  both.named_by[static_cast<std::size_t>(RetentionGroup::Yorozu)] = {7, kNow};
  const auto files =
      plan_files({both, named_at(RetentionGroup::Host, 2000), named_at(RetentionGroup::Host, 500), {}}, plan, {});
  ASSERT_THAT(files, SizeIs(4));
  EXPECT_EQ(files[0].due->us, 0) << "no line names it";
  EXPECT_EQ(files[1].due->us, kNow.us - 500 * kDayUs + kDayUs - 1 + 400 * kDayUs);
  EXPECT_EQ(files[2].due->us, kNow.us + 400 * kDayUs) << "its line is in no segment yet";
  EXPECT_FALSE(files[3].due) << "one of its lines is kept for ever";
}

TEST(RetentionRules, FloorOfSixMonthsAndKeepAboveIt) {
  EXPECT_TRUE(check({}));
  RetentionRules low;
  low.groups[1].floor_days = 183;
  EXPECT_THAT(check(low).error().message, HasSubstr("identity"));
  RetentionRules short_keep;
  short_keep.groups[2].keep_days = 180;
  EXPECT_THAT(check(short_keep).error().message, HasSubstr("host: keep is below floor"));
  RetentionRules forever;
  forever.groups[2].keep_days = 0;
  EXPECT_TRUE(check(forever));
}

}  // namespace
}  // namespace yorozu::archive
