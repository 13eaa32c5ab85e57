/// Which rules may see an event: Sigma logsources (Sigma specification 2.1, "logsource") and where their events are
/// found. The map is data (src/event/data/*.yml, embedded): Windows channels and event ids with the field renames that
/// a logsource needs there (process_creation in Security 4688: Image is NewProcessName).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/names.h"

namespace yorozu::event {

struct Logsource {
  std::string product, category, service;  ///< lower case; empty: not stated
  bool operator==(const Logsource&) const = default;
};

/// True when each attribute that `wanted` (of a rule or filter) states is equal in `offered` (of an event).
bool covers(const Logsource& wanted, const Logsource& offered);

/// Index into the logsources of LogsourceMap; 0 is the empty one: nothing known, plain text.
using LogsourceId = std::uint16_t;

/// One role in which an event can be seen. An event of Security 4688 has two: {windows, security} with its own names,
/// and {windows, process_creation, security} with renames.
struct Role {
  Logsource logsource;
  std::vector<std::pair<std::string, std::string>> renames;  ///< (name the rule uses, name the event has)
  /// The role holds only when the field has one of the texts (case-insensitive): registry_add is Sysmon 12 with
  /// EventType CreateKey. Empty name: always.
  std::string only_field;
  std::vector<std::string> only_values;
  /// Fields that the event lacks and whose text follows from the role: Initiated is `true` for each 5156 whose
  /// Direction is outbound.
  std::vector<std::pair<std::string, std::string>> constants;
};

/// The roles in which a rule judges an event; it matches, once, when it matches in any of them. A rule that states a
/// category sees the roles of that category (one at a time: their conditions exclude each other); one that states none
/// sees the first role that covers it, the event under its own names, and never the same event again under others.
std::vector<const Role*> roles_for(const Logsource& wanted, std::span<const Role> roles);

/// What decides the roles of an event.
struct EventClass {
  LogsourceId logsource = 0;
  std::string_view channel;  ///< "" when not a Windows event
  std::uint32_t event_id = UINT32_MAX;
};

class LogsourceMap {
 public:
  /// The embedded map; valid until the program ends.
  static const LogsourceMap& builtin();
  /// One YAML text for each file of the map; see docs/logsources.md for the form. Errors: InvalidInput with line.
  static Result<LogsourceMap> parse(std::span<const std::string_view> yaml);
  static Result<LogsourceMap> parse(std::string_view yaml);

  LogsourceMap(LogsourceMap&&) noexcept;
  ~LogsourceMap();

  /// Id for decoders; nullopt when the map does not know it (then 0 is right).
  std::optional<LogsourceId> id_of(std::string_view product, std::string_view category, std::string_view service) const;
  const Logsource& logsource(LogsourceId id) const;

  /// All roles of events of that class, at least one; the first is the event under its own names. Channel names compare
  /// case-insensitively.
  std::vector<Role> roles(const EventClass& event_class) const;

  /// Channel and event ids that a rule's logsource leads to; for planning classes before any event is seen. An entry
  /// with no ids means every event of the channel.
  struct Place {
    std::string channel;  ///< a `*` at the end stands for any rest
    std::vector<std::uint32_t> event_ids;
  };
  std::vector<Place> places(const Logsource& wanted) const;
  /// False when no event that any decoder makes could have this logsource ("cannot fire: no such logsource").
  bool is_known(const Logsource& wanted) const;

 private:
  struct Impl;
  explicit LogsourceMap(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::event
