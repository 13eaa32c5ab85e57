/// From root to the user `yorozu`, for good; and what a process that never was root gives up.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace yorozu::process {

inline constexpr const char* kServiceUser = "yorozu";

struct ServiceUser {
  std::uint32_t uid = 0, gid = 0;
  std::vector<std::uint32_t> groups;  ///< adm and systemd-journal where they exist: what may read logs
};
/// Makes user and group when they are missing (root only). Errors: Io with what useradd said.
Result<ServiceUser> find_or_make_service_user(const std::filesystem::path& data_folder);

/// Makes the folder, mode 0700, when it is missing. Gives it to the user when it is new or empty. Errors: Denied when
/// somebody else owns what is in it, with the cure.
Result<void> prepare_data_folder(const std::filesystem::path& folder, std::uint32_t uid, std::uint32_t gid);

/// Becomes the user, keeps CAP_NET_BIND_SERVICE and nothing else, and can never come back. Errors: Io; then the process
/// must end, for it is neither one nor the other.
Result<void> become(const ServiceUser& user);

enum class Keep : std::uint8_t { NetBindService, Nothing };
/// Gives up every other capability and the right to get new ones by starting programs. For a process that is not root.
Result<void> drop_capabilities(Keep keep);

/// For people: "user yorozu, capabilities: cap_net_bind_service, no new privileges".
std::string describe_privileges();

}  // namespace yorozu::process
