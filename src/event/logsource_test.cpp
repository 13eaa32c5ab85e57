#include "event/logsource.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "base/test_data.h"

namespace yorozu::event {
namespace {

const LogsourceMap& map() {
  return LogsourceMap::builtin();
}

std::vector<Role> windows_roles(std::string_view channel, std::uint32_t event_id) {
  return map().roles({*map().id_of("windows", "", ""), channel, event_id});
}

/// Roles as text: "windows//security windows/process_creation/security".
std::string names_of(const std::vector<Role>& roles) {
  std::string out;
  for (const Role& role : roles) {
    if (!out.empty()) out += ' ';
    out += role.logsource.product + "/" + role.logsource.category + "/" + role.logsource.service;
  }
  return out;
}

std::string renamed(const Role& role, std::string_view field) {
  for (const auto& [from, to] : role.renames)
    if (from == field) return to;
  return std::string(field);
}

const Role& role_of(const std::vector<Role>& roles, std::string_view category) {
  const auto found = std::ranges::find(roles, category, [](const Role& role) { return role.logsource.category; });
  EXPECT_NE(found, roles.end()) << category;
  return *found;
}

TEST(Covers, StatedAttributesMustBeEqualAndOthersMayBeAnything) {
  const Logsource event{"windows", "process_creation", "sysmon"};
  EXPECT_TRUE(covers({}, event));
  EXPECT_TRUE(covers({"windows", "", ""}, event));
  EXPECT_TRUE(covers({"", "process_creation", ""}, event));
  EXPECT_FALSE(covers({"linux", "process_creation", ""}, event));
  EXPECT_FALSE(covers({"windows", "", "security"}, event));
  EXPECT_FALSE(covers({"windows", "", "security"}, {"windows", "", ""}));
}

TEST(Roles, SysmonOneIsProcessCreationUnderItsOwnNames) {
  const auto roles = windows_roles("Microsoft-Windows-Sysmon/Operational", 1);
  EXPECT_EQ(names_of(roles), "windows//sysmon windows/process_creation/sysmon");
  EXPECT_TRUE(roles[1].renames.empty());
}

TEST(Roles, Security4688IsProcessCreationWithRenames) {
  const auto roles = windows_roles("Security", 4688);
  EXPECT_EQ(names_of(roles), "windows//security windows/process_creation/security");
  EXPECT_EQ(renamed(roles[1], "Image"), "NewProcessName");
  EXPECT_EQ(renamed(roles[1], "ParentImage"), "ParentProcessName");
  EXPECT_EQ(renamed(roles[1], "ProcessId"), "NewProcessId");
  EXPECT_EQ(renamed(roles[1], "ParentProcessId"), "ProcessId");
  EXPECT_EQ(renamed(roles[1], "CommandLine"), "CommandLine");
  EXPECT_TRUE(roles[0].renames.empty()) << "a rule for the security log sees the event's own names";
}

TEST(Roles, OtherIdsOfAChannelHaveNoCategory) {
  EXPECT_EQ(names_of(windows_roles("Security", 4624)), "windows//security");
  EXPECT_EQ(names_of(windows_roles("Microsoft-Windows-Sysmon/Operational", UINT32_MAX)), "windows//sysmon");
}

TEST(Roles, ChannelsCompareWithoutCase) {
  EXPECT_EQ(names_of(windows_roles("SECURITY", 1)), "windows//security");
  EXPECT_EQ(names_of(windows_roles("microsoft-windows-sysmon/operational", 3)),
            "windows//sysmon windows/network_connection/sysmon");
}

TEST(Roles, UnknownChannelIsJustWindows) {
  EXPECT_EQ(names_of(windows_roles("Some-Vendor/Operational", 1)), "windows//");
  EXPECT_EQ(names_of(map().roles({0, "Some-Vendor/Operational", 1})), "windows//");
}

TEST(Roles, StarAtTheEndOfAChannelStandsForAnyRest) {
  EXPECT_EQ(names_of(windows_roles("Microsoft-Windows-Security-Mitigations/KernelMode", 1)),
            "windows//security-mitigations");
  EXPECT_EQ(names_of(windows_roles("Microsoft-Windows-Security-Mitigations/User Mode", 1)),
            "windows//security-mitigations");
}

TEST(Roles, ServiceWithoutChannelCountsAsItsChannel) {
  const auto id = map().id_of("windows", "", "sysmon");
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(names_of(map().roles({*id, "", 1})), "windows//sysmon windows/process_creation/sysmon");
}

TEST(Roles, RegistryKindIsDecidedByTheEventType) {
  const auto roles = windows_roles("Microsoft-Windows-Sysmon/Operational", 12);
  EXPECT_EQ(names_of(roles),
            "windows//sysmon windows/registry_event/sysmon windows/registry_add/sysmon windows/registry_delete/sysmon");
  EXPECT_EQ(role_of(roles, "registry_add").only_field, "EventType");
  EXPECT_EQ(role_of(roles, "registry_add").only_values, std::vector<std::string>{"CreateKey"});
  EXPECT_EQ(role_of(roles, "registry_delete").only_values, (std::vector<std::string>{"DeleteKey", "DeleteValue"}));
  EXPECT_TRUE(role_of(roles, "registry_event").only_field.empty());
}

TEST(Roles, Security4657IsRegistryByOperationType) {
  const auto roles = windows_roles("Security", 4657);
  const Role& set = role_of(roles, "registry_set");
  EXPECT_EQ(renamed(set, "TargetObject"), "ObjectName");
  EXPECT_EQ(renamed(set, "Details"), "NewValue");
  EXPECT_EQ(renamed(set, "Image"), "ProcessName");
  EXPECT_EQ(set.only_field, "OperationType");
  EXPECT_TRUE(std::ranges::count(set.only_values, "%%1905"));
  EXPECT_FALSE(std::ranges::count(set.only_values, "%%1906"));
}

TEST(Roles, DirectionOf5156SaysWhoInitiated) {
  const auto roles = windows_roles("Security", 5156);
  ASSERT_EQ(roles.size(), 3U);
  for (const Role& role : {roles[1], roles[2]}) {
    EXPECT_EQ(role.logsource.category, "network_connection");
    EXPECT_EQ(renamed(role, "DestinationIp"), "DestAddress");
    EXPECT_EQ(renamed(role, "DestinationPort"), "DestPort");
    EXPECT_EQ(renamed(role, "SourceIp"), "SourceAddress");
    EXPECT_EQ(renamed(role, "Image"), "Application");
    ASSERT_EQ(role.constants.size(), 1U);
    EXPECT_EQ(role.constants[0].first, "Initiated");
    EXPECT_EQ(role.constants[0].second, role.only_values[0] == "%%14593" ? "true" : "false");
  }
}

TEST(Roles, DefenderDetectionIsAnAntivirusEvent) {
  const auto roles = windows_roles("Microsoft-Windows-Windows Defender/Operational", 1116);
  const Role& role = role_of(roles, "antivirus");
  EXPECT_EQ(renamed(role, "Signature"), "ThreatName");
  EXPECT_EQ(renamed(role, "Filename"), "Path");
  EXPECT_TRUE(covers({"", "antivirus", ""}, role.logsource));
  EXPECT_EQ(windows_roles("Microsoft-Windows-Windows Defender/Operational", 5001).size(), 1U);
}

TEST(Roles, WmiSubscriptionComesFromSysmonAndFromItsOwnChannel) {
  EXPECT_EQ(windows_roles("Microsoft-Windows-Sysmon/Operational", 20)[1].logsource.category, "wmi_event");
  EXPECT_EQ(windows_roles("Microsoft-Windows-WMI-Activity/Operational", 5861)[1].logsource.category, "wmi_event");
  EXPECT_EQ(windows_roles("Microsoft-Windows-WMI-Activity/Operational", 5857).size(), 1U);
}

TEST(Roles, PlainTextHasOnlyTheEmptyLogsource) {
  const auto roles = map().roles({});
  ASSERT_EQ(roles.size(), 1U);
  EXPECT_EQ(roles[0].logsource, Logsource{});
}

TEST(Roles, SshdLinesAreAuthAndSyslogToo) {
  const auto roles = map().roles({*map().id_of("linux", "", "sshd"), "", UINT32_MAX});
  EXPECT_EQ(names_of(roles), "linux//sshd linux//auth linux//syslog");
}

TEST(Roles, ZeekHttpAnswersToProxyRulesUnderTheirNames) {
  const auto roles = map().roles({*map().id_of("zeek", "", "http"), "", UINT32_MAX});
  EXPECT_EQ(renamed(role_of(roles, "proxy"), "c-uri"), "uri");
  EXPECT_EQ(role_of(roles, "proxy").logsource.product, "zeek");
}

TEST(Roles, SysmonForLinuxIsKnownByItsChannel) {
  EXPECT_EQ(names_of(map().roles({0, "Linux-Sysmon/Operational", 1})), "linux//sysmon linux/process_creation/sysmon");
}

TEST(RolesFor, RuleWithoutCategorySeesAnEventOnceUnderItsOwnNames) {
  const auto roles = windows_roles("Security", 4688);
  for (const Logsource& wanted : {Logsource{"windows", "", ""}, Logsource{"windows", "", "security"}, Logsource{}}) {
    const auto found = roles_for(wanted, roles);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0], &roles[0]);
  }
}

