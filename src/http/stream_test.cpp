/// Answers that come piece by piece, and clients that go away before their end.
#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "http/test_server.h"

namespace yorozu::http {
namespace {

using testing::TestAnswer;
using testing::TestClient;
using namespace std::chrono_literals;

class HttpStream : public testing::ServerTest {
 protected:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<Outgoing> body_;  // guarded by mutex_
  std::atomic<int> gone_ = 0;

  void SetUp() override { open(routes()); }

  Router routes() {
    Router router;
    router.add(hello());
    router.add(route("GET", "/pieces", [this](const Request&, const Reply& reply) {
      reply.when_gone([this] { ++gone_; });
      Response head;
      head.content_type = "application/jsonl";
      const std::lock_guard lock(mutex_);
      body_ = std::make_shared<Outgoing>();
      reply.stream(std::move(head), body_);
      changed_.notify_all();
    }));
    router.add(route("GET", "/never", [this](const Request&, const Reply& reply) {
      reply.when_gone([this] { ++gone_; });
      const std::lock_guard lock(mutex_);
      kept_.push_back(reply);
      changed_.notify_all();
    }));
    return router;
  }
  std::shared_ptr<Outgoing> body() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 20s, [&] { return body_ != nullptr; }));
    return std::exchange(body_, nullptr);
  }
  void wait_for_kept() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 20s, [&] { return !kept_.empty(); }));
  }
  std::vector<Reply> kept_;  // guarded by mutex_

  bool is_told() const {
    return net::testing::eventually([this] { return gone_ == 1; });
  }
};

TEST_F(HttpStream, PiecesArriveAsTheyAreSaidAndTheConnectionGoesOn) {
  TestClient c = client();
  c.send("GET", "/pieces");
  const auto out = body();
  TestAnswer answer = c.receive_head();
  EXPECT_EQ(answer.header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(answer.header("Content-Type"), "application/jsonl");
  EXPECT_TRUE(out->push("one\n"));
  EXPECT_TRUE(c.receive_chunk(answer));
  EXPECT_EQ(answer.body, "one\n");
  EXPECT_TRUE(out->push("two\n"));
  out->end();
  while (c.receive_chunk(answer)) {
  }
  EXPECT_EQ(answer.body, "one\ntwo\n");
  EXPECT_FALSE(answer.is_broken_off);
  EXPECT_FALSE(out->push("late"));
  EXPECT_EQ(c.ask("GET", "/hello").body, "hello 127.0.0.1");
  EXPECT_EQ(gone_, 0);
}

TEST_F(HttpStream, ARequestSentAheadIsAnsweredAfterwards) {
  TestClient c = client();
  c.send("GET", "/pieces");
  c.send("GET", "/hello");
  body()->end();
  EXPECT_EQ(c.receive().body, "");
  EXPECT_EQ(c.receive().body, "hello 127.0.0.1");
}

TEST_F(HttpStream, ASlowReaderHoldsTheProducerAndGetsEverything) {
  TestClient c = client();
  c.send("GET", "/pieces");
  const auto out = body();
  constexpr std::size_t kPieces = 400;
  const std::string piece(100'000, 'x');
  std::atomic<std::size_t> said = 0;
  std::thread producer([&] {
    while (said < kPieces && out->push(piece)) ++said;
    out->end();
  });
  // 40 MB do not fit into the buffers of two sockets and our own: the producer has to stop.
  std::size_t before = 0;
  EXPECT_TRUE(net::testing::eventually([&] {
    const std::size_t now = said;
    std::this_thread::sleep_for(50ms);
    return now > 0 && now == std::exchange(before, said.load());
  }));
  EXPECT_LT(said, kPieces);
  EXPECT_EQ(c.receive().body.size(), kPieces * piece.size());
  producer.join();
  EXPECT_EQ(said, kPieces);
}

TEST_F(HttpStream, AReaderThatStopsReadingIsClosedAtItsDeadline) {
  open(routes(), {.write = 200ms});
  TestClient c = client();
  c.send("GET", "/pieces");
  const auto out = body();
  while (out->push(std::string(100'000, 'x'))) {
  }
  EXPECT_TRUE(is_told());
  EXPECT_EQ(server_->counters().timed_out, 1U);
}

TEST_F(HttpStream, AClientThatGoesAwayEndsTheProducer) {
  {
    TestClient c = client();
    c.send("GET", "/pieces");
    EXPECT_TRUE(body()->push("one"));
    EXPECT_EQ(c.receive_head().status, 200U);
  }
  EXPECT_TRUE(is_told());
}

TEST_F(HttpStream, AClientThatDoesNotWaitForItsAnswerIsNoticed) {
  {
    TestClient c = client();
    c.send("GET", "/never");
    wait_for_kept();
  }
  EXPECT_TRUE(is_told());
  kept_.clear();
}

TEST_F(HttpStream, AnAnswerBrokenOffIsSeenToBe) {
  TestClient c = client();
  c.send("GET", "/pieces");
  const auto out = body();
  out->push("one");
  TestAnswer answer = c.receive_head();
  c.receive_chunk(answer);
  out->abort();
  EXPECT_FALSE(c.receive_chunk(answer));
  EXPECT_TRUE(answer.is_broken_off);
}

TEST_F(HttpStream, OldClientsGetThePiecesWithoutChunks) {
  TestClient c = client();
  c.send_raw("GET /pieces HTTP/1.0\r\n\r\n");
  const auto out = body();
  out->push("one");
  out->push("two");
  out->end();
  EXPECT_EQ(c.receive_head().header("Connection"), "close");
  EXPECT_EQ(c.take(100), "onetwo");
}

TEST_F(HttpStream, HeadHasNoPieces) {
  TestClient c = client();
  c.send("HEAD", "/pieces");
  const auto out = body();
  EXPECT_EQ(c.receive(true).status, 200U);
  EXPECT_TRUE(net::testing::eventually([&] { return !out->push("x"); }));
  EXPECT_EQ(c.ask("GET", "/hello").status, 200U);
}

TEST_F(HttpStream, AServerThatGoesFreesEveryProducer) {
  TestClient c = client();
  c.send("GET", "/pieces");
  const auto out = body();
  std::thread producer([&] {
    while (out->push(std::string(100'000, 'x'))) {
    }
  });
  server_.reset();
  producer.join();
  EXPECT_EQ(gone_, 1);
}

}  // namespace
}  // namespace yorozu::http
