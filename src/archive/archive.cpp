// Joins the parts. What a commit does, in order: ask for space, begin a journal when none is open, build the record,
// append, fdatasync, publish. After a failed append or fdatasync the journal is closed for good; its confirmed part is
// sealed like any other, and the header of the next names where it ended.
#include "archive/archive.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "archive/catalogue.h"
#include "archive/fault_point.h"
#include "archive/feed.h"
#include "archive/file_store.h"
#include "archive/journal_file.h"
#include "archive/layout.h"
#include "archive/recovery.h"
#include "archive/sealer.h"
#include "archive/segment_list.h"
#include "archive/space.h"
#include "base/try.h"
#include "proof/journal.h"
#include "proof/line.h"

namespace yorozu::archive {
namespace {

constexpr auto kRetryAfter = std::chrono::seconds(5);  // sealing that failed
constexpr std::size_t kSeqBytes = 40;                  // `{"seq":N,`, group and LF, generously

std::uint64_t random_of_system() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

/// Runs the sealer on a thread of its own, or where it is asked to.
class SealingThread {
 public:
  SealingThread(Sealer& sealer, Sealing how) : sealer_(sealer), how_(how) {
    if (how == Sealing::Background) thread_ = std::thread([this] { work(); });
  }
  ~SealingThread() {
    stop_ = true;
    {
      const std::scoped_lock lock(mutex_);
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  SealingThread(const SealingThread&) = delete;
  SealingThread& operator=(const SealingThread&) = delete;

  Result<void> wake() {
    if (how_ == Sealing::WhenCalled) return run_once();
    {
      const std::scoped_lock lock(mutex_);
      ++wanted_;
    }
    changed_.notify_all();
    return {};
  }

  Result<void> wait(std::int64_t timeout_us) {
    if (how_ == Sealing::WhenCalled) return run_once();
    std::unique_lock lock(mutex_);
    const std::uint64_t wanted = wanted_;
    if (!changed_.wait_for(lock, std::chrono::microseconds(timeout_us), [&] { return done_ >= wanted || error_; }))
      return fail(ErrorCode::Timeout, "sealing has not ended yet");
    if (error_) return std::unexpected(*error_);
    return {};
  }

  std::string problem() const {
    const std::scoped_lock lock(mutex_);
    return error_ ? error_->message : "";
  }

 private:
  Result<void> run_once() {
    auto result = sealer_.run(stop_);
    const std::scoped_lock lock(mutex_);
    error_ = result ? std::nullopt : std::optional(result.error());
    return result;
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
      if (error_)
        changed_.wait_for(lock, kRetryAfter, [&] { return stop_.load(); });
      else
        changed_.wait(lock, [&] { return stop_ || wanted_ > done_; });
      if (stop_) return;
      const std::uint64_t wanted = wanted_;
      lock.unlock();
      const auto result = run_once();
      lock.lock();
      if (result) done_ = wanted;
      changed_.notify_all();
    }
  }

  Sealer& sealer_;
  const Sealing how_;
  std::atomic<bool> stop_ = false;
  mutable std::mutex mutex_;  // guards all below but the thread
  std::condition_variable changed_;
  std::uint64_t wanted_ = 0, done_ = 0;
  std::optional<Error> error_;
  std::thread thread_;
};

class ArchiveImpl : public Archive {
 public:
  ArchiveImpl(Disk& disk, const std::filesystem::path& folder, const ArchiveOptions& options,
              std::function<Timestamp()> now, std::unique_ptr<DiskLock> lock, std::unique_ptr<Catalogue> catalogue,
              Recovered recovered)
      : disk_(disk),
        folder_(folder),
        options_(options),
        now_(now),
        lock_(std::move(lock)),
        catalogue_(std::move(catalogue)),
        journal_(std::move(recovered.open_journal)),
        voided_(std::move(recovered.voided)),
        next_seq_(recovered.next_seq),
        feed_(disk, folder, *catalogue_, recovered.next_seq, options.tail_bytes),
        space_(disk, folder, options.reserve_bytes),
        files_(disk, folder),
        sealer_(disk, folder, options, std::move(now), *catalogue_),
        sealing_(sealer_, options.sealing) {
    if (!options_.random) options_.random = random_of_system;
  }
  ~ArchiveImpl() override { feed_.close(); }

