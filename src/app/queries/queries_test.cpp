#include "app/queries/queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <vector>

#include "app/process/stream_lines.h"
#include "archive/search/result_lines.h"

namespace yorozu::queries {
namespace {

using process::Channel;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const char* const kDone = R"({"done":{}})";

/// What a child does with a question: a thread here, a process there.
using Answer = std::function<void(const Fd& stream, const std::string& question)>;

/// A question and what came of it.
struct Asked {
  std::mutex mutex;
  std::vector<std::string> lines;
  std::promise<Result<void>> promise;
  std::shared_future<Result<void>> result{promise.get_future()};
  std::shared_ptr<Query> query;

  bool is_done(std::chrono::milliseconds within = std::chrono::seconds(20)) const {
    return result.wait_for(within) == std::future_status::ready;
  }
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex);
    return lines;
  }
};

class QueriesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    options_.kill_child = [this](pid_t pid) { killed_ = pid; };
  }
  void TearDown() override {
    killed_ = -1;
    queries_.reset();
    children_.clear();
    for (const auto& asked : asked_) asked->query.reset();  // which holds what holds it
  }
  void start() { queries_ = std::make_unique<Queries>(options_); }

  /// `times`: questions it answers before it is gone.
  void add_child(Answer answer, pid_t pid = 1, int times = 1000) {
    auto ends = Channel::make_pair();
    ASSERT_TRUE(ends);
    children_.emplace_back([answer = std::move(answer), times, channel = std::move(ends->second)] {
      for (int i = 0; i < times; ++i) {
        const auto message = channel.receive();
        if (!message || !*message) return;
        process::StreamLines lines((*message)->fd);
        const auto question = lines.next();
        if (question && *question) answer((*message)->fd, std::string(**question));
      }
    });
    queries_->add_child(std::move(ends->first), pid);
  }
  std::shared_ptr<Asked> ask(const std::string& who, const std::string& text,
                             std::function<bool(std::string_view)> wants = {}) {
    auto asked = asked_.emplace_back(std::make_shared<Asked>());
    Question question;
    question.asker = who;
    question.request.query = text;
    auto started = queries_->ask(
        std::move(question),
        [asked, wants](std::string_view line) {
          const std::lock_guard lock(asked->mutex);
          asked->lines.emplace_back(line);
          return !wants || wants(line);
        },
        [asked](Result<void> result) { asked->promise.set_value(std::move(result)); });
    if (started)
      asked->query = *started;
    else
      asked->promise.set_value(std::unexpected(started.error()));
    return asked;
  }
  static void tell(const Fd& stream, const std::string& line) { (void)process::write_stream_line(stream, line); }
  static void wait_for_cancel(const Fd& stream) {
    process::StreamLines lines(stream);
    (void)lines.next();
  }

  Options options_;
  std::atomic<pid_t> killed_ = 0;
  std::unique_ptr<Queries> queries_;
  std::list<std::jthread> children_;
  std::list<std::shared_ptr<Asked>> asked_;
};

TEST_F(QueriesTest, LinesComeInOrderAndTheLastIsTheEnd) {
  start();
  add_child([](const Fd& stream, const std::string& question) {
    tell(stream, R"({"row":)" + question + "}");
    tell(stream, kDone);
  });
  const auto asked = ask("a", "failed");
  ASSERT_TRUE(asked->is_done());
  EXPECT_TRUE(asked->result.get());
  const auto lines = asked->all();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], HasSubstr("\"query\":\"failed\""));
  EXPECT_EQ(lines[1], kDone);
  EXPECT_EQ(queries_->counts().finished, 1U);
}

TEST_F(QueriesTest, WhoWaitsIsToldItsPositionAndTurnsAreTaken) {
  start();
  const auto first = ask("loud", "1"), second = ask("loud", "2"), other = ask("quiet", "3");
  EXPECT_THAT(other->all(), ElementsAre(R"({"queued":{"position":2}})"));
  std::vector<std::string> order;
  add_child([&order](const Fd& stream, const std::string& question) {
    order.push_back(archive::search::parse_request_line(question)->query);
    tell(stream, kDone);
  });
  for (const auto& asked : {first, second, other}) ASSERT_TRUE(asked->is_done());
  EXPECT_THAT(order, ElementsAre("1", "3", "2"));
}

