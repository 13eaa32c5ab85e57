#include "http/server.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "http/test_server.h"

namespace yorozu::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TestClient;

/// Adds up what it is given; says so when it is complete.
class Adder final : public BodyStream {
 public:
  void take(std::string_view bytes, std::function<void(Result<void>)> done) override {
    total_ += bytes.size();
    if (bytes.find("stop") != std::string_view::npos) return done(fail(ErrorCode::Overloaded, "enough"));
    std::thread([done = std::move(done)] { done({}); }).detach();
  }
  void finish(Reply reply) override {
    Response response;
    response.body = std::to_string(total_);
    reply(std::move(response));
  }

 private:
  std::size_t total_ = 0;
};

class HttpServer : public testing::ServerTest {
 protected:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Reply> waiting_;  // guarded by mutex_

  void SetUp() override { open(routes()); }

  Router routes() {
    Router router;
    router.add(hello());
    router.add(route("POST,PUT", "/echo/{name}", [](const Request& request, const Reply& reply) {
      Response response;
      response.body = request.head.parameters.at(0) + "=" + request.body;
      response.headers.add("X-Name", request.head.parameters.at(0));
      reply(response);
    }));
    router.add(route("POST", "/later", [this](const Request&, const Reply& reply) {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(reply);
      changed_.notify_all();
    }));
    router.add(route("POST", "/never", [](const Request&, const Reply&) {}));
    Route closed = route("POST", "/closed", [](const Request&, const Reply& reply) { reply({}); });
    closed.admit = [](RequestHead&) -> std::optional<Response> { return problem(401, "who are you"); };
    router.add(std::move(closed));
    Route stream = route("PUT", "/stream", nullptr);
    stream.max_body = std::uint64_t{100} << 20;
    stream.open_body = [](const RequestHead&) { return std::make_unique<Adder>(); };
    router.add(std::move(stream));
    return router;
  }
  std::vector<Reply> take_waiting(std::size_t n) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return waiting_.size() >= n; }));
    return std::exchange(waiting_, {});
  }
};

std::string post(std::string_view path, std::string_view body, std::string_view more_headers = "") {
  std::string text("POST ");
  text.append(path).append(" HTTP/1.1\r\nHost: a\r\nContent-Length: ").append(std::to_string(body.size()));
  return text.append("\r\n").append(more_headers).append("\r\n").append(body);
}

TEST_F(HttpServer, AConnectionIsKeptAndRequestsSentAheadAreAnsweredInOrder) {
  TestClient c = client();
  c.send_raw("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n" + post("/echo/x", "abc") + post("/echo/y%20z", "def"));
  EXPECT_EQ(c.receive().whole(),
            "HTTP/1.1 200 OK\r\nDate: Mon, 24 Nov 2025 16:00:00 GMT\r\nContent-Type: text/plain\r\n"
            "Content-Length: 15\r\n\r\nhello 127.0.0.1");
  EXPECT_THAT(c.receive().whole(), HasSubstr("\r\n\r\nx=abc"));
  EXPECT_THAT(c.receive().whole(), HasSubstr("\r\n\r\ny z=def"));
}

TEST_F(HttpServer, AnAnswerMayComeLaterAndFromAnotherThread) {
  TestClient a = client(), b = client();
  a.send_raw(post("/later", "1"));
  b.send_raw(post("/later", "2"));
  std::vector<Reply> replies = take_waiting(2);
  std::thread([&] {
    for (const Reply& reply : replies) {
      Response response;
      response.status = 201;
      reply(response);
    }
  }).join();
  EXPECT_THAT(a.receive().whole(), StartsWith("HTTP/1.1 201 Created"));
  EXPECT_THAT(b.receive().whole(), StartsWith("HTTP/1.1 201 Created"));
}

TEST_F(HttpServer, AHandlerThatForgetsToAnswerGives500) {
  TestClient c = client();
  c.send_raw(post("/never", "1"));
  EXPECT_THAT(c.receive().whole(), StartsWith("HTTP/1.1 500"));
}

TEST_F(HttpServer, AnAnswerAfterTheServerHasGoneGoesNowhere) {
  TestClient c = client();
  c.send_raw(post("/later", "1"));
  const std::vector<Reply> replies = take_waiting(1);
  server_.reset();
  replies.front()({});
  EXPECT_EQ(c.receive().whole(), "");
}

