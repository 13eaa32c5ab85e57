/// The journal that batches are appended to. After one failed call it is never written again: the caller begins
/// another.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "archive/archive.h"
#include "archive/catalogue.h"
#include "archive/disk.h"
#include "base/buffer.h"
#include "proof/journal.h"

namespace yorozu::archive {

/// What a failed journal leaves to the header of the next.
struct VoidedJournal {
  std::string name;
  std::uint64_t from = 0;
};

class JournalFile {
 public:
  /// Makes the file, durable with its header and its name.
  static Result<JournalFile> create(Disk& disk, const std::filesystem::path& folder, const JournalName& name,
                                    const VoidedJournal& voided, std::uint64_t random, Timestamp now);
  /// One that recovery has read to its end, `journal.end`. What lies behind is cut off.
  static Result<JournalFile> reopen(Disk& disk, const std::filesystem::path& folder, const Journal& journal,
                                    const proof::JournalHeader& header, std::uint64_t last_batch);

  /// Makes the last record of the newest journal durable, whatever became of the sync that its writer may have seen
  /// fail: that one may have left pages that read well and count as written. All records before it were confirmed
  /// before it was begun.
  static Result<void> confirm_last_record(Disk& disk, const std::filesystem::path& folder, const Journal& journal);

  const JournalName& name() const { return name_; }
  const proof::JournalHeader& header() const { return header_; }
  std::uint64_t end() const { return end_; }
  std::uint64_t next_batch() const { return batch_ + 1; }

  /// The bytes of one record, made with header() and next_batch(); durable when this succeeds.
  Result<void> append(ByteView record);

 private:
  JournalName name_;
  proof::JournalHeader header_;
  std::unique_ptr<DiskFile> file_;
  std::uint64_t end_ = 0;
  std::uint64_t batch_ = 0;
};

}  // namespace yorozu::archive
