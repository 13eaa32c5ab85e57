/// Messages out of a byte stream, as RFC 6587 frames them. Both ways, chosen for each frame anew, because senders mix
/// them: octet counting (section 3.4.1) only where the bytes look like `[1-9][0-9]* <`, otherwise a line that LF, CRLF
/// or NUL ends (section 3.4.2). One such terminator at the end of a counted frame is framing too. Empty frames are
/// nothing. A frame longer than kMaxFrame is cut at a whole character and its real length told; memory stays bounded
/// however the bytes come. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yorozu::ingest::syslog {

inline constexpr std::size_t kMaxFrame = std::size_t{1} << 20;  ///< as proof::kMaxRawBytes
/// What an unfinished frame may hold without asking the budget.
inline constexpr std::size_t kFreePending = std::size_t{16} << 10;

/// Where frames go. `text` is valid during the call; `cut`: its original length, when it had to be cut.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void frame(std::string_view text, std::optional<std::uint64_t> cut) = 0;
};

/// Memory for long unfinished frames, shared by all connections of an input: many endless lines together get no more
/// than this. A frame that finds it used up is cut where it stands. On one thread.
class PendingBudget {
 public:
  explicit PendingBudget(std::size_t bytes = std::size_t{32} << 20) : left_(bytes) {}
  bool take(std::size_t bytes) {
    if (bytes > left_) return false;
    left_ -= bytes;
    return true;
  }
  void give_back(std::size_t bytes) { left_ += bytes; }

 private:
  std::size_t left_;
};

/// The beginning of a frame that is not all there yet: kept up to kMaxFrame and what the budget allows, counted beyond.
class PendingFrame {
 public:
  explicit PendingFrame(PendingBudget& budget) : budget_(budget) {}
  PendingFrame(const PendingFrame&) = delete;
  PendingFrame& operator=(const PendingFrame&) = delete;
  ~PendingFrame() { clear(); }

  void append(std::string_view part);
  void clear();
  std::string_view kept() const { return kept_; }
  std::uint64_t length() const { return length_; }  ///< of all that was appended
  /// As length(), without the one LF, CRLF or NUL at the end.
  std::uint64_t length_without_terminator() const;
  bool empty() const { return length_ == 0; }

 private:
  PendingBudget& budget_;
  std::string kept_;
  std::uint64_t length_ = 0;
  char last_ = 0, before_last_ = 0;  ///< of all that was appended
  std::size_t from_budget_ = 0;
  bool full_ = false;
};

/// Gives `text` (of which `length` bytes there were) to the sink, cut when it must be; nothing when it is empty.
void emit_frame(std::string_view text, std::uint64_t length, FrameSink& sink);
/// Without the one LF, CRLF or NUL at its end.
std::string_view without_terminator(std::string_view frame);

class SyslogFramer {
 public:
  /// `budget` outlives it.
  explicit SyslogFramer(PendingBudget& budget) : pending_(budget) {}

  void feed(std::string_view bytes, FrameSink& sink);
  /// The stream ended: what is unfinished is a frame all the same.
  void finish(FrameSink& sink);
  bool has_unfinished() const { return state_ != State::Start || !pending_.empty(); }

 private:
  enum class State { Start, Counted, Line };
  std::string_view start(std::string_view bytes);
  std::string_view counted(std::string_view bytes, FrameSink& sink);
  std::string_view line(std::string_view bytes, std::size_t end, FrameSink& sink);
  void end_frame(FrameSink& sink);

  State state_ = State::Start;
  std::uint64_t wanted_ = 0;  ///< of a counted frame
  PendingFrame pending_;      ///< in Start: digits that may become a count
};

}  // namespace yorozu::ingest::syslog
