/// The commit feed: the newest lines from memory, older ones from the journal they stand in, the oldest from segments.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "archive/archive.h"
#include "archive/catalogue.h"
#include "archive/disk.h"
#include "archive/stored_lines.h"
#include "base/buffer.h"

namespace yorozu::archive {

/// A record as it was written, kept for readers that are close behind.
struct TailRecord {
  std::uint64_t first_seq = 0;
  std::uint32_t count = 0;
  Buffer bytes;
};

class Feed : public CommitFeed {
 public:
  Feed(Disk& disk, std::filesystem::path folder, Catalogue& catalogue, std::uint64_t end, std::uint64_t tail_bytes);

  /// By the committing thread, after the record became durable.
  void publish(TailRecord record);

  std::uint64_t end() const override;
  Result<std::uint64_t> read(std::uint64_t from, std::size_t max_lines, std::int64_t timeout_us,
                             const std::function<void(const CommittedLine&)>& each) override;
  void close() override;

 private:
  using Tail = std::vector<std::shared_ptr<const TailRecord>>;
  /// A reader that is behind goes on where it was, so that a block is unpacked once.
  struct Stored {
    std::uint64_t at = 0;     ///< the number its next line has, or a higher one
    std::uint64_t until = 0;  ///< one past the last number it was made for
    std::unique_ptr<StoredLines> lines;
    std::size_t damages_told = 0;
  };
  static constexpr std::size_t kMostStored = 4;

  /// Waits; the records of the tail that hold `from` and what follows, or none when `from` is older or nothing came.
  Tail wait_for(std::uint64_t from, std::size_t max_lines, std::int64_t timeout_us, std::uint64_t& end,
                std::uint64_t& tail_begin);
  Result<std::uint64_t> read_stored(std::uint64_t from, std::uint64_t until, std::size_t max_lines,
                                    const std::function<void(const CommittedLine&)>& each);
  Stored make_stored(std::uint64_t from, std::uint64_t until) const;
  std::optional<Stored> take_stored(std::uint64_t from);
  void keep_stored(Stored stored);

  Disk& disk_;
  std::filesystem::path folder_;
  Catalogue& catalogue_;
  const std::uint64_t tail_limit_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<std::shared_ptr<const TailRecord>> tail_;
  std::uint64_t tail_bytes_ = 0;
  std::uint64_t end_;
  bool closed_ = false;
  std::deque<Stored> stored_;
};

}  // namespace yorozu::archive
