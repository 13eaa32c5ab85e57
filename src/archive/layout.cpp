#include "archive/layout.h"

#include <fmt/format.h>

#include <charconv>

namespace yorozu::archive {
namespace {

constexpr std::string_view kJournalEnding = ".journal", kSegmentEnding = ".ndjson.zst";

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

}  // namespace

std::string to_string(const JournalName& name) {
  return fmt::format("{:012}-{}{}", name.first_seq, name.attempt, kJournalEnding);
}

std::optional<JournalName> parse_journal_name(std::string_view name) {
  const std::size_t dash = name.find('-');
  if (!name.ends_with(kJournalEnding) || dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_number<std::uint64_t>(name.substr(0, dash));
  name.remove_suffix(kJournalEnding.size());
  const auto attempt = parse_number<std::uint32_t>(name.substr(dash + 1));
  if (!first || !attempt) return std::nullopt;
  return JournalName{*first, *attempt};
}

std::string to_string(const SegmentName& name) {
  return fmt::format("{:012}-{}{}", name.first_seq, event::to_string(name.group), kSegmentEnding);
}

std::optional<SegmentName> parse_segment_name(std::string_view name) {
  const std::size_t dash = name.find('-');
  if (!name.ends_with(kSegmentEnding) || dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_number<std::uint64_t>(name.substr(0, dash));
  name.remove_suffix(kSegmentEnding.size());
  const auto group = event::parse_retention_group(name.substr(dash + 1));
  if (!first || !group) return std::nullopt;
  return SegmentName{*first, *group};
}

std::filesystem::path segment_folder(Timestamp first_received) {
  const CivilTime civil = to_civil(first_received);
  return std::filesystem::path(kSegmentFolder) / fmt::format("{:04}", civil.year) / fmt::format("{:02}", civil.month) /
         fmt::format("{:02}", civil.day);
}

}  // namespace yorozu::archive
