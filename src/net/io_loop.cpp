#include "net/io_loop.h"

#include <pthread.h>
#include <signal.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <exception>
#include <future>
#include <mutex>
#include <thread>

namespace yorozu::net {

namespace asio = boost::asio;

struct IoLoop::Impl {
  // Concurrency hint 1 and not UNSAFE_IO: other threads post.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::function<void(std::string_view)> report;
  mutable std::mutex mutex;  ///< guards tasks, stopped
  std::condition_variable changed;
  std::size_t tasks = 0;
  bool stopped = false;
  std::mutex stopping;  ///< one stop() at a time
  std::thread thread;

  void run(const std::string& name) {
    // Writing to a connection that the peer has closed is an error of that write (OpenSSL writes without MSG_NOSIGNAL).
    sigset_t pipe;
    ::sigemptyset(&pipe);
    ::sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
    while (true) {
      try {
        context.run();
        return;
      } catch (const std::exception& error) {  // the last resort of this thread: one bad callback must not end the rest
        if (report) report(name + ": " + error.what());
      }
    }
  }
};

IoLoop::IoLoop(std::string name, std::function<void(std::string_view)> report) : impl_(std::make_unique<Impl>()) {
  impl_->report = std::move(report);
  impl_->thread = std::thread([impl = impl_.get(), name = std::move(name)] { impl->run(name); });
}
IoLoop::~IoLoop() {
  stop();
}

void IoLoop::post(std::function<void()> work) {
  asio::post(impl_->context, std::move(work));
}

void IoLoop::call(const std::function<void()>& work) {
  {
    std::unique_lock lock(impl_->mutex);
    if (!impl_->stopped && !is_this_thread()) {
      std::packaged_task<void()> task(work);
      auto done = task.get_future();
      asio::post(impl_->context, [&] { task(); });
      lock.unlock();
      done.get();
      return;
    }
  }
  if (!is_this_thread()) const std::lock_guard ended(impl_->stopping);
  work();
}

bool IoLoop::is_this_thread() const {
  return impl_->thread.get_id() == std::this_thread::get_id();
}

std::size_t IoLoop::tasks() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->tasks;
}
bool IoLoop::wait_for_tasks(std::chrono::milliseconds limit) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, limit, [&] { return impl_->tasks == 0; });
}
void IoLoop::begin_task() {
  const std::lock_guard lock(impl_->mutex);
  ++impl_->tasks;
}
void IoLoop::end_task(std::string_view name, std::string_view problem) {
  if (!problem.empty() && impl_->report) impl_->report(std::string(name).append(": ").append(problem));
  const std::lock_guard lock(impl_->mutex);
  --impl_->tasks;
  impl_->changed.notify_all();
}

void IoLoop::stop() {
  const std::lock_guard one(impl_->stopping);
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopped) return;
  }
  // In two steps: a call() that was posted before `stopped` was set stands between them and is answered.
  asio::post(impl_->context, [this] {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopped = true;
    asio::post(impl_->context, [this] { impl_->context.stop(); });
  });
  impl_->thread.join();
}

asio::io_context& IoLoop::context() {
  return impl_->context;
}

struct Watch::Impl {
  explicit Impl(asio::io_context& context, int fd) : descriptor(context, fd) {}
  asio::posix::stream_descriptor descriptor;
  /// Gone with cancel(): a completion that was queued already finds out that nobody wants it. Shared with it.
  std::shared_ptr<bool> wanted = std::make_shared<bool>(true);

  void wait(asio::posix::stream_descriptor::wait_type direction, std::function<void()> ready) {
    descriptor.async_wait(direction,
                          [wanted = wanted, ready = std::move(ready)](const boost::system::error_code& error) {
                            if (*wanted && error != asio::error::operation_aborted) ready();
                          });
  }
};

Watch::Watch(IoLoop& loop, int fd) : impl_(std::make_unique<Impl>(loop.context(), fd)) {}
Watch::~Watch() {
  *impl_->wanted = false;
  impl_->descriptor.release();
}
void Watch::when_readable(std::function<void()> ready) {
  impl_->wait(asio::posix::stream_descriptor::wait_read, std::move(ready));
}
void Watch::when_writable(std::function<void()> ready) {
  impl_->wait(asio::posix::stream_descriptor::wait_write, std::move(ready));
}
void Watch::cancel() {
  *impl_->wanted = false;
  impl_->wanted = std::make_shared<bool>(true);
  impl_->descriptor.cancel();
}

struct Timer::Impl {
  explicit Impl(asio::io_context& context) : timer(context) {}
  asio::steady_timer timer;
  std::shared_ptr<bool> wanted;  ///< shared with the completion, as in Watch
};

Timer::Timer(IoLoop& loop) : impl_(std::make_unique<Impl>(loop.context())) {}
Timer::~Timer() {
  cancel();
}
void Timer::in(std::chrono::milliseconds delay, std::function<void()> due) {
  cancel();
  impl_->wanted = std::make_shared<bool>(true);
  impl_->timer.expires_after(delay);
  impl_->timer.async_wait([wanted = impl_->wanted, due = std::move(due)](const boost::system::error_code& error) {
    if (*wanted && !error) due();
  });
}
void Timer::cancel() {
  if (impl_->wanted) *impl_->wanted = false;
  impl_->timer.cancel();
}

}  // namespace yorozu::net
