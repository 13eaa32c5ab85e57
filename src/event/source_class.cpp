#include "event/source_class.h"

namespace yorozu::event {
namespace {

struct ClassRow {
  std::string_view word;
  RetentionGroup group;
};

/// In the order of SourceClass.
constexpr std::array<ClassRow, kSourceClasses> kClasses = {{
    {"firewall", RetentionGroup::Network},
    {"proxy", RetentionGroup::Network},
    {"auth", RetentionGroup::Identity},
    {"dns", RetentionGroup::Network},
    {"dhcp", RetentionGroup::Network},
    {"mail", RetentionGroup::Identity},
    {"vpn", RetentionGroup::Network},
    {"fileserver", RetentionGroup::Host},
    {"endpoint", RetentionGroup::Host},
    {"server", RetentionGroup::Host},
    {"web", RetentionGroup::Host},
    {"entry", RetentionGroup::Identity},
    {"ids", RetentionGroup::Network},
    {"other", RetentionGroup::Host},
    {"yorozu", RetentionGroup::Yorozu},
}};
constexpr std::array<std::string_view, kRetentionGroups> kGroups = {"network", "identity", "host", "yorozu"};

}  // namespace

std::string_view to_string(SourceClass source_class) {
  return kClasses[static_cast<std::size_t>(source_class)].word;
}

std::optional<SourceClass> parse_source_class(std::string_view word) {
  for (std::size_t i = 0; i < kClasses.size(); ++i)
    if (kClasses[i].word == word) return static_cast<SourceClass>(i);
  return std::nullopt;
}

std::string_view to_string(RetentionGroup group) {
  return kGroups[static_cast<std::size_t>(group)];
}

std::optional<RetentionGroup> parse_retention_group(std::string_view word) {
  for (std::size_t i = 0; i < kGroups.size(); ++i)
    if (kGroups[i] == word) return static_cast<RetentionGroup>(i);
  return std::nullopt;
}

RetentionGroup retention_group_of(SourceClass source_class) {
  return kClasses[static_cast<std::size_t>(source_class)].group;
}

}  // namespace yorozu::event
