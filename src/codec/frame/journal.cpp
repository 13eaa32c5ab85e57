#include "codec/frame/journal.h"

#include <cstdint>

namespace yorozu::codec {
namespace {

constexpr std::size_t kLongestName = 64;  // systemd takes no longer ones

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kLongestName) return false;
  for (const char c : text)
    if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  return true;
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return value;
}

}  // namespace

std::optional<JournalField> take_journal_field(std::string_view& entry) {
  const std::size_t feed = entry.find('\n');
  const std::string_view line = entry.substr(0, feed);
  const std::size_t equals = line.find('=');
  if (equals != std::string_view::npos) {
    if (!is_name(line.substr(0, equals))) return std::nullopt;
    entry.remove_prefix(feed == std::string_view::npos ? entry.size() : feed + 1);
    return JournalField{line.substr(0, equals), line.substr(equals + 1)};
  }
  if (!is_name(line) || feed == std::string_view::npos || entry.size() - feed < 9) return std::nullopt;
  const std::string_view behind = entry.substr(feed + 1);
  const std::uint64_t length = little_endian(behind);
  if (length > behind.size() - 8) return std::nullopt;
  const std::string_view value = behind.substr(8, length);
  entry = behind.substr(8 + length);
  if (entry.starts_with('\n')) entry.remove_prefix(1);
  return JournalField{line, value};
}

}  // namespace yorozu::codec
