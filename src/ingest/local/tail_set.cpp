// What a new file is.
//
// A rotation leaves the same lines under several names for some time, and a tail that judges by names reads them twice
// or loses the end. So a file that appears is compared, in this order, with what is known:
//
//   1. its inode was read before and it begins as it did then: renamed, or the server was away. It goes on.
//   2. it is called like a rotation of a log that is followed and begins like it: a copy, which may only be waiting
//      for its original to be truncated (copytruncate). Nothing is read; when the original is truncated, the copy is
//      read on from where the original was, because what came between our last look and the truncation is only there.
//      The same when it has the very name and the original is deleted: replaced by a newer copy of itself (rsync).
//   3. it is called like a rotation of a log that was read before and begins like it: as 2, but it happened while the
//      server was away. compressed files are compared by their plain text.
//   4. else it is new and read from its beginning. A compressed file is not, nor one that was not asked for, unless its
//      name says rotation of a known log and it was written after the first line that is kept of it: then it came and
//      went unseen, perhaps while the server was away.
//
// "Begins like" means the first kHeadBytes, and at run time also the last kHeadBytes that were read. A file that is
// still being copied cannot be compared yet: it waits until it is long enough or nobody writes to it for a while.
//
// Nothing is judged while lines of a file are on their way: there is at most one batch of a file in flight, so that
// what is kept of it is always a beginning of it.
#include "ingest/local/tail_set.h"

#include <dirent.h>

#include <algorithm>

#include "ingest/local/rotation_name.h"

namespace yorozu::ingest {
namespace {

constexpr std::size_t kTellingHead = 8;  ///< bytes; a shorter beginning proves nothing
constexpr std::size_t kMaxProblems = 1000;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  DIR* open = ::opendir(folder.c_str());
  if (!open) return names;
  while (const dirent* entry = ::readdir(open))
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  ::closedir(open);
  std::ranges::sort(names);
  return names;
}

std::uint64_t size_of(TailedFile& file) {
  const auto status = file.content().status();
  return status ? status->size : 0;
}

}  // namespace

TailSet::TailSet(FilePositions known, const Options& options) : options_(options), positions_(std::move(known)) {}

TailedFile* TailSet::find(Inode inode) {
  const auto found = files_.find(inode);
  return found == files_.end() ? nullptr : found->second.get();
}

// Coming and going of names.

void TailSet::reconcile(const Found& found, SteadyTime now) {
  walk_problems_ = found.problems;
  for (auto& [inode, file] : files_) file->was_found = false;
  for (const FoundFile& file : found.files) appeared(file, true, now);
  add_siblings(now);
  std::vector<Inode> gone;
  for (auto& [inode, file] : files_) {
    if (file->was_found) continue;
    if (file->state == TailedFile::State::Following)
      changed_.push_back(inode);
    else
      gone.push_back(inode);
  }
  for (const Inode inode : gone) drop(inode);
}

void TailSet::appeared(const FoundFile& found, bool is_asked_for, SteadyTime now) {
  if (TailedFile* known = find(found.inode)) {
    reconsider(*known, found, now);
    if (known->path != found.path) {
      if (const auto old = by_path_.find(known->path); old != by_path_.end() && old->second == known->inode)
        by_path_.erase(old);
      known->path = found.path;
    }
    by_path_[found.path] = found.inode;
    known->was_found = true;
    written(found.path, now);
    return;
  }
  if (is_asked_for ||
      std::ranges::any_of(possible_logs_of(found.path), [&](const std::string& log) { return is_known_log(log); }))
    add(found, is_asked_for, now);
}

/// A file that is not read may be another one by now: numbers of inodes are used again at once.
void TailSet::reconsider(TailedFile& file, const FoundFile& found, SteadyTime now) {
  if (file.state != TailedFile::State::Copy && file.state != TailedFile::State::Left) return;
  if (file.path == found.path && file.size_seen == found.size && file.modified == found.modified) return;
  bool is_same = found.size >= file.size_seen;
  if (is_same) {
    const auto content = open_plain(found.path);
    is_same = content && read_some(**content, 0, file.raw_head.size()) == file.raw_head;
  }
  file.size_seen = found.size;
  file.modified = found.modified;
  if (is_same) return;
  file.state = TailedFile::State::Undecided;
  file.is_packed = false;
  file.last_change = now;
  undecided_.push_back(file.inode);
}

