#include "codec/fields/paloalto.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "codec/fields/delimited.h"

namespace yorozu::codec::fields {
namespace {

using event::SourceClass;

// Columns of each type of log as "Use Syslog for Monitoring" (syslog field descriptions of PAN-OS 10.2 and 11.0) names
// them; "-": reserved for future use.
constexpr std::string_view kStart = "- receive_time serial type subtype - time_generated ";
/// Of sessions, behind the start.
constexpr std::string_view kSession =
    "src dst natsrc natdst rule srcuser dstuser app vsys from to inbound_if outbound_if logset - sessionid "
    "repeatcnt sport dport natsport natdport flags proto action ";
constexpr std::string_view kTraffic =
    "bytes bytes_sent bytes_received packets start elapsed category - seqno actionflags srcloc dstloc - pkts_sent "
    "pkts_received session_end_reason dg_hier_level_1 dg_hier_level_2 dg_hier_level_3 dg_hier_level_4 vsys_name "
    "device_name action_source src_uuid dst_uuid tunnelid monitortag parent_session_id parent_start_time tunnel "
    "assoc_id chunks chunks_sent chunks_received rule_uuid http2_connection link_change_count policy_id "
    "link_switches sdwan_cluster sdwan_device_type sdwan_cluster_type sdwan_site dynusergroup_name xff_ip "
    "src_category src_profile src_model src_vendor src_osfamily src_osversion src_host src_mac dst_category "
    "dst_profile dst_model dst_vendor dst_osfamily dst_osversion dst_host dst_mac container_id pod_namespace "
    "pod_name src_edl dst_edl hostid serialnumber src_dag dst_dag session_owner high_res_timestamp nssai_sst "
    "nssai_sd subcategory_of_app category_of_app technology_of_app risk_of_app characteristic_of_app "
    "container_of_app tunneled_app is_saas_of_app sanctioned_state_of_app offloaded";
constexpr std::string_view kThreat =
    "misc threatid category severity direction seqno actionflags srcloc dstloc - contenttype pcap_id filedigest "
    "cloud url_idx user_agent filetype xff referer sender subject recipient reportid dg_hier_level_1 "
    "dg_hier_level_2 dg_hier_level_3 dg_hier_level_4 vsys_name device_name - src_uuid dst_uuid http_method "
    "tunnel_id monitortag parent_session_id parent_start_time tunnel thr_category contentver - assoc_id ppid "
    "http_headers url_category_list rule_uuid http2_connection dynusergroup_name xff_ip src_category src_profile "
    "src_model src_vendor src_osfamily src_osversion src_host src_mac dst_category dst_profile dst_model "
    "dst_vendor dst_osfamily dst_osversion dst_host dst_mac container_id pod_namespace pod_name src_edl dst_edl "
    "hostid serialnumber domain_edl src_dag dst_dag partial_hash high_res_timestamp reason justification "
    "nssai_sst subcategory_of_app category_of_app technology_of_app risk_of_app characteristic_of_app "
    "container_of_app tunneled_app is_saas_of_app sanctioned_state_of_app cloud_reportid";
constexpr std::string_view kSystem =
    "vsys eventid object - - module severity opaque seqno actionflags dg_hier_level_1 dg_hier_level_2 "
    "dg_hier_level_3 dg_hier_level_4 vsys_name device_name - - high_res_timestamp";
constexpr std::string_view kConfig =
    "host vsys cmd admin client result path before_change_detail after_change_detail seqno actionflags "
    "dg_hier_level_1 dg_hier_level_2 dg_hier_level_3 dg_hier_level_4 vsys_name device_name dg_id comment - "
    "high_res_timestamp";
constexpr std::string_view kConfigShort =
    "host vsys cmd admin client result path seqno actionflags dg_hier_level_1 dg_hier_level_2 dg_hier_level_3 "
    "dg_hier_level_4 vsys_name device_name dg_id comment - high_res_timestamp";
constexpr std::string_view kGlobalProtect =
    "vsys eventid stage auth_method tunnel_type srcuser srcregion machinename public_ip public_ipv6 private_ip "
    "private_ipv6 hostid serialnumber client_ver client_os client_os_ver repeatcnt reason error opaque status "
    "location login_duration connect_method error_code portal seqno actionflags high_res_timestamp selection_type "
    "response_time priority attempted_gateways gateway dg_hier_level_1 dg_hier_level_2 dg_hier_level_3 "
    "dg_hier_level_4 vsys_name device_name vsys_id";
constexpr std::string_view kUserId =
    "vsys ip user datasourcename eventid repeatcnt timeout beginport endport datasource datasourcetype seqno "
    "actionflags dg_hier_level_1 dg_hier_level_2 dg_hier_level_3 dg_hier_level_4 vsys_name device_name vsys_id "
    "factortype factorcompletiontime factorno - - ugflags userbysource tag_name high_res_timestamp";
constexpr std::string_view kAuthentication =
    "vsys ip user normalize_user object authpolicy repeatcnt authid vendor logset serverprofile desc clienttype "
    "event factorno seqno actionflags dg_hier_level_1 dg_hier_level_2 dg_hier_level_3 dg_hier_level_4 vsys_name "
    "device_name vsys_id authproto";

std::vector<std::string_view> words_of(std::initializer_list<std::string_view> texts) {
  std::vector<std::string_view> words;
  for (std::string_view text : texts)
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(' '), text.size());
      words.push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  return words;
}

struct Kind {
  std::string_view type, service;
  SourceClass source_class;
  std::vector<std::string_view> columns;
};
const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kKinds = {
      {"TRAFFIC", "traffic", SourceClass::Firewall, words_of({kStart, kSession, kTraffic})},
      {"THREAT", "threat", SourceClass::Ids, words_of({kStart, kSession, kThreat})},
      {"SYSTEM", "system", SourceClass::Firewall, words_of({kStart, kSystem})},
      {"CONFIG", "config", SourceClass::Firewall, words_of({kStart, kConfig})},
      {"GLOBALPROTECT", "globalprotect", SourceClass::Vpn, words_of({kStart, kGlobalProtect})},
      {"USERID", "userid", SourceClass::Auth, words_of({kStart, kUserId})},
      {"AUTHENTICATION", "authentication", SourceClass::Auth, words_of({kStart, kAuthentication})},
      {"DECRYPTION", "decryption", SourceClass::Firewall, words_of({kStart})},
      {"HIPMATCH", "hipmatch", SourceClass::Vpn, words_of({kStart})},
      {"CORRELATION", "correlation", SourceClass::Ids, words_of({kStart})},
      {"IPTAG", "iptag", SourceClass::Firewall, words_of({kStart})},
      {"SCTP", "sctp", SourceClass::Firewall, words_of({kStart})},
  };
  return kKinds;
}
/// CONFIG as devices write it that leave out what changed.
const std::vector<std::string_view>& short_config() {
  static const std::vector<std::string_view> kColumns = words_of({kStart, kConfigShort});
  return kColumns;
}

