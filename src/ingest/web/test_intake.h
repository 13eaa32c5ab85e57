/// What tests of web inputs stand on: an intake that a test opens, closes and commits by hand; a door without TLS.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "access/token_store.h"
#include "base/file.h"
#include "http/test_client.h"
#include "ingest/intake.h"
#include "ingest/web/door.h"
#include "store/database.h"

namespace yorozu::ingest::web {

/// Keeps frames as "via raw" texts. By default it commits at once, on a thread of its own as the real one does.
class TestIntake final : public Intake {
 public:
  TestIntake() : committer_([this] { commit_forever(); }) {}
  ~TestIntake() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      held_ = false;
    }
    changed_.notify_all();
    committer_.join();
  }

  bool try_push(FrameBatch& batch) override {
    const std::lock_guard lock(mutex_);
    if (room_ == 0) return false;
    if (room_ > 0) --room_;
    queue_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }
  void when_room(std::function<void()> ready) override {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(ready));
    changed_.notify_all();
  }

  /// Room for so many batches; -1: any number. Whoever waits is told.
  void set_room(int batches) {
    std::vector<std::function<void()>> waiting;
    {
      const std::lock_guard lock(mutex_);
      room_ = batches;
      waiting.swap(waiting_);
    }
    std::thread([&] {
      for (const auto& ready : waiting) ready();
    }).join();
  }
  /// Nothing is committed until it is released.
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void release(Result<void> outcome = {}) {
    const std::lock_guard lock(mutex_);
    held_ = false;
    outcome_ = std::move(outcome);
    changed_.notify_all();
  }
  void wait_for_queued(std::size_t batches) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return queue_.size() >= batches; }));
  }
  void wait_for_waiting() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return !waiting_.empty(); }));
  }

  struct Kept {
    std::string input, peer, via, raw;
    std::optional<std::uint64_t> cut;
  };
  std::vector<Kept> kept() const {
    const std::lock_guard lock(mutex_);
    return kept_;
  }
  std::vector<std::string> raws() const {
    std::vector<std::string> texts;
    for (const Kept& frame : kept()) texts.push_back(frame.raw);
    return texts;
  }

 private:
  void commit_forever() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ending_ || (!held_ && !queue_.empty()); });
      if (queue_.empty()) return;
      FrameBatch batch = std::move(queue_.front());
      queue_.pop_front();
      const Result<void> outcome = outcome_;
      if (outcome)
        for (const Frame& frame : batch.frames)
          kept_.push_back({batch.input, batch.peer, std::string(frame.via_json), std::string(frame.raw), frame.cut});
      lock.unlock();
      batch.done(outcome);
      batch = {};
      lock.lock();
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FrameBatch> queue_;
  std::vector<std::function<void()>> waiting_;
  std::vector<Kept> kept_;
  int room_ = -1;
  bool held_ = false, ending_ = false;
  Result<void> outcome_;
  std::thread committer_;
};

using http::testing::TestAnswer;
using http::testing::TestClient;

/// A door with tokens and an intake; tests put the inputs in.
class WebTest : public testing::Test {
 protected:
  Result<TempDir> folder_ = TempDir::make("yorozu-web");
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<access::TokenStore> tokens_;
  std::string token_, token_id_;
  TestIntake intake_;
  net::IoLoop loop_{"web-test"};
  std::unique_ptr<Door> door_;

  static Timestamp now() { return {1'764'000'000'000'000}; }

  void SetUp() override {
    ASSERT_TRUE(folder_);
    auto database = store::Database::open(folder_->path() / "state.db");
    ASSERT_TRUE(database);
    database_ = std::move(*database);
    auto tokens = access::TokenStore::open(*database_, now);
    ASSERT_TRUE(tokens);
    tokens_ = std::move(*tokens);
    add_token("ingest.bulk,ingest.hec,ingest.json,ingest.upload");
    DoorOptions options;
    options.address = {net::Address::loopback(), 0};
    options.make_stream = [](Fd socket) { return net::make_plain_stream(std::move(socket)); };
    options.now = now;
    door_ = std::make_unique<Door>(loop_, std::move(options));
  }
  void add_token(std::string_view scopes) {
    const auto made = tokens_->add("sender", *access::parse_scopes(scopes), {});
    ASSERT_TRUE(made);
    token_ = made->text;
    token_id_ = made->token.id;
  }
  TestClient client(std::string_view scheme = "Bearer") const {
    TestClient made(door_->port());
    made.authorization = std::string(scheme) + " " + token_;
    return made;
  }
};

}  // namespace yorozu::ingest::web
