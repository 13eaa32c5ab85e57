/// A disk in memory that does what real ones do when things go wrong. It keeps apart what programs see (the page cache)
/// from what a power cut leaves: file contents become durable by sync(), names by sync_folder(). At a power cut each
/// write that was not synced is kept, dropped or torn by sectors, independent of the others, and each folder keeps some
/// first part of its changes. After a failed sync the pages count as clean: a later sync succeeds and does not write
/// them (the lesson of PostgreSQL). One seed is one run. For tests.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "archive/disk.h"

namespace yorozu::archive {

enum class DiskCall : std::uint8_t {
  Create,
  Open,
  OpenForAppending,
  Allocate,
  Rename,
  Remove,
  MakeFolders,
  SyncFolder,
  List,
  Space,
  Lock,
  Append,
  Overwrite,
  Sync,
  Read,
  Size,
  Truncate,
};
inline constexpr std::size_t kDiskCalls = 17;
std::string_view to_string(DiskCall call);

class SimulatedDisk : public Disk {
 public:
  explicit SimulatedDisk(std::uint64_t seed);
  ~SimulatedDisk() override;

  /// The nth call of this kind from now on fails, once. A failed append may have written a part.
  void fail(DiskCall call, std::uint64_t nth, ErrorCode code = ErrorCode::Io);
  /// The nth call of any kind from now on and all behind it fail: the power is off.
  void power_off_at(std::uint64_t nth);
  bool was_hit() const;  ///< the fault that was asked for has come
  std::uint64_t calls() const;

  /// What a power cut leaves, and power again. Nobody may hold a file or a lock of before.
  void power_cut();
  /// What a killed process leaves: everything it wrote.
  void restart();

  void set_capacity(std::uint64_t bytes);
  /// Negative control: sync() and sync_folder() succeed and do nothing, as under eatmydata.
  void sync_nothing() { sync_nothing_ = true; }
  /// Changes one bit of a file, durably; `bit` counts through the whole file and wraps.
  void flip_bit(const std::filesystem::path& path, std::uint64_t bit);
  std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) const;
  std::uint64_t size_of(const std::filesystem::path& path) const;

  Result<std::unique_ptr<DiskFile>> create(const std::filesystem::path& path) override;
  Result<std::unique_ptr<DiskFile>> open(const std::filesystem::path& path) override;
  Result<std::unique_ptr<DiskFile>> open_for_appending(const std::filesystem::path& path) override;
  Result<void> allocate(const std::filesystem::path& path, std::uint64_t bytes) override;
  Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Result<void> remove(const std::filesystem::path& path) override;
  Result<void> make_folders(const std::filesystem::path& path) override;
  Result<void> sync_folder(const std::filesystem::path& path) override;
  Result<std::vector<std::string>> list(const std::filesystem::path& folder) override;
  Result<DiskSpace> space(const std::filesystem::path& path) override;
  Result<std::unique_ptr<DiskLock>> lock(const std::filesystem::path& path) override;

 private:
  struct Inode;
  class File;
  class Lock;
  struct NameChange {
    std::string folder, from, to;  ///< from == "": made; to == "": removed
    std::shared_ptr<Inode> inode;
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;

  /// Counts the call; an error when it is to fail. With the lock held.
  Result<void> enter(DiskCall call);
  static void apply(const NameChange& change, Names& names);
  void change_names(NameChange change);
  std::uint64_t used() const;
  std::uint64_t below(std::uint64_t n) { return n == 0 ? 0 : random_() % n; }

  mutable std::mutex mutex_;  // guards all below
  std::mt19937_64 random_;
  Names names_, durable_names_;
  std::vector<NameChange> pending_;
  std::set<std::string> folders_;
  std::set<std::string> locked_;
  std::array<std::uint64_t, kDiskCalls> count_{};
  std::uint64_t calls_ = 0;
  struct Fault {
    DiskCall call;
    std::uint64_t at;
    ErrorCode code;
  };
  std::optional<Fault> fault_;
  std::optional<std::uint64_t> power_off_at_;
  bool hit_ = false, sync_nothing_ = false;
  std::uint64_t capacity_ = std::uint64_t{1} << 40;
};

}  // namespace yorozu::archive
