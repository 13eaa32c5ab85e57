/// Compressed files and archives, opened by what is in them (libarchive): gzip, zstd, xz, bzip2, lz4 alone or around
/// tar; zip, 7z. Members are streamed one after the other and never touch the disk; their names are labels, never
/// paths. Archives inside archives are not opened. Ceilings: bytes in all, ratio to the packed size, number of members.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hunt/input_source.h"

namespace yorozu::hunt {

/// By the magic numbers at the front of a file.
bool looks_like_archive(ByteView head);

struct ArchiveLimits {
  std::uint64_t max_unpacked_bytes = 0;
  std::uint64_t max_ratio = 0;
  std::uint64_t ratio_counts_from = std::uint64_t{64} << 20;
  std::uint64_t max_members = 100'000;
};

class Archive {
 public:
  virtual ~Archive() = default;

  struct Member {
    std::string name;  ///< "" for the one stream of a file that is only compressed
    bool is_encrypted = false;
    Timestamp written;
  };
  /// The next regular file; nullopt after the last one. After an error nothing more can be read.
  virtual Result<std::optional<Member>> next() = 0;

  /// Bytes of the member that next() gave. Errors: Corrupt; Overloaded when a ceiling is reached, and then for good.
  virtual Result<std::size_t> read(std::span<std::uint8_t> to) = 0;

  /// `file` outlives the archive; `head`: what was read from it already.
  static Result<std::unique_ptr<Archive>> open(FileSource& file, std::vector<std::uint8_t> head,
                                               const ArchiveLimits& limits);
};

/// The member at hand as a source; `archive` outlives it.
class MemberSource final : public ByteSource {
 public:
  explicit MemberSource(Archive& archive) : archive_(archive) {}
  Result<std::size_t> read(std::span<std::uint8_t> to) override { return archive_.read(to); }

 private:
  Archive& archive_;
};

}  // namespace yorozu::hunt
