#include "app/serve/data_folder.h"

#include <unistd.h>

#include <cstdlib>

namespace yorozu::serve {

DataFolder find_data_folder(const std::string& given) {
  if (!given.empty()) return {std::filesystem::absolute(given).lexically_normal()};
  if (geteuid() == 0) return {"/var/lib/yorozu"};
  if (const char* const data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/')
    return {std::filesystem::path(data) / "yorozu"};
  if (const char* const home = std::getenv("HOME"); home != nullptr && *home == '/')
    return {std::filesystem::path(home) / ".local/share/yorozu"};
  return {};
}

}  // namespace yorozu::serve
