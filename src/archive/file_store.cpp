#include "archive/file_store.h"

#include <vector>

#include "archive/fault_point.h"
#include "archive/layout.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/try.h"

namespace yorozu::archive {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

Result<std::string> copy_and_hash(const std::filesystem::path& source, DiskFile& to) {
  TRY_ASSIGN(const Fd from, open_for_reading(source));
  std::vector<std::uint8_t> piece(kPieceBytes);
  Sha256Stream hash;
  for (std::uint64_t at = 0;;) {
    TRY_ASSIGN(const std::size_t got, read_at(from, at, piece));
    if (got == 0) break;
    hash.update(ByteView(piece).first(got));
    TRY(to.append(ByteView(piece).first(got)));
    at += got;
  }
  return to_hex(hash.finish());
}

}  // namespace

FileStore::FileStore(Disk& disk, std::filesystem::path folder)
    : disk_(disk), folder_(std::move(folder) / kFileFolder) {}

Result<std::string> FileStore::keep(const std::filesystem::path& source) {
  const std::scoped_lock lock(mutex_);
  const std::filesystem::path unfinished = folder_ / ("upload-" + std::to_string(next_++) + std::string(kUnfinished));
  const auto kept = [&]() -> Result<std::string> {
    TRY_ASSIGN(const auto file, disk_.create(unfinished));
    TRY_ASSIGN(const std::string hash, copy_and_hash(source, *file));
    TRY(file->sync());
    YOROZU_FAULT_POINT("file.written");
    // Over one of the same name: it has the same content, or is damaged.
    TRY(disk_.rename(unfinished, folder_ / hash));
    YOROZU_FAULT_POINT("file.renamed");
    TRY(disk_.sync_folder(folder_));
    return hash;
  }();
  if (!kept) (void)disk_.remove(unfinished);
  return kept;
}

}  // namespace yorozu::archive
