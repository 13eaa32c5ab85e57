/// How numbers and times of the server's answers look to people.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "message/message.h"

namespace yorozu::app {

std::string number(const nlohmann::json& value);
/// "45.7 MiB"
std::string size_text(std::uint64_t bytes);
std::string size_text(const nlohmann::json& bytes);
/// "2026-11-23 18:15:02" in the zone of this machine; "-" when there is none.
std::string local_time(const nlohmann::json& value);

std::uint64_t percent_used(std::uint64_t total, std::uint64_t free);
/// Of the "disk" of a retention plan: percent used, and when it will be full.
std::string disk_text(const nlohmann::json& disk, message::Lang lang);
/// "" below 80 %.
std::string disk_warning(const nlohmann::json& disk, message::Lang lang);

}  // namespace yorozu::app
