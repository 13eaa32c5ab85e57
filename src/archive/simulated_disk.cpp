#include "archive/simulated_disk.h"

#include <algorithm>

#include "base/assert.h"
#include "base/try.h"

namespace yorozu::archive {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kSector = 512;

std::string folder_of(const fs::path& path) {
  return path.parent_path().string();
}

}  // namespace

std::string_view to_string(DiskCall call) {
  constexpr std::array<std::string_view, kDiskCalls> kNames = {
      "create", "open",         "open_for_appending", "allocate", "rename",
      "remove", "make_folders", "sync_folder",        "list",     "space",
      "lock",   "append",       "overwrite",          "sync",     "read",
      "size",   "truncate"};
  return kNames[static_cast<std::size_t>(call)];
}

struct SimulatedDisk::Inode {
  struct Change {
    std::uint64_t offset = 0;
    std::vector<std::uint8_t> bytes;  ///< empty: cut to `offset`
  };
  std::vector<std::uint8_t> now, durable;
  std::vector<Change> pending;

  static void apply(const Change& change, std::vector<std::uint8_t>& to) {
    if (change.bytes.empty()) {
      to.resize(change.offset);
      return;
    }
    if (to.size() < change.offset + change.bytes.size()) to.resize(change.offset + change.bytes.size());
    std::ranges::copy(change.bytes, to.begin() + static_cast<std::ptrdiff_t>(change.offset));
  }
};

class SimulatedDisk::File : public DiskFile {
 public:
  File(SimulatedDisk& disk, std::shared_ptr<Inode> inode) : disk_(disk), inode_(std::move(inode)) {}

  Result<void> append(ByteView bytes) override {
    const std::scoped_lock lock(disk_.mutex_);
    const auto entered = disk_.enter(DiskCall::Append);
    const std::uint64_t room = disk_.capacity_ - std::min(disk_.capacity_, disk_.used());
    std::uint64_t written = bytes.size();
    if (!entered) written = disk_.below(bytes.size());
    written = std::min(written, room);
    if (written > 0) {
      Inode::Change change{inode_->now.size(), {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(written)}};
      Inode::apply(change, inode_->now);
      inode_->pending.push_back(std::move(change));
    }
    if (!entered) return entered;
    if (written < bytes.size()) return yorozu::fail(ErrorCode::Overloaded, "no space left");
    return {};
  }
  Result<void> overwrite(std::uint64_t offset, ByteView bytes) override {
    const std::scoped_lock lock(disk_.mutex_);
    TRY(disk_.enter(DiskCall::Overwrite));
    const Inode::Change change{offset, {bytes.begin(), bytes.end()}};
    Inode::apply(change, inode_->now);
    inode_->pending.push_back(change);
    return {};
  }
  Result<void> sync() override {
    const std::scoped_lock lock(disk_.mutex_);
    const auto entered = disk_.enter(DiskCall::Sync);
    if (disk_.sync_nothing_ && entered) return {};
    if (!entered) {
      // Some of it may have been written before the error; the rest is forgotten, though readers still see it.
      for (const Inode::Change& change : inode_->pending)
        if (disk_.below(2) == 0) Inode::apply(change, inode_->durable);
      if (!disk_.power_off_at_ || disk_.calls_ < *disk_.power_off_at_) inode_->pending.clear();
      return entered;
    }
    for (const Inode::Change& change : inode_->pending) Inode::apply(change, inode_->durable);
    inode_->pending.clear();
    return {};
  }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> to) const override {
    const std::scoped_lock lock(disk_.mutex_);
    TRY(disk_.enter(DiskCall::Read));
    if (offset >= inode_->now.size()) return 0;
    const std::size_t n = std::min<std::size_t>(to.size(), inode_->now.size() - offset);
    std::copy_n(inode_->now.begin() + static_cast<std::ptrdiff_t>(offset), n, to.begin());
    return n;
  }
  Result<std::uint64_t> size() const override {
    const std::scoped_lock lock(disk_.mutex_);
    TRY(disk_.enter(DiskCall::Size));
    return inode_->now.size();
  }
  Result<void> truncate(std::uint64_t size) override {
    const std::scoped_lock lock(disk_.mutex_);
    TRY(disk_.enter(DiskCall::Truncate));
    const Inode::Change change{size, {}};
    Inode::apply(change, inode_->now);
    inode_->pending.push_back(change);
    return {};
  }

 private:
  SimulatedDisk& disk_;
  std::shared_ptr<Inode> inode_;
};

