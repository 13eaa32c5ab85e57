/// What tests of the server stand on: one without TLS on a free port, with the routes that a test gives it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "http/server.h"
#include "http/test_client.h"

namespace yorozu::http::testing {

class ServerTest : public ::testing::Test {
 protected:
  net::IoLoop loop_{"http-test"};
  std::unique_ptr<Server> server_;

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
  static Route hello() {
    return route("GET", "/hello", [](const Request& request, const Reply& reply) {
      Response response;
      response.content_type = "text/plain";
      response.body = "hello " + request.head.peer;
      reply(response);
    });
  }
  void open(Router router, const ServerLimits& limits = {}, net::ListenerLimits listener = {}) {
    server_.reset();
    ServerOptions options;
    options.on = net::Endpoint{net::Address::loopback(), 0};
    options.limits = limits;
    options.listener = std::move(listener);
    options.make_stream = [](Fd socket) { return net::make_plain_stream(std::move(socket)); };
    options.now = [] { return Timestamp{1'764'000'000'000'000}; };
    auto server = Server::open(loop_, std::move(options), std::move(router));
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }
  TestClient client() const { return TestClient(server_->local().port); }
};

}  // namespace yorozu::http::testing
