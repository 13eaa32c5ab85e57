#include "app/show.h"

#include <nlohmann/json.hpp>

#include "base/time.h"

namespace yorozu::app {

using message::Id;
using nlohmann::json;

std::string number(const json& value) {
  return std::to_string(value.get<std::uint64_t>());
}

std::string size_text(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  double value = static_cast<double>(bytes);
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text;
}
std::string size_text(const json& bytes) {
  return size_text(bytes.get<std::uint64_t>());
}

std::string local_time(const json& value) {
  if (!value.is_string()) return "-";
  const auto time = parse_time(value.get<std::string>());
  return time ? TimeZone::local().format(*time).substr(0, 19) : "-";
}

std::uint64_t percent_used(std::uint64_t total, std::uint64_t free) {
  return total == 0 ? 0 : 100 - free / (total / 100 + 1);
}

std::string disk_text(const json& disk, message::Lang lang) {
  const std::uint64_t used = percent_used(disk.at("total"), disk.at("free"));
  if (disk.at("full_in_days").is_null()) return message::format(lang, Id::DiskNoForecast, used);
  return message::format(lang, Id::DiskForecast, used, disk.at("full_in_days").get<std::int64_t>(),
                         size_text(disk.at("bytes_per_day")));
}

std::string disk_warning(const json& disk, message::Lang lang) {
  const std::string level = disk.at("level");
  if (level == "full") return std::string(message::text(lang, Id::DiskFull));
  for (const auto& [name, percent] : {std::pair{"used80", 80}, {"used90", 90}, {"used95", 95}})
    if (level == name) return message::format(lang, Id::DiskWarning, percent, size_text(disk.at("free")));
  return "";
}

}  // namespace yorozu::app
