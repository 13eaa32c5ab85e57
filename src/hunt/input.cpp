#include "hunt/input.h"

#include <deque>
#include <optional>

#include "base/try.h"
#include "codec/evtx/evtx.h"
#include "hunt/evidence.h"
#include "hunt/input_archive.h"
#include "hunt/input_log.h"
#include "hunt/input_paths.h"

namespace yorozu::hunt {
namespace {

constexpr std::size_t kHead = std::size_t{64} * 1024;
constexpr std::size_t kMaxProblems = 10'000;

class Files final : public Input {
 public:
  Files(FoundFiles found, InputOptions options)
      : options_(options), found_(std::move(found.files)), problems_(std::move(found.problems)) {
    for (const FoundFile& file : found_) bytes_total_ += file.size;
  }

  bool next(Work& work) override;
  const InputFile& file(std::uint32_t index) const override {
    const std::scoped_lock lock(mutex_);
    return logs_[index].shown;
  }
  std::uint32_t file_count() const override {
    const std::scoped_lock lock(mutex_);
    return static_cast<std::uint32_t>(logs_.size());
  }
  std::uint64_t bytes_read() const override { return bytes_read_.load(std::memory_order_relaxed); }
  std::uint64_t bytes_total() const override { return bytes_total_; }
  std::vector<Problem> problems() const override {
    const std::scoped_lock lock(mutex_);
    return problems_;
  }

 private:
  struct Log {
    InputFile shown;
    std::string header;
  };

  bool open_next();
  Result<void> open_file(const FoundFile& found);
  void open_member();
  void open_log(std::string name, std::unique_ptr<ByteSource> source, Recognised what, Timestamp written);
  void close_file();
  void problem(std::string name, Error error);
  void count_read();

  const InputOptions options_;
  mutable std::mutex mutex_;  ///< guards everything below but the atomic
  std::vector<FoundFile> found_;
  std::size_t next_found_ = 0;
  std::deque<Log> logs_;
  std::vector<Problem> problems_;

  std::string file_name_;             ///< of the file at hand
  std::unique_ptr<FileSource> file_;  ///< when an archive reads from it
  const FileSource* counted_ = nullptr;
  std::unique_ptr<Archive> archive_;
  std::optional<OpenLog> log_;
  std::uint64_t unit_index_ = 0;

  std::uint64_t bytes_before_ = 0;  ///< of files that are done
  std::atomic<std::uint64_t> bytes_read_ = 0;
  std::uint64_t bytes_total_ = 0;
};

bool Files::next(Work& work) {
  work.report = {};
  const std::scoped_lock lock(mutex_);
  while (true) {
    if (log_) {
      const bool found = log_->next(work);
      count_read();
      Log& log = logs_.back();
      if (archive_) log.shown.bytes = log_->bytes_given();
      if (found) {
        work.file = static_cast<std::uint32_t>(logs_.size() - 1);
        work.index = unit_index_++;
        return true;
      }
      log_.reset();
    }
    if (!open_next()) return false;
  }
}

/// Opens the next log; false when there is none. A file or member without one is a problem, and the one after it is
/// tried.
bool Files::open_next() {
  while (!log_) {
    if (archive_) {
      open_member();
      continue;
    }
    close_file();
    if (next_found_ == found_.size()) return false;
    const FoundFile& found = found_[next_found_++];
    file_name_ = found.name;
    if (auto opened = open_file(found); !opened) problem(found.name, opened.error());
  }
  return true;
}

Result<void> Files::open_file(const FoundFile& found) {
  if (found.is_evidence) {
    TRY_ASSIGN(auto evidence, open_evidence(found.path));
    Recognised what;
    what.format = codec::Format::Evidence;
    open_log(found.name, std::move(evidence), std::move(what), {});
    logs_.back().shown.bytes = found.size;
    return {};
  }
  TRY_ASSIGN(auto file, FileSource::open(found.path));
  counted_ = file.get();
  std::vector<std::uint8_t> head(kHead);
  Result<void> error;
  head.resize(read_full(*file, head, error));
  if (!error && head.empty()) return error;
  if (looks_like_archive(head)) {
    const ArchiveLimits limits{.max_unpacked_bytes = options_.max_unpacked_bytes, .max_ratio = options_.max_ratio};
    file_ = std::move(file);
    TRY_ASSIGN(archive_, Archive::open(*file_, std::move(head), limits));
    return {};
  }
  Recognised what = recognise(head, options_);
  if (what.is_binary && what.format == codec::Format::Text)
    return fail(ErrorCode::Unsupported, "not a log: neither text nor a known format");
  const Timestamp written = file->written();
  const std::uint64_t size = file->size();
  open_log(found.name, std::make_unique<HeadedSource>(std::move(head), std::move(file)), std::move(what), written);
  logs_.back().shown.bytes = size;
  return {};
}

void Files::open_member() {
  auto member = archive_->next();
  if (!member || !*member) {
    if (!member) problem(file_name_, member.error());
    archive_.reset();
    return;
  }
  const std::string name = (*member)->name.empty() ? file_name_ : file_name_ + "!" + (*member)->name;
  if ((*member)->is_encrypted) {
    problem(name, Error{ErrorCode::Denied, "encrypted; unpack it first"});
    return;
  }
  auto source = std::make_unique<MemberSource>(*archive_);
  std::vector<std::uint8_t> head(kHead);
  Result<void> error;
  head.resize(read_full(*source, head, error));
  if (!error && head.empty()) {
    problem(name, error.error());
    return;
  }
  if (looks_like_archive(head)) {
    problem(name, Error{ErrorCode::Unsupported, "an archive inside an archive is not opened; unpack it first"});
    return;
  }
  Recognised what = recognise(head, options_);
  if (what.is_binary && what.format == codec::Format::Text) {
    problem(name, Error{ErrorCode::Unsupported, "not a log: neither text nor a known format"});
    return;
  }
  const Timestamp written = (*member)->written.known() ? (*member)->written : counted_->written();
  open_log(name, std::make_unique<HeadedSource>(std::move(head), std::move(source)), std::move(what), written);
}

void Files::open_log(std::string name, std::unique_ptr<ByteSource> source, Recognised what, Timestamp written) {
  Log& log = logs_.emplace_back();
  log.shown = {.name = std::move(name), .format = what.format, .decode = what.decode, .bytes = 0};
  log.header = std::move(what.header);
  log_.emplace(std::move(source), what, log.header, written);
  unit_index_ = 0;
}

void Files::close_file() {
  if (counted_ == nullptr) return;
  bytes_before_ += found_[next_found_ - 1].size;
  counted_ = nullptr;
  file_.reset();
  bytes_read_.store(bytes_before_, std::memory_order_relaxed);
}

void Files::count_read() {
  if (counted_ == nullptr) return;
  const std::uint64_t size = found_[next_found_ - 1].size;
  bytes_read_.store(bytes_before_ + std::min(counted_->total_read(), size), std::memory_order_relaxed);
}

void Files::problem(std::string name, Error error) {
  if (problems_.size() < kMaxProblems) problems_.push_back({std::move(name), std::move(error)});
}

}  // namespace

Result<std::unique_ptr<Input>> Input::open(std::vector<std::string> paths, InputOptions options) {
  TRY_ASSIGN(FoundFiles found, find_files(paths));
  return std::make_unique<Files>(std::move(found), options);
}

}  // namespace yorozu::hunt
