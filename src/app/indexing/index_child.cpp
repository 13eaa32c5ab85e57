#include "app/indexing/index_child.h"

#include <poll.h>

#include <csignal>

#include "app/indexing/progress_line.h"
#include "app/process/stream_lines.h"
#include "archive/disk.h"

namespace yorozu::indexing {

namespace index = archive::index;

int run_index_child(const process::Channel& channel, index::IndexerOptions options) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto message = channel.receive();
  if (!message || !*message || !(*message)->fd) return 0;
  const Fd& report = (*message)->fd;
  const auto is_over = [&channel] {
    pollfd fd{channel.fd(), POLLIN | POLLRDHUP, 0};
    return poll(&fd, 1, 0) > 0;  // nothing more is ever said: it is gone
  };
  const auto tell = [&report](const index::IndexerProgress& progress) {
    (void)process::write_stream_line(report, progress_line(progress));
  };
  options.until = index::IndexerOptions::Until::Stopped;
  auto ended = index::run_indexer(archive::real_disk(), options, is_over, tell);
  if (ended) return 0;
  index::IndexerProgress last;
  last.problem = ended.error().message;
  tell(last);
  return 1;
}

}  // namespace yorozu::indexing