class SimulatedDisk::Lock : public DiskLock {
 public:
  Lock(SimulatedDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  ~Lock() override {
    const std::scoped_lock lock(disk_.mutex_);
    disk_.locked_.erase(path_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  SimulatedDisk& disk_;
  std::string path_;
};

SimulatedDisk::SimulatedDisk(std::uint64_t seed) : random_(seed) {}
SimulatedDisk::~SimulatedDisk() = default;

void SimulatedDisk::fail(DiskCall call, std::uint64_t nth, ErrorCode code) {
  const std::scoped_lock lock(mutex_);
  fault_ = Fault{call, count_[static_cast<std::size_t>(call)] + nth, code};
  hit_ = false;
}

void SimulatedDisk::power_off_at(std::uint64_t nth) {
  const std::scoped_lock lock(mutex_);
  power_off_at_ = calls_ + nth;
  hit_ = false;
}

bool SimulatedDisk::was_hit() const {
  const std::scoped_lock lock(mutex_);
  return hit_;
}

std::uint64_t SimulatedDisk::calls() const {
  const std::scoped_lock lock(mutex_);
  return calls_;
}

Result<void> SimulatedDisk::enter(DiskCall call) {
  ++calls_;
  const std::uint64_t nth = ++count_[static_cast<std::size_t>(call)];
  if (power_off_at_ && calls_ >= *power_off_at_) {
    hit_ = true;
    return yorozu::fail(ErrorCode::Io, "the power is off");
  }
  if (fault_ && fault_->call == call && fault_->at == nth) {
    hit_ = true;
    const ErrorCode code = fault_->code;
    fault_.reset();
    return yorozu::fail(code, "simulated fault in " + std::string(to_string(call)));
  }
  return {};
}

void SimulatedDisk::apply(const NameChange& change, Names& names) {
  if (!change.from.empty()) names.erase(change.from);
  if (!change.to.empty()) names[change.to] = change.inode;
}

void SimulatedDisk::change_names(NameChange change) {
  apply(change, names_);
  pending_.push_back(std::move(change));
}

std::uint64_t SimulatedDisk::used() const {
  std::uint64_t bytes = 0;
  for (const auto& [name, inode] : names_) bytes += inode->now.size();
  return bytes;
}

void SimulatedDisk::power_cut() {
  const std::scoped_lock lock(mutex_);
  // Of each folder a first part of what happened to its names, by where the folder's own journal was cut.
  std::map<std::string, std::uint64_t> changes, kept;
  for (const NameChange& change : pending_) ++changes[change.folder];
  for (const auto& [folder, count] : changes) kept[folder] = below(count + 1);
  for (const NameChange& change : pending_)
    if (kept[change.folder] > 0) {
      --kept[change.folder];
      apply(change, durable_names_);
    }
  pending_.clear();
  names_ = durable_names_;
  std::set<Inode*> seen;
  for (const auto& [name, inode] : names_) {
    if (!seen.insert(inode.get()).second) continue;
    for (const Inode::Change& change : inode->pending) {
      const std::uint64_t fate = below(4);
      if (fate == 0) continue;
      if (fate == 1 || change.bytes.empty()) {
        Inode::apply(change, inode->durable);
        continue;
      }
      // Torn: some sectors; the size may have grown over those that were not written.
      if (fate == 2)
        inode->durable.resize(std::max<std::size_t>(inode->durable.size(), change.offset + change.bytes.size()));
      for (std::uint64_t at = 0; at < change.bytes.size();) {
        const std::uint64_t end = std::min<std::uint64_t>(
            change.bytes.size(), (change.offset + at) / kSector * kSector + kSector - change.offset);
        if (below(2) == 0)
          Inode::apply({change.offset + at,
                        {change.bytes.begin() + static_cast<std::ptrdiff_t>(at),
                         change.bytes.begin() + static_cast<std::ptrdiff_t>(end)}},
                       inode->durable);
        at = end;
      }
    }
    inode->pending.clear();
    inode->now = inode->durable;
  }
  power_off_at_.reset();
  fault_.reset();
}

void SimulatedDisk::restart() {
  const std::scoped_lock lock(mutex_);
  power_off_at_.reset();
  fault_.reset();
}

void SimulatedDisk::set_capacity(std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  capacity_ = bytes;
}

void SimulatedDisk::flip_bit(const fs::path& path, std::uint64_t bit) {
  const std::scoped_lock lock(mutex_);
  Inode& inode = *names_.at(path.string());
  bit %= inode.now.size() * 8;
  for (auto* bytes : {&inode.now, &inode.durable})
    if (bit / 8 < bytes->size()) (*bytes)[bit / 8] = static_cast<std::uint8_t>((*bytes)[bit / 8] ^ 1U << bit % 8);
}

std::vector<fs::path> SimulatedDisk::files_below(const fs::path& folder) const {
  const std::scoped_lock lock(mutex_);
  std::vector<fs::path> paths;
  for (const auto& [name, inode] : names_)
    if (name.starts_with(folder.string() + "/")) paths.emplace_back(name);
  return paths;
}

std::uint64_t SimulatedDisk::size_of(const fs::path& path) const {
  const std::scoped_lock lock(mutex_);
  return names_.at(path.string())->now.size();
}

Result<std::unique_ptr<DiskFile>> SimulatedDisk::create(const fs::path& path) {
  const std::scoped_lock lock(mutex_);
  TRY(enter(DiskCall::Create));
  if (!folders_.contains(folder_of(path))) return yorozu::fail(ErrorCode::NotFound, path.string());
  if (names_.contains(path.string())) return yorozu::fail(ErrorCode::Conflict, path.string());
  auto inode = std::make_shared<Inode>();
  change_names({folder_of(path), "", path.string(), inode});
  return std::make_unique<File>(*this, inode);
}

Result<std::unique_ptr<DiskFile>> SimulatedDisk::open(const fs::path& path) {
  const std::scoped_lock lock(mutex_);
  TRY(enter(DiskCall::Open));
  const auto found = names_.find(path.string());
  if (found == names_.end()) return yorozu::fail(ErrorCode::NotFound, path.string());
  return std::make_unique<File>(*this, found->second);
}

Result<std::unique_ptr<DiskFile>> SimulatedDisk::open_for_appending(const fs::path& path) {
  const std::scoped_lock lock(mutex_);
  TRY(enter(DiskCall::OpenForAppending));
  const auto found = names_.find(path.string());
  if (found == names_.end()) return yorozu::fail(ErrorCode::NotFound, path.string());
  return std::make_unique<File>(*this, found->second);
}

Result<void> SimulatedDisk::allocate(const fs::path& path, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  TRY(enter(DiskCall::Allocate));
  if (used() + bytes > capacity_) return yorozu::fail(ErrorCode::Overloaded, "no space left");
  auto inode = std::make_shared<Inode>();
  inode->now.resize(bytes);
  change_names({folder_of(path), "", path.string(), inode});
  return {};
}

Result<void> SimulatedDisk::rename(const fs::path& from, const fs::path& to) {
  const std::scoped_lock lock(mutex_);
  TRY(enter(DiskCall::Rename));
  YOROZU_ASSERT(folder_of(from) == folder_of(to), "renames across folders are not simulated");
  const auto found = names_.find(from.string());
  if (found == names_.end()) return yorozu::fail(ErrorCode::NotFound, from.string());
  change_names({folder_of(to), from.string(), to.string(), found->second});
  return {};
}

Result<void> SimulatedDisk::remove(const fs::path& path) {
  const std::scoped_lock lock(mutex_);
  TRY(enter(DiskCall::Remove));
  if (!names_.contains(path.string())) return yorozu::fail(ErrorCode::NotFound, path.string());
  change_names({folder_of(path), path.string(), "", nullptr});
  return {};
}

Result<void> SimulatedDisk::make_folders(const fs::path& path) {
  const std::scoped_lock lock(mutex_);
  TRY(enter(DiskCall::MakeFolders));
  for (fs::path at = path; !at.empty() && at != at.parent_path(); at = at.parent_path()) folders_.insert(at.string());
  return {};
}

Result<void> SimulatedDisk::sync_folder(const fs::path& path) {
  const std::scoped_lock lock(mutex_);
  TRY(enter(DiskCall::SyncFolder));
  if (sync_nothing_) return {};
  for (const NameChange& change : pending_)
    if (change.folder == path.string()) apply(change, durable_names_);
  std::erase_if(pending_, [&](const NameChange& change) { return change.folder == path.string(); });
  return {};
}

Result<std::vector<std::string>> SimulatedDisk::list(const fs::path& folder) {
  const std::scoped_lock lock(mutex_);
  TRY(enter(DiskCall::List));
  std::set<std::string> names;
  const std::string prefix = folder.string() + "/";
  const auto take = [&](const std::string& path) {
    if (path.starts_with(prefix))
      names.insert(path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
  };
  for (const auto& [name, inode] : names_) take(name);
  for (const std::string& name : folders_) take(name);
  return std::vector<std::string>(names.begin(), names.end());
}

Result<DiskSpace> SimulatedDisk::space(const fs::path&) {
  const std::scoped_lock lock(mutex_);
  TRY(enter(DiskCall::Space));
  return DiskSpace{capacity_, capacity_ - std::min(capacity_, used())};
}

Result<std::unique_ptr<DiskLock>> SimulatedDisk::lock(const fs::path& path) {
  const std::scoped_lock lock(mutex_);
  TRY(enter(DiskCall::Lock));
  if (!locked_.insert(path.string()).second) return yorozu::fail(ErrorCode::Conflict, path.string());
  return std::make_unique<Lock>(*this, path.string());
}

}  // namespace yorozu::archive
