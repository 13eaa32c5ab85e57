#include "archive/feed.h"

#include <algorithm>
#include <chrono>

#include "base/try.h"
#include "proof/journal.h"

namespace yorozu::archive {

namespace {
constexpr std::int64_t kLongestWaitUs = std::int64_t{86400} * 1000000;  // a deadline that no clock overflows
}

Feed::Feed(Disk& disk, std::filesystem::path folder, Catalogue& catalogue, std::uint64_t end, std::uint64_t tail_bytes)
    : disk_(disk), folder_(std::move(folder)), catalogue_(catalogue), tail_limit_(tail_bytes), end_(end) {}

void Feed::publish(TailRecord record) {
  auto shared = std::make_shared<const TailRecord>(std::move(record));  // readers may still hold what the tail drops
  {
    const std::scoped_lock lock(mutex_);
    end_ = shared->first_seq + shared->count;
    tail_bytes_ += shared->bytes.size();
    tail_.push_back(std::move(shared));
    while (tail_bytes_ > tail_limit_ && tail_.size() > 1) {
      tail_bytes_ -= tail_.front()->bytes.size();
      tail_.pop_front();
    }
  }
  changed_.notify_all();
}

std::uint64_t Feed::end() const {
  const std::scoped_lock lock(mutex_);
  return end_;
}

void Feed::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

Feed::Tail Feed::wait_for(std::uint64_t from, std::size_t max_lines, std::int64_t timeout_us, std::uint64_t& end,
                          std::uint64_t& tail_begin) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::microseconds(std::min(timeout_us, kLongestWaitUs)),
                    [&] { return closed_ || end_ > from; });
  end = end_;
  tail_begin = tail_.empty() ? end_ : tail_.front()->first_seq;
  Tail records;
  if (from < tail_begin || from >= end_) return records;
  const auto behind = std::ranges::upper_bound(tail_, from, {}, [](const auto& record) { return record->first_seq; });
  std::size_t lines = 0;
  for (auto at = behind - 1; at != tail_.end() && lines < max_lines; ++at) {
    records.push_back(*at);
    lines += (*at)->count - (lines == 0 ? from - (*at)->first_seq : 0);
  }
  return records;
}

Result<std::uint64_t> Feed::read(std::uint64_t from, std::size_t max_lines, std::int64_t timeout_us,
                                 const std::function<void(const CommittedLine&)>& each) {
  from = std::max<std::uint64_t>(from, 1);
  if (max_lines == 0) return from;
  std::uint64_t end = 0, tail_begin = 0;
  const Tail records = wait_for(from, max_lines, timeout_us, end, tail_begin);
  if (records.empty())
    return from >= end ? Result<std::uint64_t>(from) : read_stored(from, tail_begin, max_lines, each);
  std::uint64_t next = from;
  for (const auto& record : records) {
    std::uint64_t seq = record->first_seq;
    proof::RecordLines lines(record->bytes.view().substr(proof::kRecordHeaderBytes));
    for (auto line = lines.next(); line && next - from < max_lines; line = lines.next(), ++seq) {
      if (seq < from) continue;
      each({seq, static_cast<event::RetentionGroup>(line->group), line->line});
      next = seq + 1;
    }
  }
  return next;
}

Result<std::uint64_t> Feed::read_stored(std::uint64_t from, std::uint64_t until, std::size_t max_lines,
                                        const std::function<void(const CommittedLine&)>& each) {
  for (int attempt = 0;; ++attempt) {
    auto taken = take_stored(from);
    Stored stored = taken ? *std::move(taken) : make_stored(from, until);
    std::uint64_t next = from;
    bool ended = false;
    std::optional<Error> problem;
    for (std::size_t given = 0; given < max_lines;) {
      const auto line = stored.lines->next();
      if (!line) {
        problem = line.error();
        break;
      }
      if (!*line || (*line)->seq >= stored.until) {
        ended = true;
        break;
      }
      each(**line);
      next = (*line)->seq + 1;
      ++given;
    }
    const auto damages = stored.lines->damages();
    for (; stored.damages_told < damages.size(); ++stored.damages_told)
      if (const auto kind = damages[stored.damages_told].kind; kind == DamageKind::Lost || kind == DamageKind::Repaired)
        catalogue_.add_damage(damages[stored.damages_told]);
    if (problem) {
      if (next != from) return next;  // said by the next call, if it is still so
      // A journal may have been sealed and removed since its name was read.
      if (problem->code == ErrorCode::NotFound && attempt < 3) continue;
      return std::unexpected(*std::move(problem));
    }
    if (ended) return std::max(next, stored.until);
    stored.at = next;
    keep_stored(std::move(stored));
    return next;
  }
}

/// Unsealed journals and all segments. The catalogue is asked for journals first: what is sealed in between stands
/// twice then, not nowhere.
Feed::Stored Feed::make_stored(std::uint64_t from, std::uint64_t until) const {
  StoredFiles files;
  for (const Journal& journal : catalogue_.journals()) {
    if (journal.state == JournalState::Sealed || !journal.has_lines() || journal.last_seq < from ||
        journal.name.first_seq >= until || journal.records.empty())
      continue;
    JournalPart part;
    part.name = journal.name;
    part.end = journal.end;
    part.limit = journal.last_seq + 1;
    const auto behind = std::ranges::upper_bound(journal.records, from, {}, &RecordPlace::first_seq);
    part.begin = behind == journal.records.begin() ? journal.begin : (behind - 1)->offset;
    files.journals.push_back(part);
  }
  files.segments = catalogue_.segments();
  StoredLines::Options options;
  options.from_seq = from;
  Stored stored;
  stored.at = from;
  stored.until = until;
  stored.lines = std::make_unique<StoredLines>(disk_, folder_, std::move(files), options);
  return stored;
}

std::optional<Feed::Stored> Feed::take_stored(std::uint64_t from) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(stored_, from, &Stored::at);
  if (found == stored_.end()) return std::nullopt;
  Stored stored = std::move(*found);
  stored_.erase(found);
  return stored;
}

void Feed::keep_stored(Stored stored) {
  const std::scoped_lock lock(mutex_);
  stored_.push_back(std::move(stored));
  if (stored_.size() > kMostStored) stored_.pop_front();
}

}  // namespace yorozu::archive
