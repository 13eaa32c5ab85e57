/// One recognised line on its way to becoming an event, and what recognisers share. Private to codec/text.
#pragma once

#include <string_view>
#include <vector>

#include "event/event.h"

namespace yorozu::codec::text {

/// Ids of the fields and logsources that lines get; made once a decoder.
struct Vocabulary {
  Vocabulary(event::NameTable& name_table, const event::LogsourceMap& logsource_map);

  event::NameTable& names;
  const event::LogsourceMap& logsources;

  event::NameId host, program, pid, facility, severity, user, target_user, source_ip, port, command, structured_data, message_id;
  event::NameId c_ip, cs_username, cs_host, cs_method, cs_uri, cs_uri_stem, cs_uri_query, cs_version, sc_status, sc_bytes,
      cs_referer, cs_user_agent;

  event::LogsourceId linux, syslog, auth, sshd, sudo, su, cron, kernel, clamav, guacamole, vsftpd, auditd, vpn;
  event::LogsourceId webserver, apache, nginx, zeek;

 private:
  event::LogsourceId source(std::string_view product, std::string_view category, std::string_view service) const;
};

struct LineRecord {
  Timestamp time;
  event::LogsourceId logsource = 0;
  event::NameId channel = event::name::kNone;
  std::uint32_t event_id = event::kNoEventId;
  std::uint64_t record_id = event::kNoRecordId;
  std::uint16_t host = event::kNoIndex;
  std::vector<event::NameId> names;
  std::vector<event::Value> values;

  void clear() {
    time = {};
    logsource = 0;
    channel = event::name::kNone;
    event_id = event::kNoEventId;
    record_id = event::kNoRecordId;
    host = event::kNoIndex;
    names.clear();
    values.clear();
  }
  void add(event::NameId name, std::string_view text) { add(name, event::utf8_value(text)); }
  void add(event::NameId name, const event::Value& value) {
    names.push_back(name);
    values.push_back(value);
  }
  void add_host(event::NameId name, std::string_view text) {
    if (names.size() < event::kNoIndex) host = static_cast<std::uint16_t>(names.size());
    add(name, text);
  }
};

/// Most fields of a line: hostile lines of auditd or Zeek do not get more.
inline constexpr std::size_t kMaxLineFields = 512;

}  // namespace yorozu::codec::text
