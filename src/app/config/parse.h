/// Text to Config. Strict: what is not understood is a problem, never left out.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config/config.h"

namespace yorozu::config {

struct Problem {
  std::string file;        ///< path, or "--set"
  std::uint32_t line = 0;  ///< 0: none
  std::string key;         ///< "syslog.udp.listen"; "": the file as a whole
  std::string message;
};
/// "yorozu.toml:12: syslog.udp.listen: needs an address and a port"
std::string to_text(const Problem& problem);

template <class T>
using Parsed = std::expected<T, std::vector<Problem>>;

struct NamedText {
  std::string name, text;
};

/// `files` in order, later values replace earlier ones, [[source]] tables add up; then `settings`, each
/// "table.key=value" as --set takes it. The value is TOML, or bare text where text, an address or a word of a list is
/// wanted ("syslog.udp.listen=127.0.0.1:0"); lists also with commas between their items. [[source]] cannot be set.
/// What only the whole can show is checked too: a floor above its keep, half a certificate, two sources of one name.
Parsed<Config> parse(std::span<const NamedText> files, std::span<const std::string> settings = {});

/// `file` when it exists, then *.toml of `folder` by name, then the settings.
Parsed<Config> load(const std::filesystem::path& file, const std::filesystem::path& folder,
                    std::span<const std::string> settings = {});

}  // namespace yorozu::config
