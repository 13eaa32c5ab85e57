/// What an archive folder holds when it is opened, whatever happened before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "archive/catalogue.h"
#include "archive/disk.h"
#include "archive/journal_file.h"

namespace yorozu::archive {

struct Recovered {
  std::uint64_t next_seq = 1;
  std::optional<JournalFile> open_journal;  ///< to go on with
  VoidedJournal voided;                     ///< for the header of the next one
};

/// Fills `catalogue`, cuts off a torn tail, removes unfinished files. Idempotent: it may be interrupted anywhere.
/// Errors: Io; Corrupt when not even the newest sequence number can be known.
Result<Recovered> recover(Disk& disk, const std::filesystem::path& folder, Timestamp now, Catalogue& catalogue);

}  // namespace yorozu::archive
