/// Names of the files of an archive (docs/formats/archive.md), one place for writing and reading them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "event/source_class.h"

namespace yorozu::archive {

inline constexpr std::string_view kJournalFolder = "journal", kSegmentFolder = "segments", kFileFolder = "files";
inline constexpr std::string_view kLockName = "lock", kReserveName = "reserve";
inline constexpr std::string_view kUnfinished = ".tmp";  ///< ending of files that are not complete yet

struct JournalName {
  std::uint64_t first_seq = 0;
  std::uint32_t attempt = 0;
  auto operator<=>(const JournalName&) const = default;
};
/// "000000052341-1.journal"
std::string to_string(const JournalName& name);
std::optional<JournalName> parse_journal_name(std::string_view name);

struct SegmentName {
  std::uint64_t first_seq = 0;
  event::RetentionGroup group = event::RetentionGroup::Host;
  auto operator<=>(const SegmentName&) const = default;
};
/// "000000052341-network.ndjson.zst"
std::string to_string(const SegmentName& name);
std::optional<SegmentName> parse_segment_name(std::string_view name);
/// "segments/2026/11/23"
std::filesystem::path segment_folder(Timestamp first_received);

}  // namespace yorozu::archive
