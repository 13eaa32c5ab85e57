/// sd-journal as a stream of entries that can go back to a cursor. One object, one thread, one process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

struct sd_journal;

namespace yorozu::ingest {

class JournalReader {
 public:
  /// Entries between what was asked for and what is still there are gone.
  struct Gap {
    std::uint64_t from_us = 0, to_us = 0;
  };

  /// `folder` empty: the journals of this machine. Errors: NotFound, Io.
  static Result<JournalReader> open(const std::filesystem::path& folder);

  /// The next entry is the one behind `cursor`, or the oldest that is left.
  Result<std::optional<Gap>> go_behind(const std::string& cursor);
  Result<void> go_to_beginning();
  Result<void> go_to_beginning_of_boot();

  /// Steps to the next entry; false: none yet. Errors: Corrupt for one that cannot be read; the next call goes on.
  Result<bool> next();
  /// Of the entry it stands on.
  Result<std::string> cursor() const;
  /// Value of a field; nullopt when the entry has none. Valid until the next call.
  std::optional<std::string_view> field(const char* name) const;
  Result<void> append_export(std::string& out) const;

  /// To wait for news: readable, or when the time has passed (-1: no time), then process().
  int descriptor() const;
  int timeout_ms() const;
  Result<void> process();

 private:
  struct Close {
    void operator()(sd_journal* journal) const;
  };
  explicit JournalReader(sd_journal* journal) : journal_(journal) {}
  std::unique_ptr<sd_journal, Close> journal_;
  bool stands_on_unread_ = false;  ///< next() gives the entry it stands on already
};

/// Journal files of this machine or of a folder that may not be read by this user; "" when there is none.
std::string unreadable_journal(const std::filesystem::path& folder);

}  // namespace yorozu::ingest
