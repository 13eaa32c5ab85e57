#include "archive/journal_file.h"

#include "archive/fault_point.h"
#include "base/try.h"

namespace yorozu::archive {

Result<JournalFile> JournalFile::create(Disk& disk, const std::filesystem::path& folder, const JournalName& name,
                                        const VoidedJournal& voided, std::uint64_t random, Timestamp now) {
  JournalFile journal;
  journal.name_ = name;
  journal.header_ = {.marker = proof::make_marker(random),
                     .first_seq = name.first_seq,
                     .attempt = name.attempt,
                     .created = now,
                     .voided_name = voided.name,
                     .voided_from = voided.from};
  const auto path = folder / kJournalFolder / to_string(name);
  TRY_ASSIGN(journal.file_, disk.create(path));
  YOROZU_FAULT_POINT("journal.created");
  Buffer bytes;
  proof::append_journal_header(journal.header_, bytes);
  const auto durable = [&]() -> Result<void> {
    TRY(journal.file_->append(as_bytes(bytes.view())));
    TRY(journal.file_->sync());
    YOROZU_FAULT_POINT("journal.header");
    return disk.sync_folder(folder / kJournalFolder);
  }();
  if (!durable) {
    (void)disk.remove(path);  // an empty journal; recovery takes it away where this fails too
    return std::unexpected(durable.error());
  }
  journal.end_ = bytes.size();
  return journal;
}

Result<JournalFile> JournalFile::reopen(Disk& disk, const std::filesystem::path& folder, const Journal& journal,
                                        const proof::JournalHeader& header, std::uint64_t last_batch) {
  JournalFile file;
  file.name_ = journal.name;
  file.header_ = header;
  file.end_ = journal.end;
  file.batch_ = last_batch;
  TRY_ASSIGN(file.file_, disk.open_for_appending(folder / kJournalFolder / to_string(journal.name)));
  TRY_ASSIGN(const std::uint64_t size, file.file_->size());
  YOROZU_FAULT_POINT("recover.before_cut");
  if (size != journal.end) TRY(file.file_->truncate(journal.end));
  YOROZU_FAULT_POINT("recover.cut");
  TRY(file.file_->sync());
  return file;
}

Result<void> JournalFile::confirm_last_record(Disk& disk, const std::filesystem::path& folder, const Journal& journal) {
  if (journal.records.empty()) return {};
  TRY_ASSIGN(const auto file, disk.open_for_appending(folder / kJournalFolder / to_string(journal.name)));
  const std::uint64_t offset = journal.records.back().offset;
  std::vector<std::uint8_t> record(journal.end - offset);
  TRY_ASSIGN(const std::size_t got, file->read_at(offset, record));
  if (got != record.size()) return fail(ErrorCode::Io, "the newest journal became shorter while it was read");
  YOROZU_FAULT_POINT("recover.before_confirm");
  TRY(file->overwrite(offset, record));
  TRY(file->sync());
  return disk.sync_folder(folder / kJournalFolder);
}

Result<void> JournalFile::append(ByteView record) {
  TRY(file_->append(record));
  YOROZU_FAULT_POINT("commit.written");
  TRY(file_->sync());
  YOROZU_FAULT_POINT("commit.synced");
  end_ += record.size();
  ++batch_;
  return {};
}

}  // namespace yorozu::archive
