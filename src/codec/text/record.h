/// One recognised line on its way to becoming an event, and what recognisers share. Private to codec/text.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "codec/event_fields.h"
#include "event/event.h"

namespace yorozu::codec::text {

/// Ids of the fields and logsources that lines get; made once a decoder.
struct Vocabulary {
  Vocabulary(event::NameTable& name_table, const event::LogsourceMap& logsource_map);

  event::NameTable& names;
  /// Id of a name that lines bring along; remembered, so that threads do not queue at the table.
  event::NameId id(std::string_view name) const;
  const event::LogsourceMap& logsources;

  event::NameId host, program, pid, facility, severity, user, target_user, source_ip, port, command, structured_data,
      message_id;
  event::NameId c_ip, cs_username, cs_host, cs_method, cs_uri, cs_uri_stem, cs_uri_query, cs_version, sc_status,
      sc_bytes, cs_referer, cs_user_agent, s_port, priority;

  event::LogsourceId syslog, auditd, webserver, zeek;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  static constexpr std::size_t kRemembered = 4096;
  mutable std::unordered_map<std::string, event::NameId, Hash, std::equal_to<>>
      remembered_;  ///< one decoder's: no lock

  event::LogsourceId source(std::string_view product, std::string_view category, std::string_view service) const;
};

using LineRecord = EventFields;

/// Most fields of a line: hostile lines of auditd or Zeek do not get more.
inline constexpr std::size_t kMaxLineFields = 512;

}  // namespace yorozu::codec::text
