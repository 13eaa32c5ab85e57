#include "ingest/local/journal_input.h"

#include <poll.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <thread>

#include "base/hash.h"
#include "base/try.h"
#include "ingest/local/journal_reader.h"
#include "ingest/local/mailbox.h"
#include "proof/line.h"

namespace yorozu::ingest {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMaxFrames = 4096;   ///< of one batch
constexpr std::size_t kMaxSkipped = 4096;  ///< entries of our own in one turn
constexpr milliseconds kLongestRetry{30'000};
constexpr milliseconds kAskAgain{1000};  ///< for room, in case nobody told

struct BatchDone {
  std::string cursor;  ///< of its last entry
  Timestamp read_at;
  Result<void> result;
};

std::string this_user() {
  std::array<char, 4096> buffer;
  passwd entry = {};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found) return found->pw_name;
  return std::to_string(::geteuid());
}

}  // namespace

bool has_journal() {
  if (::access("/run/systemd/journal/socket", F_OK) == 0) return true;
  auto reader = JournalReader::open({});
  return reader && reader->go_to_beginning() && reader->next().value_or(false);
}

/// The thread of the input and what it owns.
class JournalInput::Loop {
 public:
  Loop(JournalInputOptions options, std::string cursor, Intake& intake, std::function<Timestamp()> now)
      : options_(std::move(options)),
        intake_(intake),
        now_(std::move(now)),
        mailbox_(std::make_shared<Mailbox<BatchDone>>()),
        kept_cursor_(std::move(cursor)) {}

  Result<void> start() {
    if (options_.folder.empty() && !has_journal())
      return fail(ErrorCode::NotFound, message::format(options_.lang, message::Id::JournalMissing));
    TRY_ASSIGN(auto reader, JournalReader::open(options_.folder));
    reader_.emplace(std::move(reader));
    if (const std::string closed = unreadable_journal(options_.folder); !closed.empty())
      lasting_problem_ = message::format(options_.lang, message::Id::JournalDenied, closed, this_user());
    TRY(go_to_kept());
    thread_ = std::thread([this] { run(); });
    return {};
  }
  void stop() {
    mailbox_->stop();
    if (thread_.joinable()) thread_.join();
  }
  InputState state() const {
    const std::lock_guard lock(mutex_);
    return {options_.name, options_.folder.empty() ? "journald" : options_.folder.string(),
            problem_.empty() ? lasting_problem_ : problem_};
  }
  const InputCounters& counters() const { return counters_; }

 private:
  void run();
  Result<void> go_to_kept();
  void take(const BatchDone& done, Clock::time_point now);
  void read_entries(Clock::time_point now);
  bool is_own() const;
  void push_or_hold();
  void wait(Clock::time_point now);
  void set_problem(std::string text) {
    const std::lock_guard lock(mutex_);
    problem_ = std::move(text);
  }

  const JournalInputOptions options_;
  Intake& intake_;
  const std::function<Timestamp()> now_;
  const std::shared_ptr<Mailbox<BatchDone>> mailbox_;
  InputCounters counters_;
  std::thread thread_;

  // Of the thread, after start().
  std::optional<JournalReader> reader_;
  std::string kept_cursor_;
  std::optional<FrameBatch> held_;  ///< no room for it yet
  bool in_flight_ = false;          ///< one batch at a time: what is kept is always a beginning
  bool more_to_read_ = true;
  Clock::time_point retry_at_, ask_at_;
  milliseconds retry_wait_{0};

  mutable std::mutex mutex_;  ///< guards both
  std::string problem_;
  std::string lasting_problem_;
};

void JournalInput::Loop::run() {
  while (true) {
    auto mail = mailbox_->collect();
    const auto now = Clock::now();
    if (mail.stop) return;
    for (const BatchDone& done : mail.done) take(done, now);
    if (held_ && (mail.room || now >= ask_at_)) push_or_hold();
    if (const auto processed = reader_->process(); !processed) set_problem(processed.error().message);
    if (!held_ && !in_flight_ && now >= retry_at_) read_entries(now);
    wait(now);
  }
}

Result<void> JournalInput::Loop::go_to_kept() {
  if (kept_cursor_.empty())
    return options_.from == JournalInputOptions::From::Everything ? reader_->go_to_beginning()
                                                                  : reader_->go_to_beginning_of_boot();
  TRY_ASSIGN(const auto gap, reader_->go_behind(kept_cursor_));
  if (!gap) return {};
  const auto time = [](std::uint64_t us) { return format_rfc3339({static_cast<std::int64_t>(us)}); };
  const std::lock_guard lock(mutex_);
  lasting_problem_ = message::format(options_.lang, message::Id::JournalGap, time(gap->from_us), time(gap->to_us));
  return {};
}

