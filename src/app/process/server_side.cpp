#include "app/process/server_side.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>

#include "base/try.h"

namespace yorozu::process {

namespace {

constexpr int kAliveEveryMs = 1000;
constexpr std::chrono::seconds kAnswerWithin{20};

Fd stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return Fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace

std::vector<std::string> to_words(const OpenListener& listener) {
  const ListenerSpec& spec = listener.spec;
  return {"listener",           spec.name,          std::string(to_string(spec.transport)),
          spec.endpoint.text(), spec.path.string(), std::to_string(spec.receive_buffer),
          spec.authentication,  listener.address,   std::to_string(listener.receive_buffer)};
}

Result<OpenListener> listener_of(Message message) {
  constexpr std::size_t kWords = 9;
  const auto bad = [] { return fail(ErrorCode::Internal, "not a listener"); };
  std::vector<std::string>& words = message.words;
  if (words.size() != kWords || !message.fd) return bad();
  OpenListener out{{words[1], Transport::Unix, {}, words[4], 0, words[6]}, std::move(message.fd), words[7], 0};
  for (const Transport transport : {Transport::Tcp, Transport::Udp})
    if (words[2] == to_string(transport)) out.spec.transport = transport;
  TRY_ASSIGN(out.spec.endpoint, net::parse_endpoint(words[3]));
  const auto number = [](const std::string& text, std::uint64_t& to) {
    return std::from_chars(text.data(), text.data() + text.size(), to).ec == std::errc();
  };
  if (!number(words[5], out.spec.receive_buffer) || !number(words[8], out.receive_buffer)) return bad();
  return out;
}

void ServerSide::ready() const {
  (void)channel_.send({"ready"});  // when it is gone, wait() sees it
}

void ServerSide::wait(const Hooks& hooks, const std::function<bool()>& is_healthy) {
  const Fd signals = stop_signals();
  auto next_alive = std::chrono::steady_clock::now();
  for (;;) {
    if (std::chrono::steady_clock::now() >= next_alive) {
      if (is_healthy()) (void)channel_.send({"alive"});
      next_alive += std::chrono::milliseconds(kAliveEveryMs);
    }
    pollfd fds[] = {{signals.get(), POLLIN, 0}, {channel_.fd(), POLLIN, 0}};
    if (poll(fds, 2, kAliveEveryMs) <= 0) continue;
    if ((fds[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !take_message(hooks)) return;
    signalfd_siginfo info{};
    if (read(signals.get(), &info, sizeof info) != sizeof info) continue;
    if (info.ssi_signo != SIGHUP) return;
    if (hooks.reload) hooks.reload();
  }
}

bool ServerSide::take_message(const Hooks& hooks) {
  auto received = channel_.receive();
  if (!received || !*received) return false;
  Message& message = **received;
  if (message.words.empty()) return true;
  const std::string what = message.words[0];
  if (what == "listener") {
    if (auto listener = listener_of(std::move(message)); listener && hooks.opened) hooks.opened(std::move(*listener));
  } else if (what == "close" && message.words.size() == 2) {
    if (hooks.closed) hooks.closed(message.words[1]);
  } else if (what == "child" && message.words.size() == 3 && message.fd) {
    pid_t pid = 0;
    const std::string& number = message.words[2];
    std::from_chars(number.data(), number.data() + number.size(), pid);
    if (hooks.child) hooks.child(message.words[1], Channel(std::move(message.fd)), pid);
  } else if (what == "reloaded") {
    const std::lock_guard lock(mutex_);
    answer_ = std::vector<std::string>(message.words.begin() + 1, message.words.end());
    answered_.notify_all();
  }
  return true;
}

void ServerSide::kill_child(pid_t pid) const {
  (void)channel_.send({"kill", std::to_string(pid)});
}

Result<std::vector<std::string>> ServerSide::reload_listeners() {
  std::unique_lock lock(mutex_);
  if (!answered_.wait_for(lock, kAnswerWithin, [&] { return !is_waiting_; }))
    return fail(ErrorCode::Timeout, "another change of the inputs is still under way");
  is_waiting_ = true;
  answer_.reset();
  auto sent = channel_.send({"reload"});
  const bool answered = sent && answered_.wait_for(lock, kAnswerWithin, [&] { return answer_.has_value(); });
  is_waiting_ = false;
  answered_.notify_all();
  if (!sent) return std::unexpected(std::move(sent).error());
  if (!answered) return fail(ErrorCode::Timeout, "the supervisor does not answer");
  return std::move(*answer_);
}

}  // namespace yorozu::process
