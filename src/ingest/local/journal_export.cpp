#include "ingest/local/journal_export.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

#include "base/utf8.h"

namespace yorozu::ingest {
namespace {

/// What systemd writes as text: valid UTF-8 without control characters but the tab (utf8_is_printable_newline()).
bool is_printable(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const auto [c, length] = utf8::decode(at, end);
    if (length == 0 || (c < 0x20 && c != '\t') || (c >= 0x7F && c < 0xA0)) return false;
    if ((c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE) return false;
    at += length;
  }
  return true;
}

}  // namespace

void begin_journal_entry(const JournalEntryHead& head, std::string& out) {
  fmt::format_to(std::back_inserter(out),
                 "__CURSOR={}\n__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={}\n_BOOT_ID={}\n", head.cursor,
                 head.realtime_us, head.monotonic_us, head.boot_id);
}

void append_journal_field(std::string_view field, std::string& out) {
  const std::size_t equals = field.find('=');
  if (equals == std::string_view::npos || field.starts_with("_BOOT_ID=")) return;
  if (is_printable(field)) {
    out.append(field).append(1, '\n');
    return;
  }
  const std::string_view value = field.substr(equals + 1);
  out.append(field.substr(0, equals)).append(1, '\n');
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value.size() >> (8 * i) & 0xFF);
  out.append(value).append(1, '\n');
}

void end_journal_entry(std::string& out) {
  if (out.ends_with('\n')) out.pop_back();
}

std::uint64_t realtime_of_cursor(std::string_view cursor) {
  const std::size_t at = cursor.find(";t=");
  std::uint64_t time = 0;
  if (at != std::string_view::npos) std::from_chars(cursor.data() + at + 3, cursor.data() + cursor.size(), time, 16);
  return time;
}

}  // namespace yorozu::ingest