void TailSet::add(const FoundFile& found, bool is_asked_for, SteadyTime now) {
  auto file = std::make_unique<TailedFile>(found.path, found.inode, now);
  file->is_asked_for = is_asked_for;
  file->size_seen = found.size;
  file->modified = found.modified;
  by_path_[found.path] = found.inode;
  files_.emplace(found.inode, std::move(file));
  undecided_.push_back(found.inode);
}

bool TailSet::is_known_log(const std::string& path) const {
  return by_label_.contains(path) || !positions_.of_path(path).empty();
}

void TailSet::add_siblings(SteadyTime now) {
  std::set<std::string> folders;
  for (const auto& [label, inodes] : by_label_) folders.insert(folder_of(label));
  if (by_label_.empty())  // at the start: of the logs that were read before
    for (const KnownFile& file : positions_.all()) folders.insert(folder_of(file.path));
  for (const std::string& folder : folders) {
    for (const std::string& name : names_in(folder)) {
      const std::string path = (folder == "/" ? "" : folder) + "/" + name;
      if (const auto known = by_path_.find(path); known != by_path_.end()) {
        if (TailedFile* file = find(known->second); file && file->was_found) continue;
      }
      const std::vector<std::string> logs = possible_logs_of(path);
      if (std::ranges::none_of(logs, [&](const std::string& log) { return is_known_log(log); })) continue;
      if (const auto found = look_at(path)) appeared(*found, false, now);
    }
  }
}

void TailSet::written(const std::string& path, SteadyTime now) {
  const auto known = by_path_.find(path);
  if (known == by_path_.end()) return;
  TailedFile& file = *files_.at(known->second);
  switch (file.state) {
    case TailedFile::State::Following:
      changed_.push_back(file.inode);
      return;
    case TailedFile::State::Undecided:
      file.last_change = now;
      return;
    case TailedFile::State::Copy:
    case TailedFile::State::Left:
      if (const auto found = look_at(path); found && found->inode == file.inode) reconsider(file, *found, now);
      return;
  }
}

void TailSet::look_again(const std::function<bool(const std::string&)>& is_watched, SteadyTime) {
  for (const auto& [inode, file] : files_)
    if (file->state == TailedFile::State::Following && (!file->was_found || !is_watched(file->path)))
      changed_.push_back(inode);
}

// Deciding.

void TailSet::settle(SteadyTime now) {
  decide_all(now);
  std::vector<Inode> due;
  std::swap(due, changed_);
  for (const Inode inode : waiting_)
    if (TailedFile* file = find(inode); file && is_quiet(*file, now)) due.push_back(inode);
  for (const Inode inode : due) {
    waiting_.erase(inode);
    if (TailedFile* file = find(inode)) check(*file, now);
  }
  close_idle();
}

void TailSet::decide_all(SteadyTime now) {
  std::vector<Inode> open;
  for (const Inode inode : undecided_) {
    TailedFile* file = find(inode);
    if (file && file->state == TailedFile::State::Undecided && open_to_decide(*file) && !continues_known_inode(*file))
      open.push_back(inode);
  }
  undecided_.clear();
  // Rotated names first: a file and its successor may begin alike, then the former is the one that goes on.
  std::ranges::stable_sort(open, {}, [&](Inode inode) {
    return std::ranges::none_of(possible_logs_of(files_.at(inode)->path),
                                [&](const std::string& log) { return is_known_log(log); });
  });
  for (const Inode inode : open) {
    TailedFile* file = find(inode);
    if (!file) continue;
    decide(*file, now);
    file = find(inode);
    if (file && file->state == TailedFile::State::Undecided) {
      undecided_.push_back(inode);
      file->close();
    }
  }
}

bool TailSet::open_to_decide(TailedFile& file) {
  auto opened = file.open();
  if (opened && !file.is_packed && is_compressed(read_some(file.content(), 0, 8))) {
    file.close();
    file.is_packed = true;
    opened = file.open();
  }
  if (opened) return true;
  if (opened.error().code == ErrorCode::Denied)
    problems_.insert_or_assign(file.path, denied(file.path));
  else if (opened.error().code != ErrorCode::NotFound)
    problem(file.path, FileProblem::Kind::Failed, opened.error().message);
  drop(file.inode);  // the next walk tries again
  return false;
}

