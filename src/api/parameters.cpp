#include "api/parameters.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "http/message.h"

namespace yorozu::api {
namespace {

constexpr std::size_t kMaxParameters = 32;

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::int64_t seconds_of(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    case 'w':
      return std::int64_t{7} * 86400;
    default:
      return 0;
  }
}

}  // namespace

std::optional<Timestamp> read_when(std::string_view text, Timestamp now, const TimeZone& zone) {
  if (!text.starts_with("now")) return zone.parse(text);
  text.remove_prefix(3);
  if (text.empty()) return now;
  constexpr std::uint64_t kMaxAmount = 1'000'000;
  if (text.size() < 3 || text.front() != '-') return std::nullopt;
  const std::int64_t unit = seconds_of(text.back());
  const auto amount = read_number(text.substr(1, text.size() - 2));
  if (unit == 0 || !amount || *amount > kMaxAmount) return std::nullopt;
  return Timestamp{now.us - static_cast<std::int64_t>(*amount) * unit * 1'000'000};
}

std::expected<Parameters, BadParameter> Parameters::of_query(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = http::percent_decoded(pair.substr(0, equals), true);
    auto value = http::percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !is_valid_utf8(*name)) return std::unexpected(BadParameter{"?", {}, "percent-encoded UTF-8"});
    if (!value || !is_valid_utf8(*value)) return std::unexpected(BadParameter{*name, {}, "percent-encoded UTF-8"});
    const auto [at, is_new] = parameters.values_.emplace(std::move(*name), std::move(*value));
    if (!is_new || parameters.values_.size() > kMaxParameters)
      return std::unexpected(BadParameter{at->first, {}, "at most once"});
  }
  return parameters;
}

std::optional<Parameters> Parameters::of_json(std::string_view body) {
  constexpr int kFlat = 2;
  bool is_flat = true;
  const auto keep = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json&) {
    using enum nlohmann::json::parse_event_t;
    if ((event == object_start && depth > 0) || (event == array_start && depth < kFlat)) is_flat = false;
    return is_flat;
  };
  const nlohmann::json document = nlohmann::json::parse(body, keep, false);
  if (!is_flat || !document.is_object() || document.size() > kMaxParameters) return std::nullopt;
  Parameters parameters;
  for (const auto& [name, value] : document.items()) {
    if (value.is_string())
      parameters.values_[name] = value.get<std::string>();
    else if (value.is_number_unsigned() || value.is_boolean())
      parameters.values_[name] = value.dump();
    else
      return std::nullopt;
  }
  return parameters;
}

const std::string* Parameters::find(std::string_view name) {
  asked_.emplace(name);
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

void Parameters::malformed(std::string_view name, std::string expected) {
  if (!problem_) problem_ = {std::string(name), BadParameter::Reason::Malformed, std::move(expected)};
}

std::optional<std::string> Parameters::text(std::string_view name, std::size_t max_bytes) {
  const std::string* const found = find(name);
  if (found == nullptr) return std::nullopt;
  if (found->size() > max_bytes) malformed(name, fmt::format("at most {} bytes", max_bytes));
  return *found;
}

std::string Parameters::required_text(std::string_view name, std::size_t max_bytes) {
  auto found = text(name, max_bytes);
  if (!found && !problem_) problem_ = {std::string(name), BadParameter::Reason::Missing, {}};
  return std::move(found).value_or("");
}

std::uint64_t Parameters::number(std::string_view name, std::uint64_t low, std::uint64_t high,
                                 std::uint64_t otherwise) {
  const std::string* const found = find(name);
  if (found == nullptr) return otherwise;
  const auto value = read_number(*found);
  if (value && *value >= low && *value <= high) return *value;
  malformed(name, fmt::format("a number from {} to {}", low, high));
  return otherwise;
}

bool Parameters::flag(std::string_view name) {
  const std::string* const found = find(name);
  if (found == nullptr || *found == "false") return false;
  if (*found != "true") malformed(name, "true or false");
  return true;
}

TimeZone Parameters::zone(std::string_view name) {
  const std::string* const found = find(name);
  if (found == nullptr || found->empty()) return TimeZone::utc();
  auto zone = TimeZone::named(*found);
  if (zone) return *std::move(zone);
  malformed(name, "UTC or a name like Asia/Tokyo");
  return TimeZone::utc();
}

std::optional<Timestamp> Parameters::time(std::string_view name, Timestamp now, const TimeZone& zone) {
  const std::string* const found = find(name);
  if (found == nullptr || found->empty()) return std::nullopt;
  const auto time = read_when(*found, now, zone);
  if (!time) malformed(name, "2026-11-25T09:00:00Z, 2026-11-25 or now-24h");
  return time;
}

std::optional<BadParameter> Parameters::problem() const {
  if (problem_) return problem_;
  for (const auto& [name, value] : values_)
    if (!asked_.contains(name)) return BadParameter{name, BadParameter::Reason::Unknown, {}};
  return std::nullopt;
}

}  // namespace yorozu::api
