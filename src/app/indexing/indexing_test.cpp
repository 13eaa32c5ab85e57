#include "app/indexing/indexing.h"

#include <gtest/gtest.h>

#include <chrono>

#include "app/indexing/progress_line.h"
#include "app/process/stream_lines.h"

namespace yorozu::indexing {
namespace {

using archive::index::IndexerProgress;
using process::Channel;

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < until) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

TEST(ProgressLine, WhatIsWrittenIsReadBack) {
  IndexerProgress progress;
  progress.segments = 7;
  progress.behind = 2;
  progress.behind_bytes = std::uint64_t{1} << 40;
  progress.behind_since = {42};
  progress.found_damaged = 1;
  progress.problem = "a \"quoted\" one";
  const auto read = parse_progress_line(progress_line(progress));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->segments, 7U);
  EXPECT_EQ(read->behind, 2U);
  EXPECT_EQ(read->behind_bytes, std::uint64_t{1} << 40);
  EXPECT_EQ(read->behind_since.us, 42);
  EXPECT_EQ(read->problem, progress.problem);
  EXPECT_FALSE(parse_progress_line("{}"));
  EXPECT_FALSE(parse_progress_line("no JSON"));
}

TEST(Indexing, KnowsWhatTheIndexerSaidLastAndThatItEnded) {
  auto ends = Channel::make_pair();
  ASSERT_TRUE(ends);
  Indexing indexing;
  indexing.add_child(std::move(ends->first));
  {
    const auto message = ends->second.receive();
    ASSERT_TRUE(message && *message);
    ASSERT_EQ((*message)->words[0], "report");
    IndexerProgress progress;
    for (progress.segments = 1; progress.segments <= 3; ++progress.segments)
      ASSERT_TRUE(process::write_stream_line((*message)->fd, progress_line(progress)));
    EXPECT_TRUE(eventually([&] { return indexing.progress().segments == 3; }));
    EXPECT_EQ(indexing.progress().problem, "");
  }
  EXPECT_TRUE(eventually([&] { return !indexing.progress().problem.empty(); }));
}

}  // namespace
}  // namespace yorozu::indexing
