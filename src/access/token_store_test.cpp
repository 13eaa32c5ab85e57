#include "access/token_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "access/token_text.h"
#include "base/file.h"

namespace yorozu::access {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

class Tokens : public testing::Test {
 protected:
  Result<TempDir> folder_ = TempDir::make("yorozu-access");
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<TokenStore> tokens_;
  std::atomic<std::int64_t> now_us_ = 1'000'000 * kSecond;

  void SetUp() override {
    ASSERT_TRUE(folder_);
    restart();
  }
  void restart() {
    tokens_.reset();
    database_.reset();
    auto database = store::Database::open(folder_->path() / "state.db");
    ASSERT_TRUE(database) << database.error().message;
    database_ = std::move(*database);
    auto tokens = TokenStore::open(*database_, [this] { return Timestamp{now_us_}; });
    ASSERT_TRUE(tokens) << tokens.error().message;
    tokens_ = std::move(*tokens);
  }
  NewToken added(std::string_view name, std::string_view scopes, Timestamp expires = {}) {
    auto made = tokens_->add(name, *parse_scopes(scopes), expires);
    EXPECT_TRUE(made);
    return *made;
  }
};

TEST_F(Tokens, ATokenIsGoodForItsScopesOnly) {
  const NewToken made = added("filebeat", "ingest.bulk,ingest.json");
  EXPECT_EQ(tokens_->check(made.text, Scope::IngestBulk), made.token.id);
  EXPECT_EQ(tokens_->check(made.text, Scope::IngestJson), made.token.id);
  EXPECT_EQ(tokens_->check(made.text, Scope::Admin).error(), Refusal::MissingScope);
}

TEST_F(Tokens, AdminAllowsEverythingButIngest) {
  const NewToken made = added("admin", "admin");
  for (const Scope scope : kAllScopes) EXPECT_EQ(tokens_->check(made.text, scope).has_value(), !is_ingest(scope));
}

TEST_F(Tokens, OtherTextsAreRefused) {
  const NewToken made = added("filebeat", "ingest.bulk");
  std::string wrong = made.text;
  wrong[30] = wrong[30] == 'a' ? 'b' : 'a';
  EXPECT_EQ(tokens_->check(wrong, Scope::IngestBulk).error(), Refusal::Unknown);
  const NewToken other = added("other", "ingest.bulk");
  const std::string mixed = other.text.substr(0, 17) + made.text.substr(17);
  EXPECT_EQ(tokens_->check(mixed, Scope::IngestBulk).error(), Refusal::Unknown);
  for (const std::string& text : {std::string(), made.text.substr(1), made.text + "a", std::string("yrz__")})
    EXPECT_EQ(tokens_->check(text, Scope::IngestBulk).error(), Refusal::Malformed) << text;
}

TEST_F(Tokens, ExpiryAndRevocationEndIt) {
  const NewToken brief = added("brief", "ingest.hec", {now_us_ + 10 * kSecond});
  const NewToken bad = added("stolen", "ingest.hec");
  EXPECT_TRUE(tokens_->check(brief.text, Scope::IngestHec));
  ASSERT_TRUE(tokens_->revoke(bad.token.id));
  EXPECT_EQ(tokens_->check(bad.text, Scope::IngestHec).error(), Refusal::Revoked);
  now_us_ += 10 * kSecond;
  EXPECT_EQ(tokens_->check(brief.text, Scope::IngestHec).error(), Refusal::Expired);
  restart();
  EXPECT_EQ(tokens_->check(bad.text, Scope::IngestHec).error(), Refusal::Revoked);
  EXPECT_EQ(tokens_->check(brief.text, Scope::IngestHec).error(), Refusal::Expired);
}

TEST_F(Tokens, ARevocationKeepsItsFirstTime) {
  const NewToken made = added("stolen", "ingest.hec");
  ASSERT_TRUE(tokens_->revoke(made.token.id));
  const Timestamp first = tokens_->list().front().revoked;
  now_us_ += kSecond;
  ASSERT_TRUE(tokens_->revoke(made.token.id));
  restart();
  EXPECT_EQ(tokens_->list().front().revoked, first);
  EXPECT_EQ(tokens_->revoke("aaaaaaaaaaaa").error().code, ErrorCode::NotFound);
}

TEST_F(Tokens, TheyAreThereAfterARestartAndTheSecretIsNowhere) {
  const NewToken made = added("経理のパソコン", "ingest.bulk,admin", {now_us_ + 99 * kSecond});
  EXPECT_TRUE(tokens_->check(made.text, Scope::Admin));
  ASSERT_TRUE(tokens_->save_last_used());
  restart();
  ASSERT_EQ(tokens_->list().size(), 1U);
  const Token token = tokens_->list().front();
  EXPECT_EQ(token.name, "経理のパソコン");
  EXPECT_EQ(to_string(token.scopes), "ingest.bulk,admin");
  EXPECT_EQ(token.expires.us, now_us_ + 99 * kSecond);
  EXPECT_EQ(token.last_used.us, now_us_);
  EXPECT_EQ(tokens_->check(made.text, Scope::Admin), made.token.id);
  for (const auto& entry : std::filesystem::directory_iterator(folder_->path())) {
    const auto content = read_file(entry.path());
    ASSERT_TRUE(content);
    EXPECT_EQ(content->find(parse_token_text(made.text)->secret), std::string::npos) << entry.path();
  }
}

TEST_F(Tokens, WhatMakesNoSenseIsNotAdded) {
  EXPECT_FALSE(tokens_->add("", *parse_scopes("admin"), {}));
  EXPECT_FALSE(tokens_->add(std::string(101, 'x'), *parse_scopes("admin"), {}));
  EXPECT_FALSE(tokens_->add("a\x1b[2J", *parse_scopes("admin"), {}));
  EXPECT_FALSE(tokens_->add("\xff", *parse_scopes("admin"), {}));
  EXPECT_FALSE(tokens_->add("late", *parse_scopes("admin"), {now_us_}));
  EXPECT_FALSE(tokens_->add("idle", {}, {}));
  EXPECT_TRUE(tokens_->list().empty());
}

TEST_F(Tokens, ManyThreadsMayAskWhileTokensComeAndGo) {
  const NewToken made = added("busy", "ingest.bulk");
  std::atomic<bool> stop = false;
  std::vector<std::jthread> askers;
  for (int i = 0; i < 3; ++i)
    askers.emplace_back([&] {
      while (!stop) EXPECT_TRUE(tokens_->check(made.text, Scope::IngestBulk));
    });
  for (int i = 0; i < 20; ++i) {
    const NewToken other = added("other", "admin");
    EXPECT_TRUE(tokens_->revoke(other.token.id));
    EXPECT_TRUE(tokens_->save_last_used());
  }
  stop = true;
  askers.clear();
  EXPECT_EQ(tokens_->list().size(), 21U);
}

TEST(TokenScopes, EachHasAWordThatReadsBackAndABitOfItsOwn) {
  ScopeSet all;
  for (const Scope scope : kAllScopes) {
    EXPECT_FALSE(all.has(scope));
    EXPECT_EQ(*parse_scopes(to_string(scope)), ScopeSet().add(scope));
    all.add(scope);
  }
  EXPECT_EQ(*parse_scopes(to_string(all)), all);
}

TEST(TokenScopes, UnknownWordsAreErrorsAndNamed) {
  EXPECT_FALSE(parse_scopes(""));
  EXPECT_FALSE(parse_scopes("admin,"));
  const auto wrong = parse_scopes("admin,ingest.all");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, testing::HasSubstr("ingest.all"));
}

TEST(TokenTextForm, HasItsLengthsAndReadsBack) {
  std::array<std::uint8_t, 40> random;
  for (std::size_t i = 0; i < random.size(); ++i) random[i] = static_cast<std::uint8_t>(i * 37 + 11);
  const std::string text = make_token_text(random);
  const auto parts = parse_token_text(text);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->id.size(), kIdLength);
  EXPECT_EQ(parts->secret.size(), kSecretLength);
  random[39] ^= 1;  // the last bit counts
  EXPECT_NE(make_token_text(random), text);
}

}  // namespace
}  // namespace yorozu::access