  /// Journals that recovery left closed.
  void begin() {
    if (options_.sealing == Sealing::Background) (void)sealing_.wake();
  }

  std::uint64_t next_seq() const override { return next_seq_; }

  Result<void> commit(std::span<const PendingLine> lines) override {
    if (lines.empty()) return {};
    auto result = try_commit(lines);
    const std::scoped_lock lock(mutex_);
    write_problem_ = result ? "" : result.error().message;
    if (!result) ++failed_commits_;
    return result;
  }

  Result<void> seal() override {
    if (journal_ && has_lines(journal_->name())) close_journal();
    return sealing_.wake();
  }
  Result<void> seal_if_due() override {
    if (!is_due()) return {};
    return seal();
  }
  Result<void> wait_until_sealed(std::int64_t timeout_us) override { return sealing_.wait(timeout_us); }

  CommitFeed& feed() override { return feed_; }
  std::vector<SegmentInfo> segments() const override;
  ArchiveStatus status() const override;
  std::vector<ArchiveDamage> damages() const override { return catalogue_->damages(); }
  Result<std::string> keep_file(const std::filesystem::path& source) override { return files_.keep(source); }

 private:
  Result<void> try_commit(std::span<const PendingLine> lines) {
    TRY_ASSIGN(const std::uint64_t bytes, size_of(lines));
    TRY(space_.admit(bytes));
    if (!journal_) TRY(begin_journal());
    TailRecord record;
    record.first_seq = next_seq_;
    record.count = static_cast<std::uint32_t>(lines.size());
    record.bytes.reserve(bytes);
    proof::RecordWriter writer(journal_->header(), journal_->next_batch(), next_seq_, record.bytes);
    std::uint8_t groups = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto group = static_cast<std::uint8_t>(lines[i].group);
      groups = static_cast<std::uint8_t>(groups | 1U << group);
      writer.add(group, next_seq_ + i, lines[i].tail);
    }
    writer.finish();
    const RecordPlace place{next_seq_, journal_->end()};
    if (auto written = journal_->append(as_bytes(record.bytes.view())); !written) {
      give_up_journal();
      return written;
    }
    next_seq_ += lines.size();
    catalogue_->change(journal_->name(), [&](Journal& it) {
      it.records.push_back(place);
      it.last_seq = next_seq_ - 1;
      it.end = journal_->end();
      it.line_bytes += record.bytes.size() - proof::kRecordHeaderBytes;
      it.groups = static_cast<std::uint8_t>(it.groups | groups);
    });
    feed_.publish(std::move(record));
    return {};
  }

  static Result<std::uint64_t> size_of(std::span<const PendingLine> lines) {
    std::uint64_t bytes = proof::kRecordHeaderBytes;
    for (const PendingLine& line : lines) {
      if (line.tail.size() + kSeqBytes > proof::kMaxLineBytes)
        return fail(ErrorCode::InvalidInput, "a line of " + std::to_string(line.tail.size()) + " bytes");
      bytes += line.tail.size() + kSeqBytes;
    }
    if (bytes > proof::kMaxRecordBytes || lines.size() > UINT32_MAX)
      return fail(ErrorCode::InvalidInput, "a batch of " + std::to_string(bytes) + " bytes");
    return bytes;
  }

  Result<void> begin_journal() {
    JournalName name{next_seq_, 1};
    for (const Journal& journal : catalogue_->journal_heads())
      if (journal.name.first_seq == next_seq_) name.attempt = std::max(name.attempt, journal.name.attempt + 1);
    TRY_ASSIGN(auto file, JournalFile::create(disk_, folder_, name, voided_, options_.random(), now_()));
    voided_ = {};
    Journal journal;
    journal.name = name;
    journal.begin = journal.end = file.end();
    journal.created = now_();
    catalogue_->add_journal(std::move(journal));
    journal_ = std::move(file);
    return {};
  }

