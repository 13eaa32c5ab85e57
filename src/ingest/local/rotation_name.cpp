#include "ingest/local/rotation_name.h"

#include <algorithm>
#include <array>

namespace yorozu::ingest {
namespace {

using namespace std::string_view_literals;

std::string_view folder_of(std::string_view path) {
  return path.substr(0, path.rfind('/') + 1);
}
std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_separator(char c) {
  return c == '.' || c == '-' || c == '_' || c == '~';
}

bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_separator(c) || (c >= '0' && c <= '9'); });
}

std::string_view without_compression(std::string_view name) {
  for (const std::string_view ending : {".gz"sv, ".xz"sv, ".zst"sv, ".bz2"sv})
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return name;
}

/// What stands between stem and ending of app-20261125.log, for app.log; "" when it is called otherwise.
std::string_view middle_of(std::string_view name, std::string_view log_name) {
  const std::size_t dot = log_name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name.size() <= log_name.size()) return {};
  if (!name.starts_with(log_name.substr(0, dot)) || !name.ends_with(log_name.substr(dot))) return {};
  return name.substr(dot, name.size() - log_name.size());
}

}  // namespace

bool is_rotated_name(std::string_view path, std::string_view log) {
  const std::string_view name = name_of(path), log_name = name_of(log);
  if (folder_of(path) == folder_of(log) && name.size() > log_name.size() && name.starts_with(log_name))
    return is_separator(name[log_name.size()]);
  return is_numbered_name(path, log);
}

bool is_numbered_name(std::string_view path, std::string_view log) {
  if (folder_of(path) != folder_of(log)) return false;
  const std::string_view name = without_compression(name_of(path)), log_name = name_of(log);
  const std::string_view added = name.size() > log_name.size() && name.starts_with(log_name)
                                     ? name.substr(log_name.size())
                                     : middle_of(name, log_name);
  return !added.empty() && is_separator(added.front()) && is_number(added);
}

std::vector<std::string> possible_logs_of(std::string_view path) {
  const std::string folder(folder_of(path));
  const std::string_view name = name_of(path), plain = without_compression(name);
  const std::size_t dot = plain.rfind('.');
  std::vector<std::string> logs;
  for (std::size_t at = 1; at < name.size(); ++at) {
    if (!is_separator(name[at])) continue;
    logs.push_back(folder + std::string(name.substr(0, at)));
    if (dot != std::string_view::npos && at < dot)
      logs.push_back(folder + std::string(plain.substr(0, at)) + std::string(plain.substr(dot)));
  }
  std::erase_if(logs, [&](const std::string& log) { return !is_rotated_name(path, log); });
  return logs;
}

bool is_compressed(std::string_view beginning) {
  return beginning.starts_with("\x1F\x8B"sv) || beginning.starts_with("\xFD\x37zXZ\0"sv) ||
         beginning.starts_with("\x28\xB5\x2F\xFD"sv) || beginning.starts_with("BZh"sv);
}

}  // namespace yorozu::ingest
