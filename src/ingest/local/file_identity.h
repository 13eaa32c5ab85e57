/// Which file this is, whatever it is called now: device, inode and a hash of how it begins. Device and inode alone are
/// used again for another file; the beginning alone is shared by a file and its copy. A file that is still short is
/// known by the bytes it has, so the text says how many were hashed.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yorozu::ingest {

inline constexpr std::size_t kHeadBytes = 256;

struct Inode {
  std::uint64_t device = 0;
  std::uint64_t number = 0;
  auto operator<=>(const Inode&) const = default;
};

/// The first bytes of a file, at most kHeadBytes of them, by their hash.
struct Head {
  std::uint32_t bytes = 0;
  std::uint64_t hash = 0;
  bool operator==(const Head&) const = default;
};

struct FileIdentity {
  Inode inode;
  Head head;
  bool operator==(const FileIdentity&) const = default;
};

/// First 8 bytes of the SHA-256, at most kHeadBytes of `beginning` taken.
Head head_of(std::string_view beginning);
/// Whether a file that begins so once began like `head`: it may have grown since.
bool begins_like(std::string_view beginning, const Head& head);

/// "65024:131090:256:9f86d081884c7d65": device, inode, bytes hashed, hash. Stands in the archive (`via.file`).
std::string to_text(const FileIdentity& identity);
std::optional<FileIdentity> parse_file_identity(std::string_view text);

}  // namespace yorozu::ingest
