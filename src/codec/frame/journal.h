/// Entries of systemd's journal in export format (systemd "Journal Export Formats"): KEY=value lines; a value with line
/// feeds or other bytes is KEY, line feed, its length as 64-bit little-endian number, the bytes, line feed.
#pragma once

#include <optional>
#include <string_view>

namespace yorozu::codec {

struct JournalField {
  std::string_view name, value;
};

/// Takes the first field off `entry`; nullopt at its end and where it is no longer of that form.
std::optional<JournalField> take_journal_field(std::string_view& entry);

}  // namespace yorozu::codec
