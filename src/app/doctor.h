/// What may be wrong with a server and its machine, each with the cure. Looks, changes nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/config/config.h"
#include "app/serve/data_folder.h"
#include "message/message.h"

namespace yorozu::app {

enum class Health { Good, Advice, Bad };

struct Check {
  std::string name;  ///< "clock"; the same in every language
  Health health = Health::Good;
  std::string finding, cure;  ///< for people; `cure` "" when there is nothing to do
};

Check check_clock(message::Lang lang);
Check check_disk(const std::filesystem::path& folder, message::Lang lang);
Check check_data_folder(const std::filesystem::path& folder, message::Lang lang);
/// Each certificate file; those that are not there are passed over.
std::vector<Check> check_certificates(const std::vector<std::filesystem::path>& files, message::Lang lang);
/// Ports below 1024 that an ordinary user cannot open.
std::vector<Check> check_ports(const config::Config& config, bool may_bind_low, message::Lang lang);
/// Of a retention plan: is there room for what is to be kept, and until when.
Check check_retention(const nlohmann::json& plan, message::Lang lang);
/// Out of the answers of the running server.
std::vector<Check> check_inputs(const nlohmann::json& status, const config::Config& config, message::Lang lang);
Check check_blind_rules(const nlohmann::json& blind, message::Lang lang);

}  // namespace yorozu::app
