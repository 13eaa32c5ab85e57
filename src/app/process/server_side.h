/// What the server knows of its supervisor: the sockets it was given, the wish to stop, a way to ask for more.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/process/channel.h"
#include "app/process/listener.h"

namespace yorozu::process {

/// A listener that could not be opened, and why. The supervisor tries again from time to time.
struct ListenerProblem {
  ListenerSpec spec;
  std::string problem;
};

class ServerSide {
 public:
  /// Called by the thread that is in wait().
  struct Hooks {
    std::function<void(OpenListener)> opened;
    std::function<void(const std::string& name)> closed;
    /// A new child of that kind; one that was there before may be gone.
    std::function<void(const std::string& kind, Channel, pid_t)> child;
    std::function<void()> reload;  ///< SIGHUP
  };

  ServerSide(Channel channel, std::vector<OpenListener> listeners, std::vector<ListenerProblem> problems)
      : channel_(std::move(channel)), listeners_(std::move(listeners)), problems_(std::move(problems)) {}

  /// Once, before wait().
  std::vector<OpenListener> take_listeners() { return std::move(listeners_); }
  std::vector<ListenerProblem> take_problems() { return std::move(problems_); }

  /// Tells that the server takes in and answers.
  void ready() const;
  /// Until SIGTERM or SIGINT, or until the supervisor is gone. Says "alive" every second as long as `is_healthy`.
  void wait(const Hooks& hooks, const std::function<bool()>& is_healthy);

  /// Has a child ended that no longer listens; nothing happens when it is gone already. From any thread.
  void kill_child(pid_t pid) const;

  /// Asks the supervisor to read the configuration again and open what is new. Gives the problems it had, in words;
  /// what it opened comes through Hooks::opened before this returns. From any thread but the one in wait().
  Result<std::vector<std::string>> reload_listeners();

 private:
  /// False: the supervisor is gone.
  bool take_message(const Hooks& hooks);

  Channel channel_;
  std::vector<OpenListener> listeners_;
  std::vector<ListenerProblem> problems_;
  std::mutex mutex_;  // guards answer_ and is_waiting_
  std::condition_variable answered_;
  std::optional<std::vector<std::string>> answer_;
  bool is_waiting_ = false;
};

/// Words of the message that hands over a listener; the descriptor goes beside them.
std::vector<std::string> to_words(const OpenListener& listener);
Result<OpenListener> listener_of(Message message);

}  // namespace yorozu::process