TEST_F(HttpServer, UnknownPathsAndMethodsAreProblems) {
  TestClient c = client();
  c.send_raw("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string unknown = c.receive().whole();
  EXPECT_THAT(unknown, StartsWith("HTTP/1.1 404 Not Found"));
  EXPECT_THAT(unknown, HasSubstr("Content-Type: application/problem+json"));
  EXPECT_THAT(unknown, HasSubstr(R"("status":404)"));
  c.send_raw("DELETE /echo/a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(c.receive().whole(), HasSubstr("Allow: POST,PUT"));
}

TEST_F(HttpServer, HeadHasTheHeadersOfGetAndNoBody) {
  TestClient c = client();
  c.send_raw("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(c.receive(true).whole(), HasSubstr("Content-Length: 15"));
  EXPECT_THAT(c.receive().whole(), HasSubstr("hello 127.0.0.1"));
}

TEST_F(HttpServer, OldClientsAreClosedUnlessTheyAskOtherwise) {
  TestClient old = client();
  old.send_raw("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.receive().whole(), HasSubstr("Connection: close"));
  EXPECT_EQ(old.receive().whole(), "");
  TestClient polite = client();
  polite.send_raw("GET /hello HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
  EXPECT_THAT(polite.receive().whole(), HasSubstr("Connection: keep-alive"));
  polite.send_raw("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_THAT(polite.receive().whole(), HasSubstr("hello"));
}

TEST_F(HttpServer, ContinueIsSaidBeforeTheBodyAndNotWhenItIsRefused) {
  TestClient c = client();
  c.send_raw("POST /echo/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(c.receive().whole(), "HTTP/1.1 100 Continue\r\n\r\n");
  c.send_raw("abc");
  EXPECT_THAT(c.receive().whole(), HasSubstr("a=abc"));
  c.send_raw("POST /closed HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_THAT(c.receive().whole(), StartsWith("HTTP/1.1 401"));
  EXPECT_TRUE(c.is_closed());
}

TEST_F(HttpServer, ARefusedSmallBodyIsReadAwayAndTheConnectionGoesOn) {
  TestClient c = client();
  c.send_raw(post("/closed", "secret") + post("/echo/a", "b"));
  EXPECT_THAT(c.receive().whole(), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(c.receive().whole(), HasSubstr("a=b"));
}

TEST_F(HttpServer, ABodyBeyondItsLimitIsRefusedWhicheverWayItComes) {
  TestClient c = client();
  c.send_raw("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n");
  EXPECT_THAT(c.receive().whole(), StartsWith("HTTP/1.1 413"));
  TestClient chunked = client();
  chunked.send_raw("POST /echo/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n" +
                   std::string(0x100001, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.receive().whole(), StartsWith("HTTP/1.1 413"));
  TestClient encoded = client();
  encoded.send_raw(post("/echo/a", "no gzip", "Content-Encoding: gzip\r\n"));
  EXPECT_THAT(encoded.receive().whole(), StartsWith("HTTP/1.1 400"));
  encoded.send_raw(post("/echo/a", "x", "Content-Encoding: br\r\n"));
  EXPECT_THAT(encoded.receive().whole(), StartsWith("HTTP/1.1 415"));
}

TEST_F(HttpServer, BodiesBeyondTheMemoryOfAllAreTurnedAwayWith429) {
  open(routes(), {.body_memory = 1000});
  TestClient a = client(), b = client();
  a.send_raw(post("/later", std::string(900, 'a')));
  const std::vector<Reply> replies = take_waiting(1);
  b.send_raw(post("/echo/b", std::string(900, 'b')));
  const std::string busy = b.receive().whole();
  EXPECT_THAT(busy, StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(busy, HasSubstr("Retry-After: 1"));
  EXPECT_EQ(server_->counters().refused_busy, 1U);
  replies.front()({});
  a.receive().whole();
  b.send_raw(post("/echo/b", std::string(900, 'b')));
  EXPECT_THAT(b.receive().whole(), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServer, AStreamedBodyIsTakenPieceByPiece) {
  TestClient c = client();
  c.send_raw("PUT /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + std::string(3000000, 'x'));
  EXPECT_THAT(c.receive().whole(), HasSubstr("\r\n\r\n3000000"));
  c.send_raw("PUT /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(c.receive().whole(), HasSubstr("\r\n\r\n0"));
  c.send_raw("PUT /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\nstop");
  EXPECT_THAT(c.receive().whole(), HasSubstr("\r\n\r\n4"));
  EXPECT_TRUE(c.is_closed());
}

TEST_F(HttpServer, SlowClientsMeetADeadlineAndOthersDoNotWait) {
  using std::chrono::milliseconds;
  open(routes(), {.head = milliseconds(100), .idle = milliseconds(300), .body = milliseconds(100)});
  TestClient slow_head = client(), slow_body = client(), idle = client(), quick = client();
  slow_head.send_raw("GET /hel");
  slow_body.send_raw("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
  quick.send_raw("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(quick.receive().whole(), HasSubstr("hello"));
  EXPECT_EQ(slow_head.receive().whole(), "");
  EXPECT_EQ(slow_body.receive().whole(), "");
  EXPECT_EQ(idle.receive().whole(), "");
  EXPECT_EQ(server_->counters().timed_out, 2U);
}

TEST_F(HttpServer, WhatIsNoHttpIsAnsweredAndClosed) {
  TestClient c = client();
  c.send_raw("\x16\x03\x01 this is a TLS greeting\r\n\r\n");
  EXPECT_THAT(c.receive().whole(), StartsWith("HTTP/1.1 400"));
  EXPECT_TRUE(c.is_closed());
  EXPECT_EQ(server_->counters().bad_requests, 1U);
}

TEST_F(HttpServer, NobodyIsBelievedAboutForwarding) {
  TestClient c = client();
  c.send_raw("GET /hello HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nForwarded: for=203.0.113.9\r\n\r\n");
  EXPECT_THAT(c.receive().whole(), HasSubstr("hello 127.0.0.1"));
}

TEST_F(HttpServer, AStopAnswersWhatIsOpenAndClosesWhatIsIdle) {
  TestClient idle = client(), busy = client();
  busy.send_raw(post("/later", "1"));
  const std::vector<Reply> replies = take_waiting(1);
  server_->stop();
  EXPECT_TRUE(idle.is_closed());
  EXPECT_FALSE(server_->drain(std::chrono::milliseconds(1)));
  replies.front()({});
  EXPECT_THAT(busy.receive().whole(), HasSubstr("Connection: close"));
  EXPECT_TRUE(busy.is_closed());
  EXPECT_TRUE(server_->drain(std::chrono::seconds(20)));
}

TEST(Router, TheRouteThatFitsMostExactlyAnswers) {
  Router router;
  for (const char* pattern : {"/", "/{index}/{type}", "/{index}", "/_bulk", "/{index}/_bulk"}) {
    Route route;
    route.methods = "POST";
    route.pattern = pattern;
    route.admit = admit_everybody;
    route.answer = [](const Request&, const Reply& reply) { reply({}); };
    router.add(std::move(route));
  }
  const auto found = [&](std::string_view path) {
    const auto result = router.find("POST", path);
    return result.route == nullptr ? std::string("none") : result.route->pattern;
  };
  EXPECT_EQ(found("/"), "/");
  EXPECT_EQ(found("/_bulk"), "/_bulk");
  EXPECT_EQ(found("/_bulk/"), "/_bulk");
  EXPECT_EQ(found("/logs/_bulk"), "/{index}/_bulk");
  EXPECT_EQ(found("/logs"), "/{index}");
  EXPECT_EQ(found("/logs/events"), "/{index}/{type}");
  EXPECT_EQ(found("//_bulk"), "none");
  EXPECT_EQ(found("/logs/%zz"), "none");
  EXPECT_EQ(found("/a/b/c"), "none");
  EXPECT_EQ(found("x"), "none");
  EXPECT_EQ(router.find("POST", "/%3Clogs-%7Bnow%2Fd%7D%3E/_bulk").parameters.at(0), "<logs-{now/d}>");
}

}  // namespace
}  // namespace yorozu::http