bool TailSet::continues_known_inode(TailedFile& file) {
  const auto& generations = positions_.of_inode(file.inode);
  // A compressed file does not grow, and its text may have been read as another file, further than under this number.
  if (generations.empty() || file.is_packed) return false;
  const KnownFile newest = generations.back();
  if (!begins_like(read_some(file.content(), 0, kHeadBytes), newest.identity.head)) return false;
  if (size_of(file) < newest.end) return false;
  follow(file, newest.path, newest.end);
  return true;
}

void TailSet::decide(TailedFile& file, SteadyTime now) {
  if (file.is_packed && !is_quiet(file, now)) return;
  if (belongs_to_followed(file, now) || continues_former(file)) return;
  begin_new(file);
}

std::vector<TailedFile*> TailSet::followed_relatives(const TailedFile& file) {
  std::vector<std::string> labels = possible_logs_of(file.path);
  labels.push_back(file.path);
  std::vector<TailedFile*> relatives;
  for (const std::string& label : labels)
    if (const auto inodes = by_label_.find(label); inodes != by_label_.end())
      for (const Inode inode : inodes->second)
        if (TailedFile* other = find(inode); other && other != &file) relatives.push_back(other);
  return relatives;
}

bool TailSet::belongs_to_followed(TailedFile& file, SteadyTime now) {
  const std::string head = read_some(file.content(), 0, kHeadBytes);
  for (TailedFile* log : followed_relatives(file)) {
    if (log->head().empty()) continue;
    if (file.path == log->label) {
      if (!log->is_open() && !log->open()) continue;
      const auto status = log->content().status();
      if (!status || status->links > 0 || !log->is_continued_by(file)) continue;
      if (log->in_flight) return true;
      const std::string label = log->label;
      const std::uint64_t kept = log->kept();
      drop(log->inode);
      follow(file, label, kept);
      return true;
    }
    if (head.size() < log->head().size() && log->head().starts_with(head)) {
      if (!is_quiet(file, now)) return true;  // perhaps being copied at this moment
      continue;
    }
    if (!head.starts_with(log->head())) continue;
    bool is_copy = log->is_continued_by(file);
    if (const std::uint64_t size = size_of(file);
        !is_copy && !file.is_packed && size < log->read_up_to() && (log->is_open() || log->open())) {
      const std::uint64_t from = size - std::min<std::uint64_t>(size, kHeadBytes);
      is_copy = read_some(file.content(), from, kHeadBytes) == read_some(log->content(), from, size - from);
    }
    if (!is_copy) continue;
    file.copy_of = log->inode;
    rest_in(file, TailedFile::State::Copy);
    return true;
  }
  return false;
}

bool TailSet::is_claimed(const KnownFile& former) {
  if (taken_.contains({former.identity.inode, former.end})) return true;
  const TailedFile* file = find(former.identity.inode);
  if (!file || positions_.of_inode(former.identity.inode).back() != former) return false;
  if (file->state == TailedFile::State::Left) return file->is_packed;  // read to its end
  return file->state == TailedFile::State::Following && file->kept() >= former.end &&
         begins_like(file->head(), former.identity.head);
}

/// `file` holds what is known of `former` and is read on from there. It is known by that from now on, even when nothing
/// more comes: it may be moved or compressed in its turn.
void TailSet::take_over(TailedFile& file, KnownFile former) {
  taken_.emplace(former.identity.inode, former.end);
  former.path = file.label;
  former.identity = file.identity();
  former.seq = positions_.seq() + 1;
  positions_.committed(former, former.end);
}

bool TailSet::continues_former(TailedFile& file) {
  std::vector<std::string> paths = possible_logs_of(file.path);
  paths.push_back(file.path);
  const std::string head = read_some(file.content(), 0, kHeadBytes);
  const std::uint64_t size = size_of(file);
  std::optional<KnownFile> best;
  for (const std::string& path : paths)
    for (const KnownFile& former : positions_.of_path(path))
      if (former.identity.head.bytes >= kTellingHead && begins_like(head, former.identity.head) &&
          (file.is_packed || size >= former.end) && !is_claimed(former) && (!best || former.end > best->end))
        best = former;
  if (!best) return false;
  follow(file, best->path, best->end);
  take_over(file, *best);
  if (file.is_packed)
    if (const auto stated = stated_size_of_gzip(file.path);
        stated && *stated - static_cast<std::uint32_t>(best->end) <= 2)  // nothing but a line break behind it
      leave(file, std::nullopt);
  return true;
}

