#include "app/process/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "app/process/privileges.h"
#include "base/try.h"

namespace yorozu::process {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kGoodRun{60'000};  // after it the next pause is short again

sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&set, signal);
  return set;
}

void close_standard_input() {
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (null) dup2(null.get(), STDIN_FILENO);
}

/// What a child does first. False: the supervisor has died already.
bool become_child(int signal_when_orphaned, pid_t supervisor) {
  close_standard_input();
  prctl(PR_SET_PDEATHSIG, signal_when_orphaned, 0, 0, 0);
  return getppid() == supervisor;
}

std::string describe(int status) {
  return WIFSIGNALED(status) ? std::string("signal ") + strsignal(WTERMSIG(status))
                             : "status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Supervisor::Supervisor(SupervisorOptions options, const OwnLog& log)
    : options_(std::move(options)), log_(log), server_{.longest_pause = options_.longest_pause} {
  for (const ChildKind& kind : options_.children)
    for (unsigned i = 0; i < kind.count; ++i) workers_.push_back({{.longest_pause = kind.longest_pause}, &kind});
  std::uint64_t usec = 0;
  if (sd_watchdog_enabled(0, &usec) > 0) notify_every_ = std::chrono::microseconds(usec / 3);
}

Supervisor::~Supervisor() = default;

Result<void> Supervisor::open_network() {
  return refresh_listeners(false);
}

Result<void> Supervisor::refresh_listeners(bool with_unix) {
  TRY_ASSIGN(const std::vector<ListenerSpec> wanted, options_.wanted());
  close_unwanted(wanted);
  problems_.clear();
  for (const ListenerSpec& spec : wanted) {
    if (spec.transport == Transport::Unix && !with_unix) continue;
    const bool is_open = std::ranges::any_of(listeners_, [&](const OpenListener& l) { return l.spec == spec; });
    if (!is_open) open_one(spec);
  }
  retry_at_ = Clock::now() + options_.retry_listeners;
  return {};
}

bool Supervisor::open_one(const ListenerSpec& spec) {
  auto opened = open_listener(spec);
  if (!opened) {
    log_.warning("listener failed", {{"input", spec.name}, {"reason", opened.error().message}});
    problems_.push_back({spec, std::move(opened.error().message)});
    return false;
  }
  log_.info("listening", {{"input", spec.name},
                          {"transport", to_string(spec.transport)},
                          {"address", opened->address},
                          {"authentication", spec.authentication}});
  if (channel_)
    if (const auto sent = channel_->send(to_words(*opened), opened->fd.get()); !sent)
      log_.error("listener not handed over", {{"input", spec.name}, {"reason", sent.error().message}});
  listeners_.push_back(std::move(*opened));
  return true;
}

void Supervisor::close_unwanted(const std::vector<ListenerSpec>& wanted) {
  std::erase_if(listeners_, [&](const OpenListener& listener) {
    if (std::ranges::find(wanted, listener.spec) != wanted.end()) return false;
    log_.info("no longer listening", {{"input", listener.spec.name}, {"address", listener.address}});
    if (channel_) (void)channel_->send({"close", listener.spec.name});
    return true;
  });
}

int Supervisor::run() {
  const sigset_t set = our_signals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = Fd(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (const auto opened = refresh_listeners(true); !opened) {
    log_.error("configuration not read", {{"reason", opened.error().message}});
    return kCannotStart;
  }
  const bool has_control =
      std::ranges::any_of(listeners_, [](const OpenListener& l) { return l.spec.transport == Transport::Unix; });
  if (!has_control &&
      std::ranges::any_of(problems_, [](const ListenerProblem& p) { return p.spec.transport == Transport::Unix; }))
    return kCannotStart;  // a server that nobody can speak to
  start_server();
  for (Worker& worker : workers_) start_worker(worker);
  while (!finished_) {
    pollfd fds[] = {{signals_.get(), POLLIN, 0}, {channel_ ? channel_->fd() : -1, POLLIN, 0}};
    poll(fds, 2, poll_timeout());
    if ((fds[0].revents & POLLIN) != 0) take_signals();
    if (channel_ && fds[1].revents != 0) take_message();
    watch();
  }
  kill_workers();
  for (const Worker& worker : workers_)
    if (worker.pid != 0) waitpid(worker.pid, nullptr, 0);
  log_.info("stopped", {{"status", status_}});
  return status_;
}

void Supervisor::start_server() {
  auto ends = Channel::make_pair();
  if (!ends) {
    log_.error("server not started", {{"reason", ends.error().message}});
    return plan_restart(server_);
  }
  const pid_t supervisor = getpid(), child = fork();
  if (child < 0) {
    log_.error("server not started", {{"reason", std::strerror(errno)}});
    return plan_restart(server_);
  }
  if (child == 0) {
    if (!become_child(SIGTERM, supervisor)) _exit(1);
    run_server(std::move(ends->second));
  }
  channel_ = std::make_unique<Channel>(std::move(ends->first));
  server_.pid = child;
  server_.started = last_alive_ = Clock::now();
  is_ready_ = false;
  for (const Link& link : waiting_links_) (void)channel_->send(link.words, link.fd.get());
  waiting_links_.clear();
}

/// In the child. Copies of the supervisor's descriptors that the server has no business with are closed.
void Supervisor::run_server(Channel channel) {
  signals_ = Fd();
  waiting_links_.clear();
  if (const auto dropped = drop_capabilities(Keep::Nothing); !dropped) {
    log_.error("privileges not dropped", {{"reason", dropped.error().message}});
    _exit(kCannotStart);
  }
  prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);  // changes of privilege may have cleared it
  ServerSide side(std::move(channel), std::move(listeners_), std::move(problems_));
  const int status = options_.server(side);
  std::fflush(nullptr);
  _exit(status);
}

void Supervisor::start_worker(Worker& worker) {
  auto ends = Channel::make_pair();
  if (!ends) return plan_restart(worker);
  const pid_t supervisor = getpid(), child = fork();
  if (child < 0) return plan_restart(worker);
  if (child == 0) {
    if (!become_child(SIGKILL, supervisor) || !drop_capabilities(Keep::Nothing)) _exit(1);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    signals_ = Fd();
    channel_.reset();
    listeners_.clear();
    waiting_links_.clear();
    {
      const Channel servers_end = std::move(ends->first);
    }
    const int status = worker.kind->run(std::move(ends->second));
    std::fflush(nullptr);
    _exit(status);
  }
  worker.pid = child;
  worker.started = Clock::now();
  Link link{{"child", worker.kind->name, std::to_string(child)}, Fd(fcntl(ends->first.fd(), F_DUPFD_CLOEXEC, 0))};
  if (!channel_ || !channel_->send(link.words, link.fd.get())) waiting_links_.push_back(std::move(link));
}

void Supervisor::take_signals() {
  signalfd_siginfo info{};
  while (read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) begin_stop();
    if (info.ssi_signo == SIGHUP) {
      reload();
      if (server_.pid != 0) kill(server_.pid, SIGHUP);
    }
  }
  reap();
}

