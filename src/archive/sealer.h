/// Makes segments of closed journals, and removes journals whose lines have stood in segments long enough.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "archive/archive.h"
#include "archive/catalogue.h"
#include "archive/disk.h"

namespace yorozu::archive {

class Sealer {
 public:
  Sealer(Disk& disk, std::filesystem::path folder, const ArchiveOptions& options, std::function<Timestamp()> now,
         Catalogue& catalogue);

  /// Seals every closed journal, oldest first, then removes old ones. One thread at a time. Ends between two journals
  /// when `stop` becomes true. Errors: Io, Overloaded; what is not sealed is tried again by the next call.
  Result<void> run(const std::atomic<bool>& stop);

 private:
  enum class Existing : std::uint8_t { Keep, Replace };
  struct Outputs;

  Result<void> seal(const Journal& journal, Existing existing);
  Result<void> write_segments(const Journal& journal, Existing existing, Outputs& outputs);
  Result<bool> is_sealed_already(const Journal& journal, const SegmentName& name, const std::filesystem::path& path);
  Result<void> remove_old(const std::atomic<bool>& stop);
  Result<bool> is_the_same_in_segments(const Journal& journal);
  SegmentFiles segments_of(const Journal& journal) const;
  void report(DamageKind kind, const Journal& journal, std::string detail);

  Disk& disk_;
  std::filesystem::path folder_;
  ArchiveOptions options_;
  std::function<Timestamp()> now_;
  Catalogue& catalogue_;
  std::uint64_t sealed_ = 0;
};

}  // namespace yorozu::archive
