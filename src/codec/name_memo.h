/// Ids of names that records bring along, remembered by one decoder, so that threads do not queue at the table.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "event/names.h"

namespace yorozu::codec {

class NameMemo {
 public:
  explicit NameMemo(event::NameTable& names) : names_(names) {}

  event::NameId id(std::string_view name) {
    if (const auto found = remembered_.find(name); found != remembered_.end()) return found->second;
    const event::NameId id = names_.intern(name);
    if (remembered_.size() < kRemembered) remembered_.emplace(name, id);
    return id;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  static constexpr std::size_t kRemembered = 4096;

  event::NameTable& names_;
  std::unordered_map<std::string, event::NameId, Hash, std::equal_to<>> remembered_;
};

}  // namespace yorozu::codec