/// Whether a rotated file is a part of `log` that nobody has read: written after the first line that is kept of it.
/// What was read would have been recognised.
bool TailSet::is_unseen_generation(const TailedFile& file, const std::string& log) const {
  constexpr std::int64_t kClockStepUs = 20'000;  // times of files lag behind the clock
  Timestamp since = options_.started;
  for (const KnownFile& former : positions_.of_path(log)) since = std::min(since, former.since);
  return file.modified.us + kClockStepUs > since.us;
}

void TailSet::begin_new(TailedFile& file) {
  std::string label = file.path;
  bool is_of_known_log = false, is_unseen = false;
  for (const std::string& log : possible_logs_of(file.path)) {
    if (!is_numbered_name(file.path, log) || !is_known_log(log)) continue;
    label = log;
    is_of_known_log = true;
    is_unseen = is_unseen_generation(file, log);
  }
  if ((file.is_packed || !file.is_asked_for) && !(is_of_known_log && is_unseen))
    return leave(file, file.is_packed && file.is_asked_for && !is_of_known_log
                           ? std::optional(FileProblem::Kind::Compressed)
                           : std::nullopt);
  follow(file, label, skips_ ? size_of(file) / 2 * 2 : 0);  // even, for UTF-16
}

void TailSet::follow(TailedFile& file, const std::string& label, std::uint64_t offset) {
  file.label = label;
  file.follow(offset);
  if (file.state == TailedFile::State::Left) return leave(file, FileProblem::Kind::Binary);
  problems_.erase(file.path);
  by_label_[label].push_back(file.inode);
  changed_.push_back(file.inode);
}

/// Not read from now on, but remembered.
void TailSet::rest_in(TailedFile& file, TailedFile::State state) {
  file.state = state;
  file.close();
  const auto content = open_plain(file.path);
  file.raw_head = content ? read_some(**content, 0, kHeadBytes) : std::string();
  if (const auto found = look_at(file.path); found && found->inode == file.inode) {
    file.size_seen = found->size;
    file.modified = found->modified;
  }
}

void TailSet::leave(TailedFile& file, std::optional<FileProblem::Kind> why) {
  rest_in(file, TailedFile::State::Left);
  if (const auto inodes = by_label_.find(file.label); inodes != by_label_.end()) std::erase(inodes->second, file.inode);
  problems_.erase(file.path);
  if (why) problem(file.path, *why);
}

// What is followed.

void TailSet::check(TailedFile& file, SteadyTime now) {
  if (file.state != TailedFile::State::Following || file.in_flight) return;
  if (!file.is_open() && !file.open()) {
    hand_on_to_copy(file);
    return drop(file.inode);
  }
  const auto status = file.content().status();
  if (!status) return read_failed(file, status.error());
  const std::uint64_t size_before = file.size_seen;
  if (status->size != file.size_seen) {
    file.size_seen = status->size;
    file.last_change = now;
  }
  if (!file.is_intact(*status)) return truncated(file, size_before, now);
  if (file.is_packed || file.has_unread(status->size) || (file.has_rest() && is_quiet(file, now))) return queue(file);
  if (file.has_rest()) waiting_.insert(file.inode);
  if (status->links == 0) {
    if (is_quiet(file, now)) return drop(file.inode);
    waiting_.insert(file.inode);
  }
  if (!file.was_found && now - file.last_change >= options_.linger) drop(file.inode);
}

void TailSet::truncated(TailedFile& file, std::uint64_t size_before, SteadyTime now) {
  bool is_handed_on = hand_on_to_copy(file);
  if (!is_handed_on) {
    add_siblings(now);
    decide_all(now);
    is_handed_on = hand_on_to_copy(file);
  }
  const bool may_come = std::ranges::any_of(undecided_, [&](Inode inode) {
    const TailedFile* other = find(inode);
    return other && is_rotated_name(other->path, file.label);
  });
  if (!is_handed_on && !may_come && size_before > file.kept() + 2)  // a line break may stand behind what is kept
    problem(file.path, FileProblem::Kind::Lost, std::to_string(size_before - file.kept()));
  file.follow(0);
  if (file.state == TailedFile::State::Left) return leave(file, FileProblem::Kind::Binary);
  changed_.push_back(file.inode);
}

