#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "app/control/client.h"
#include "app/control/server.h"

namespace yorozu::control {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Control : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::make_unique<TempDir>(*TempDir::make());
    socket_ = folder_->path() / "control.sock";
    handlers_["echo"] = [](const json& request, Call&) -> Result<json> { return json{{"heard", request.at("say")}}; };
    handlers_["fail"] = [](const json&, Call&) -> Result<json> { return fail(ErrorCode::Conflict, "no"); };
    handlers_["count"] = [](const json& request, Call& call) -> Result<json> {
      for (int i = 0; i < request.at("to").get<int>(); ++i)
        if (!call.send({{"n", i}})) return fail(ErrorCode::Cancelled, "gone");
      return json::object();
    };
    handlers_["until gone"] = [this](const json&, Call& call) -> Result<json> {
      call.send({{"started", true}});
      while (!call.is_over()) poll(nullptr, 0, 1);
      ended_ = true;
      return json::object();
    };
    handlers_["read"] = [](const json&, Call& call) -> Result<json> {
      const Fd file = call.take_file();
      if (!file) return fail(ErrorCode::InvalidInput, "no file");
      char bytes[16];
      const ssize_t got = pread(file.get(), bytes, sizeof bytes, 0);
      return json{{"text", std::string(bytes, static_cast<std::size_t>(std::max<ssize_t>(got, 0)))}};
    };
    handlers_["who"] = [](const json&, Call& call) -> Result<json> {
      return json{{"uid", call.peer().uid}, {"pid", call.peer().pid}};
    };
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_.c_str());
    Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listener.get(), 16), 0);
    server_ = std::make_unique<Server>(std::move(listener), handlers_);
  }
  Result<json> call(const json& request) const {
    const auto client = Client::connect(socket_);
    if (!client) return std::unexpected(client.error());
    return client->call(request);
  }

  std::unique_ptr<TempDir> folder_;
  std::filesystem::path socket_;
  std::map<std::string, Handler> handlers_;
  std::atomic<bool> ended_ = false;
  std::unique_ptr<Server> server_;
};

TEST_F(Control, ARequestIsAnswered) {
  const auto answer = call({{"do", "echo"}, {"say", "こんにちは"}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ((*answer)["heard"], "こんにちは");
}

TEST_F(Control, ErrorsKeepTheirCode) {
  const auto answer = call({{"do", "fail"}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::Conflict);
  EXPECT_EQ(answer.error().message, "no");
}

TEST_F(Control, WhatIsNotUnderstoodIsRefusedAndTheNextRequestAnswered) {
  const auto client = Client::connect(socket_);
  ASSERT_TRUE(client);
  EXPECT_EQ(client->call({{"do", "nothing"}}).error().code, ErrorCode::Unsupported);
  EXPECT_EQ(client->call({{"say", 1}}).error().code, ErrorCode::Unsupported);
  EXPECT_EQ(client->call({{"do", "echo"}}).error().code, ErrorCode::InvalidInput) << "a key is missing";
  EXPECT_TRUE(client->call({{"do", "echo"}, {"say", 1}}));
}

TEST_F(Control, LinesComeBeforeTheAnswer) {
  const auto client = Client::connect(socket_);
  ASSERT_TRUE(client);
  int sum = 0;
  const auto answer = client->call({{"do", "count"}, {"to", 1000}}, -1, [&](const json& line) {
    sum += line["n"].get<int>();
    return true;
  });
  EXPECT_TRUE(answer);
  EXPECT_EQ(sum, 499500);
}

TEST_F(Control, AHandlerSeesThatNobodyListensAnyMore) {
  {
    const auto client = Client::connect(socket_);
    ASSERT_TRUE(client);
    EXPECT_EQ(client->call({{"do", "until gone"}}, -1, [](const json&) { return false; }).error().code,
              ErrorCode::Cancelled);
  }
  server_->stop();
  EXPECT_TRUE(ended_);
}

TEST_F(Control, StoppingEndsConnectionsThatAreInUse) {
  const auto client = Client::connect(socket_);
  ASSERT_TRUE(client);
  const auto answer = client->call({{"do", "until gone"}}, -1, [&](const json&) {
    server_->stop();
    return true;
  });
  EXPECT_TRUE(ended_);
  EXPECT_FALSE(answer);
}

TEST_F(Control, AFileMayComeWithARequest) {
  const auto path = folder_->path() / "rules";
  ASSERT_TRUE(write_file_atomic(path, "content"));
  const auto file = open_for_reading(path);
  ASSERT_TRUE(file);
  const auto client = Client::connect(socket_);
  ASSERT_TRUE(client);
  EXPECT_EQ((*client->call({{"do", "read"}}, file->get()))["text"], "content");
  EXPECT_FALSE(client->call({{"do", "read"}})) << "it is for one request";
}

TEST_F(Control, TheKernelSaysWhoAsks) {
  const auto answer = call({{"do", "who"}});
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)["uid"], geteuid());
  EXPECT_EQ((*answer)["pid"], getpid());
}

TEST_F(Control, AnotherUserIsTurnedAway) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  std::filesystem::permissions(folder_->path(), std::filesystem::perms::all);
  std::filesystem::permissions(socket_, std::filesystem::perms::all);
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (setresuid(kNobody, kNobody, kNobody) != 0) _exit(3);
    const auto client = Client::connect(socket_);
    if (!client) _exit(4);
    const auto answer = client->call({{"do", "who"}});
    _exit(!answer && answer.error().code == ErrorCode::Denied ? 0 : 5);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(Control, NoServerIsNotFound) {
  EXPECT_EQ(Client::connect(folder_->path() / "none.sock").error().code, ErrorCode::NotFound);
  EXPECT_EQ(Client::connect(folder_->path() / "none" / "control.sock").error().code, ErrorCode::NotFound);
  server_.reset();
  EXPECT_EQ(Client::connect(socket_).error().code, ErrorCode::NotFound) << "left over by a server that died";
}

TEST_F(Control, ALineWithoutEndIsCutOff) {
  const auto client = Client::connect(socket_);
  ASSERT_TRUE(client);
  const auto answer = client->call({{"do", "echo"}, {"say", std::string(kMaxLine + 1000, 'x')}});
  ASSERT_FALSE(answer);
}

}  // namespace
}  // namespace yorozu::control
