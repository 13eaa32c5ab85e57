#include "app/process/supervisor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <set>
#include <thread>

namespace yorozu::process {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

/// A supervisor in a process of its own, whose server tells over a pipe what happens to it.
class Supervised : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::make_unique<TempDir>(*TempDir::make());
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    reading_ = Fd(ends[0]);
    writing_ = Fd(ends[1]);
    options_.first_pause = milliseconds(1);
    options_.wanted = [this] { return wanted(); };
    options_.server = [this](ServerSide& side) { return well_behaved(side); };
  }
  void TearDown() override {
    if (supervisor_ > 0) {
      kill(supervisor_, SIGKILL);
      waitpid(supervisor_, nullptr, 0);
    }
  }

  /// One TCP listener, and a second as soon as the file "more" is there.
  Result<std::vector<ListenerSpec>> wanted() const {
    std::vector<ListenerSpec> out = {{"first", Transport::Tcp, {net::Address::loopback(), 0}, {}, 0, ""}};
    if (std::filesystem::exists(folder_->path() / "more"))
      out.push_back({"second", Transport::Udp, {net::Address::loopback(), 0}, {}, 0, ""});
    return out;
  }
  void say(const std::string& line) const {
    ASSERT_EQ(write(writing_.get(), (line + "\n").data(), line.size() + 1), static_cast<ssize_t>(line.size()) + 1);
  }
  int well_behaved(ServerSide& side) const {
    for (const OpenListener& listener : side.take_listeners()) say(listener.spec.name + " " + listener.address);
    side.ready();
    say("server " + std::to_string(getpid()));
    side.wait({}, [] { return true; });
    say("stopping");
    return 0;
  }

  void start() {
    supervisor_ = fork();
    if (supervisor_ == 0) {
      config::Server quiet;
      quiet.log_level = config::LogLevel::Error;
      const OwnLog log(quiet);
      Supervisor supervisor(options_, log);
      _exit(supervisor.open_network() ? supervisor.run() : 99);
    }
    ASSERT_GT(supervisor_, 0);
  }
  /// The next line that begins so; what comes before is passed over.
  std::string line(const std::string& prefix) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < until) {
      if (const std::size_t end = text_.find('\n'); end != std::string::npos) {
        const std::string found = text_.substr(0, end);
        text_.erase(0, end + 1);
        if (found.starts_with(prefix)) return found;
        continue;
      }
      pollfd fd{reading_.get(), POLLIN, 0};
      char buffer[512];
      if (poll(&fd, 1, 200) <= 0) continue;
      const ssize_t got = read(reading_.get(), buffer, sizeof buffer);
      if (got > 0) text_.append(buffer, static_cast<std::size_t>(got));
    }
    ADD_FAILURE() << "no line " << prefix;
    return {};
  }
  pid_t server_pid() { return std::stoi(line("server ").substr(7)); }
  int stop() {
    kill(supervisor_, SIGTERM);
    return wait_for_end();
  }
  int wait_for_end() {
    int status = 0;
    waitpid(supervisor_, &status, 0);
    supervisor_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  std::unique_ptr<TempDir> folder_;
  Fd reading_, writing_;
  SupervisorOptions options_;
  pid_t supervisor_ = 0;
  std::string text_;
};

TEST_F(Supervised, AServerThatIsKilledComesBackWithTheSameSockets) {
  start();
  const std::string address = line("first ");
  const pid_t first = server_pid();
  kill(first, SIGKILL);
  EXPECT_EQ(line("first "), address);
  EXPECT_NE(server_pid(), first);
  EXPECT_EQ(stop(), 0);
}

TEST_F(Supervised, TheWishToStopIsForwardedAndWaitedFor) {
  start();
  server_pid();
  EXPECT_EQ(stop(), 0);
  line("stopping");
}

TEST_F(Supervised, AServerThatCannotStartEndsTheSupervisor) {
  options_.server = [](ServerSide&) { return kCannotStart; };
  start();
  EXPECT_EQ(wait_for_end(), kCannotStart);
}

TEST_F(Supervised, AServerThatFailsWhileStoppingIsTold) {
  options_.server = [this](ServerSide& side) {
    well_behaved(side);
    return 7;
  };
  start();
  server_pid();
  EXPECT_EQ(stop(), 1);
}

TEST_F(Supervised, ASilentServerIsKilledAndStartedAgain) {
  options_.watchdog = milliseconds(100);
  options_.server = [this](ServerSide& side) {
    side.ready();
    say("server " + std::to_string(getpid()));
    side.wait({}, [] { return false; });
    return 0;
  };
  start();
  const pid_t first = server_pid();
  EXPECT_NE(server_pid(), first);
}

TEST_F(Supervised, AServerThatDoesNotStopIsKilledInTheEnd) {
  options_.stop_within = milliseconds(100);
  options_.server = [this](ServerSide& side) {
    well_behaved(side);
    for (;;) pause();
    return 0;
  };
  start();
  server_pid();
  EXPECT_EQ(stop(), 1);
}

