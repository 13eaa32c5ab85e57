#include "codec/json/profile.h"

#include <algorithm>
#include <array>

namespace yorozu::codec::json {
namespace {

enum Feature : std::uint64_t {
  kSystemTree = 1ULL << 0,
  kWinlog = 1ULL << 1,
  kWinlogOld = 1ULL << 2,
  kEventId = 1ULL << 3,
  kChannel = 1ULL << 4,
  kProvider = 1ULL << 5,
  kSysmonData = 1ULL << 6,
  kRuleTitle = 1ULL << 7,
  kEcs = 1ULL << 8,
  kEventSource = 1ULL << 9,
  kEventName = 1ULL << 10,
  kAws = 1ULL << 11,
  kOperation = 1ULL << 12,
  kWorkload = 1ULL << 13,
  kAzureOperation = 1ULL << 14,
  kAzureResource = 1ULL << 15,
  kAzureSignIn = 1ULL << 16,
  kAzureAudit = 1ULL << 17,
  kRisk = 1ULL << 18,
  kOktaActor = 1ULL << 19,
  kEventType = 1ULL << 20,
  kGcp = 1ULL << 21,
  kAction = 1ULL << 22,
  kActor = 1ULL << 23,
  kGitHub = 1ULL << 24,
  kAuditId = 1ULL << 25,
  kVerb = 1ULL << 26,
  kZeekPath = 1ULL << 27,
  kZeekUid = 1ULL << 28,
  kZeekHost = 1ULL << 29,
  kSuricataType = 1ULL << 30,
  kFlow = 1ULL << 31,
  kAuditd = 1ULL << 32,
  kSyslogText = 1ULL << 33,
  kJournal = 1ULL << 34,
  kOneLogin = 1ULL << 35,
  kBitbucket = 1ULL << 36,
  kEventHost = 1ULL << 37,
  kZeekConn = 1ULL << 38,
  kZeekDns = 1ULL << 39,
  kZeekHttp = 1ULL << 40,
  kOsLinux = 1ULL << 41,
};

struct Known {
  std::string_view path;
  std::uint64_t features;
};
/// Whole paths.
constexpr auto kPaths = std::to_array<Known>({
    {"EventID", kEventId},
    {"EventId", kEventId},
    {"Id", kEventId},
    {"event_id", kEventId | kWinlogOld},
    {"Channel", kChannel},
    {"LogName", kChannel},
    {"log_name", kChannel | kWinlogOld},
    {"EventLog", kChannel},
    {"SourceName", kProvider},
    {"ProviderName", kProvider},
    {"ProviderGuid", kProvider},
    {"Provider_Name", kProvider},
    {"EventSourceName", kProvider},
    {"Source", kProvider},
    {"Provider", kProvider},
    {"source_name", kProvider},
    {"Hostname", kEventHost},
    {"Computer", kEventHost},
    {"MachineName", kEventHost},
    {"computer_name", kEventHost},
    {"ProcessGuid", kSysmonData},
    {"UtcTime", kSysmonData},
    {"RuleTitle", kRuleTitle},
    {"eventSource", kEventSource},
    {"eventName", kEventName},
    {"awsRegion", kAws},
    {"eventVersion", kAws},
    {"userIdentity.type", kAws},
    {"recipientAccountId", kAws},
    {"Operation", kOperation},
    {"Workload", kWorkload},
    {"OfficeWorkload", kWorkload},
    {"RecordType", kWorkload},
    {"operationName", kAzureOperation},
    {"OperationName", kAzureOperation},
    {"operationName.value", kAzureOperation},
    {"OperationNameValue", kAzureOperation},
    {"resourceId", kAzureResource},
    {"ResourceId", kAzureResource},
    {"category", kAzureResource},
    {"Category", kAzureResource},
    {"category.value", kAzureResource},
    {"CategoryValue", kAzureResource},
    {"_ResourceId", kAzureResource},
    {"correlationId", kAzureResource},
    {"CorrelationId", kAzureResource},
    {"appDisplayName", kAzureSignIn},
    {"properties.appDisplayName", kAzureSignIn},
    {"AppDisplayName", kAzureSignIn},
    {"properties.authenticationRequirement", kAzureSignIn},
    {"AuthenticationRequirement", kAzureSignIn},
    {"conditionalAccessStatus", kAzureSignIn},
    {"ConditionalAccessStatus", kAzureSignIn},
    {"activityDisplayName", kAzureAudit},
    {"ActivityDisplayName", kAzureAudit},
    {"properties.activityDisplayName", kAzureAudit},
    {"loggedByService", kAzureAudit},
    {"LoggedByService", kAzureAudit},
    {"properties.loggedByService", kAzureAudit},
    {"riskEventType", kRisk},
    {"RiskEventType", kRisk},
    {"properties.riskEventType", kRisk},
    {"actor.alternateId", kOktaActor},
    {"debugContext.debugData.requestUri", kOktaActor},
    {"legacyEventType", kOktaActor},
    {"displayMessage", kOktaActor},
    {"eventType", kEventType},
    {"protoPayload.methodName", kGcp},
    {"protoPayload.serviceName", kGcp},
    {"protoPayload.@type", kGcp},
    {"action", kAction},
    {"actor", kActor},
    {"org", kGitHub},
    {"_document_id", kGitHub},
    {"repo", kGitHub},
    {"actor_location.country_code", kGitHub},
    {"business", kGitHub},
    {"auditID", kAuditId},
    {"verb", kVerb},
    {"requestURI", kVerb},
    {"_path", kZeekPath},
    {"@path", kZeekPath},
    {"@stream", kZeekPath},
    {"uid", kZeekUid},
    {"fuid", kZeekUid},
    {"id.orig_h", kZeekHost},
    {"id_orig_h", kZeekHost},
    {"ts", kZeekHost},
    {"@proc", kZeekHost},
    {"conn_state", kZeekConn},
    {"qtype_name", kZeekDns},
    {"rcode_name", kZeekDns},
    {"status_code", kZeekHttp},
    {"event_type", kSuricataType},
    {"flow_id", kFlow},
    {"src_ip", kFlow},
    {"in_iface", kFlow},
    {"auditd.message_type", kAuditd},
    {"auditd.summary.how", kAuditd},
    {"SYSCALL.syscall", kAuditd},
    {"SYSCALL.SYSCALL", kAuditd},
    {"SYSCALL.exe", kAuditd},
    {"EXECVE.argc", kAuditd},
    {"SyslogMessage", kSyslogText},
    {"__REALTIME_TIMESTAMP", kJournal},
    {"MESSAGE", kJournal},
    {"event_type_id", kOneLogin},
    {"auditType.action", kBitbucket},
    {"event.code", kEcs},
    {"event.provider", kEcs},
    {"process.command_line", kEcs},
    {"process.executable", kEcs},
    {"agent.type", kEcs},
    {"host.os.type", kEcs},
    {"winlog.channel", kWinlog},
    {"winlog.event_id", kWinlog},
    {"winlog.provider_name", kWinlog},
    {"System.EventID", kSystemTree},
    {"System.Channel", kSystemTree},
    {"System.Computer", kSystemTree},
});

}  // namespace

std::uint64_t features_of(std::string_view path) {
  if (path.starts_with("winlog.event_data.")) return kWinlog;
  if (path.starts_with("event_data.")) return kWinlogOld;
  if (path.starts_with("System.EventID") || path.starts_with("System.Provider")) return kSystemTree;
  const auto found = std::ranges::find(kPaths, path, &Known::path);
  return found == kPaths.end() ? 0 : found->features;
}

Profile recognise(std::uint64_t features) {
  const auto has = [features](std::uint64_t bits) { return (features & bits) == bits; };
  const auto any = [features](std::uint64_t bits) { return (features & bits) != 0; };
  if (has(kSystemTree)) return Profile::WindowsTree;
  if (has(kWinlog)) return Profile::Winlogbeat;
  if (has(kWinlogOld | kEventId) && any(kChannel | kProvider)) return Profile::Winlogbeat;
  if (has(kRuleTitle | kEventId | kChannel)) return Profile::Hayabusa;
  if (has(kEventId) && any(kChannel | kProvider | kSysmonData | kEventHost) && !has(kWorkload | kOperation))
    return Profile::WindowsFlat;
  if (has(kEventSource | kEventName) && any(kAws)) return Profile::CloudTrail;
  if (has(kGcp)) return Profile::GcpAudit;
  if (has(kAuditId | kVerb)) return Profile::Kubernetes;
  if (has(kOperation | kWorkload)) return Profile::M365;
  if (any(kRisk)) return Profile::AzureRisk;
  if (has(kAzureSignIn)) return Profile::AzureSignIn;
  if (has(kAzureAudit)) return Profile::AzureAudit;
  if (has(kAzureOperation | kAzureResource)) return Profile::AzureActivity;
  if (has(kEventType | kOktaActor)) return Profile::Okta;
  if (has(kSuricataType | kFlow)) return Profile::Suricata;
  if (has(kZeekPath) && any(kZeekHost)) return Profile::Zeek;
  if (has(kZeekUid | kZeekHost)) return Profile::Zeek;
  if (has(kAuditd)) return Profile::Auditd;
  if (any(kSyslogText | kJournal)) return Profile::LinuxSyslog;
  if (has(kOneLogin)) return Profile::OneLogin;
  if (has(kBitbucket)) return Profile::Bitbucket;
  if (has(kAction | kActor) && any(kGitHub)) return Profile::GitHub;
  if (has(kEcs)) return Profile::Ecs;
  return Profile::Unknown;
}

std::string_view channel_without_provider(std::uint64_t features, std::uint32_t event_id) {
  if ((features & kSysmonData) != 0) return "Microsoft-Windows-Sysmon/Operational";
  const bool is_audit = (event_id >= 4608 && event_id <= 6424) || event_id == 1102;
  return is_audit ? "Security" : "";
}

bool keeps_text(std::string_view path) {
  static constexpr std::array<std::string_view, 10> kKept = {
      "requestParameters",   "responseElements",  "additionalEventData",        "TargetResources",
      "targetResources",     "Parameters",        "properties.targetResources", "TargetResources.ModifiedProperties",
      "OperationProperties", "ModifiedProperties"};
  return std::ranges::find(kKept, path) != kKept.end();
}

std::size_t wrapper_prefix(std::string_view path) {
  for (const std::string_view wrapper : {"_source.", "document.data.", "result.", "layers."})
    if (path.size() > wrapper.size() && path.starts_with(wrapper)) return wrapper.size();
  for (const std::string_view event : {"Event.System", "Event.EventData", "Event.UserData", "Event.RenderingInfo"})
    if (path.starts_with(event)) return 6;
  return 0;
}

LogsourceName logsource_of(Profile profile, std::uint64_t features, std::string_view selector) {
  const auto any = [features](std::uint64_t bits) { return (features & bits) != 0; };
  switch (profile) {
    case Profile::WindowsTree:
    case Profile::WindowsFlat:
    case Profile::Winlogbeat:
    case Profile::Hayabusa:
      return {"windows", "", ""};
    case Profile::Ecs:
      return {};
    case Profile::CloudTrail:
      return {"aws", "", "cloudtrail"};
    case Profile::AzureActivity:
      if (selector.contains("SignIn") || selector.contains("Signin")) return {"azure", "", "signinlogs"};
      if (selector.contains("AuditLogs")) return {"azure", "", "auditlogs"};
      if (selector.contains("Risk")) return {"azure", "", "riskdetection"};
      return {"azure", "", "activitylogs"};
    case Profile::AzureSignIn:
      return {"azure", "", "signinlogs"};
    case Profile::AzureAudit:
      return {"azure", "", "auditlogs"};
    case Profile::AzureRisk:
      return {"azure", "", "riskdetection"};
    case Profile::M365:
      return {"m365", "", "audit"};
    case Profile::Okta:
      return {"okta", "", "okta"};
    case Profile::GcpAudit:
      if (selector == "admin.googleapis.com") return {"gcp", "", "google_workspace.admin"};
      if (selector == "login.googleapis.com") return {"gcp", "", "google_workspace.login"};
      return {"gcp", "", "gcp.audit"};
    case Profile::GitHub:
      return {"github", "", "audit"};
    case Profile::Kubernetes:
      return {"kubernetes", "application", "audit"};
    case Profile::Zeek:
      if (selector.empty()) selector = any(kZeekConn) ? "conn" : any(kZeekDns) ? "dns" : any(kZeekHttp) ? "http" : "";
      return {"zeek", "", selector};
    case Profile::Suricata:
      return {"suricata", "", "eve"};
    case Profile::Auditd:
      return {"linux", "", "auditd"};
    case Profile::LinuxSyslog:
      return {"linux", "", "syslog"};
    case Profile::OneLogin:
      return {"onelogin", "", "onelogin.events"};
    case Profile::Bitbucket:
      return {"bitbucket", "", "audit"};
    case Profile::Unknown:
      break;
  }
  return {};
}

event::SourceClass source_class_of(Profile profile, std::string_view service) {
  using event::SourceClass;
  switch (profile) {
    case Profile::Suricata:
      return SourceClass::Ids;
    case Profile::Zeek:
      if (service == "dns") return SourceClass::Dns;
      if (service == "dhcp") return SourceClass::Dhcp;
      return SourceClass::Ids;
    case Profile::AzureSignIn:
    case Profile::AzureRisk:
    case Profile::AzureAudit:
    case Profile::Okta:
    case Profile::OneLogin:
      return SourceClass::Auth;
    case Profile::CloudTrail:
    case Profile::AzureActivity:
    case Profile::M365:
    case Profile::GcpAudit:
    case Profile::GitHub:
    case Profile::Kubernetes:
    case Profile::Bitbucket:
    case Profile::Auditd:
      return SourceClass::Server;
    default:
      return SourceClass::Other;
  }
}

}  // namespace yorozu::codec::json