void JournalInput::Loop::take(const BatchDone& done, Clock::time_point now) {
  in_flight_ = false;
  if (done.result) {
    kept_cursor_ = done.cursor;
    retry_wait_ = milliseconds(0);
    counters_.lag_us.store(now_().us - done.read_at.us, std::memory_order_relaxed);
    set_problem({});
    return;
  }
  set_problem(done.result.error().message);
  retry_wait_ = std::clamp(retry_wait_ * 2, options_.retry_after, std::max(kLongestRetry, options_.retry_after));
  retry_at_ = now + retry_wait_;
  if (const auto back = go_to_kept(); !back) set_problem(back.error().message);
}

bool JournalInput::Loop::is_own() const {
  if (const auto unit = reader_->field("_SYSTEMD_UNIT");
      unit && std::ranges::find(options_.own_units, *unit) != options_.own_units.end())
    return true;
  if (options_.own_pids.empty()) return false;
  const auto pid = reader_->field("_PID");
  return pid && std::ranges::any_of(options_.own_pids, [&](std::int64_t own) { return *pid == std::to_string(own); });
}

void JournalInput::Loop::read_entries(Clock::time_point now) {
  FrameBatch batch;
  batch.input = options_.input;
  batch.source_class = options_.source_class;
  batch.stream = hash64(options_.name);
  batch.counters = &counters_;
  const Timestamp received = now_();
  std::string cursor, entry, via;
  std::size_t skipped = 0;
  more_to_read_ = true;
  while (batch.bytes < options_.batch_bytes && batch.frames.size() < kMaxFrames && skipped < kMaxSkipped) {
    const auto stepped = reader_->next();
    if (stepped && !*stepped) {
      more_to_read_ = false;
      break;
    }
    entry.clear();
    const Result<void> read = !stepped   ? std::unexpected(stepped.error())
                              : is_own() ? Result<void>()
                                         : reader_->append_export(entry);
    if (!read) {  // damaged: named, and passed over
      set_problem(read.error().message);
      counters_.dropped.fetch_add(1, std::memory_order_relaxed);
      if (!stepped) {
        more_to_read_ = false;
        retry_at_ = now + options_.retry_after;
        break;
      }
      continue;
    }
    if (entry.empty()) {
      ++skipped;
      continue;
    }
    cursor = entry.substr(9, entry.find('\n') - 9);  // behind "__CURSOR="
    via.clear();
    proof::append_via({{"cursor", cursor}}, via);
    const bool is_cut = entry.size() > proof::kMaxRawBytes;
    batch.add(received, std::string_view(entry).substr(0, proof::kMaxRawBytes), via,
              is_cut ? std::optional<std::uint64_t>(entry.size()) : std::nullopt);
  }
  if (batch.frames.empty()) return;
  counters_.received.fetch_add(batch.frames.size(), std::memory_order_relaxed);
  counters_.bytes.fetch_add(batch.bytes, std::memory_order_relaxed);
  counters_.last_seen_us.store(received.us, std::memory_order_relaxed);
  batch.done = [mailbox = mailbox_, cursor, received](const Result<void>& result) {
    mailbox->post({cursor, received, result});
  };
  in_flight_ = true;
  held_ = std::move(batch);
  push_or_hold();
}

void JournalInput::Loop::push_or_hold() {
  if (intake_.try_push(*held_)) {
    held_.reset();
    return;
  }
  ask_at_ = Clock::now() + kAskAgain;
  intake_.when_room([mailbox = mailbox_] { mailbox->room(); });
}

void JournalInput::Loop::wait(Clock::time_point now) {
  int timeout = reader_->timeout_ms();
  const auto at_most = [&](Clock::time_point until) {
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
    const int ms = static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
    timeout = timeout < 0 ? ms : std::min(timeout, ms);
  };
  if (held_) at_most(ask_at_);
  if (retry_at_ > now)
    at_most(retry_at_);
  else if (more_to_read_ && !held_ && !in_flight_)
    timeout = 0;
  std::array<pollfd, 2> sources = {pollfd{mailbox_->descriptor(), POLLIN, 0}, pollfd{reader_->descriptor(), POLLIN, 0}};
  ::poll(sources.data(), sources.size(), timeout);
}

JournalInput::JournalInput(JournalInputOptions options, std::string cursor, Intake& intake,
                           std::function<Timestamp()> now)
    : loop_(std::make_unique<Loop>(std::move(options), std::move(cursor), intake, std::move(now))) {}
JournalInput::~JournalInput() {
  stop();
}
Result<void> JournalInput::start() {
  return loop_->start();
}
void JournalInput::stop() {
  loop_->stop();
}
InputState JournalInput::state() const {
  return loop_->state();
}
const InputCounters& JournalInput::counters() const {
  return loop_->counters();
}

}  // namespace yorozu::ingest