TEST_F(Supervised, AnInputAddedLaterIsHandedOverBeforeTheAnswer) {
  options_.server = [this](ServerSide& side) {
    side.take_listeners();
    side.ready();
    const std::jthread asking([&] {
      std::filesystem::create_directory(folder_->path() / "more");
      const auto problems = side.reload_listeners();
      say("reloaded " + std::to_string(problems ? static_cast<int>(problems->size()) : -1));
    });
    const auto opened = [&](OpenListener listener) { say("opened " + listener.spec.name + " " + listener.address); };
    side.wait({opened, {}, {}, {}}, [] { return true; });
    return 0;
  };
  start();
  EXPECT_THAT(line("opened "), StartsWith("opened second 127.0.0.1:"));
  EXPECT_EQ(line("reloaded "), "reloaded 0");
  EXPECT_EQ(stop(), 0);
}

TEST_F(Supervised, TheServerEndsWhenTheSupervisorIsKilled) {
  start();
  server_pid();
  kill(supervisor_, SIGKILL);
  wait_for_end();
  EXPECT_EQ(line("stopping"), "stopping");
}

/// Tells its number when it is asked, and ends itself when it is told to.
int obedient_child(Channel channel) {
  while (auto message = channel.receive()) {
    if (!*message) return 0;
    if ((*message)->words[0] == "die") abort();
    if (!channel.send({"pid", std::to_string(getpid())})) return 1;
  }
  return 1;
}

TEST_F(Supervised, ChildrenAreConnectedToTheServerAndReplacedWhenTheyDie) {
  options_.children = {{"decoder", 1, obedient_child}};
  options_.server = [this](ServerSide& side) {
    side.ready();
    int n = 0;
    ServerSide::Hooks hooks;
    hooks.child = [&](const std::string& kind, const Channel& child, pid_t pid) {
      ASSERT_TRUE(child.send({"who"}));
      const auto answer = child.receive();
      ASSERT_TRUE(answer && *answer);
      EXPECT_EQ((*answer)->words[1], std::to_string(pid));
      say(kind + " " + (*answer)->words[1]);
      if (n++ == 0) (void)child.send({"die"});
    };
    side.wait(hooks, [] { return true; });
    return 0;
  };
  start();
  const std::string first = line("decoder ");
  EXPECT_NE(line("decoder "), first);
  EXPECT_EQ(stop(), 0);
}

TEST_F(Supervised, AChildThatDoesNotListenIsKilledForTheServerAndNobodyElse) {
  const auto deaf = [](const Channel&) -> int {
    for (;;) pause();
  };
  options_.children = {{"deaf", 2, deaf}, {"other", 1, obedient_child}};
  options_.server = [this](ServerSide& side) {
    side.ready();
    std::vector<Channel> kept;  // a child whose channel is closed may end
    ServerSide::Hooks hooks;
    hooks.child = [&](const std::string& kind, Channel child, pid_t pid) {
      say(kind + " " + std::to_string(pid));
      kept.push_back(std::move(child));
      if (kind == "deaf" && kept.size() <= 3) side.kill_child(pid);
      side.kill_child(getppid());  // no child of the supervisor
    };
    side.wait(hooks, [] { return true; });
    return 0;
  };
  start();
  std::set<std::string> seen;
  for (int i = 0; i < 4; ++i) seen.insert(line("deaf "));
  EXPECT_EQ(seen.size(), 4U) << "two of them in place of those that were killed";
  EXPECT_EQ(stop(), 0);
}

TEST_F(Supervised, AListenerThatCannotBeOpenedIsAProblemAndTriedAgain) {
  auto taken = open_listener({"x", Transport::Tcp, {net::Address::loopback(), 0}, {}, 0, ""});
  ASSERT_TRUE(taken);
  const auto endpoint = *net::parse_endpoint(taken->address);
  const pid_t other_program = fork();
  if (other_program == 0)
    for (;;) pause();
  taken->fd = Fd();
  options_.retry_listeners = milliseconds(50);
  options_.wanted = [endpoint]() -> Result<std::vector<ListenerSpec>> {
    return std::vector<ListenerSpec>{{"taken", Transport::Tcp, endpoint, {}, 0, ""}};
  };
  options_.server = [this](ServerSide& side) {
    for (const ListenerProblem& problem : side.take_problems()) say("problem " + problem.problem);
    side.ready();
    side.wait({[&](OpenListener listener) { say("opened " + listener.address); }, {}, {}, {}}, [] { return true; });
    return 0;
  };
  start();
  EXPECT_THAT(line("problem "), HasSubstr("another program has this port"));
  kill(other_program, SIGKILL);
  waitpid(other_program, nullptr, 0);
  EXPECT_EQ(line("opened "), "opened " + endpoint.text());
  EXPECT_EQ(stop(), 0);
}

}  // namespace
}  // namespace yorozu::process