bool TailSet::hand_on_to_copy(TailedFile& file) {
  bool is_handed_on = false;
  for (const auto& [inode, copy] : files_) {
    if (copy->state != TailedFile::State::Copy || copy->copy_of != file.inode) continue;
    if (!is_handed_on && copy->open() && file.is_continued_by(*copy)) {
      follow(*copy, file.label, file.kept());
      if (const auto& generations = positions_.of_inode(file.inode); !generations.empty())
        take_over(*copy, generations.back());
      is_handed_on = true;
    } else {
      rest_in(*copy, TailedFile::State::Left);
    }
  }
  return is_handed_on;
}

void TailSet::drop(Inode inode) {
  TailedFile* file = find(inode);
  if (!file) return;
  if (const auto path = by_path_.find(file->path); path != by_path_.end() && path->second == inode)
    by_path_.erase(path);
  if (const auto inodes = by_label_.find(file->label); inodes != by_label_.end()) {
    std::erase(inodes->second, inode);
    if (inodes->second.empty()) by_label_.erase(inodes);
  }
  for (const auto& [other, copy] : files_)
    if (copy->state == TailedFile::State::Copy && copy->copy_of == inode) copy->state = TailedFile::State::Left;
  files_.erase(inode);
}

void TailSet::close_idle() {
  std::vector<TailedFile*> idle;
  std::size_t open = 0;
  if (files_.size() <= options_.max_open) return;
  for (const auto& [inode, file] : files_) {
    if (!file->is_open()) continue;
    ++open;
    if (file->was_found && !file->in_flight && !file->is_queued && !file->has_rest() &&
        !file->has_unread(file->size_seen))
      idle.push_back(file.get());
  }
  if (open <= options_.max_open) return;
  std::ranges::sort(idle, {}, &TailedFile::last_change);
  const std::size_t too_many = std::min(idle.size(), open - options_.max_open * 3 / 4);
  for (TailedFile* file : std::span(idle).first(too_many)) file->close();
}

// Reading in turn.

void TailSet::queue(TailedFile& file) {
  if (file.is_queued) return;
  file.is_queued = true;
  ready_.push_back(file.inode);
}

TailedFile* TailSet::next() {
  while (!ready_.empty()) {
    TailedFile* file = find(ready_.front());
    ready_.pop_front();
    if (!file) continue;
    file->is_queued = false;
    if (file->state == TailedFile::State::Following && !file->in_flight && file->is_open()) return file;
  }
  return nullptr;
}

void TailSet::kept(TailedFile& file, KnownFile newest) {
  file.in_flight = false;
  newest.seq = positions_.seq() + 1;  // the real ones are known when the archive is read again; only the order matters
  positions_.committed(newest, file.kept());
  file.keep();
  changed_.push_back(file.inode);
}

void TailSet::nothing_read(TailedFile& file) {
  if (file.is_packed) return leave(file, std::nullopt);
  if (!file.has_rest()) file.keep();
  changed_.push_back(file.inode);
}

bool TailSet::is_still_intact(TailedFile& file) {
  const auto status = file.content().status();
  if (status && file.is_intact(*status)) return true;
  file.undo();
  changed_.push_back(file.inode);
  return false;
}

void TailSet::failed(TailedFile& file) {
  file.in_flight = false;
  file.undo();
  changed_.push_back(file.inode);
}

void TailSet::read_failed(TailedFile& file, const Error& error) {
  problem(file.path, FileProblem::Kind::Failed, error.message);
  if (file.is_packed) return leave(file, FileProblem::Kind::Failed);
  file.undo();
}

std::optional<SteadyTime> TailSet::next_deadline() const {
  std::optional<SteadyTime> earliest;
  const auto consider = [&](Inode inode) {
    const auto file = files_.find(inode);
    if (file == files_.end()) return;
    const SteadyTime due = file->second->last_change + options_.quiet;
    if (!earliest || due < *earliest) earliest = due;
  };
  for (const Inode inode : waiting_) consider(inode);
  for (const Inode inode : undecided_) consider(inode);
  return earliest;
}

void TailSet::problem(const std::string& path, FileProblem::Kind kind, std::string detail) {
  if (problems_.size() < kMaxProblems) problems_.insert_or_assign(path, FileProblem{path, kind, std::move(detail)});
}

std::vector<FileProblem> TailSet::problems() const {
  std::vector<FileProblem> all = walk_problems_;
  for (const auto& [path, problem] : problems_) all.push_back(problem);
  return all;
}

}  // namespace yorozu::ingest
