/// An entry of systemd's journal in export format, as `journalctl -o export` writes it ("Journal Export Formats"), but
/// without the blank line behind it and the line feed of the last field: these are framing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace yorozu::ingest {

struct JournalEntryHead {
  std::string_view cursor;
  std::uint64_t realtime_us = 0;
  std::uint64_t monotonic_us = 0;
  std::string_view boot_id;  ///< 32 hex digits
};

void begin_journal_entry(const JournalEntryHead& head, std::string& out);
/// `field` is NAME=value as the journal keeps it. _BOOT_ID stands in the head already and is passed over.
void append_journal_field(std::string_view field, std::string& out);
void end_journal_entry(std::string& out);

/// Time of an entry by its cursor; 0 when the cursor does not say.
std::uint64_t realtime_of_cursor(std::string_view cursor);

}  // namespace yorozu::ingest
