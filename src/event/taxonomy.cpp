#include "event/taxonomy.h"

#include <algorithm>

namespace yorozu::event {

namespace {
constexpr FieldPair kTable[] = {
    {"destination.domain", "DestinationHostname"},
    {"destination.ip", "DestAddress"},
    {"destination.ip", "DestinationIp"},
    {"destination.ip", "dest_ip"},
    {"destination.ip", "dst"},
    {"destination.ip", "dst-ip"},
    {"destination.ip", "dst_ip"},
    {"destination.ip", "dstip"},
    {"destination.port", "DestPort"},
    {"destination.port", "DestinationPort"},
    {"destination.port", "dest_port"},
    {"destination.port", "dport"},
    {"destination.port", "dpt"},
    {"destination.port", "dst-port"},
    {"destination.port", "dst_port"},
    {"destination.port", "dstport"},
    {"dll.path", "ImageLoaded"},
    {"dns.answers.data", "QueryResults"},
    {"dns.question.name", "QueryName"},
    {"event.action", "eventName"},
    {"event.code", "EventID"},
    {"event.id", "eventID"},
    {"event.provider", "Provider_Name"},
    {"event.severity", "alert.severity"},
    {"file.path", "ObjectName"},
    {"file.path", "TargetFilename"},
    {"host.name", "Computer"},
    {"host.name", "device_name"},
    {"host.name", "devname"},
    {"host.name", "dvchost"},
    {"host.name", "host"},
    {"http.request.method", "cs-method"},
    {"http.request.referrer", "cs-referer"},
    {"http.response.status_code", "sc-status"},
    {"message", "Message"},
    {"process.command_line", "CommandLine"},
    {"process.command_line", "ProcessCommandLine"},
    {"process.entity_id", "ProcessGuid"},
    {"process.executable", "Image"},
    {"process.executable", "NewProcessName"},
    {"process.executable", "ProcessName"},
    {"process.executable", "SourceImage"},
    {"process.executable", "exe"},
    {"process.hash", "Hashes"},
    {"process.name", "comm"},
    {"process.name", "program"},
    {"process.parent.command_line", "ParentCommandLine"},
    {"process.parent.executable", "ParentImage"},
    {"process.parent.executable", "ParentProcessName"},
    {"process.parent.pid", "ParentProcessId"},
    {"process.parent.pid", "ppid"},
    {"process.pe.original_file_name", "OriginalFileName"},
    {"process.pid", "NewProcessId"},
    {"process.pid", "ProcessId"},
    {"process.pid", "pid"},
    {"process.working_directory", "CurrentDirectory"},
    {"process.working_directory", "cwd"},
    {"registry.data.strings", "Details"},
    {"registry.data.strings", "NewValue"},
    {"registry.path", "TargetObject"},
    {"rule.id", "alert.signature_id"},
    {"rule.name", "alert.signature"},
    {"service.name", "ServiceName"},
    {"source.ip", "ClientAddress"},
    {"source.ip", "IpAddress"},
    {"source.ip", "SourceAddress"},
    {"source.ip", "SourceIp"},
    {"source.ip", "addr"},
    {"source.ip", "c-ip"},
    {"source.ip", "public_ip"},
    {"source.ip", "remip"},
    {"source.ip", "sourceIPAddress"},
    {"source.ip", "source_ip"},
    {"source.ip", "src"},
    {"source.ip", "src-ip"},
    {"source.ip", "src_ip"},
    {"source.ip", "srcip"},
    {"source.port", "IpPort"},
    {"source.port", "SourcePort"},
    {"source.port", "port"},
    {"source.port", "sport"},
    {"source.port", "spt"},
    {"source.port", "src-port"},
    {"source.port", "src_port"},
    {"source.port", "srcport"},
    {"url.path", "cs-uri-stem"},
    {"url.query", "cs-uri-query"},
    {"user.domain", "SubjectDomainName"},
    {"user.domain", "TargetDomainName"},
    {"user.id", "SubjectUserSid"},
    {"user.id", "TargetUserSid"},
    {"user.name", "SubjectUserName"},
    {"user.name", "TargetUserName"},
    {"user.name", "User"},
    {"user.name", "acct"},
    {"user.name", "cs-username"},
    {"user.name", "srcuser"},
    {"user.name", "suser"},
    {"user.name", "user"},
    {"user.name", "usrName"},
    {"user_agent.original", "cs-user-agent"},
    {"user_agent.original", "userAgent"},
    {"winlog.channel", "Channel"},
    {"winlog.event_id", "EventID"},
    {"winlog.logon.type", "LogonType"},
    {"winlog.provider_name", "Provider_Name"},
    {"winlog.record_id", "EventRecordID"},
};
}  // namespace

std::span<const FieldPair> taxonomy() {
  return kTable;
}

std::span<const FieldPair> originals_of(std::string_view ecs) {
  const auto range = std::ranges::equal_range(kTable, ecs, {}, &FieldPair::ecs);
  return {range.begin(), range.end()};
}

std::string_view ecs_name_of(std::string_view original) {
  const auto found = std::ranges::find(kTable, original, &FieldPair::original);
  return found == std::end(kTable) ? std::string_view() : found->ecs;
}

}  // namespace yorozu::event