void Supervisor::take_message() {
  auto received = channel_->receive();
  if (!received || !*received || (*received)->words.empty()) {
    channel_.reset();  // it is ending; SIGCHLD tells how
    return;
  }
  const std::string& what = (*received)->words[0];
  if (what == "alive") last_alive_ = Clock::now();
  if (what == "reload") reload();
  if (what == "kill" && (*received)->words.size() == 2) kill_worker((*received)->words[1]);
  if (what == "ready") {
    is_ready_ = was_ready_ = true;
    last_alive_ = Clock::now();
    tell_systemd("READY=1\nSTATUS=taking in logs");
  }
}

/// Only one of ours that runs: the number of one that was reaped may be somebody else's by now.
void Supervisor::kill_worker(const std::string& pid) {
  for (const Worker& worker : workers_)
    if (worker.pid != 0 && std::to_string(worker.pid) == pid) kill(worker.pid, SIGKILL);
}

void Supervisor::kill_workers() {
  for (const Worker& worker : workers_)
    if (worker.pid != 0) kill(worker.pid, SIGKILL);
}

void Supervisor::reload() {
  std::vector<std::string> answer = {"reloaded"};
  if (const auto refreshed = refresh_listeners(true); !refreshed) {
    log_.error("configuration not read", {{"reason", refreshed.error().message}});
    answer.push_back(refreshed.error().message);
  }
  for (const ListenerProblem& problem : problems_) answer.push_back(problem.spec.name + ": " + problem.problem);
  if (channel_) (void)channel_->send(answer);
}

