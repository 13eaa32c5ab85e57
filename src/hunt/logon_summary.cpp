#include "hunt/logon_summary.h"

#include <algorithm>
#include <array>

namespace yorozu::hunt {

namespace {

/// Field texts by name, for one event.
class Fields {
 public:
  Fields(const event::NameTable& names, const event::Event& event, const event::EventBatch& batch)
      : names_(names), event_(event), batch_(batch) {}
  std::string text(std::string_view name) const {
    const event::NameId id = names_.find(name);
    const event::Value* value = id == event::name::kNone ? nullptr : batch_.find(event_, id);
    return value == nullptr ? std::string() : event::to_text(*value);
  }
  /// The first of the fields that says something; Windows writes "-" for nothing.
  std::string first(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names)
      if (std::string found = text(name); !found.empty() && found != "-") return found;
    return "-";
  }

 private:
  const event::NameTable& names_;
  const event::Event& event_;
  const event::EventBatch& batch_;
};

std::string account(const Fields& fields, std::string_view domain_field, std::string_view user_field) {
  const std::string domain = fields.first({domain_field}), user = fields.first({user_field});
  return domain == "-" || user.find('\\') != std::string::npos ? user : domain + "\\" + user;
}

std::string type_text(const std::string& type) {
  std::int64_t number = -1;
  if (!type.empty() && type.size() < 4 && std::ranges::all_of(type, [](char c) { return c >= '0' && c <= '9'; }))
    number = std::stoll(type);
  const std::string_view name = logon_type_name(number);
  return name.empty() ? type : type + " " + std::string(name);
}

constexpr std::string_view kTerminalChannels[] = {
    "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
    "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
};

}  // namespace

std::string_view logon_type_name(std::int64_t type) {
  switch (type) {
    case 0:
      return "system";
    case 2:
      return "interactive";
    case 3:
      return "network";
    case 4:
      return "batch";
    case 5:
      return "service";
    case 7:
      return "unlock";
    case 8:
      return "network cleartext";
    case 9:
      return "new credentials";
    case 10:
      return "remote interactive";
    case 11:
      return "cached interactive";
    case 12:
      return "cached remote interactive";
    case 13:
      return "cached unlock";
    default:
      return "";
  }
}

LogonCount& LogonCount::operator+=(const LogonCount& other) {
  count += other.count;
  if (!first.known() || (other.first.known() && other.first < first)) first = other.first;
  if (!last.known() || last < other.last) last = other.last;
  return *this;
}

LogonSummary::LogonSummary(const event::Schema& schema) : names_(schema.names) {}

void LogonSummary::count(Logon logon, Timestamp time) {
  counts_.add(logon, {1, time, time});
}

void LogonSummary::add(const event::Event& event, const event::EventBatch& batch) {
  if (event.channel != event::name::kNone)
    add_windows(event, batch);
  else
    add_sshd(event, batch);
}

void LogonSummary::add_windows(const event::Event& event, const event::EventBatch& batch) {
  const std::string_view channel = names_.text(event.channel);
  const Fields fields(names_, event, batch);
  if (channel == "Security") {
    switch (event.event_id) {
      case 4624:
      case 4625:
        return count(
            {account(fields, "TargetDomainName", "TargetUserName"), fields.first({"IpAddress", "WorkstationName"}),
             batch.host_of(event), type_text(fields.text("LogonType")), event.event_id == 4624},
            event.time);
      case 4648:
        return count(
            {account(fields, "TargetDomainName", "TargetUserName"), fields.first({"IpAddress", "SubjectUserName"}),
             fields.first({"TargetServerName"}), "explicit credentials", true},
            event.time);
      case 4768:
      case 4769:
        return count(
            {account(fields, "TargetDomainName", "TargetUserName"), fields.first({"IpAddress"}), batch.host_of(event),
             event.event_id == 4768 ? "kerberos ticket" : "kerberos service " + fields.first({"ServiceName"}),
             fields.text("Status") == "0x0"},
            event.time);
      case 4771:
        return count({fields.first({"TargetUserName"}), fields.first({"IpAddress"}), batch.host_of(event),
                      "kerberos ticket", false},
                     event.time);
      case 4776:
        return count({fields.first({"TargetUserName"}), fields.first({"Workstation"}), batch.host_of(event), "ntlm",
                      fields.text("Status") == "0x0"},
                     event.time);
      default:
        return;
    }
  }
  if (channel == kTerminalChannels[0] && (event.event_id == 21 || event.event_id == 25))
    return count(
        {fields.first({"User"}), fields.first({"Address"}), batch.host_of(event), "remote desktop session", true},
        event.time);
  if (channel == kTerminalChannels[1] && event.event_id == 1149)
    return count({fields.first({"Param2"}) == "-" ? fields.first({"Param1"})
                                                  : fields.first({"Param2"}) + "\\" + fields.first({"Param1"}),
                  fields.first({"Param3"}), batch.host_of(event), "remote desktop connection", true},
                 event.time);
}

// "Accepted publickey for alice from 192.0.2.7 port 50022 ssh2", "Failed password for invalid user bob from ..."
void LogonSummary::add_sshd(const event::Event& event, const event::EventBatch& batch) {
  const event::Value* value = batch.find(event, event::name::kMessage);
  if (value == nullptr) return;
  const std::string message = event::to_text(*value);
  const bool accepted = message.starts_with("Accepted "), failed = message.starts_with("Failed ");
  if (!accepted && !failed) return;
  const std::string_view text(message);
  const std::size_t user_at = text.find(" for "), source_at = text.rfind(" from ");
  if (user_at == std::string_view::npos || source_at == std::string_view::npos || source_at <= user_at) return;
  std::string_view user = text.substr(user_at + 5, source_at - user_at - 5);
  if (user.starts_with("invalid user ")) user.remove_prefix(13);
  std::string_view source = text.substr(source_at + 6);
  source = source.substr(0, source.find(' '));
  const std::size_t method_at = accepted ? 9 : 7;
  count({std::string(user), std::string(source), batch.host_of(event),
         "ssh " + std::string(text.substr(method_at, user_at - method_at)), accepted},
        event.time);
}

}  // namespace yorozu::hunt