/// "2026/11/24 01:02:03"
bool is_pan_time(std::string_view text) {
  return text.size() == 19 && text[4] == '/' && text[7] == '/' && text[10] == ' ' && text[13] == ':' && text[16] == ':';
}

std::optional<Timestamp> pan_time(std::string_view text) {
  if (!is_pan_time(text)) return std::nullopt;
  std::string iso(text);
  iso[4] = iso[7] = '-';
  return parse_time(iso);
}

std::string_view column_name(const Kind& kind, std::size_t column, std::size_t columns, Arena& arena) {
  const bool is_short = kind.type == "CONFIG" && columns < short_config().size() + 2;
  const std::vector<std::string_view>& names = is_short ? short_config() : kind.columns;
  if (column < names.size()) return names[column];
  return arena.copy("field_" + std::to_string(column + 1));
}

}  // namespace

bool read_paloalto(std::string_view text, Record& out) {
  // "1,2026/11/24 01:02:03,serial,TYPE,": the first column is reserved and mostly 1.
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || comma > 4 || text.size() < comma + 30 ||
      !is_pan_time(text.substr(comma + 1, 19)))
    return false;
  std::vector<std::string_view> columns;
  split_delimited(text, ',', out.arena, columns);
  if (columns.size() < 7) return false;
  const auto kind = std::ranges::find(kinds(), columns[3], &Kind::type);
  if (kind == kinds().end()) return false;
  std::string_view precise, generated;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].empty()) continue;
    const std::string_view name = column_name(*kind, i, columns.size(), out.arena);
    if (name == "-") continue;
    if (name == "device_name")
      out.add_host(name, columns[i]);
    else
      out.add(name, columns[i]);
    if (name == "high_res_timestamp") precise = columns[i];
    if (name == "time_generated") generated = columns[i];
    if (name == "action" && kind->type == "TRAFFIC") out.add("blocked", columns[i] == "allow" ? "false" : "true");
  }
  // URL filtering is what a web proxy would say, WildFire what an antivirus would.
  const bool is_url = kind->type == "THREAT" && columns[4] == "url";
  out.source("paloalto", "", is_url ? "url" : kind->service, is_url ? SourceClass::Proxy : kind->source_class);
  if (names_zone(precise)) out.sure_time(parse_time(precise));
  out.local_time(pan_time(generated));
  return true;
}

}  // namespace yorozu::codec::fields
