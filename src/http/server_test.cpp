#include "http/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

namespace yorozu::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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

/// A blocking client that speaks in raw bytes.
class Client {
 public:
  explicit Client(const net::Endpoint& server) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(server.port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  /// One answer, head and body; "" when the server has closed. `is_head`: no body follows.
  std::string answer(bool is_head = false) {
    std::size_t end = 0;
    while ((end = held_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return std::exchange(held_, {});
    end += 4;
    std::size_t length = 0;
    if (const auto at = held_.find("Content-Length: "); at < end && !is_head)
      length = std::stoul(held_.substr(at + 16));
    while (held_.size() < end + length)
      if (!more()) break;
    std::string whole = held_.substr(0, end + length);
    held_.erase(0, whole.size());
    return whole;
  }
  bool is_closed() {
    while (more()) {
    }
    return true;
  }

 private:
  bool more() {
    char bytes[4096];
    const ssize_t n = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    if (n <= 0) return false;
    held_.append(bytes, static_cast<std::size_t>(n));
    return true;
  }
  Fd socket_;
  std::string held_;
};

class HttpServer : public testing::Test {
 protected:
  net::IoLoop loop_{"http-test"};
  std::unique_ptr<Server> server_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Reply> waiting_;  // guarded by mutex_

  void SetUp() override { open({}); }
  void TearDown() override { server_.reset(); }

  static Route route(std::string methods, std::string pattern, std::function<void(Request, Reply)> answer) {
    Route made;
    made.methods = std::move(methods);
    made.pattern = std::move(pattern);
    made.max_body = 1 << 20;
    made.admit = admit_everybody;
    made.answer = std::move(answer);
    return made;
  }
  Router routes() {
    Router router;
    router.add(route("GET", "/hello", [](const Request& request, const Reply& reply) {
      Response response;
      response.content_type = "text/plain";
      response.body = "hello " + request.head.peer;
      reply(response);
    }));
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
  void open(const ServerLimits& limits, net::ListenerLimits listener = {}) {
    server_.reset();
    ServerOptions options;
    options.on = net::Endpoint{net::Address::loopback(), 0};
    options.limits = limits;
    options.listener = std::move(listener);
    options.make_stream = [](Fd socket) { return net::make_plain_stream(std::move(socket)); };
    options.now = [] { return Timestamp{1'764'000'000'000'000}; };
    auto server = Server::open(loop_, std::move(options), routes());
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }
  Client client() const { return Client(server_->local()); }
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
  Client c = client();
  c.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n" + post("/echo/x", "abc") + post("/echo/y%20z", "def"));
  EXPECT_EQ(c.answer(),
            "HTTP/1.1 200 OK\r\nDate: Mon, 24 Nov 2025 16:00:00 GMT\r\nContent-Type: text/plain\r\n"
            "Content-Length: 15\r\n\r\nhello 127.0.0.1");
  EXPECT_THAT(c.answer(), HasSubstr("\r\n\r\nx=abc"));
  EXPECT_THAT(c.answer(), HasSubstr("\r\n\r\ny z=def"));
}

TEST_F(HttpServer, AnAnswerMayComeLaterAndFromAnotherThread) {
  Client a = client(), b = client();
  a.send(post("/later", "1"));
  b.send(post("/later", "2"));
  std::vector<Reply> replies = take_waiting(2);
  std::thread([&] {
    for (const Reply& reply : replies) {
      Response response;
      response.status = 201;
      reply(response);
    }
  }).join();
  EXPECT_THAT(a.answer(), StartsWith("HTTP/1.1 201 Created"));
  EXPECT_THAT(b.answer(), StartsWith("HTTP/1.1 201 Created"));
}

TEST_F(HttpServer, AHandlerThatForgetsToAnswerGives500) {
  Client c = client();
  c.send(post("/never", "1"));
  EXPECT_THAT(c.answer(), StartsWith("HTTP/1.1 500"));
}

TEST_F(HttpServer, AnAnswerAfterTheServerHasGoneGoesNowhere) {
  Client c = client();
  c.send(post("/later", "1"));
  const std::vector<Reply> replies = take_waiting(1);
  server_.reset();
  replies.front()({});
  EXPECT_EQ(c.answer(), "");
}

TEST_F(HttpServer, UnknownPathsAndMethodsAreProblems) {
  Client c = client();
  c.send("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string unknown = c.answer();
  EXPECT_THAT(unknown, StartsWith("HTTP/1.1 404 Not Found"));
  EXPECT_THAT(unknown, HasSubstr("Content-Type: application/problem+json"));
  EXPECT_THAT(unknown, HasSubstr(R"("status":404)"));
  c.send("DELETE /echo/a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(c.answer(), HasSubstr("Allow: POST,PUT"));
}

TEST_F(HttpServer, HeadHasTheHeadersOfGetAndNoBody) {
  Client c = client();
  c.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(c.answer(true), HasSubstr("Content-Length: 15"));
  EXPECT_THAT(c.answer(), HasSubstr("hello 127.0.0.1"));
}

TEST_F(HttpServer, OldClientsAreClosedUnlessTheyAskOtherwise) {
  Client old = client();
  old.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_THAT(old.answer(), HasSubstr("Connection: close"));
  EXPECT_EQ(old.answer(), "");
  Client polite = client();
  polite.send("GET /hello HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
  EXPECT_THAT(polite.answer(), HasSubstr("Connection: keep-alive"));
  polite.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_THAT(polite.answer(), HasSubstr("hello"));
}

TEST_F(HttpServer, ContinueIsSaidBeforeTheBodyAndNotWhenItIsRefused) {
  Client c = client();
  c.send("POST /echo/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(c.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("abc");
  EXPECT_THAT(c.answer(), HasSubstr("a=abc"));
  c.send("POST /closed HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_THAT(c.answer(), StartsWith("HTTP/1.1 401"));
  EXPECT_TRUE(c.is_closed());
}

TEST_F(HttpServer, ARefusedSmallBodyIsReadAwayAndTheConnectionGoesOn) {
  Client c = client();
  c.send(post("/closed", "secret") + post("/echo/a", "b"));
  EXPECT_THAT(c.answer(), StartsWith("HTTP/1.1 401"));
  EXPECT_THAT(c.answer(), HasSubstr("a=b"));
}

TEST_F(HttpServer, ABodyBeyondItsLimitIsRefusedWhicheverWayItComes) {
  Client c = client();
  c.send("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n");
  EXPECT_THAT(c.answer(), StartsWith("HTTP/1.1 413"));
  Client chunked = client();
  chunked.send("POST /echo/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n" +
               std::string(0x100001, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.answer(), StartsWith("HTTP/1.1 413"));
  Client encoded = client();
  encoded.send(post("/echo/a", "no gzip", "Content-Encoding: gzip\r\n"));
  EXPECT_THAT(encoded.answer(), StartsWith("HTTP/1.1 400"));
  encoded.send(post("/echo/a", "x", "Content-Encoding: br\r\n"));
  EXPECT_THAT(encoded.answer(), StartsWith("HTTP/1.1 415"));
}

TEST_F(HttpServer, BodiesBeyondTheMemoryOfAllAreTurnedAwayWith429) {
  open({.body_memory = 1000});
  Client a = client(), b = client();
  a.send(post("/later", std::string(900, 'a')));
  const std::vector<Reply> replies = take_waiting(1);
  b.send(post("/echo/b", std::string(900, 'b')));
  const std::string busy = b.answer();
  EXPECT_THAT(busy, StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(busy, HasSubstr("Retry-After: 1"));
  EXPECT_EQ(server_->counters().refused_busy, 1U);
  replies.front()({});
  a.answer();
  b.send(post("/echo/b", std::string(900, 'b')));
  EXPECT_THAT(b.answer(), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServer, AStreamedBodyIsTakenPieceByPiece) {
  Client c = client();
  c.send("PUT /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + std::string(3000000, 'x'));
  EXPECT_THAT(c.answer(), HasSubstr("\r\n\r\n3000000"));
  c.send("PUT /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(c.answer(), HasSubstr("\r\n\r\n0"));
  c.send("PUT /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\nstop");
  EXPECT_THAT(c.answer(), HasSubstr("\r\n\r\n4"));
  EXPECT_TRUE(c.is_closed());
}

TEST_F(HttpServer, SlowClientsMeetADeadlineAndOthersDoNotWait) {
  using std::chrono::milliseconds;
  open({.head = milliseconds(100), .idle = milliseconds(300), .body = milliseconds(100)});
  Client slow_head = client(), slow_body = client(), idle = client(), quick = client();
  slow_head.send("GET /hel");
  slow_body.send("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
  quick.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(quick.answer(), HasSubstr("hello"));
  EXPECT_EQ(slow_head.answer(), "");
  EXPECT_EQ(slow_body.answer(), "");
  EXPECT_EQ(idle.answer(), "");
  EXPECT_EQ(server_->counters().timed_out, 2U);
}

TEST_F(HttpServer, WhatIsNoHttpIsAnsweredAndClosed) {
  Client c = client();
  c.send("\x16\x03\x01 this is a TLS greeting\r\n\r\n");
  EXPECT_THAT(c.answer(), StartsWith("HTTP/1.1 400"));
  EXPECT_TRUE(c.is_closed());
  EXPECT_EQ(server_->counters().bad_requests, 1U);
}

TEST_F(HttpServer, NobodyIsBelievedAboutForwarding) {
  Client c = client();
  c.send("GET /hello HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\nForwarded: for=203.0.113.9\r\n\r\n");
  EXPECT_THAT(c.answer(), HasSubstr("hello 127.0.0.1"));
}

TEST_F(HttpServer, AStopAnswersWhatIsOpenAndClosesWhatIsIdle) {
  Client idle = client(), busy = client();
  busy.send(post("/later", "1"));
  const std::vector<Reply> replies = take_waiting(1);
  server_->stop();
  EXPECT_TRUE(idle.is_closed());
  EXPECT_FALSE(server_->drain(std::chrono::milliseconds(1)));
  replies.front()({});
  EXPECT_THAT(busy.answer(), HasSubstr("Connection: close"));
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
