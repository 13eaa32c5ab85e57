#include "app/indexing/indexing.h"

#include <sys/socket.h>

#include "app/indexing/progress_line.h"
#include "app/process/stream_lines.h"

namespace yorozu::indexing {

using archive::index::IndexerProgress;

Indexing::~Indexing() {
  stop();
}

void Indexing::add_child(process::Channel channel) {
  stop();
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
  ours_ = Fd(ends[0]);
  const Fd theirs(ends[1]);
  channel_ = std::move(channel);
  if (!channel_->send({"report"}, theirs.get())) return;
  thread_ = std::jthread([this] { listen(ours_); });
}

void Indexing::listen(const Fd& report) {
  process::StreamLines lines(report);
  for (;;) {
    const auto line = lines.next();
    const std::lock_guard lock(mutex_);
    if (!line || !*line) {
      if (progress_.problem.empty()) progress_.problem = "the indexer has ended and is started again";
      return;
    }
    if (auto said = parse_progress_line(**line)) progress_ = std::move(*said);
  }
}

IndexerProgress Indexing::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

void Indexing::stop() {
  channel_.reset();
  if (ours_) shutdown(ours_.get(), SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  ours_ = Fd();
}

}  // namespace yorozu::indexing
