#include "codec/text/record.h"

namespace yorozu::codec::text {

Vocabulary::Vocabulary(event::NameTable& name_table, const event::LogsourceMap& logsource_map)
    : names(name_table),
      logsources(logsource_map),
      host(names.intern("host")),
      program(names.intern("program")),
      pid(names.intern("pid")),
      facility(names.intern("facility")),
      severity(names.intern("severity")),
      user(names.intern("user")),
      target_user(names.intern("target_user")),
      source_ip(names.intern("source_ip")),
      port(names.intern("port")),
      command(names.intern("command")),
      structured_data(names.intern("structured_data")),
      message_id(names.intern("message_id")),
      c_ip(names.intern("c-ip")),
      cs_username(names.intern("cs-username")),
      cs_host(names.intern("cs-host")),
      cs_method(names.intern("cs-method")),
      cs_uri(names.intern("cs-uri")),
      cs_uri_stem(names.intern("cs-uri-stem")),
      cs_uri_query(names.intern("cs-uri-query")),
      cs_version(names.intern("cs-version")),
      sc_status(names.intern("sc-status")),
      sc_bytes(names.intern("sc-bytes")),
      cs_referer(names.intern("cs-referer")),
      cs_user_agent(names.intern("cs-user-agent")),
      s_port(names.intern("s-port")),
      priority(names.intern("priority")),
      syslog(source("linux", "", "syslog")),
      auditd(source("linux", "", "auditd")),
      webserver(source("", "webserver", "")),
      zeek(source("zeek", "", "")) {}

event::NameId Vocabulary::id(std::string_view name) const {
  if (const auto found = remembered_.find(name); found != remembered_.end()) return found->second;
  const event::NameId id = names.intern(name);
  if (remembered_.size() < kRemembered) remembered_.emplace(name, id);
  return id;
}

event::LogsourceId Vocabulary::source(std::string_view product, std::string_view category,
                                      std::string_view service) const {
  if (const auto id = logsources.id_of(product, category, service)) return *id;
  return logsources.id_of(product, category, "").value_or(0);
}

}  // namespace yorozu::codec::text
