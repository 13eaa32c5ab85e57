/// Rate limits, entity tags and idempotency keys: the small parts that have no socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/entity_tag.h"
#include "http/idempotency.h"
#include "http/rate_limit.h"

namespace yorozu::http {
namespace {

constexpr Timestamp kNow{1'764'000'000'000'000};
constexpr Timestamp after(double seconds) {
  return {kNow.us + static_cast<std::int64_t>(seconds * 1e6)};
}

TEST(RateLimit, ABucketEmptiesAndFillsAgain) {
  RateLimiter limiter("token", 60);
  for (int i = 59; i >= 0; --i) {
    const auto verdict = limiter.take("a", kNow);
    EXPECT_TRUE(verdict.allowed);
    EXPECT_EQ(verdict.remaining, static_cast<unsigned>(i));
  }
  const auto refused = limiter.take("a", kNow);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.wait_s, 1U);
  EXPECT_TRUE(limiter.take("b", kNow).allowed);
  EXPECT_TRUE(limiter.take("a", after(1)).allowed);
  EXPECT_FALSE(limiter.take("a", after(1)).allowed);
  EXPECT_EQ(limiter.take("a", after(600)).remaining, 59U);
  EXPECT_TRUE(limiter.take("a", after(-600)).allowed) << "a clock that jumps back empties nothing";
}

TEST(RateLimit, TheHeadersSayWhatIsLeft) {
  RateLimiter limiter("token", 2);
  Response response;
  limiter.add_headers(limiter.take("a", kNow), response);
  EXPECT_EQ(response.headers.find("RateLimit-Policy"), "\"token\";q=2;w=60");
  EXPECT_EQ(response.headers.find("RateLimit"), "\"token\";r=1;t=0");
  EXPECT_FALSE(response.headers.find("Retry-After"));
  limiter.take("a", kNow);
  Response refusal;
  limiter.add_headers(limiter.take("a", kNow), refusal);
  EXPECT_EQ(refusal.headers.find("Retry-After"), "30");
}

TEST(RateLimit, KeysAreBoundedAndWhoKeepsAskingIsNotForgotten) {
  RateLimiter limiter("address", 10);
  for (int i = 0; i < 11; ++i) limiter.take("busy", kNow);
  for (std::size_t i = 0; i < 3 * RateLimiter::kMaxKeys; ++i) {
    limiter.take(std::to_string(i), kNow);
    if (i % 1000 == 0) {
      EXPECT_FALSE(limiter.take("busy", kNow).allowed);
    }
  }
  EXPECT_LE(limiter.keys(), RateLimiter::kMaxKeys);
}

TEST(RateLimit, NoLimitIsNoLimit) {
  RateLimiter limiter("token", 0);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(limiter.take("a", kNow).allowed);
  EXPECT_EQ(limiter.keys(), 0U);
}

TEST(EntityTag, ListsNameTags) {
  const std::string tag = entity_tag("body");
  EXPECT_EQ(tag.size(), 18U);
  EXPECT_NE(tag, entity_tag("bodY"));
  EXPECT_TRUE(names_tag(tag, tag, TagComparison::Strong));
  EXPECT_TRUE(names_tag("\"a\", " + tag, tag, TagComparison::Strong));
  EXPECT_TRUE(names_tag("*", tag, TagComparison::Strong));
  EXPECT_TRUE(names_tag("W/" + tag, tag, TagComparison::Weak));
  EXPECT_FALSE(names_tag("W/" + tag, tag, TagComparison::Strong));
  for (const char* other : {"", "\"", "\"a\"", "a", "W/", ",,,"})
    EXPECT_FALSE(names_tag(other, tag, TagComparison::Weak));
}

TEST(EntityTag, WhatTheClientHasIsNotSentAgain) {
  Response response;
  response.content_type = "application/json";
  response.body = "{}";
  RequestHead head;
  make_conditional(head, response);
  EXPECT_EQ(response.status, 200U);
  const std::string tag(*response.headers.find("ETag"));
  head.headers.add("if-none-match", tag);
  make_conditional(head, response);
  EXPECT_EQ(response.status, 304U);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.headers.find("ETag"), tag);
}

TEST(IdempotencyKey, ARepeatedRequestGetsTheFirstAnswer) {
  IdempotencyKeys keys;
  using enum IdempotencyKeys::Outcome;
  EXPECT_EQ(keys.begin("ann POST /x", "k", "body", kNow).outcome, New);
  EXPECT_EQ(keys.begin("ann POST /x", "k", "body", kNow).outcome, Running);
  Response answer;
  answer.status = 201;
  answer.body = "made";
  keys.finish("ann POST /x", "k", answer);
  const auto known = keys.begin("ann POST /x", "k", "body", kNow);
  EXPECT_EQ(known.outcome, Known);
  EXPECT_EQ(known.answer.body, "made");
  EXPECT_EQ(keys.begin("ann POST /x", "k", "other", kNow).outcome, OtherBody);
  EXPECT_EQ(keys.begin("bob POST /x", "k", "other", kNow).outcome, New);
  keys.forget("bob POST /x", "k");
  EXPECT_EQ(keys.begin("bob POST /x", "k", "third", kNow).outcome, New);
  EXPECT_EQ(keys.begin("ann POST /x", "k", "other", after(25 * 3600.0)).outcome, New);
}

TEST(IdempotencyKey, TheyAreBoundedAndWhatRunsIsKept) {
  IdempotencyKeys keys;
  keys.begin("s", "running", "", kNow);
  for (int i = 0; i < 3000; ++i) {
    keys.begin("s", std::to_string(i), "", kNow);
    Response answer;
    answer.body.assign(10'000, 'x');
    keys.finish("s", std::to_string(i), answer);
  }
  EXPECT_LE(keys.size(), IdempotencyKeys::kMaxBytes / 10'000 + 2);
  EXPECT_EQ(keys.begin("s", "running", "", kNow).outcome, IdempotencyKeys::Outcome::Running);
}

}  // namespace
}  // namespace yorozu::http
