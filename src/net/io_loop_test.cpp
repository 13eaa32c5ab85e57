#include "net/io_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <stdexcept>

#include "base/file.h"
#include "net/spawn.h"
#include "net/test_client.h"

namespace yorozu::net {
namespace {

using namespace std::chrono_literals;

TEST(IoLoop, CallRunsOnTheLoopAndWaits) {
  IoLoop loop("test");
  std::thread::id there;
  loop.call([&] {
    there = std::this_thread::get_id();
    loop.call([&] { EXPECT_TRUE(loop.is_this_thread()); });  // from inside: at once
  });
  EXPECT_NE(there, std::this_thread::get_id());
  loop.stop();
  loop.call([&] { there = std::this_thread::get_id(); });
  EXPECT_EQ(there, std::this_thread::get_id());
}

TEST(IoLoop, WhatEscapesFromOneCallbackIsReportedAndTheLoopGoesOn) {
  std::mutex mutex;
  std::vector<std::string> reports;
  IoLoop loop("fragile", [&](std::string_view report) {
    const std::lock_guard lock(mutex);
    reports.emplace_back(report);
  });
  loop.post([] { throw std::runtime_error("oops"); });
  loop.call([] {});
  const std::lock_guard lock(mutex);
  EXPECT_EQ(reports, std::vector<std::string>{"fragile: oops"});
}

boost::asio::awaitable<void> wait_then(std::chrono::milliseconds time, bool fail) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
  if (fail) throw std::runtime_error("broken");
}

TEST(IoLoop, CoroutinesAreCountedAndWaitedForAndTheirFailuresNamed) {
  std::mutex mutex;
  std::string reported;
  IoLoop loop("test", [&](std::string_view report) {
    const std::lock_guard lock(mutex);
    reported = report;
  });
  spawn(loop, "first", wait_then(5ms, false));
  spawn(loop, "second", wait_then(10ms, true));
  EXPECT_GT(loop.tasks(), 0U);
  EXPECT_TRUE(loop.wait_for_tasks(10s));
  EXPECT_EQ(loop.tasks(), 0U);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(reported, "second: broken");
}

TEST(IoLoop, AWatchTellsOnceAndIsSilentAfterItsEnd) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const Fd ours(pair[0]), theirs(pair[1]);
  IoLoop loop("test");
  std::unique_ptr<Watch> watch;
  std::atomic<int> readable = 0;
  loop.call([&] {
    watch = std::make_unique<Watch>(loop, ours.get());
    watch->when_readable([&] { ++readable; });
  });
  ASSERT_TRUE(write_all(theirs, "x"));
  EXPECT_TRUE(testing::eventually([&] { return readable == 1; }));
  loop.call([&] {
    watch->when_readable([&] { ++readable; });  // ready already: the completion is queued when the Watch goes
    watch.reset();
  });
  loop.call([] {});
  EXPECT_EQ(readable, 1);
}

TEST(IoLoop, ATimerThatIsSetAgainForgetsWhatItWasSetTo) {
  IoLoop loop("test");
  std::promise<int> fired;
  std::unique_ptr<Timer> timer;
  loop.call([&] {
    timer = std::make_unique<Timer>(loop);
    timer->in(1ms, [&] { fired.set_value(1); });
    timer->in(2ms, [&] { fired.set_value(2); });
  });
  EXPECT_EQ(fired.get_future().get(), 2);
  loop.call([&] { timer.reset(); });
}

}  // namespace
}  // namespace yorozu::net
