/// All files of a file input and the rules by which a new name is recognised as a file that is already known: renamed,
/// copied before a truncation, replaced by a fresh copy of itself, compressed. The rules are in tail_set.cpp. For one
/// thread; looks at the disk, sends nothing.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ingest/local/file_finder.h"
#include "ingest/local/file_positions.h"
#include "ingest/local/tailed_file.h"

namespace yorozu::ingest {

class TailSet {
 public:
  struct Options {
    std::chrono::microseconds quiet{5'000'000};      ///< unchanged for so long: nobody is writing
    std::chrono::microseconds linger{3600'000'000};  ///< a renamed file that is not asked for any more is kept open
    std::size_t max_open = 4096;
    Timestamp started;  ///< what was rotated away since is ours to read
  };

  TailSet(FilePositions known, const Options& options);

  /// Whether files that are new begin to be followed at their end: what is there already is not wanted.
  void skip_what_is_there(bool skip) { skips_ = skip; }
  /// Everything that is there now.
  void reconcile(const Found& found, SteadyTime now);
  /// A name came, or means another file now. Not `is_asked_for`: only of interest as rotated sibling of a log.
  void appeared(const FoundFile& file, bool is_asked_for, SteadyTime now);
  void written(const std::string& path, SteadyTime now);
  /// Looks at the open files that nobody brings news of (`is_watched` false for their path), or at all.
  void look_again(const std::function<bool(const std::string&)>& is_watched, SteadyTime now);
  /// Decides about new files, notices truncation and deletion, queues what is to be read.
  void settle(SteadyTime now);

  /// The next file to read, in turn; nullptr when there is nothing to do.
  TailedFile* next();
  void queue(TailedFile& file);
  TailedFile* find(Inode inode);
  bool is_path_of_any(const std::string& path) const { return by_path_.contains(path); }
  /// After done(): the batch that was in flight is durable up to `newest`, or has to be read again.
  void kept(TailedFile& file, KnownFile newest);
  void failed(TailedFile& file);
  /// Whether what was read just now is of the file that was judged; else it is undone and the file judged again.
  bool is_still_intact(TailedFile& file);
  /// Reading gave no line.
  void nothing_read(TailedFile& file);
  void read_failed(TailedFile& file, const Error& error);
  void leave(TailedFile& file, std::optional<FileProblem::Kind> why);

  /// When settle() should be called again although nothing happened.
  std::optional<SteadyTime> next_deadline() const;
  bool is_quiet(const TailedFile& file, SteadyTime now) const { return now - file.last_change >= options_.quiet; }

  const std::map<Inode, std::unique_ptr<TailedFile>>& files() const { return files_; }
  std::vector<FileProblem> problems() const;

 private:
  void add(const FoundFile& file, bool is_asked_for, SteadyTime now);
  bool is_known_log(const std::string& path) const;
  void reconsider(TailedFile& file, const FoundFile& found, SteadyTime now);
  bool is_unseen_generation(const TailedFile& file, const std::string& log) const;
  void rest_in(TailedFile& file, TailedFile::State state);
  void add_siblings(SteadyTime now);
  void decide_all(SteadyTime now);
  bool open_to_decide(TailedFile& file);
  void decide(TailedFile& file, SteadyTime now);
  bool continues_known_inode(TailedFile& file);
  bool belongs_to_followed(TailedFile& file, SteadyTime now);
  bool continues_former(TailedFile& file);
  void begin_new(TailedFile& file);
  void follow(TailedFile& file, const std::string& label, std::uint64_t offset);
  void check(TailedFile& file, SteadyTime now);
  void truncated(TailedFile& file, std::uint64_t size_before, SteadyTime now);
  bool hand_on_to_copy(TailedFile& file);
  void drop(Inode inode);
  void close_idle();
  bool is_claimed(const KnownFile& former);
  void take_over(TailedFile& file, KnownFile former);
  std::vector<TailedFile*> followed_relatives(const TailedFile& file);
  void problem(const std::string& path, FileProblem::Kind kind, std::string detail = {});

  Options options_;
  bool skips_ = false;
  FilePositions positions_;
  std::map<Inode, std::unique_ptr<TailedFile>> files_;
  std::unordered_map<std::string, Inode> by_path_;
  std::unordered_map<std::string, std::vector<Inode>> by_label_;
  std::vector<Inode> undecided_, changed_;
  std::set<Inode> waiting_;                          ///< for time to pass
  std::set<std::pair<Inode, std::uint64_t>> taken_;  ///< former files (inode, end) that another file continues
  std::deque<Inode> ready_;
  std::map<std::string, FileProblem> problems_;
  std::vector<FileProblem> walk_problems_;
};

}  // namespace yorozu::ingest
