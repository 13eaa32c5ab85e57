#include "ingest/local/file_input.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "base/hash.h"
#include "base/try.h"
#include "ingest/local/file_finder.h"
#include "ingest/local/folder_watch.h"
#include "ingest/local/mailbox.h"
#include "ingest/local/tail_set.h"
#include "proof/line.h"

namespace yorozu::ingest {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMaxFrames = 16'384;  ///< of one batch
constexpr int kBatchesInARow = 32;          ///< before news are looked at again
constexpr milliseconds kLongestRetry{30'000};
constexpr milliseconds kPublishEvery{200};

struct BatchDone {
  KnownFile newest;
  Timestamp read_at;
  Result<void> result;
};

std::size_t default_max_open() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 512;
  return std::clamp<std::size_t>(limit.rlim_cur / 2, 16, 4096);
}

bool is_folder(const std::string& path) {
  struct stat status = {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

FileInputOptions whole_var_log() {
  FileInputOptions options;
  options.name = "file.var-log";
  options.paths = {"/var/log"};
  options.exclude = {"/var/log/journal", "/var/log/private"};
  return options;
}

/// The thread of the input and what it owns.
class FileInput::Loop {
 public:
  Loop(FileInputOptions options, FilePositions known, Intake& intake, std::function<Timestamp()> now)
      : options_(std::move(options)),
        intake_(intake),
        now_(std::move(now)),
        mailbox_(std::make_shared<Mailbox<BatchDone>>()),
        known_paths_(paths_of(known)),
        tails_(std::move(known), {.quiet = options_.quiet,
                                  .max_open = options_.max_open ? options_.max_open : default_max_open(),
                                  .started = now_()}) {}

  Result<void> start() {
    TRY_ASSIGN(finder_, FileFinder::make(options_.paths, options_.exclude));
    thread_ = std::thread([this] { run(); });
    return {};
  }
  void stop() {
    mailbox_->stop();
    if (thread_.joinable()) thread_.join();
  }

  InputState state() const;
  std::vector<FileProblem> problems() const {
    const std::lock_guard lock(mutex_);
    return published_.problems;
  }
  std::vector<FollowedFile> files(std::size_t limit) const {
    const std::lock_guard lock(mutex_);
    std::vector<FollowedFile> first = published_.files;
    if (first.size() > limit) first.resize(limit);
    return first;
  }
  const InputCounters& counters() const { return counters_; }

 private:
  static std::vector<std::string> paths_of(const FilePositions& known) {
    std::vector<std::string> paths;
    for (const KnownFile& file : known.all()) paths.push_back(file.path);
    return paths;
  }

  void run();
  void walk(Clock::time_point now);
  void set_watches(const std::vector<std::string>& folders);
  void hear(const FolderWatch::News& news, Clock::time_point now);
  void take(const BatchDone& done, Clock::time_point now);
  void read_files(Clock::time_point now);
  bool read_file(TailedFile& file, Clock::time_point now);
  bool push(FrameBatch& batch);
  void publish(Clock::time_point now);
  void wait(Clock::time_point now);
  bool can_push(Clock::time_point now) const { return !held_ && now >= retry_at_; }

  const FileInputOptions options_;
  Intake& intake_;
  const std::function<Timestamp()> now_;
  const std::shared_ptr<Mailbox<BatchDone>> mailbox_;
  InputCounters counters_;
  std::thread thread_;

  // Of the thread.
  std::vector<std::string> known_paths_;
  TailSet tails_;
  Result<FileFinder> finder_ = fail(ErrorCode::Internal, "not started");
  FolderWatch watch_;
  std::vector<std::string> folders_;
  std::optional<FrameBatch> held_;  ///< no room for it yet
  bool more_to_read_ = false;
  bool is_unpublished_ = true;
  Clock::time_point walk_at_, poll_at_, publish_at_, retry_at_;
  Clock::time_point last_walk_;
  milliseconds walk_took_{0};
  milliseconds retry_wait_{0};
  std::string commit_problem_;

  struct Published {
    std::vector<FileProblem> problems;
    std::vector<FollowedFile> files;
    std::string commit_problem;
  };
  mutable std::mutex mutex_;  ///< guards published_
  Published published_;
};

void FileInput::Loop::run() {
  const bool is_first_start =
      std::ranges::none_of(known_paths_, [&](const std::string& path) { return finder_->wants(path); });
  tails_.skip_what_is_there(options_.from == FileInputOptions::From::End && is_first_start);
  walk(Clock::now());
  tails_.settle(Clock::now());
  tails_.skip_what_is_there(false);
  while (true) {
    auto mail = mailbox_->collect();
    const auto now = Clock::now();
    if (mail.stop) break;
    for (const BatchDone& done : mail.done) take(done, now);
    if (held_ && (mail.room || now >= poll_at_) && push(*held_)) held_.reset();
    watch_.read([&](const FolderWatch::News& news) { hear(news, now); });
    if (now >= walk_at_) walk(now);
    if (now >= poll_at_) {
      tails_.look_again([&](const std::string& path) { return !options_.poll && watch_.is_watched(path); }, now);
      poll_at_ = now + options_.poll_every;
    }
    tails_.settle(now);
    read_files(now);
    publish(now);
    wait(now);
  }
}

void FileInput::Loop::walk(Clock::time_point now) {
  is_unpublished_ = true;
  for (int round = 0; round < 3; ++round) {
    Found found = finder_->find();
    std::vector<std::string> folders = found.folders;
    tails_.reconcile(found, now);
    for (const auto& [inode, file] : tails_.files()) folders.push_back(folder_of(file->path));
    std::ranges::sort(folders);
    folders.erase(std::ranges::unique(folders).begin(), folders.end());
    watch_.set_folders(folders);
    const bool is_same = folders == folders_;
    folders_ = std::move(folders);
    if (is_same) break;  // else look once more: something may have come before the watch did
  }
  tails_.look_again([](const std::string&) { return false; }, now);
  last_walk_ = Clock::now();
  walk_took_ = std::chrono::duration_cast<milliseconds>(last_walk_ - now);
  // Where a folder brings no news, new names are found by walking only.
  walk_at_ = last_walk_ + (options_.poll || !watch_.unwatched().empty()
                               ? std::max<milliseconds>(options_.poll_every, 20 * walk_took_)
                               : options_.walk_every);
}

void FileInput::Loop::hear(const FolderWatch::News& news, Clock::time_point now) {
  is_unpublished_ = true;
  using Kind = FolderWatch::News::Kind;
  // Walks take at most a twentieth of the time, however restless the folders are.
  const auto walk_soon = [&] {
    walk_at_ = std::min(walk_at_, last_walk_ + std::max<milliseconds>(milliseconds(100), 20 * walk_took_));
  };
  switch (news.kind) {
    case Kind::Content:
      tails_.written(news.path, now);
      return;
    case Kind::Name:
      if (const auto file = look_at(news.path))
        tails_.appeared(*file, finder_->wants(news.path), now);
      else if (finder_->may_lead_to(news.path) && is_folder(news.path))
        walk_soon();
      return;
    case Kind::Gone:
      if (tails_.is_path_of_any(news.path) || finder_->may_lead_to(news.path)) walk_soon();
      return;
    case Kind::Overflow:
      walk_soon();
      return;
  }
}

void FileInput::Loop::take(const BatchDone& done, Clock::time_point now) {
  is_unpublished_ = true;
  TailedFile* file = tails_.find(done.newest.identity.inode);
  if (done.result) {
    retry_wait_ = milliseconds(0);
    commit_problem_.clear();
    counters_.lag_us.store(now_().us - done.read_at.us, std::memory_order_relaxed);
    if (file) tails_.kept(*file, done.newest);
    return;
  }
  commit_problem_ = done.result.error().message;
  retry_wait_ = std::clamp(retry_wait_ * 2, options_.retry_after, std::max(kLongestRetry, options_.retry_after));
  retry_at_ = now + retry_wait_;
  if (file) tails_.failed(*file);
}

void FileInput::Loop::read_files(Clock::time_point now) {
  more_to_read_ = false;
  for (int i = 0; i < kBatchesInARow && can_push(now); ++i) {
    TailedFile* file = tails_.next();
    if (!file) return;
    read_file(*file, now);
  }
  more_to_read_ = can_push(now);
}

/// One batch of one file.
bool FileInput::Loop::read_file(TailedFile& file, Clock::time_point now) {
  is_unpublished_ = true;
  FrameBatch batch;
  batch.input = options_.input;
  batch.source_class = options_.source_class;
  batch.zone = options_.zone;
  batch.file = repair_utf8(file.label);
  batch.stream = hash64(file.label, file.inode.number);
  batch.counters = &counters_;
  const Timestamp received = now_();
  KnownFile newest;
  newest.path = file.label;
  newest.since = received;
  const std::string path = repair_utf8(file.label);
  std::string identity, via;
  const LineCutter::Each each = [&](const CutLine& line) {
    if (identity.empty()) identity = to_text(file.identity());
    const std::string offset = std::to_string(line.offset);
    std::vector<std::pair<std::string_view, std::string_view>> pairs = {
        {"path", path}, {"file", identity}, {"offset", offset}};
    if (line.converted) pairs.emplace_back("charset", "utf-16");
    via.clear();
    proof::append_via(pairs, via);
    batch.add(received, line.raw, via,
              line.is_cut ? std::optional(std::max<std::uint64_t>(line.length, line.raw.size() + 1)) : std::nullopt);
    newest.end = line.offset + line.length;
  };

  bool is_full = false;
  const auto read = file.read_lines(
      [&] { return is_full = batch.bytes >= options_.batch_bytes || batch.frames.size() >= kMaxFrames; }, each);
  if (!read) {
    tails_.read_failed(file, read.error());
    return false;
  }
  if (file.state == TailedFile::State::Left) {
    tails_.leave(file, FileProblem::Kind::Binary);
    return false;
  }
  if (!tails_.is_still_intact(file)) return false;
  if (!is_full && file.has_rest() && (file.is_packed || tails_.is_quiet(file, now))) file.take_rest(each);
  if (batch.frames.empty()) {
    tails_.nothing_read(file);
    return false;
  }
  newest.identity = file.identity();
  counters_.received.fetch_add(batch.frames.size(), std::memory_order_relaxed);
  counters_.bytes.fetch_add(batch.bytes, std::memory_order_relaxed);
  counters_.last_seen_us.store(received.us, std::memory_order_relaxed);
  batch.done = [mailbox = mailbox_, newest, received](const Result<void>& result) {
    mailbox->post({newest, received, result});
  };
  file.in_flight = true;
  if (!push(batch)) held_ = std::move(batch);
  return true;
}

bool FileInput::Loop::push(FrameBatch& batch) {
  if (intake_.try_push(batch)) return true;
  intake_.when_room([mailbox = mailbox_] { mailbox->room(); });
  return false;
}

void FileInput::Loop::publish(Clock::time_point now) {
  if (!is_unpublished_ || now < publish_at_) return;
  is_unpublished_ = false;
  publish_at_ = now + kPublishEvery;
  Published published;
  published.problems = tails_.problems();
  for (const std::string& folder : watch_.unwatched())
    published.problems.push_back({folder, FileProblem::Kind::NotWatched, {}});
  for (const auto& [inode, file] : tails_.files())
    if (file->state == TailedFile::State::Following)
      published.files.push_back({file->path, file->size_seen, file->kept()});
  std::ranges::sort(published.files, std::greater{}, [](const FollowedFile& file) {
    return static_cast<std::int64_t>(file.size) - static_cast<std::int64_t>(file.kept);
  });
  published.commit_problem = commit_problem_;
  const std::lock_guard lock(mutex_);
  published_ = std::move(published);
}

void FileInput::Loop::wait(Clock::time_point now) {
  auto until = std::min(walk_at_, poll_at_);
  if (const auto deadline = tails_.next_deadline())
    until = std::min(until, std::max(*deadline, now + milliseconds(20)));
  if (retry_at_ > now) until = std::min(until, retry_at_);
  if (is_unpublished_) until = std::min(until, publish_at_);
  if (more_to_read_) until = now;
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
  std::array<pollfd, 2> sources = {pollfd{mailbox_->descriptor(), POLLIN, 0}, pollfd{watch_.descriptor(), POLLIN, 0}};
  ::poll(sources.data(), sources.size(), static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000)));
}

InputState FileInput::Loop::state() const {
  InputState state;
  state.name = options_.name;
  for (const std::string& path : options_.paths) state.address += (state.address.empty() ? "" : " ") + path;
  const std::lock_guard lock(mutex_);
  state.problem = published_.commit_problem;
  const auto speaks = [](const FileProblem& problem) {
    return problem.kind == FileProblem::Kind::Denied || problem.kind == FileProblem::Kind::Lost ||
           problem.kind == FileProblem::Kind::Failed || problem.kind == FileProblem::Kind::Link;
  };
  const auto count = std::ranges::count_if(published_.problems, speaks);
  if (state.problem.empty() && count > 0) {
    state.problem = describe(options_.lang, *std::ranges::find_if(published_.problems, speaks));
    if (count > 1) state.problem += message::format(options_.lang, message::Id::FilesMoreProblems, count - 1);
  }
  return state;
}

FileInput::FileInput(FileInputOptions options, FilePositions known, Intake& intake, std::function<Timestamp()> now)
    : loop_(std::make_unique<Loop>(std::move(options), std::move(known), intake, std::move(now))) {}
FileInput::~FileInput() {
  stop();
}
Result<void> FileInput::start() {
  return loop_->start();
}
void FileInput::stop() {
  loop_->stop();
}
InputState FileInput::state() const {
  return loop_->state();
}
const InputCounters& FileInput::counters() const {
  return loop_->counters();
}
std::vector<FileProblem> FileInput::problems() const {
  return loop_->problems();
}
std::vector<FollowedFile> FileInput::files(std::size_t limit) const {
  return loop_->files(limit);
}

}  // namespace yorozu::ingest
