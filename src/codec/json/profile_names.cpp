#include <algorithm>
#include <array>
#include <utility>

#include "codec/json/profile.h"

namespace yorozu::codec::json {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

template <std::size_t N>
std::string_view find_in(const std::array<Pair, N>& table, std::string_view key) {
  const auto found = std::ranges::find(table, key, &Pair::first);
  return found == table.end() ? std::string_view() : found->second;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string_view leaf(std::string_view path) {
  path.remove_prefix(path.rfind('.') + 1);
  return path.substr(path.rfind(':') + 1);  // namespace prefix
}

/// XML made JSON: "#text", "_attributes", "@Name" and what else converters write, as EVTX fields are called: the
/// element, or element_Attribute.
std::string without_xml_marks(std::string_view path) {
  std::string name(path);
  for (const std::string_view mark : {".#text", ".Value", ".$t", "._text", ".__text"})
    if (name.ends_with(mark)) name.resize(name.size() - mark.size());
  replace_all(name, ".#attributes.", "_");
  replace_all(name, "_attributes.", "_");
  replace_all(name, ".@", "_");
  if (name.starts_with("#attributes.")) name.erase(0, 12);
  return name;
}

bool is_namespace(std::string_view path) {
  return leaf(path).starts_with("xmlns") || leaf(path).starts_with("@xmlns");
}

std::string tree_name(std::string_view path) {
  if (is_namespace(path) || path == "#attributes.xmlns") return {};
  if (path.starts_with("System.")) {
    std::string name = without_xml_marks(path.substr(7));
    std::ranges::replace(name, '.', '_');
    if (name == "EventID_Qualifiers") return "Qualifiers";
    if (name == "Security_UserId") return "Security_UserID";
    return name;
  }
  if (path.starts_with("EventData.")) {
    const std::string name = without_xml_marks(path.substr(10));
    if (name == "Data_Name" || name == "Data_name") return "Data";  // see event_data_pairs
    return std::string(leaf(name));
  }
  if (path.starts_with("EventData_attributes.")) return "EventData_" + std::string(path.substr(21));
  if (path.starts_with("UserData.")) {
    std::string name = without_xml_marks(path.substr(9));
    return std::string(leaf(name));
  }
  if (path == "RenderingInfo.Message") return "Message";
  if (path.starts_with("RenderingInfo.")) return "RenderingInfo_" + std::string(leaf(path));
  return std::string(path);
}

constexpr auto kFlatNames = std::to_array<Pair>({
    {"EventId", "EventID"},
    {"Id", "EventID"},
    {"LogName", "Channel"},
    {"EventLog", "Channel"},
    {"log_name", "Channel"},
    {"Hostname", "Computer"},
    {"MachineName", "Computer"},
    {"SourceName", "Provider_Name"},
    {"Source", "Provider_Name"},
    {"Provider", "Provider_Name"},
    {"ProviderName", "Provider_Name"},
    {"EventSourceName", "Provider_Name"},
    {"ProviderGuid", "Provider_Guid"},
    {"RecordNumber", "EventRecordID"},
    {"RecordId", "EventRecordID"},
    {"EventRecordId", "EventRecordID"},
    {"ExecutionProcessID", "Execution_ProcessID"},
    {"ThreadID", "Execution_ThreadID"},
    {"ExecutionThreadID", "Execution_ThreadID"},
    {"UserID", "Security_UserID"},
    {"OpcodeValue", "Opcode"},
    {"RenderedDescription", "Message"},
    {"message", "Message"},
    {"ActivityID", "Correlation_ActivityID"},
    {"RelatedActivityID", "Correlation_RelatedActivityID"},
    {"Properties.Value", "Data"},
    {"EventData.Data", "Data"},
});

constexpr auto kWinlogNames = std::to_array<Pair>({
    {"winlog.channel", "Channel"},
    {"winlog.event_id", "EventID"},
    {"winlog.computer_name", "Computer"},
    {"winlog.provider_name", "Provider_Name"},
    {"winlog.provider_guid", "Provider_Guid"},
    {"winlog.record_id", "EventRecordID"},
    {"winlog.version", "Version"},
    {"winlog.process.pid", "Execution_ProcessID"},
    {"winlog.process.thread.id", "Execution_ThreadID"},
    {"winlog.activity_id", "Correlation_ActivityID"},
    {"winlog.related_activity_id", "Correlation_RelatedActivityID"},
    {"winlog.user.identifier", "Security_UserID"},
    {"winlog.task", "Task"},
    {"winlog.keywords", "Keywords"},
    {"winlog.opcode", "Opcode"},
    {"message", "Message"},
    {"log_name", "Channel"},
    {"event_id", "EventID"},
    {"computer_name", "Computer"},
    {"source_name", "Provider_Name"},
    {"provider_guid", "Provider_Guid"},
    {"record_number", "EventRecordID"},
    {"process_id", "Execution_ProcessID"},
    {"thread_id", "Execution_ThreadID"},
    {"task", "Task"},
    {"level", "Level"},
    {"user.identifier", "Security_UserID"},
});

std::string winlog_name(std::string_view path) {
  for (const std::string_view data : {"winlog.event_data.", "event_data.", "winlog.user_data.", "user_data."})
    if (path.starts_with(data)) {
      if (leaf(path).starts_with("xml_name") || is_namespace(path)) return {};
      const std::string_view name = path.substr(data.size());
      // Winlogbeat numbers unnamed data: param1, param2.
      const bool is_unnamed = name.starts_with("param") && name.size() > 5 && name[5] >= '0' && name[5] <= '9';
      return is_unnamed ? std::string("Data") : std::string(name);
    }
  const std::string_view known = find_in(kWinlogNames, path);
  return std::string(known.empty() ? path : known);
}

constexpr auto kEcsNames = std::to_array<Pair>({
    {"event.code", "EventID"},
    {"event.provider", "Provider_Name"},
    {"host.name", "Computer"},
    {"message", "Message"},
    {"process.executable", "Image"},
    {"process.command_line", "CommandLine"},
    {"process.pid", "ProcessId"},
    {"process.entity_id", "ProcessGuid"},
    {"process.working_directory", "CurrentDirectory"},
    {"process.parent.executable", "ParentImage"},
    {"process.parent.command_line", "ParentCommandLine"},
    {"process.parent.pid", "ParentProcessId"},
    {"process.parent.entity_id", "ParentProcessGuid"},
    {"process.pe.original_file_name", "OriginalFileName"},
    {"process.pe.product", "Product"},
    {"process.pe.company", "Company"},
    {"process.pe.description", "Description"},
    {"user.name", "User"},
    {"file.path", "TargetFilename"},
    {"registry.path", "TargetObject"},
    {"registry.data.strings", "Details"},
    {"source.ip", "SourceIp"},
    {"source.port", "SourcePort"},
    {"destination.ip", "DestinationIp"},
    {"destination.port", "DestinationPort"},
    {"destination.domain", "DestinationHostname"},
    {"dns.question.name", "QueryName"},
    {"dll.path", "ImageLoaded"},
});

/// Names beside the path itself, where rules of a product use several.
constexpr auto kAliases = std::to_array<std::pair<Profile, Pair>>({
    {Profile::GcpAudit, {"protoPayload.methodName", "gcp.audit.method_name"}},
    {Profile::GcpAudit, {"protoPayload.serviceName", "gcp.audit.service_name"}},
    {Profile::GcpAudit, {"protoPayload.serviceName", "eventService"}},
    {Profile::GcpAudit, {"protoPayload.metadata.event.eventName", "eventName"}},
    {Profile::M365, {"OfficeWorkload", "Workload"}},
    {Profile::M365, {"Client_IPAddress", "ClientIP"}},
    {Profile::AzureActivity, {"operationName.value", "operationName"}},
    {Profile::AzureActivity, {"OperationNameValue", "operationName"}},
    {Profile::AzureActivity, {"OperationName", "operationName"}},
    {Profile::AzureActivity, {"properties.activityDisplayName", "properties.message"}},
    {Profile::AzureAudit, {"activityDisplayName", "properties.message"}},
    {Profile::AzureAudit, {"activityDisplayName", "operationName"}},
    {Profile::AzureAudit, {"ActivityDisplayName", "properties.message"}},
    {Profile::AzureAudit, {"OperationName", "properties.message"}},
    {Profile::AzureAudit, {"properties.activityDisplayName", "properties.message"}},
    {Profile::AzureAudit, {"properties.activityDisplayName", "operationName"}},
    {Profile::AzureSignIn, {"status.errorCode", "ResultType"}},
    {Profile::AzureSignIn, {"properties.status.errorCode", "ResultType"}},
    {Profile::AzureSignIn, {"resultType", "ResultType"}},
    {Profile::AzureSignIn, {"resultDescription", "ResultDescription"}},
    {Profile::AzureSignIn, {"status.failureReason", "ResultDescription"}},
    {Profile::AzureRisk, {"riskType", "riskEventType"}},
    {Profile::AzureRisk, {"RiskEventType", "riskEventType"}},
    {Profile::AzureRisk, {"properties.riskEventType", "riskEventType"}},
    {Profile::Kubernetes, {"objectRef.apiGroup", "apiGroup"}},
    {Profile::Kubernetes, {"requestObject.spec.volumes.hostPath.path", "hostPath"}},
    {Profile::Kubernetes, {"requestObject.spec.containers.securityContext.capabilities.add", "capabilities"}},
    {Profile::LinuxSyslog, {"SyslogMessage", "Message"}},
    {Profile::LinuxSyslog, {"MESSAGE", "Message"}},
    {Profile::LinuxSyslog, {"ProcessName", "program"}},
    {Profile::LinuxSyslog, {"SYSLOG_IDENTIFIER", "program"}},
    {Profile::LinuxSyslog, {"_PID", "pid"}},
    {Profile::LinuxSyslog, {"ProcessID", "pid"}},
    {Profile::LinuxSyslog, {"HostName", "host"}},
    {Profile::LinuxSyslog, {"_HOSTNAME", "host"}},
});

std::string zeek_name(std::string_view path) {
  if (path.starts_with("id_")) return "id." + std::string(path.substr(3));  // Corelight's flat form
  return std::string(path);
}

std::string auditd_name(std::string_view path) {
  if (path == "auditd.message_type") return "type";
  for (const std::string_view prefix :
       {"auditd.data.", "SYSCALL.", "EXECVE.", "CWD.", "PROCTITLE.", "PATH.", "SOCKADDR."})
    if (path.starts_with(prefix)) return std::string(path.substr(prefix.size()));
  return std::string(path);
}

std::string hayabusa_name(std::string_view path) {
  if (path == "RecordID") return "EventRecordID";
  for (const std::string_view part : {"Details.", "AllFieldInfo.", "ExtraFieldInfo."})
    if (path.starts_with(part)) {
      const std::string_view name = path.substr(part.size());
      const std::string_view full = unabbreviated_field(name);
      return std::string(full.empty() ? name : full);
    }
  return std::string(path);
}

std::string main_name(Profile profile, std::string_view path) {
  std::string_view known;
  switch (profile) {
    case Profile::WindowsTree:
      return tree_name(path);
    case Profile::WindowsFlat:
      if (path.starts_with("EventData.")) return std::string(leaf(without_xml_marks(path.substr(10))));
      known = find_in(kFlatNames, path);
      break;
    case Profile::Winlogbeat:
      return winlog_name(path);
    case Profile::Hayabusa:
      return hayabusa_name(path);
    case Profile::Ecs:
      known = find_in(kEcsNames, path);
      break;
    case Profile::Zeek:
      return zeek_name(path);
    case Profile::Auditd:
      return auditd_name(path);
    default:
      break;
  }
  return std::string(known.empty() ? path : known);
}

}  // namespace

std::vector<std::string> names_of(Profile profile, std::string_view path) {
  std::vector<std::string> names;
  if (std::string name = main_name(profile, path); !name.empty()) names.push_back(std::move(name));
  for (const auto& [whose, alias] : kAliases)
    if (whose == profile && alias.first == path) names.emplace_back(alias.second);
  if (profile == Profile::GcpAudit && path.starts_with("protoPayload.")) names.push_back("data." + std::string(path));
  return names;
}

namespace {

struct Candidate {
  std::string_view name;
  Role role;
  int rank;
};
/// By the name the field got, or by its path. Times without a zone (EventTime of NXLog is local) come late.
constexpr auto kCandidates = std::to_array<Candidate>({
    {"TimeCreated_SystemTime", Role::Time, 1},
    {"winlog.time_created", Role::Time, 1},
    {"TimeCreated", Role::Time, 2},
    {"eventTime", Role::Time, 2},
    {"event.created", Role::Time, 9},
    {"time_created", Role::Time, 2},
    {"UtcTime", Role::Time, 3},
    {"@timestamp", Role::Time, 4},
    {"timestamp", Role::Time, 5},
    {"Timestamp", Role::Time, 5},
    {"eventTimestamp", Role::Time, 3},
    {"ts", Role::Time, 3},
    {"createdDateTime", Role::Time, 3},
    {"activityDateTime", Role::Time, 3},
    {"CreationTime", Role::Time, 4},
    {"published", Role::Time, 3},
    {"requestReceivedTimestamp", Role::Time, 3},
    {"stageTimestamp", Role::Time, 6},
    {"__REALTIME_TIMESTAMP", Role::Time, 3},
    {"_SOURCE_REALTIME_TIMESTAMP", Role::Time, 2},
    {"created_at", Role::Time, 5},
    {"time", Role::Time, 6},
    {"TimeGenerated", Role::Time, 6},
    {"EventTime", Role::Time, 7},
    {"_time", Role::Time, 7},
    {"receiveTimestamp", Role::Time, 8},
    {"EventReceivedTime", Role::Time, 9},
    {"datetime", Role::Time, 8},
    {"date", Role::Time, 9},
    {"@t", Role::Time, 9},
    {"Computer", Role::Host, 1},
    {"host.name", Role::Host, 2},
    {"HostName", Role::Host, 2},
    {"hostname", Role::Host, 3},
    {"Hostname", Role::Host, 3},
    {"host.hostname", Role::Host, 3},
    {"DeviceName", Role::Host, 3},
    {"_HOSTNAME", Role::Host, 2},
    {"@system", Role::Host, 4},
    {"_system_name", Role::Host, 4},
    {"agent.hostname", Role::Host, 4},
    {"host", Role::Host, 5},
    {"NODE", Role::Host, 4},
    {"EventID", Role::EventId, 1},
    {"EventRecordID", Role::RecordId, 1},
    {"Channel", Role::Channel, 1},
    {"Provider_Name", Role::Provider, 1},
});

constexpr auto kSelectors = std::to_array<std::pair<Profile, std::string_view>>({
    {Profile::Zeek, "_path"},
    {Profile::Zeek, "@path"},
    {Profile::Zeek, "@stream"},
    {Profile::GcpAudit, "protoPayload.serviceName"},
    {Profile::AzureActivity, "category"},
    {Profile::AzureActivity, "Category"},
    {Profile::AzureActivity, "category.value"},
    {Profile::AzureActivity, "CategoryValue"},
    {Profile::LinuxSyslog, "ProcessName"},
    {Profile::LinuxSyslog, "SYSLOG_IDENTIFIER"},
    {Profile::Ecs, "host.os.type"},
});

}  // namespace

Purpose purpose_of(Profile profile, std::string_view path, std::string_view name) {
  for (const auto& [whose, selector] : kSelectors)
    if (whose == profile && selector == path) return {Role::Selector, 1};
  for (const Candidate& candidate : kCandidates)
    if (candidate.name == name || (candidate.name == path && candidate.role == Role::Time))
      return {candidate.role, candidate.rank};
  return {};
}

std::string_view channel_of_provider(std::string_view provider, std::uint32_t event_id) {
  static constexpr auto kChannels = std::to_array<Pair>({
      {"Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational"},
      {"Microsoft-Windows-Security-Auditing", "Security"},
      {"Service Control Manager", "System"},
      {"Microsoft-Windows-PowerShell", "Microsoft-Windows-PowerShell/Operational"},
      {"PowerShell", "Windows PowerShell"},
      {"Microsoft-Windows-Windows Defender", "Microsoft-Windows-Windows Defender/Operational"},
      {"Microsoft-Windows-TaskScheduler", "Microsoft-Windows-TaskScheduler/Operational"},
      {"Microsoft-Windows-WMI-Activity", "Microsoft-Windows-WMI-Activity/Operational"},
      {"Microsoft-Windows-Bits-Client", "Microsoft-Windows-Bits-Client/Operational"},
  });
  if (provider == "Microsoft-Windows-Eventlog") return event_id == 104 ? "System" : "Security";
  return find_in(kChannels, provider);
}

std::string_view unabbreviated_channel(std::string_view channel) {
  static constexpr auto kChannels = std::to_array<Pair>({
      {"Sec", "Security"},
      {"Sys", "System"},
      {"App", "Application"},
      {"Sysmon", "Microsoft-Windows-Sysmon/Operational"},
      {"PwSh", "Microsoft-Windows-PowerShell/Operational"},
      {"PwShClassic", "Windows PowerShell"},
      {"Defender", "Microsoft-Windows-Windows Defender/Operational"},
      {"TaskSch", "Microsoft-Windows-TaskScheduler/Operational"},
      {"WMI", "Microsoft-Windows-WMI-Activity/Operational"},
      {"BitsCli", "Microsoft-Windows-Bits-Client/Operational"},
      {"Firewall", "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"},
      {"RDS-LSM", "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"},
      {"RDS-RCM", "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational"},
      {"WinRM", "Microsoft-Windows-WinRM/Operational"},
      {"NTLM", "Microsoft-Windows-NTLM/Operational"},
      {"DNS-Cli", "Microsoft-Windows-DNS-Client/Operational"},
      {"DNS-Svr", "DNS Server"},
      {"AppLocker", "Microsoft-Windows-AppLocker/EXE and DLL"},
      {"PrintAdm", "Microsoft-Windows-PrintService/Admin"},
      {"PrintOp", "Microsoft-Windows-PrintService/Operational"},
      {"CodeInteg", "Microsoft-Windows-CodeIntegrity/Operational"},
      {"SMBCliSec", "Microsoft-Windows-SmbClient/Security"},
  });
  const std::string_view full = find_in(kChannels, channel);
  return full.empty() ? channel : full;
}

std::string_view unabbreviated_field(std::string_view name) {
  static constexpr auto kFields = std::to_array<Pair>({
      {"Cmdline", "CommandLine"},
      {"Proc", "Image"},
      {"PID", "ProcessId"},
      {"PGUID", "ProcessGuid"},
      {"ParentCmdline", "ParentCommandLine"},
      {"ParentProc", "ParentImage"},
      {"ParentPID", "ParentProcessId"},
      {"ParentPGUID", "ParentProcessGuid"},
      {"LID", "LogonId"},
      {"SrcIP", "SourceIp"},
      {"SrcPort", "SourcePort"},
      {"SrcHost", "SourceHostname"},
      {"SrcComp", "WorkstationName"},
      {"SrcUser", "SubjectUserName"},
      {"TgtIP", "DestinationIp"},
      {"TgtPort", "DestinationPort"},
      {"TgtHost", "DestinationHostname"},
      {"TgtUser", "TargetUserName"},
      {"TgtGrp", "TargetUserName"},
      {"TgtSID", "TargetSid"},
      {"TgtObj", "TargetObject"},
      {"TgtFile", "TargetFilename"},
      {"TgtProc", "TargetImage"},
      {"SrcProc", "SourceImage"},
      {"Svc", "ServiceName"},
      {"Path", "ImagePath"},
      {"Task", "TaskName"},
      {"Proto", "Protocol"},
      {"Hash", "Hashes"},
      {"Hashes", "Hashes"},
      {"Type", "LogonType"},
      {"AuthPkg", "AuthenticationPackageName"},
      {"ShareName", "ShareName"},
      {"Query", "QueryName"},
      {"Result", "QueryResults"},
      {"ScriptBlock", "ScriptBlockText"},
      {"Dir", "Direction"},
      {"User", "User"},
  });
  return find_in(kFields, name);
}

}  // namespace yorozu::codec::json
