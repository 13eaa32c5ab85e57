#include "ingest/syslog/framing.h"

#include <algorithm>
#include <cstring>

namespace yorozu::ingest::syslog {
namespace {

/// 999,999,999 bytes: longer counts are no counts.
constexpr std::size_t kMaxDigits = 9;
/// A frame of exactly kMaxFrame bytes has its CRLF behind it.
constexpr std::size_t kMaxKept = kMaxFrame + 2;

enum class Look { Undecided, Count, Line };
struct Head {
  Look look = Look::Undecided;
  std::uint64_t count = 0;
  std::size_t size = 0;  ///< of count and blank
};

/// What the beginning of a frame looks like.
Head look_at(std::string_view bytes) {
  Head head;
  std::size_t at = 0;
  for (; at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9'; ++at) {
    if (at == kMaxDigits || bytes.front() == '0') return {.look = Look::Line};
    head.count = head.count * 10 + static_cast<std::uint64_t>(bytes[at] - '0');
  }
  if (at == bytes.size()) return head;
  if (at == 0 || bytes[at] != ' ') return {.look = Look::Line};
  ++at;
  if (at == bytes.size()) return head;
  head.look = bytes[at] == '<' ? Look::Count : Look::Line;
  head.size = at;
  return head;
}

bool ends_line(char c) {
  return c == '\n' || c == '\0';
}

/// `text` without a UTF-8 character that the cut has broken.
std::string_view at_whole_character(std::string_view text) {
  std::size_t back = 0;
  while (back < 3 && back < text.size() && (static_cast<unsigned char>(text[text.size() - 1 - back]) & 0xC0U) == 0x80U)
    ++back;
  if (back >= text.size()) return text;
  const auto lead = static_cast<unsigned char>(text[text.size() - 1 - back]);
  std::size_t needs = 0;
  if (lead >= 0xF0U)
    needs = 4;
  else if (lead >= 0xE0U)
    needs = 3;
  else if (lead >= 0xC0U)
    needs = 2;
  return needs > back + 1 ? text.substr(0, text.size() - 1 - back) : text;
}

}  // namespace

void PendingFrame::append(std::string_view part) {
  if (part.empty()) return;
  before_last_ = part.size() > 1 ? part[part.size() - 2] : last_;
  last_ = part.back();
  length_ += part.size();
  if (full_) return;
  const std::size_t take = std::min(part.size(), kMaxKept - kept_.size());
  const std::size_t beyond = std::max(kept_.size() + take, kFreePending) - kFreePending;
  if (beyond > from_budget_) {
    if (!budget_.take(beyond - from_budget_)) {
      full_ = true;
      return;
    }
    from_budget_ = beyond;
  }
  kept_.append(part.substr(0, take));
  full_ = kept_.size() == kMaxKept;
}

std::uint64_t PendingFrame::length_without_terminator() const {
  if (length_ == 0) return 0;
  if (last_ == '\0') return length_ - 1;
  if (last_ != '\n') return length_;
  return length_ - (length_ > 1 && before_last_ == '\r' ? 2 : 1);
}

void PendingFrame::clear() {
  budget_.give_back(from_budget_);
  from_budget_ = 0;
  length_ = 0;
  full_ = false;
  if (kept_.capacity() > kFreePending)
    kept_ = std::string();  // one monstrous frame does not stay for good
  else
    kept_.clear();
}

void emit_frame(std::string_view text, std::uint64_t length, FrameSink& sink) {
  if (length == 0) return;
  if (length <= kMaxFrame && text.size() == length) {
    sink.frame(text, std::nullopt);
    return;
  }
  sink.frame(at_whole_character(text.substr(0, kMaxFrame)), length);
}

std::string_view without_terminator(std::string_view frame) {
  if (frame.ends_with('\0')) return frame.substr(0, frame.size() - 1);
  if (!frame.ends_with('\n')) return frame;
  frame.remove_suffix(1);
  if (frame.ends_with('\r')) frame.remove_suffix(1);
  return frame;
}

void SyslogFramer::feed(std::string_view bytes, FrameSink& sink) {
  // Where the next LF is, so that frames ended by NUL do not look for it again and again.
  const char* const end = bytes.data() + bytes.size();
  const char* next_lf = nullptr;
  while (!bytes.empty()) {
    if (state_ == State::Start) bytes = start(bytes);
    if (state_ == State::Counted) bytes = counted(bytes, sink);
    if (state_ != State::Line) continue;
    if (next_lf == nullptr || next_lf < bytes.data()) {
      const void* lf = bytes.empty() ? nullptr : std::memchr(bytes.data(), '\n', bytes.size());
      next_lf = lf != nullptr ? static_cast<const char*>(lf) : end;
    }
    const auto until = static_cast<std::size_t>(next_lf - bytes.data());
    const void* nul = until == 0 ? nullptr : std::memchr(bytes.data(), '\0', until);
    bytes = line(bytes, nul != nullptr ? static_cast<std::size_t>(static_cast<const char*>(nul) - bytes.data()) : until,
                 sink);
  }
}

/// Decides what comes; gives the bytes that are left. Digits that are not decided yet wait in pending_.
std::string_view SyslogFramer::start(std::string_view bytes) {
  if (pending_.empty()) {
    while (!bytes.empty() && ends_line(bytes.front())) bytes.remove_prefix(1);
    if (bytes.empty()) return bytes;
    const Head head = look_at(bytes);
    if (head.look == Look::Count) {
      state_ = State::Counted;
      wanted_ = head.count;
      return bytes.substr(head.size);
    }
    if (head.look == Look::Line) {
      state_ = State::Line;
      return bytes;
    }
    pending_.append(bytes);
    return {};
  }
  // A few bytes at most: one at a time, and the one that decides stays in front of the rest.
  std::string head_text(pending_.kept());
  while (!bytes.empty()) {
    head_text.push_back(bytes.front());
    const Head head = look_at(head_text);
    if (head.look == Look::Count) {
      pending_.clear();
      state_ = State::Counted;
      wanted_ = head.count;
      return bytes;
    }
    if (head.look == Look::Line) {
      state_ = State::Line;
      return bytes;
    }
    pending_.append(bytes.substr(0, 1));
    bytes.remove_prefix(1);
  }
  return bytes;
}

std::string_view SyslogFramer::counted(std::string_view bytes, FrameSink& sink) {
  const std::uint64_t missing = wanted_ - pending_.length();
  const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(missing, bytes.size()));
  if (pending_.empty() && take == wanted_) {
    const std::string_view frame = without_terminator(bytes.substr(0, take));
    emit_frame(frame, frame.size(), sink);
    state_ = State::Start;
    return bytes.substr(take);
  }
  pending_.append(bytes.substr(0, take));
  if (pending_.length() == wanted_) end_frame(sink);
  return bytes.substr(take);
}

