#include "ingest/local/tailed_file.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/try.h"
#include "ingest/local/rotation_name.h"
#include "proof/line.h"

namespace yorozu::ingest {
namespace {

constexpr std::size_t kSample = 4096;
constexpr std::size_t kChunk = std::size_t{128} * 1024;

/// Bytes of a byte order mark at the beginning.
std::uint64_t mark_size(std::string_view head, LineUnits units) {
  if (units != LineUnits::Bytes) return head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF") ? 2 : 0;
  return head.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

}  // namespace

Writing recognise_writing(std::string_view beginning) {
  if (beginning.empty()) return Writing::Unknown;
  if (is_compressed(beginning)) return Writing::Compressed;
  switch (detect_charset(as_bytes(beginning))) {
    case Charset::Utf16Le:
      return Writing::Utf16Le;
    case Charset::Utf16Be:
      return Writing::Utf16Be;
    case Charset::Binary:
      // What a crash or a truncation under a careless writer leaves before the text.
      return beginning.find_first_not_of('\0') == std::string_view::npos ? Writing::Unknown : Writing::Binary;
    default:
      return Writing::Text;
  }
}

Result<void> TailedFile::open() {
  if (content_) return {};
  TRY_ASSIGN(auto opened, is_packed ? open_packed(path) : open_plain(path));
  TRY_ASSIGN(const ContentStatus status, opened->status());
  if (status.inode != inode) return fail(ErrorCode::NotFound, path + ": is another file now");
  content_ = std::move(opened);
  if (head_.empty()) grow_head();
  return {};
}

void TailedFile::grow_head() {
  if (head_.size() >= kHeadBytes) return;
  std::string grown = read_some(*content_, 0, kHeadBytes);
  if (grown.starts_with(head_))
    head_ = std::move(grown);  // else it was truncated a moment ago: is_intact() will see it
}

void TailedFile::follow(std::uint64_t offset) {
  state = State::Following;
  head_.clear();
  is_recognised_ = false;
  kept_ = offset;
  recognise();
}

void TailedFile::recognise() {
  grow_head();
  std::string sample = read_some(*content_, 0, kSample);
  if (const std::size_t text = sample.find_first_not_of('\0'); text != std::string::npos && text > 1)
    sample.erase(0, text);  // filler
  const Writing writing = recognise_writing(sample);
  is_recognised_ = writing != Writing::Unknown;
  if (writing == Writing::Binary || writing == Writing::Compressed) {
    state = State::Left;
    return;
  }
  units_ = LineUnits::Bytes;
  if (writing == Writing::Utf16Le) units_ = LineUnits::Utf16Le;
  if (writing == Writing::Utf16Be) units_ = LineUnits::Utf16Be;
  if (kept_ == 0) kept_ = mark_size(head_, units_);
  cutter_ = LineCutter(units_, proof::kMaxRawBytes);
  cutter_.restart(kept_);
  load_window();
  cutter_before_ = cutter_;
  window_before_ = window_;
}

void TailedFile::undo() {
  cutter_ = cutter_before_;
  window_ = window_before_;
}

void TailedFile::load_window() {
  const std::uint64_t from = cutter_.offset() - std::min<std::uint64_t>(cutter_.offset(), kHeadBytes);
  window_ = content_ ? read_some(*content_, from, cutter_.offset() - from) : std::string();
}

bool TailedFile::is_intact(const ContentStatus& status) {
  if (is_packed) return true;
  return status.size >= cutter_.offset() && read_some(*content_, 0, head_.size()) == head_ &&
         read_some(*content_, cutter_.offset() - window_.size(), window_.size()) == window_;
}

bool TailedFile::is_continued_by(TailedFile& other) const {
  const std::string beginning = read_some(other.content(), 0, head_.size());
  return !head_.empty() && beginning == head_ &&
         read_some(other.content(), cutter_.offset() - window_.size(), window_.size()) == window_;
}

Result<void> TailedFile::read_lines(const std::function<bool()>& is_enough, const LineCutter::Each& each) {
  if (!is_recognised_) recognise();
  grow_head();
  cutter_before_ = cutter_;
  window_before_ = window_;
  static thread_local std::array<char, kChunk> chunk;
  while (state == State::Following && !is_enough()) {
    TRY_ASSIGN(const std::size_t size, content_->read(cutter_.offset(), chunk));
    const std::uint64_t before = cutter_.offset();
    cutter_.feed({chunk.data(), size}, each);
    const auto taken = static_cast<std::size_t>(cutter_.offset() - before);
    if (taken == 0) break;
    window_.append(chunk.data() + (taken - std::min(taken, kHeadBytes)), std::min(taken, kHeadBytes));
    if (window_.size() > kHeadBytes) window_.erase(0, window_.size() - kHeadBytes);
  }
  return {};
}

}  // namespace yorozu::ingest
