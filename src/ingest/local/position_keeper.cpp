#include "ingest/local/position_keeper.h"

#include <charconv>
#include <chrono>

#include "base/file.h"
#include "base/hash.h"
#include "base/try.h"
#include "proof/line.h"

namespace yorozu::ingest {
namespace {

constexpr std::string_view kTitle = "yorozu local positions 1 ";
constexpr std::size_t kLinesAtOnce = 20'000;
constexpr std::int64_t kWaitUs = 250'000;
constexpr std::chrono::seconds kSaveEvery{30};

/// Lines of local inputs have a `via` that begins so; it stands near the beginning of the line, before `raw`.
bool may_be_local(std::string_view line) {
  const std::string_view beginning = line.substr(0, 512);
  return beginning.contains(R"("via":{"path":)") || beginning.contains(R"("via":{"cursor":)");
}

bool read_number(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

std::string_view take_row(std::string_view& text) {
  const std::string_view row = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(row.size() + 1, text.size()));
  return row;
}

}  // namespace

void LocalPositions::committed(std::uint64_t seq, std::string_view line) {
  files_.seen_up_to(seq);
  line_hash_ = hash64(line);
  if (!may_be_local(line)) return;
  const auto parsed = proof::parse_line(line);
  if (!parsed) return;
  files_.committed(*parsed);
  if (parsed->via.size() == 1 && parsed->via[0].first == "cursor") cursors_[parsed->input] = parsed->via[0].second;
}

std::string LocalPositions::cursor(const std::string& input) const {
  const auto found = cursors_.find(input);
  return found == cursors_.end() ? std::string() : found->second;
}

bool LocalPositions::ends_with(std::string_view line) const {
  return line_hash_ == hash64(line);
}

std::string LocalPositions::save() const {
  std::string out(kTitle);
  out.append(std::to_string(line_hash_)).append(" ").append(std::to_string(cursors_.size())).append("\n");
  for (const auto& [input, cursor] : cursors_) out.append(input).append(" ").append(cursor).append("\n");
  return out + files_.save();
}

Result<LocalPositions> LocalPositions::parse(std::string_view saved) {
  std::string_view title = take_row(saved);
  LocalPositions positions;
  std::uint64_t cursors = 0;
  if (!title.starts_with(kTitle)) return fail(ErrorCode::Corrupt, "not a list of positions");
  title.remove_prefix(kTitle.size());
  const std::size_t blank_in_title = title.find(' ');
  if (blank_in_title == std::string_view::npos || !read_number(title.substr(0, blank_in_title), positions.line_hash_) ||
      !read_number(title.substr(blank_in_title + 1), cursors))
    return fail(ErrorCode::Corrupt, "list of positions without its numbers");
  for (std::uint64_t i = 0; i < cursors; ++i) {
    const std::string_view row = take_row(saved);
    const std::size_t blank = row.find(' ');
    if (blank == std::string_view::npos) return fail(ErrorCode::Corrupt, "unreadable cursor in the list of positions");
    positions.cursors_.emplace(row.substr(0, blank), row.substr(blank + 1));
  }
  TRY_ASSIGN(positions.files_, FilePositions::parse(saved));
  return positions;
}

PositionKeeper::PositionKeeper(archive::CommitFeed& feed, std::filesystem::path cache)
    : feed_(feed), cache_(std::move(cache)) {}

PositionKeeper::~PositionKeeper() {
  stop();
}

/// Whether the cache is of this archive.
bool PositionKeeper::load() {
  const auto text = read_file(cache_);
  if (!text) return false;
  auto cached = LocalPositions::parse(*text);
  if (!cached || cached->seq() == 0 || cached->seq() >= feed_.end()) return false;
  bool is_of_this_archive = false;
  const auto read = feed_.read(cached->seq(), 1, 0, [&](const archive::CommittedLine& line) {
    is_of_this_archive = line.seq == cached->seq() && cached->ends_with(line.line);
  });
  if (!read || !is_of_this_archive) return false;
  positions_ = *std::move(cached);
  next_ = saved_ = positions_.seq() + 1;
  return true;
}

Result<LocalPositions> PositionKeeper::catch_up() {
  if (!load()) {
    positions_ = {};
    next_ = 1;
    saved_ = 0;
  }
  while (next_ < feed_.end()) {
    const std::uint64_t before = next_;
    TRY(read(0));
    if (next_ == before) break;  // closed
  }
  save();
  return positions_;
}

Result<void> PositionKeeper::read(std::int64_t timeout_us) {
  TRY_ASSIGN(next_, feed_.read(next_, kLinesAtOnce, timeout_us,
                               [&](const archive::CommittedLine& line) { positions_.committed(line.seq, line.line); }));
  return {};
}

void PositionKeeper::save() {
  if (saved_ == next_) return;
  // A failure is no loss: the next start reads more lines.
  if (write_file_atomic(cache_, positions_.save())) saved_ = next_;
}

void PositionKeeper::start() {
  thread_ = std::thread([this] { run(); });
}

void PositionKeeper::stop() {
  stop_ = true;
  if (!thread_.joinable()) return;
  thread_.join();
  save();
}

void PositionKeeper::run() {
  auto save_at = std::chrono::steady_clock::now() + kSaveEvery;
  while (!stop_) {
    const std::uint64_t before = next_;
    const auto done = read(kWaitUs);
    // A closed or failing feed answers at once.
    if (!done || next_ == before) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (std::chrono::steady_clock::now() < save_at) continue;
    save();
    save_at = std::chrono::steady_clock::now() + kSaveEvery;
  }
}

}  // namespace yorozu::ingest