TEST(RolesFor, RuleWithCategorySeesEveryRoleOfIt) {
  const auto roles = windows_roles("Security", 5156);
  EXPECT_EQ(roles_for({"windows", "network_connection", ""}, roles).size(), 2U);
  EXPECT_TRUE(roles_for({"windows", "process_creation", ""}, roles).empty());
}

std::string places_of(const Logsource& wanted) {
  std::string out;
  for (const auto& place : map().places(wanted)) {
    if (!out.empty()) out += "; ";
    out += place.channel;
    for (const auto id : place.event_ids) out += " " + std::to_string(id);
  }
  return out;
}

TEST(Places, CategoryLeadsToItsChannelsAndIds) {
  EXPECT_EQ(places_of({"windows", "process_creation", ""}), "microsoft-windows-sysmon/operational 1; security 4688");
  EXPECT_EQ(places_of({"windows", "process_creation", "sysmon"}), "microsoft-windows-sysmon/operational 1");
  EXPECT_EQ(places_of({"windows", "ps_script", ""}),
            "microsoft-windows-powershell/operational 4104; powershellcore/operational 4104");
}

TEST(Places, ServiceLeadsToEveryEventOfItsChannels) {
  EXPECT_EQ(places_of({"windows", "", "system"}), "system");
  EXPECT_EQ(places_of({"windows", "", "security-mitigations"}), "microsoft-windows-security-mitigations*");
}

