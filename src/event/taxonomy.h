/// One field, two names: ECS (Elastic Common Schema 8, for search and storage) and what the source and Sigma call it.
/// `process.command_line` is `CommandLine` of a Windows event and `cmdline` of nothing: the table names every pair
/// once.
#pragma once

#include <span>
#include <string_view>

namespace yorozu::event {

struct FieldPair {
  std::string_view ecs;
  std::string_view original;
};

/// Sorted by ECS name; an ECS name with several originals stands several times.
std::span<const FieldPair> taxonomy();
/// Originals of an ECS name; empty when the table does not know it.
std::span<const FieldPair> originals_of(std::string_view ecs);
/// ECS name of an original field; "" when there is none.
std::string_view ecs_name_of(std::string_view original);

}  // namespace yorozu::event
