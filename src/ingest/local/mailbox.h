/// Where an input's own thread hears from others: what became of its batches, room at the intake, the wish to stop.
/// Shared with callbacks that may come when the input is long gone. Thread-safe.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"

namespace yorozu::ingest {

template <class Done>
class Mailbox {
 public:
  struct Mail {
    std::vector<Done> done;
    bool room = false;
    bool stop = false;
  };

  Mailbox() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  /// Readable when there is mail.
  int descriptor() const { return wake_.get(); }

  void post(Done done) {
    change([&] { mail_.done.push_back(std::move(done)); });
  }
  void room() {
    change([&] { mail_.room = true; });
  }
  void stop() {
    change([&] { mail_.stop = true; });
  }
  /// Everything since the last call; `stop` stays.
  Mail collect() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto size = ::read(wake_.get(), &count, sizeof count);
    const std::lock_guard lock(mutex_);
    Mail mail = std::exchange(mail_, {});
    mail_.stop = mail.stop;
    return mail;
  }

 private:
  template <class Change>
  void change(const Change& apply) {
    {
      const std::lock_guard lock(mutex_);
      apply();
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto size = ::write(wake_.get(), &one, sizeof one);
  }

  Fd wake_;
  std::mutex mutex_;  ///< guards mail_
  Mail mail_;
};

}  // namespace yorozu::ingest
