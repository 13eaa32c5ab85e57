/// One file among those that were asked for: where it is read, how far it is kept, whether it is read at all.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "ingest/local/file_content.h"
#include "ingest/local/file_identity.h"
#include "ingest/local/line_cutter.h"

namespace yorozu::ingest {

using SteadyTime = std::chrono::steady_clock::time_point;

class TailedFile {
 public:
  enum class State {
    Undecided,  ///< not known yet whether its content is new
    Following,
    Copy,  ///< of a file that is followed; matters when that one is truncated
    Left,  ///< not read: binary, compressed, or nothing new in it
  };

  std::string path;   ///< where it is now
  std::string label;  ///< the name under which it was found first: what the archive calls it
  Inode inode;
  State state = State::Undecided;
  Inode copy_of;
  bool is_packed = false;    ///< by gzip, xz, zstd or bzip2
  bool is_asked_for = true;  ///< else a rotated sibling of one that is
  bool was_found = true;     ///< by the newest walk
  bool is_queued = false;    ///< for reading
  bool in_flight = false;    ///< lines of it are on their way; nothing is read or judged meanwhile
  std::uint64_t size_seen = 0;
  std::string raw_head;  ///< of a Copy or a Left one: its first bytes on the disk, when that was decided
  Timestamp modified;
  SteadyTime last_change;

  TailedFile(std::string path_now, Inode which, SteadyTime now)
      : path(std::move(path_now)), label(path), inode(which), last_change(now) {}

  /// Opens it when it is closed. Errors as open_plain(); NotFound when another file has its name now.
  Result<void> open();
  void close() { content_.reset(); }
  bool is_open() const { return content_ != nullptr; }
  FileContent& content() { return *content_; }

  /// Begins to follow at `offset` of what is open. Finds out by the beginning what it is written in.
  void follow(std::uint64_t offset);
  /// Whether what was read is still there: not truncated, not written anew.
  bool is_intact(const ContentStatus& status);
  /// Whether `other`, which is open, holds what was read of this one and could go on where this one ended.
  bool is_continued_by(TailedFile& other) const;

  /// Reads lines until `is_enough`, the end of the file, or an error. What was read counts only if the file is still
  /// intact afterwards; else, and when it could not be kept: undo().
  Result<void> read_lines(const std::function<bool()>& is_enough, const LineCutter::Each& each);
  /// The unfinished line at the end, as a line.
  void take_rest(const LineCutter::Each& each) { cutter_.take_rest(each); }
  bool has_rest() const { return cutter_.has_rest(); }
  /// Whether a file of that size has more than was read.
  bool has_unread(std::uint64_t size) const { return size >= cutter_.offset() + (units_ == LineUnits::Bytes ? 1 : 2); }
  /// Everything that was read is kept.
  void keep() { kept_ = cutter_.line_start(); }
  /// As before the last read_lines(). Does not look at the file: it may have been truncated since.
  void undo();

  std::uint64_t kept() const { return kept_; }  ///< offset up to which it is kept
  std::uint64_t read_up_to() const { return cutter_.offset(); }
  const std::string& head() const { return head_; }
  FileIdentity identity() const { return {inode, head_of(head_)}; }

 private:
  void load_window();
  void grow_head();
  void recognise();

  std::unique_ptr<FileContent> content_;
  std::string head_;    ///< its first bytes, at most kHeadBytes
  std::string window_;  ///< the bytes before read_up_to(), at most kHeadBytes
  std::uint64_t kept_ = 0;
  LineUnits units_ = LineUnits::Bytes;
  bool is_recognised_ = false;
  LineCutter cutter_{LineUnits::Bytes, 1};
  LineCutter cutter_before_ = cutter_;  ///< this and the window before the last read_lines()
  std::string window_before_;
};

/// What the beginning of a file says about how to read it.
enum class Writing { Unknown, Text, Utf16Le, Utf16Be, Compressed, Binary };
Writing recognise_writing(std::string_view beginning);

}  // namespace yorozu::ingest
