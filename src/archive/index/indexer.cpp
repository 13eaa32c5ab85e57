#include "archive/index/indexer.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "archive/index/index_catalogue.h"
#include "archive/index/merge.h"
#include "archive/index/segment_indexer.h"
#include "base/try.h"

namespace yorozu::archive::index {

namespace {

using Clock = std::chrono::steady_clock;

Timestamp now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

/// A day counts as over when an hour of the next one has passed: journals are sealed by then.
bool is_over(const std::filesystem::path& folder) {
  const std::filesystem::path today = std::filesystem::path(segment_folder({now().us - std::int64_t{3600} * 1000000}));
  // Compared as <yyyy>/<mm>/<dd>, the last three names of both.
  const auto day_of = [](const std::filesystem::path& path) {
    return path.parent_path().parent_path().filename() / path.parent_path().filename() / path.filename();
  };
  return day_of(folder).string() < day_of(today).string();
}

class Indexer {
 public:
  Indexer(Disk& disk, const IndexerOptions& options, const std::function<bool()>& stop,
          const std::function<void(const IndexerProgress&)>& report)
      : disk_(disk),
        options_(options),
        stop_(stop),
        report_(report),
        segments_(disk, options.archive, options.index),
        rebuilds_all_(options.rebuild == IndexerOptions::Rebuild::All) {}

  Result<IndexerProgress> run() {
    TRY(disk_.make_folders(options_.index));
    TRY_ASSIGN(const std::unique_ptr<DiskLock> lock, disk_.lock(options_.index / kLockName));
    const auto interval = std::chrono::microseconds(options_.check_every_us);
    for (Clock::time_point check_at; !stop_();) {
      if (Clock::now() >= check_at) {  // also the first time
        TRY(check_all());
        check_at = Clock::now() + interval;
      }
      TRY(build_missing());
      TRY(merge_days());
      if (options_.until == IndexerOptions::Until::CaughtUp) break;
      wait();
    }
    if (options_.until == IndexerOptions::Until::CaughtUp && !progress_.problem.empty())
      return fail(ErrorCode::Io, progress_.problem);
    return progress_;
  }

 private:
  /// Looks at every byte of the index, throws away what is wrong, and remembers what is good.
  Result<void> check_all() {
    TRY_ASSIGN(const IndexCatalogue catalogue,
               IndexCatalogue::open(disk_, options_.index, options_.archive, IndexCheck::Full));
    known_.clear();
    for (const IndexedSegment& segment : catalogue.segments()) {
      if (segment.state == IndexState::Damaged || segment.state == IndexState::Stale) ++progress_.found_damaged;
      const bool is_good = segment.state == IndexState::Good && segment.columns != nullptr;
      if (is_good && !rebuilds_all_) remember(segment.segment, segment.entry->last_received);
    }
    std::vector<std::filesystem::path> useless = catalogue.unused();
    if (rebuilds_all_)
      for (const IndexCatalogue::UsedFile& used : catalogue.used()) {
        useless.push_back(used.path);
        useless.push_back(columns_path_of(used.path));
      }
    for (const std::filesystem::path& path : useless)
      static_cast<void>(disk_.remove(path));  // what stays is found again
    rebuilds_all_ = false;
    return {};
  }

  Result<void> build_missing() {
    for (;;) {
      TRY_ASSIGN(const std::vector<SegmentFile> missing, find_missing());
      count_behind(missing);
      report_(progress_);
      bool found_new = false;
      for (const SegmentFile& segment : missing) {
        if (stop_()) return {};
        const auto entry = segments_.build(segment, stop_);
        if (entry) {
          remember(segment, entry->last_received);
          ++progress_.built;
          progress_.built_events += entry->events;
          progress_.problem.clear();
          found_new = true;
        } else if (entry.error().code == ErrorCode::Cancelled) {
          return {};
        } else if (entry.error().code != ErrorCode::NotFound) {  // a segment may go by retention
          progress_.problem = segment.path + ": " + entry.error().message;
          failed_.insert(segment.name);
        }
        --progress_.behind;
        report_(progress_);
        // The newest matter most, and some may have come.
        if (Clock::now() - listed_ > std::chrono::microseconds(options_.look_every_us)) break;
      }
      if (!found_new) break;
    }
    failed_.clear();  // tried again after the next wait
    return {};
  }

  /// Newest first.
  Result<std::vector<SegmentFile>> find_missing() {
    listed_ = Clock::now();
    TRY_ASSIGN(FoundFiles found, find_files(disk_, options_.archive));
    std::vector<SegmentFile> missing;
    progress_.segments = 0;
    for (auto& group : found.stored.segments) {
      progress_.segments += group.size();
      for (SegmentFile& file : group)
        if (!known_.contains(file.name) && !failed_.contains(file.name)) missing.push_back(std::move(file));
    }
    std::ranges::sort(missing, std::greater<>(), [](const SegmentFile& file) { return file.name; });
    return missing;
  }

  void count_behind(const std::vector<SegmentFile>& missing) {
    progress_.behind = missing.size();
    progress_.behind_bytes = 0;
    for (const SegmentFile& segment : missing)
      if (const auto file = disk_.open(options_.archive / segment.path))
        if (const auto size = (*file)->size()) progress_.behind_bytes += *size;
    progress_.behind_since = missing.empty() ? Timestamp::none() : newest_received_;
  }

  void remember(const SegmentFile& segment, Timestamp last_received) {
    known_.insert(segment.name);
    newest_received_ = std::max(newest_received_, last_received);
    const std::filesystem::path folder = index_folder_of(options_.index, segment);
    to_merge_.insert(folder);
  }

  /// Days that are over and were not looked at since their last segment came.
  Result<void> merge_days() {
    if (progress_.behind != 0) return {};
    std::vector<std::filesystem::path> ready;
    std::ranges::copy_if(to_merge_, std::back_inserter(ready), is_over);
    if (ready.empty()) return {};
    TRY_ASSIGN(const IndexCatalogue catalogue, IndexCatalogue::open(disk_, options_.index, options_.archive));
    for (const std::filesystem::path& folder : ready) {
      if (stop_()) return {};
      const auto merged = merge_folder(disk_, folder, catalogue);
      if (!merged) {
        progress_.problem = folder.string() + ": " + merged.error().message;
        return {};
      }
      progress_.merged += *merged;
      to_merge_.erase(folder);
      report_(progress_);
    }
    return {};
  }

  void wait() const {
    constexpr std::chrono::milliseconds kStep(50);
    const auto until = Clock::now() + std::chrono::microseconds(options_.look_every_us);
    while (Clock::now() < until && !stop_()) std::this_thread::sleep_for(kStep);
  }

  Disk& disk_;
  const IndexerOptions& options_;
  const std::function<bool()>& stop_;
  const std::function<void(const IndexerProgress&)>& report_;
  SegmentIndexer segments_;
  bool rebuilds_all_;
  IndexerProgress progress_;
  Timestamp newest_received_;
  std::set<SegmentName> known_, failed_;
  std::set<std::filesystem::path> to_merge_;
  Clock::time_point listed_;
};

}  // namespace

Result<IndexerProgress> run_indexer(Disk& disk, const IndexerOptions& options, const std::function<bool()>& stop,
                                    const std::function<void(const IndexerProgress&)>& report) {
  if (options.until == IndexerOptions::Until::Stopped) static_cast<void>(setpriority(PRIO_PROCESS, 0, 19));
  return Indexer(disk, options, stop, report).run();
}

}  // namespace yorozu::archive::index
