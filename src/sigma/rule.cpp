#include "sigma/rule.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace yorozu::sigma {
namespace {

constexpr std::array<std::string_view, 5> kLevels = {"informational", "low", "medium", "high", "critical"};

/// Names of the ATT&CK Enterprise and ICS tactics; both the tactics of ATT&CK up to version 18 (Defense Evasion) and
/// the two that came after it (Stealth, Defense Impairment) are in use.
constexpr std::pair<std::string_view, std::string_view> kTactics[] = {
    {"reconnaissance", "Reconnaissance"},
    {"resource-development", "Resource Development"},
    {"initial-access", "Initial Access"},
    {"execution", "Execution"},
    {"persistence", "Persistence"},
    {"privilege-escalation", "Privilege Escalation"},
    {"stealth", "Stealth"},
    {"defense-evasion", "Defense Evasion"},
    {"defense-impairment", "Defense Impairment"},
    {"credential-access", "Credential Access"},
    {"discovery", "Discovery"},
    {"lateral-movement", "Lateral Movement"},
    {"collection", "Collection"},
    {"command-and-control", "Command and Control"},
    {"exfiltration", "Exfiltration"},
    {"impact", "Impact"},
    {"evasion", "Evasion"},
    {"inhibit-response-function", "Inhibit Response Function"},
    {"impair-process-control", "Impair Process Control"},
};

/// What stands behind "attack.", lower case, with `-` for `_`; "" for other tags.
std::string attack_word(std::string_view tag) {
  constexpr std::string_view kPrefix = "attack.";
  std::string word(tag);
  std::ranges::transform(word, word.begin(), [](char c) {
    if (c == '_') return '-';
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return word.starts_with(kPrefix) ? word.substr(kPrefix.size()) : std::string();
}

bool is_technique(std::string_view word) {
  const auto digits = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!word.starts_with('t') || word.size() < 5 || !digits(word.substr(1, 4))) return false;
  return word.size() == 5 || (word[5] == '.' && word.size() == 9 && digits(word.substr(6)));
}

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

}  // namespace

std::string_view to_string(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}

std::optional<Level> parse_level(std::string_view text) {
  const auto found = std::ranges::find(kLevels, text);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<Level>(found - kLevels.begin());
}

std::vector<std::string> Metadata::tactics() const {
  std::vector<std::string> out;
  for (const std::string& tag : tags) {
    const std::string word = attack_word(tag);
    for (const auto& [key, tactic] : kTactics)
      if (word == key) add_once(out, std::string(tactic));
  }
  return out;
}

std::vector<std::string> Metadata::techniques() const {
  std::vector<std::string> out;
  for (const std::string& tag : tags) {
    std::string word = attack_word(tag);
    if (!is_technique(word)) continue;
    word[0] = 'T';
    add_once(out, std::move(word));
  }
  return out;
}

}  // namespace yorozu::sigma
