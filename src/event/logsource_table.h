/// The logsource map as read from YAML, before it is indexed. Private to src/event.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/logsource.h"

namespace yorozu::event::detail {

/// Events that are told apart by channel: {product, service} is every event of these channels.
struct Service {
  std::string product, service;
  std::vector<std::string> channels;  ///< folded; a `*` at the end stands for any rest
};

/// Events of some ids in the channels of a service, seen as a category.
struct Category {
  Role role;
  std::vector<std::uint32_t> event_ids;
};

/// Events without channels: the decoder says which logsource it is.
struct Direct {
  Role role;
  std::vector<Role> also;  ///< other logsources the same event answers to
  bool is_made = false;    ///< some decoder makes such events
};

struct Table {
  std::vector<Service> services;
  std::vector<Category> categories;
  std::vector<Direct> direct;
};

/// Adds what one YAML file says. Errors: InvalidInput with line; unknown keys are errors.
Result<void> read_table(std::string_view yaml, Table& table);

}  // namespace yorozu::event::detail
