#include "app/serve/saved_searches.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace yorozu::serve {
namespace {

class SavedSearchesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::make_unique<TempDir>(*TempDir::make());
    open();
  }
  void open() {
    saved_.reset();
    database_.reset();
    database_ = *store::Database::open(folder_->path() / "state.db");
    saved_ = *SavedSearches::open(*database_, [] { return Timestamp{42}; });
  }
  static api::SavedSearch failed_logons() {
    api::SavedSearch search;
    search.id = "failed-logons";
    search.name = "ログオン失敗";
    search.query = "failed password";
    search.from = "now-24h";
    search.changed_by = "local";
    return search;
  }
  std::unique_ptr<TempDir> folder_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<SavedSearches> saved_;
};

TEST_F(SavedSearchesTest, WhatIsKeptIsThereAfterARestart) {
  const auto kept = saved_->put(failed_logons(), 0);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->version, 1U);
  open();
  const auto listed = saved_->list();
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().name, "ログオン失敗");
  EXPECT_EQ(listed->front().from, "now-24h");
  EXPECT_EQ(listed->front().changed.us, 42);
  EXPECT_EQ(saved_->get("failed-logons")->query, "failed password");
}

TEST_F(SavedSearchesTest, WhoChangedAnOlderVersionIsTold) {
  ASSERT_TRUE(saved_->put(failed_logons(), std::nullopt));
  EXPECT_EQ(saved_->put(failed_logons(), 0).error().code, ErrorCode::Conflict) << "it is there";
  EXPECT_EQ(saved_->put(failed_logons(), 1)->version, 2U);
  EXPECT_EQ(saved_->remove("failed-logons", 1).error().code, ErrorCode::Conflict);
  EXPECT_TRUE(saved_->remove("failed-logons", 2));
  EXPECT_EQ(saved_->get("failed-logons").error().code, ErrorCode::NotFound);
  EXPECT_EQ(saved_->remove("failed-logons", std::nullopt).error().code, ErrorCode::NotFound);
}

TEST_F(SavedSearchesTest, WhatCannotBeUsedIsNotKept) {
  const auto refused = [&](auto change) {
    api::SavedSearch search = failed_logons();
    change(search);
    const auto kept = saved_->put(search, std::nullopt);
    return !kept && kept.error().code == ErrorCode::InvalidInput;
  };
  EXPECT_TRUE(refused([](api::SavedSearch& s) { s.id = "Failed logons"; }));
  EXPECT_TRUE(refused([](api::SavedSearch& s) { s.id = ""; }));
  EXPECT_TRUE(refused([](api::SavedSearch& s) { s.name = ""; }));
  EXPECT_TRUE(refused([](api::SavedSearch& s) { s.name = "a\nb"; }));
  EXPECT_TRUE(refused([](api::SavedSearch& s) { s.query = "\"unclosed"; }));
  EXPECT_TRUE(saved_->list()->empty());
}

}  // namespace
}  // namespace yorozu::serve
