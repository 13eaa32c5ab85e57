/// The process that was started: one thread, which opens the listeners, forks the children, starts them again when they
/// end, watches and stops them. It never reads a byte of a log.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "app/process/channel.h"
#include "app/process/listener.h"
#include "app/process/own_log.h"
#include "app/process/server_side.h"

namespace yorozu::process {

/// A child beside the server, for work that must not be able to hurt it. It is made again when it ends, and ends with
/// the server it was made for.
struct ChildKind {
  std::string name;                 ///< "decoder": the server is told it, the log says it
  unsigned count = 1;               ///< how many at a time
  std::function<int(Channel)> run;  ///< in the child; the channel leads to the server; gives the exit status
  std::chrono::milliseconds longest_pause{30'000};  ///< before one that ended soon is made again
};

struct SupervisorOptions {
  /// Reads the configuration again; the first call decides what is opened at start.
  std::function<Result<std::vector<ListenerSpec>>()> wanted;
  /// What the server child runs, without capabilities; its result is the child's exit status.
  std::function<int(ServerSide&)> server;
  std::vector<ChildKind> children;

  std::chrono::milliseconds watchdog{60'000};     ///< without "alive" the server is killed and started again
  std::chrono::milliseconds stop_within{90'000};  ///< then it is killed
  std::chrono::milliseconds first_pause{100}, longest_pause{30'000};  ///< before the server is started again
  std::chrono::milliseconds retry_listeners{30'000};
};

/// What it ends with when the server could not even start once: a person must mend something.
inline constexpr int kCannotStart = 2;

class Supervisor {
 public:
  /// `log` outlives it.
  Supervisor(SupervisorOptions options, const OwnLog& log);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Opens the TCP and UDP listeners: as root, before the privileges go, because only root may ask for receive buffers
  /// beyond the system's limit. Those that cannot be opened are problems, not errors. Errors: of `wanted`.
  Result<void> open_network();
  /// Opens the rest, runs the children until SIGTERM or SIGINT. Gives the exit status: 0, kCannotStart, or 1 when
  /// something did not end in order. The caller has no other threads.
  int run();

 private:
  struct Child {
    pid_t pid = 0;
    std::chrono::milliseconds longest_pause{};
    std::chrono::steady_clock::time_point started = {}, start_at = {};
    std::chrono::milliseconds pause{};
  };
  struct Worker : Child {
    const ChildKind* kind = nullptr;  ///< in options_
  };
  /// The server's end of the channel to a worker, and which it is.
  struct Link {
    std::vector<std::string> words;
    Fd fd;
  };

  Result<void> refresh_listeners(bool with_unix);
  bool open_one(const ListenerSpec& spec);
  void close_unwanted(const std::vector<ListenerSpec>& wanted);
  void start_server();
  void start_worker(Worker& worker);
  [[noreturn]] void run_server(Channel channel);
  void take_signals();
  void take_message();
  void kill_worker(const std::string& pid);
  void kill_workers();
  void reap();
  void after_server(int status);
  void plan_restart(Child& child) const;
  void reload();
  void begin_stop();
  void watch();
  int poll_timeout() const;
  void tell_systemd(const std::string& state) const;

  SupervisorOptions options_;
  const OwnLog& log_;
  std::vector<OpenListener> listeners_;
  std::vector<ListenerProblem> problems_;
  Fd signals_;
  Child server_;
  std::vector<Worker> workers_;
  std::vector<Link> waiting_links_;   ///< of workers made while no server ran
  std::unique_ptr<Channel> channel_;  ///< to the server; null: none runs
  std::chrono::steady_clock::time_point last_alive_, stop_by_, retry_at_, next_notify_;
  std::chrono::microseconds notify_every_{};
  bool is_ready_ = false, was_ready_ = false, stopping_ = false, finished_ = false;
  int status_ = 0;
};

}  // namespace yorozu::process
