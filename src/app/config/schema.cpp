#include "app/config/schema.h"

namespace yorozu::config {

namespace {

using enum message::Id;

constexpr std::uint64_t kMaxMib = std::uint64_t{1} << 20, kMaxDays = 36500, kAny = UINT64_MAX >> 1;

/// `words` in the order of the enumerators.
template <class Enum>
Choice choice(Enum& at, std::vector<std::string_view> words) {
  return {std::move(words), [](const void* p) { return static_cast<std::size_t>(*static_cast<const Enum*>(p)); },
          [](void* p, std::size_t i) { *static_cast<Enum*>(p) = static_cast<Enum>(i); }, &at};
}

std::vector<Key> listener_keys(Listener& listener) {
  return {{"enabled", &listener.enabled, ConfigEnabled},
          {"listen", &listener.listen, ConfigListen},
          {"networks", &listener.networks, ConfigNetworks},
          {"class", &listener.source_class, ConfigClass},
          {"time_zone", &listener.time_zone, ConfigTimeZone}};
}
std::vector<Key> with(std::vector<Key> keys, std::vector<Key> more) {
  for (Key& key : more) keys.push_back(std::move(key));
  return keys;
}
std::vector<Key> stream_keys(Stream& stream) {
  return with(listener_keys(stream),
              {{"max_connections", Number{&stream.max_connections, 1, 100'000}, ConfigMaxConnections},
               {"idle_minutes", Number{&stream.idle_minutes, 1, 100'000}, ConfigIdleMinutes},
               {"rate", Number{&stream.rate, 0, kAny}, ConfigRate}});
}
std::vector<Key> http_keys(Http& http) {
  return with(listener_keys(http),
              {{"max_connections", Number{&http.max_connections, 1, 100'000}, ConfigMaxConnections},
               {"max_body_mib", Number{&http.max_body_mib, 1, 1024}, ConfigMaxBodyMib}});
}

std::vector<Key> group_keys(Archive::ByGroup& numbers, std::uint64_t most, message::Id help) {
  std::vector<Key> keys;
  keys.reserve(event::kRetentionGroups);
  for (const event::RetentionGroup group : event::kAllRetentionGroups)
    keys.push_back({to_string(group), Number{&numbers[static_cast<std::size_t>(group)], 0, most}, help});
  return keys;
}

std::vector<Key> quota_keys(Intake& intake) {
  std::vector<Key> keys;
  keys.reserve(event::kSourceClasses);
  for (std::size_t i = 0; i < event::kSourceClasses; ++i)  // what we write about ourselves has no quota
    if (const auto source_class = static_cast<event::SourceClass>(i); source_class != event::SourceClass::Yorozu)
      keys.push_back(
          {to_string(source_class), Number{&intake.quota_kib_per_second[i], 0, kMaxMib}, ConfigIntakeQuotaClass});
  return keys;
}

std::vector<Table> listener_tables(Config& c) {
  return {
      {"syslog.udp", ConfigSyslogUdp,
       with(listener_keys(c.syslog_udp),
            {{"receive_buffer_mib", Number{&c.syslog_udp.receive_buffer_mib, 1, 1024}, ConfigReceiveBuffer},
             {"rate", Number{&c.syslog_udp.rate, 0, kAny}, ConfigRate}})},
      {"syslog.tcp", ConfigSyslogTcp, stream_keys(c.syslog_tcp)},
      {"syslog.tls", ConfigSyslogTls,
       with(stream_keys(c.syslog_tls),
            {{"client_certificate", choice(c.syslog_tls.client_certificate, {"none", "optional", "required"}),
              ConfigClientCertificate}})},
      {"relp", ConfigRelp, stream_keys(c.relp)},
      {"bulk", ConfigBulk, http_keys(c.bulk)},
      {"hec", ConfigHec, http_keys(c.hec)},
      {"console",
       ConfigConsole,
       {{"enabled", &c.console.enabled, ConfigEnabled},
        {"listen", &c.console.listen, ConfigListen},
        {"networks", &c.console.networks, ConfigNetworks},
        {"max_connections", Number{&c.console.max_connections, 1, 100'000}, ConfigMaxConnections}}},
  };
}

}  // namespace

std::vector<Table> tables_of(Config& c) {
  std::vector<Table> tables = {
      {"server",
       ConfigServer,
       {{"threads", Number{&c.server.threads, 0, 256}, ConfigServerThreads},
        {"log_format", choice(c.server.log_format, {"logfmt", "json"}), ConfigServerLogFormat},
        {"log_level", choice(c.server.log_level, {"debug", "info", "warning", "error"}), ConfigServerLogLevel}}},
      {"tls",
       ConfigTls,
       {{"names", &c.tls.names, ConfigTlsNames},
        {"certificate", &c.tls.certificate, ConfigTlsCertificate},
        {"key", &c.tls.key, ConfigTlsKey},
        {"client_authority", &c.tls.client_authority, ConfigTlsClientAuthority}}},
  };
  for (Table& table : listener_tables(c)) tables.push_back(std::move(table));
  const std::vector<Table> rest = {
      {"json", ConfigJson, {{"enabled", &c.json.enabled, ConfigEnabled}, {"class", &c.json.source_class, ConfigClass}}},
      {"upload",
       ConfigUpload,
       {{"enabled", &c.upload.enabled, ConfigEnabled},
        {"class", &c.upload.source_class, ConfigClass},
        {"max_mib", Number{&c.upload.max_mib, 1, kMaxMib}, ConfigUploadMax},
        {"decoders", Number{&c.upload.decoders, 1, 16}, ConfigUploadDecoders}}},
      {"journald",
       ConfigJournald,
       {{"enabled", &c.journald.enabled, ConfigEnabled},
        {"class", &c.journald.source_class, ConfigClass},
        {"time_zone", &c.journald.time_zone, ConfigTimeZone},
        {"fallback", &c.journald.fallback, ConfigJournaldFallback}}},
      {"archive",
       ConfigArchive,
       {{"seal_mib", Number{&c.archive.seal_mib, 1, 4096}, ConfigArchiveSealMib},
        {"seal_minutes", Number{&c.archive.seal_minutes, 1, 1440}, ConfigArchiveSealMinutes},
        {"reserve_mib", Number{&c.archive.reserve_mib, 0, kMaxMib}, ConfigArchiveReserve},
        {"compression", Number{&c.archive.compression, 1, 19}, ConfigArchiveCompression}}},
      {"archive.keep", ConfigArchiveKeep, group_keys(c.archive.keep_days, kMaxDays, ConfigArchiveKeepDays)},
      {"archive.floor", ConfigArchiveFloor, group_keys(c.archive.floor_days, kMaxDays, ConfigArchiveFloorDays)},
      {"archive.budget", ConfigArchiveBudget, group_keys(c.archive.budget_gib, kMaxMib, ConfigArchiveBudgetGib)},
      {"index", ConfigIndex, {{"enabled", &c.index.enabled, ConfigEnabled}}},
      {"search",
       ConfigSearch,
       {{"children", Number{&c.search.children, 1, 16}, ConfigSearchChildren},
        {"memory_mib", Number{&c.search.memory_mib, 64, kMaxMib}, ConfigSearchMemory},
        {"timeout_seconds", Number{&c.search.timeout_seconds, 1, 86'400}, ConfigSearchTimeout}}},
      {"detect",
       ConfigDetect,
       {{"rules", &c.detect.rules, ConfigDetectRules},
        {"lists", &c.detect.lists, ConfigDetectLists},
        {"findings_per_rule_minute", Number{&c.detect.findings_per_rule_minute, 1, kAny}, ConfigDetectLimit}}},
      {"intake", ConfigIntake, {{"queue_mib", Number{&c.intake.queue_mib, 1, 4096}, ConfigIntakeQueue}}},
      {"intake.quota", ConfigIntakeQuota, quota_keys(c.intake)},
  };
  tables.insert(tables.end(), rest.begin(), rest.end());
  return tables;
}

Table table_of(File& file, const std::string& name) {
  return {"file." + name,
          ConfigFile,
          {{"enabled", &file.enabled, ConfigEnabled},
           {"paths", &file.paths, ConfigFilePaths},
           {"exclude", &file.exclude, ConfigFileExclude},
           {"class", &file.source_class, ConfigClass},
           {"time_zone", &file.time_zone, ConfigTimeZone}}};
}

Table table_of(Source& source) {
  return {"source",
          ConfigSource,
          {{"name", &source.name, ConfigSourceName},
           {"kind", &source.kind, ConfigSourceKind},
           {"input", &source.input, ConfigSourceInput},
           {"networks", &source.networks, ConfigSourceNetworks},
           {"class", &source.source_class, ConfigClass},
           {"rate", Number{&source.rate, 0, kAny}, ConfigSourceRate},
           {"time_zone", &source.time_zone, ConfigSourceTimeZone}}};
}

}  // namespace yorozu::config