void Supervisor::reap() {
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid == server_.pid) {
      server_.pid = 0;
      channel_.reset();
      after_server(status);
    }
    for (Worker& worker : workers_) {
      if (pid != worker.pid) continue;
      worker.pid = 0;
      if (!stopping_) log_.warning(worker.kind->name + " ended", {{"how", describe(status)}});
      plan_restart(worker);
    }
  }
}

void Supervisor::after_server(int status) {
  const bool in_order = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (stopping_ || (WIFEXITED(status) && WEXITSTATUS(status) == kCannotStart && !was_ready_)) {
    if (!in_order) log_.error("server ended", {{"how", describe(status)}});
    status_ = in_order ? 0 : WIFEXITED(status) && WEXITSTATUS(status) == kCannotStart ? kCannotStart : 1;
    finished_ = true;
    return;
  }
  plan_restart(server_);
  log_.error("server ended, starts again",
             {{"how", describe(status)}, {"pause_ms", static_cast<std::uint64_t>(server_.pause.count())}});
  kill_workers();  // they belong to the server they were made for
}

void Supervisor::plan_restart(Child& child) const {
  const auto now = Clock::now();
  child.pause = child.pause.count() == 0 || now - child.started >= kGoodRun
                    ? options_.first_pause
                    : std::min(child.pause * 2, child.longest_pause);
  child.start_at = now + child.pause;
}

void Supervisor::begin_stop() {
  if (stopping_) return;
  stopping_ = true;
  stop_by_ = Clock::now() + options_.stop_within;
  log_.info("stopping");
  tell_systemd("STOPPING=1");
  if (server_.pid == 0)
    finished_ = true;
  else
    kill(server_.pid, SIGTERM);
}

/// Everything that time brings about.
void Supervisor::watch() {
  const auto now = Clock::now();
  if (stopping_) {
    if (server_.pid != 0 && now >= stop_by_) {
      log_.error("server does not stop, is killed");
      kill(server_.pid, SIGKILL);
      stop_by_ = now + options_.stop_within;
    }
    return;
  }
  if (server_.pid != 0 && now - last_alive_ >= options_.watchdog) {
    log_.error("server gives no sign of life, is killed");
    kill(server_.pid, SIGKILL);
    last_alive_ = now;  // once
  }
  if (finished_) return;
  if (server_.pid == 0 && now >= server_.start_at) start_server();
  for (Worker& worker : workers_)
    if (worker.pid == 0 && server_.pid != 0 && now >= worker.start_at) start_worker(worker);
  if (!problems_.empty() && now >= retry_at_) {
    const std::vector<ListenerProblem> again = std::move(problems_);
    problems_.clear();
    for (const ListenerProblem& problem : again) open_one(problem.spec);
    retry_at_ = now + options_.retry_listeners;
  }
  if (notify_every_.count() != 0 && is_ready_ && now >= next_notify_) {
    tell_systemd("WATCHDOG=1");
    next_notify_ = now + notify_every_;
  }
}

int Supervisor::poll_timeout() const {
  auto next = Clock::now() + milliseconds(1000);
  const auto sooner = [&](Clock::time_point at) { next = std::min(next, at); };
  if (server_.pid == 0 && !stopping_) sooner(server_.start_at);
  for (const Worker& worker : workers_)
    if (worker.pid == 0 && !stopping_) sooner(worker.start_at);
  if (stopping_) sooner(stop_by_);
  const auto wait = std::chrono::duration_cast<milliseconds>(next - Clock::now()).count() + 1;
  return static_cast<int>(std::clamp<std::int64_t>(wait, 1, 1000));
}

void Supervisor::tell_systemd(const std::string& state) const {
  sd_notify(0, state.c_str());
}

}  // namespace yorozu::process
