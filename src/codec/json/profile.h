/// What kind of exporter or product wrote a document, told by its keys, and what its fields are called in Sigma rules.
/// All of this is found out once a path (features_of, names_of) and once a sequence of keys (recognise), never once an
/// event. docs/inputs.md lists the same for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/source_class.h"

namespace yorozu::codec::json {

enum class Profile : std::uint8_t {
  Unknown,
  WindowsTree,  ///< System / EventData / UserData: evtx_dump, chainsaw, Velociraptor, hayabusa's raw form
  WindowsFlat,  ///< EventID, Channel and data side by side: NXLog, Mordor, Get-WinEvent, Sentinel, Sysmon-to-JSON
  Winlogbeat,   ///< winlog.* (7 and 8), event_data.* (6)
  Hayabusa,     ///< json-timeline: Details, ExtraFieldInfo
  Ecs,          ///< ECS without winlog.*: Elastic endpoint, Sysmon through other shippers
  CloudTrail,
  AzureActivity,
  AzureSignIn,
  AzureAudit,
  AzureRisk,
  M365,
  Okta,
  GcpAudit,
  GitHub,
  Kubernetes,
  Zeek,
  Suricata,
  Auditd,       ///< Auditbeat, Laurel
  LinuxSyslog,  ///< syslog lines inside JSON: Sentinel, journalctl -o json
  OneLogin,
  Bitbucket,
};

/// Bits of the keys that tell profiles apart.
std::uint64_t features_of(std::string_view path);
Profile recognise(std::uint64_t features);

/// Objects or arrays that rules search as text.
bool keeps_text(std::string_view path);

/// Length of what exporters put around a whole event: "_source.", "document.data.", "Event." before System.
std::size_t wrapper_prefix(std::string_view path);

/// Names of the field at `path`: none when it is left out, several when rules know it by several.
std::vector<std::string> names_of(Profile profile, std::string_view path);

/// What else a value is for. Of several candidates of a role the lowest rank is taken.
enum class Role : std::uint8_t { None, Time, Host, EventId, RecordId, Channel, Provider, Selector };
struct Purpose {
  Role role = Role::None;
  int rank = 0;
};
/// Selector: the value that decides the logsource (Zeek's _path).
Purpose purpose_of(Profile profile, std::string_view path, std::string_view name);

/// Channel of an event whose exporter left it out; "" when the provider does not tell.
std::string_view channel_of_provider(std::string_view provider, std::uint32_t event_id);
/// The same where not even the provider is there: Sysmon is known by its fields, Security by its numbers.
std::string_view channel_without_provider(std::uint64_t features, std::uint32_t event_id);
/// Hayabusa abbreviates channels ("Sec"); anything it does not abbreviate is given back.
std::string_view unabbreviated_channel(std::string_view channel);
/// Hayabusa's short field names ("Cmdline") to those of the event; "" when there is none.
std::string_view unabbreviated_field(std::string_view name);

struct LogsourceName {
  std::string_view product, category, service;
};
/// `selector`: value of the Selector field, or "".
LogsourceName logsource_of(Profile profile, std::uint64_t features, std::string_view selector);

/// By the logsource that logsource_of() gave; Other where the input knows better (Windows events).
event::SourceClass source_class_of(Profile profile, std::string_view service);

}  // namespace yorozu::codec::json