TEST_F(QueriesTest, MoreThanMayWaitAreRefused) {
  options_.queue = {.all = 2, .each = 2};
  start();
  ask("a", "1"), ask("b", "2");
  const auto third = ask("c", "3");
  ASSERT_TRUE(third->is_done());
  EXPECT_EQ(third->result.get().error().code, ErrorCode::Overloaded);
  EXPECT_THAT(third->result.get().error().message, HasSubstr("2 searches wait"));
}

TEST_F(QueriesTest, AChildThatDiesCostsItsOwnQuestionOnly) {
  start();
  add_child([](const Fd& stream, const std::string&) { tell(stream, R"({"row":{}})"); }, 1, 1);
  const auto asked = ask("a", "crash");
  ASSERT_TRUE(asked->is_done());
  EXPECT_EQ(asked->result.get().error().code, ErrorCode::Internal);
  const auto next = ask("a", "next");  // nobody is left to answer it
  EXPECT_FALSE(next->is_done(std::chrono::milliseconds(50)));
  add_child([](const Fd& stream, const std::string&) { tell(stream, kDone); });
  ASSERT_TRUE(next->is_done());
  EXPECT_TRUE(next->result.get());
}

TEST_F(QueriesTest, ACancelledQuestionEndsPolitely) {
  start();
  add_child([](const Fd& stream, const std::string&) {
    tell(stream, R"({"row":{}})");
    wait_for_cancel(stream);
    tell(stream, kDone);
  });
  const auto asked = ask("a", "x");
  while (asked->all().empty()) std::this_thread::yield();
  queries_->cancel(asked->query);
  ASSERT_TRUE(asked->is_done());
  EXPECT_EQ(asked->result.get().error().code, ErrorCode::Cancelled);
  EXPECT_EQ(killed_, 0);
}

TEST_F(QueriesTest, WhoWantsNoMoreLinesCancels) {
  start();
  add_child([](const Fd& stream, const std::string&) {
    tell(stream, R"({"row":1})");
    wait_for_cancel(stream);
  });
  const auto asked = ask("a", "x", [](std::string_view line) { return !line.starts_with(R"({"row":)"); });
  ASSERT_TRUE(asked->is_done());
  EXPECT_EQ(asked->result.get().error().code, ErrorCode::Cancelled);
}

TEST_F(QueriesTest, AChildThatDoesNotListenIsKilled) {
  options_.polite = std::chrono::milliseconds(20);
  start();
  add_child(
      [this](const Fd&, const std::string&) {
        while (killed_ == 0) std::this_thread::yield();
      },
      4711, 1);
  const auto asked = ask("a", "x");
  while (queries_->counts().running == 0) std::this_thread::yield();
  queries_->cancel(asked->query);
  ASSERT_TRUE(asked->is_done());
  EXPECT_EQ(killed_, 4711);
  EXPECT_EQ(asked->result.get().error().code, ErrorCode::Cancelled);
}

TEST_F(QueriesTest, AWaitingQuestionIsCancelledAtOnce) {
  start();
  const auto asked = ask("a", "x");
  queries_->cancel(asked->query);
  ASSERT_TRUE(asked->is_done());
  EXPECT_EQ(asked->result.get().error().code, ErrorCode::Cancelled);
  EXPECT_EQ(queries_->counts().waiting, 0U);
}

TEST_F(QueriesTest, WhatCannotBeRecordedIsNotAsked) {
  start();
  std::atomic<bool> was_asked = false;
  add_child([&](const Fd&, const std::string&) { was_asked = true; });
  std::promise<Result<void>> promise;
  Question question;
  question.before = []() -> Result<void> { return fail(ErrorCode::Overloaded, "the disk is full"); };
  ASSERT_TRUE(queries_->ask(
      std::move(question), [](std::string_view) { return true; },
      [&](Result<void> result) { promise.set_value(std::move(result)); }));
  EXPECT_THAT(promise.get_future().get().error().message, HasSubstr("disk is full"));
  EXPECT_FALSE(was_asked);
}

TEST_F(QueriesTest, StoppingEndsWhatRunsAndWhatWaits) {
  start();
  add_child([](const Fd& stream, const std::string&) { wait_for_cancel(stream); });
  const auto running = ask("a", "1"), waiting = ask("a", "2");
  queries_->stop();
  for (const auto& asked : {running, waiting}) {
    ASSERT_TRUE(asked->is_done(std::chrono::milliseconds(0)));
    EXPECT_EQ(asked->result.get().error().code, ErrorCode::Cancelled);
  }
  EXPECT_EQ(ask("a", "3")->result.get().error().code, ErrorCode::Overloaded);
}

}  // namespace
}  // namespace yorozu::queries