  /// Closed is what the sealer takes up; a journal without a line has nothing for it.
  void close_journal() {
    catalogue_->change(journal_->name(), [&](Journal& it) {
      it.state = it.has_lines() ? JournalState::Closed : JournalState::Sealed;
      it.sealed_at = now_();
    });
    journal_.reset();
  }
  void give_up_journal() {
    voided_ = {to_string(journal_->name()), journal_->end()};
    close_journal();
    if (options_.sealing == Sealing::Background) (void)sealing_.wake();
  }

  bool has_lines(const JournalName& name) const {
    const auto journal = catalogue_->find(name);
    return journal && journal->has_lines();
  }
  bool is_due() const {
    if (!journal_) return false;
    const auto journal = catalogue_->find(journal_->name());
    return journal && journal->has_lines() &&
           (journal->line_bytes >= options_.seal_bytes || now_().us - journal->created.us >= options_.seal_us);
  }

  Disk& disk_;
  const std::filesystem::path folder_;
  ArchiveOptions options_;
  std::function<Timestamp()> now_;
  std::unique_ptr<DiskLock> lock_;
  std::unique_ptr<Catalogue> catalogue_;
  std::optional<JournalFile> journal_;
  VoidedJournal voided_;
  std::atomic<std::uint64_t> next_seq_;
  Feed feed_;
  SpaceGuard space_;
  FileStore files_;
  mutable std::mutex mutex_;  // guards the two below
  std::string write_problem_;
  std::uint64_t failed_commits_ = 0;
  mutable std::mutex infos_mutex_;                    // guards infos_
  mutable std::map<std::string, SegmentInfo> infos_;  ///< segments never change; read when first asked for
  Sealer sealer_;
  SealingThread sealing_;  // last: it ends before what it works on
};

std::vector<SegmentInfo> ArchiveImpl::segments() const {
  std::vector<SegmentInfo> all;
  const std::scoped_lock lock(infos_mutex_);
  for (const auto& group : catalogue_->segments())
    for (const SegmentFile& file : group) {
      auto found = infos_.find(file.path);
      if (found == infos_.end()) found = infos_.emplace(file.path, segment_info(disk_, folder_, file)).first;
      all.push_back(found->second);
    }
  std::ranges::sort(all, {}, &SegmentInfo::first_seq);
  return all;
}

ArchiveStatus ArchiveImpl::status() const {
  ArchiveStatus status;
  status.next_seq = feed_.end();
  for (const Journal& journal : catalogue_->journal_heads()) {
    if (journal.state != JournalState::Open && journal.state != JournalState::Closed) continue;
    ++status.unsealed_journals;
    status.unsealed_bytes += journal.line_bytes;
  }
  status.disk = space_.level();
  status.space = space_.space();
  status.sealing_problem = sealing_.problem();
  const std::scoped_lock lock(mutex_);
  status.write_problem = write_problem_;
  status.failed_commits = failed_commits_;
  return status;
}

}  // namespace

std::string_view to_string(DamageKind kind) {
  switch (kind) {
    case DamageKind::Lost:
      return "lost";
    case DamageKind::Repaired:
      return "repaired";
    case DamageKind::TornTail:
      return "torn-tail";
    case DamageKind::Void:
      return "void";
  }
  return "lost";
}

Result<std::unique_ptr<Archive>> Archive::open(Disk& disk, const std::filesystem::path& folder,
                                               const ArchiveOptions& options, std::function<Timestamp()> now) {
  TRY(disk.make_folders(folder));
  TRY_ASSIGN(auto lock, disk.lock(folder / kLockName));
  for (const std::string_view name : {kJournalFolder, kSegmentFolder, kFileFolder})
    TRY(disk.make_folders(folder / name));
  auto catalogue = std::make_unique<Catalogue>();
  YOROZU_FAULT_POINT("recover.begun");
  TRY_ASSIGN(auto recovered, recover(disk, folder, now(), *catalogue));
  YOROZU_FAULT_POINT("recover.done");
  auto archive = std::make_unique<ArchiveImpl>(disk, folder, options, std::move(now), std::move(lock),
                                               std::move(catalogue), std::move(recovered));
  archive->begin();
  return archive;
}

}  // namespace yorozu::archive