TEST(Places, ProductAloneLeadsEverywhere) {
  EXPECT_EQ(places_of({"windows", "", ""}), "*");
}

TEST(Places, LogsourcesWithoutChannelsHaveNone) {
  EXPECT_EQ(places_of({"aws", "", "cloudtrail"}), "");
  EXPECT_EQ(places_of({"windows", "", "no-such-service"}), "");
}

TEST(IsKnown, AnswersForWhatDecodersMakeOnly) {
  for (const Logsource& known :
       {Logsource{}, Logsource{"windows", "", ""}, Logsource{"windows", "", "sysmon"},
        Logsource{"windows", "process_creation", ""}, Logsource{"", "antivirus", ""}, Logsource{"", "webserver", ""},
        Logsource{"aws", "", "cloudtrail"}, Logsource{"linux", "", "auth"}, Logsource{"zeek", "", "dns"},
        Logsource{"", "dns", ""}, Logsource{"linux", "process_creation", ""},
        Logsource{"m365", "", "threat_management"}})
    EXPECT_TRUE(map().is_known(known)) << known.product << '/' << known.category << '/' << known.service;
  for (const Logsource& unknown :
       {Logsource{"windows", "", "nonsense"}, Logsource{"windows", "file_access", ""}, Logsource{"cisco", "", "duo"},
        Logsource{"macos", "process_creation", ""}, Logsource{"", "", "netflow"}})
    EXPECT_FALSE(map().is_known(unknown)) << unknown.product << '/' << unknown.category << '/' << unknown.service;
}