/// `end`: where in `bytes` the terminator stands, their size when it is not there.
std::string_view SyslogFramer::line(std::string_view bytes, std::size_t end, FrameSink& sink) {
  const bool ended = end < bytes.size();
  const std::size_t taken = ended ? end + 1 : end;
  if (ended && pending_.empty()) {
    std::string_view frame = bytes.substr(0, end);
    if (bytes[end] == '\n' && frame.ends_with('\r')) frame.remove_suffix(1);
    emit_frame(frame, frame.size(), sink);
    state_ = State::Start;
    return bytes.substr(taken);
  }
  pending_.append(bytes.substr(0, taken));
  if (ended) end_frame(sink);
  return bytes.substr(taken);
}

void SyslogFramer::end_frame(FrameSink& sink) {
  const std::uint64_t length = pending_.length_without_terminator();
  emit_frame(pending_.kept().substr(0, length), length, sink);
  pending_.clear();
  state_ = State::Start;
}

void SyslogFramer::finish(FrameSink& sink) {
  const std::string_view kept = pending_.kept();
  if (state_ == State::Counted)
    emit_frame(kept, kept.empty() ? 0 : wanted_, sink);  // cut by the end of the connection
  else
    emit_frame(kept, pending_.length(), sink);
  pending_.clear();
  state_ = State::Start;
}

}  // namespace yorozu::ingest::syslog
