/// Starts a coroutine on a loop: named, counted, and what escapes from it is reported. Only for .cpp files: it brings
/// Boost.Asio in.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string>

#include "net/io_loop.h"

namespace yorozu::net {

/// From any thread. `loop` outlives the coroutine; its end is waited for with IoLoop::wait_for_tasks.
inline void spawn(IoLoop& loop, std::string name, boost::asio::awaitable<void> task) {
  loop.begin_task();
  boost::asio::co_spawn(loop.context(), std::move(task),
                        [&loop, name = std::move(name)](const std::exception_ptr& escaped) {
                          std::string problem;
                          try {
                            if (escaped) std::rethrow_exception(escaped);
                          } catch (const std::exception& error) {
                            problem = error.what();
                          }
                          loop.end_task(name, problem);
                        });
}

}  // namespace yorozu::net