TEST(LogsourceIds, LeadBackToTheirLogsource) {
  EXPECT_EQ(map().id_of("", "", ""), LogsourceId{0});
  for (const Logsource& one : {Logsource{"windows", "", ""}, Logsource{"aws", "", "cloudtrail"},
                               Logsource{"", "webserver", ""}, Logsource{"windows", "process_creation", ""}}) {
    const auto id = map().id_of(one.product, one.category, one.service);
    ASSERT_TRUE(id.has_value());
    EXPECT_EQ(map().logsource(*id), one);
  }
  EXPECT_EQ(map().id_of("no", "such", "thing"), std::nullopt);
}

TEST(LogsourceYaml, MistakesAreNamedWithTheirLine) {
  const std::map<std::string, std::string> mistakes = {
      {"product: x\nservices:\n  - {service: a}\n", "line 3: a service needs"},
      {"product: x\nservice:\n  - {service: a}\n", "line 3: unknown key 'service'"},
      {"product: x\nservices:\n  - {service: a, channels: [A], port: 1}\n", "line 3: unknown key 'port'"},
      {"product: x\ncategories:\n  - {category: c, service: gone, event_ids: [1]}\n", "line 3: no service 'gone'"},
      {"services: [{service: a, channels: [A]}]\ncategories:\n  - {category: c, service: a, event_ids: [one]}\n",
       "line 3: 'one' is no event id"},
      {"logsources:\n  - {decoder: json}\n", "line 2: a logsource needs"},
      {"logsources: [\n", "line 2: "},
      {"", "line 1: nothing here"},
      {"- a\n", "line 1: a mapping is wanted here"},
  };
  for (const auto& [yaml, message] : mistakes) {
    const auto result = LogsourceMap::parse(yaml);
    ASSERT_FALSE(result.has_value()) << yaml;
    EXPECT_EQ(result.error().code, ErrorCode::InvalidInput);
    EXPECT_TRUE(result.error().message.starts_with(message)) << result.error().message;
  }
}

/// Every channel and event id of the derived table of the shared data leads back to the service or category it names.
TEST(SharedMapping, WindowsTableIsContainedInOurMap) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << "no shared data";
  std::ifstream file(*data / "sigma/mapping/windows_logsource_map.tsv");
  std::string line;
  std::getline(file, line);
  std::size_t rows = 0;
  while (std::getline(file, line)) {
    std::vector<std::string> columns;
    std::istringstream in(line);
    for (std::string column; std::getline(in, column, '\t');) columns.push_back(column);
    ASSERT_GE(columns.size(), 4U) << line;
    ++rows;
    Logsource wanted{"windows", {}, {}};
    (columns[0] == "category" ? wanted.category : wanted.service) = columns[1];
    EXPECT_TRUE(map().is_known(wanted)) << line;
    std::istringstream ids(columns[3] == "*" ? "1" : columns[3]);
    for (std::string id; std::getline(ids, id, ',');) {
      const std::string channel = columns[2].substr(0, columns[2].find(" | "));
      const auto roles = windows_roles(channel, static_cast<std::uint32_t>(std::stoul(id)));
      EXPECT_FALSE(roles_for(wanted, roles).empty()) << line << " id " << id;
    }
  }
  EXPECT_GE(rows, 50U);
}

}  // namespace
}  // namespace yorozu::event
