// Samples are written by us after each maker's documentation; addresses are those reserved for documentation.
#include "codec/fields/payload.h"

#include <gtest/gtest.h>

#include "codec/fields/test_payload.h"

namespace yorozu::codec::fields {
namespace {

using testing::Line;
using testing::read_line;

TEST(Cef, HeaderAndExtensionsAreFields) {
  const Line line = read_line(
      R"(CEF:0|Trend Micro|Deep Security Agent|20.0|4000000|Eicar \| test|6|rt=1795482123456 src=192.0.2.7 spt=4711 act=blocked cs1Label=Policy cs1=strict mode request=http://h/a?b\=c msg=found in C:\\temp\nthen gone)");
  EXPECT_EQ(line.format, PayloadFormat::Cef);
  EXPECT_EQ(line["deviceVendor"], "Trend Micro");
  EXPECT_EQ(line["deviceProduct"], "Deep Security Agent");
  EXPECT_EQ(line["deviceVersion"], "20.0");
  EXPECT_EQ(line["deviceEventClassId"], "4000000");
  EXPECT_EQ(line["name"], "Eicar | test");
  EXPECT_EQ(line["severity"], "6");
  EXPECT_EQ(line["src"], "192.0.2.7");
  EXPECT_EQ(line["spt"], "4711");
  EXPECT_EQ(line["cs1"], "strict mode");
  EXPECT_EQ(line["Policy"], "strict mode");
  EXPECT_EQ(line["request"], "http://h/a?b=c");
  EXPECT_EQ(line["msg"], "found in C:\\temp\nthen gone");
  EXPECT_EQ(line.time, "2026-11-24T01:02:03.456000Z");
  EXPECT_EQ(line.source_class, "endpoint");
}

TEST(Cef, AloneBehindAHeaderAndWithoutItsName) {
  for (const std::string_view text :
       {"CEF:0|Fortinet|Fortigate|v7.0|00013|traffic|3|src=192.0.2.1 dvchost=fw1",
        "CEF: 0|Fortinet|Fortigate|v7.0|00013|traffic|3|src=192.0.2.1 dvchost=fw1",
        "0|Fortinet|Fortigate|v7.0|00013|traffic|3|src=192.0.2.1 dvchost=fw1",
        "some header CEF:0|Fortinet|Fortigate|v7.0|00013|traffic|3|src=192.0.2.1 dvchost=fw1"}) {
    const Line line = read_line(text);
    EXPECT_EQ(line.format, PayloadFormat::Cef) << text;
    EXPECT_EQ(line["cefVersion"], "0") << text;
    EXPECT_EQ(line["src"], "192.0.2.1") << text;
    EXPECT_EQ(line.host, "fw1") << text;
    EXPECT_EQ(line.source_class, "firewall") << text;
  }
}

TEST(Cef, TimesInWordsAndValuesWithBlanksAndEqualSigns) {
  const Line line =
      read_line("CEF:1|A|B|1|x|n|Very-High|msg=a = b, url=/x?y=1&z=2 suser=Jo Doe rt=Nov 24 2026 10:02:03 +0900");
  EXPECT_EQ(line["suser"], "Jo Doe");
  EXPECT_EQ(line["url"], "/x?y=1&z=2");
  EXPECT_EQ(line.time, "2026-11-24T01:02:03.000000Z");
  EXPECT_EQ(read_line("CEF:0|A|B|1|x|n|3|end=Nov 24 2026 01:02:03").time, "2026-11-24T01:02:03.000000Z");
}

TEST(Cef, WhatIsNoCefIsLeftAlone) {
  for (const std::string_view text :
       {"CEF:", "CEF:0|", "CEF:0|a|b|c|d", "0|a|b|c|d|e|zzz|f", "1|2|3", "CEF:x|a|b|c|d|e|f|"}) {
    const Line line = read_line(text);
    EXPECT_EQ(line.format, PayloadFormat::None) << text;
    EXPECT_TRUE(line.names.empty()) << text;
  }
}

TEST(Leef, BothVersionsAndTheirDelimiters) {
  const Line one =
      read_line("LEEF:1.0|Microsoft|MSExchange|4.0 SP1|15345|src=192.0.2.0\tdst=192.0.2.50\tsev=5\tusrName=a b");
  EXPECT_EQ(one.format, PayloadFormat::Leef);
  EXPECT_EQ(one["eventId"], "15345");
  EXPECT_EQ(one["deviceProduct"], "MSExchange");
  EXPECT_EQ(one["dst"], "192.0.2.50");
  EXPECT_EQ(one["usrName"], "a b");
  for (const std::string_view text :
       {"LEEF:2.0|Lancope|StealthWatch|1.0|41|^|src=192.0.2.0^dst=192.0.2.5^sev=5^devTime=Nov 24 2026 01:02:03 UTC",
        "LEEF:2.0|Lancope|StealthWatch|1.0|41|x5E|src=192.0.2.0^dst=192.0.2.5^sev=5^devTime=Nov 24 2026 01:02:03 UTC",
        "LEEF:2.0|Lancope|StealthWatch|1.0|41|0x5E|src=192.0.2.0^dst=192.0.2.5^sev=5^devTime=1795482123000",
        "LEEF:2.0|Lancope|StealthWatch|1.0|41||src=192.0.2.0\tdst=192.0.2.5\tsev=5\tdevTime=1795482123",
        "LEEF:2.0|Lancope|StealthWatch|1.0|41|src=192.0.2.0#011dst=192.0.2.5#011sev=5#011devTime=1795482123"}) {
    const Line two = read_line(text);
    EXPECT_EQ(two["src"], "192.0.2.0") << text;
    EXPECT_EQ(two["dst"], "192.0.2.5") << text;
    EXPECT_EQ(two.time, "2026-11-24T01:02:03.000000Z") << text;
  }
}

TEST(FortiGate, KeysAreFieldsAndTypesSayWhatItIs) {
  const Line traffic = read_line(
      R"(date=2026-11-24 time=10:02:03 devname="fw1" devid="FG100E0000000000" eventtime=1795482123456789012 tz="+0900" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip=192.0.2.7 srcport=50000 dstip=198.51.100.9 dstport=23 action="accept" service="TELNET" msg="a \"quoted\" word")");
  EXPECT_EQ(traffic.format, PayloadFormat::FortiGate);
  EXPECT_EQ(traffic.time, "2026-11-24T01:02:03.456789Z");
  EXPECT_EQ(traffic.host, "fw1");
  EXPECT_EQ(traffic.logsource, "fortigate//traffic");
  EXPECT_EQ(traffic.source_class, "firewall");
  EXPECT_EQ(traffic["srcip"], "192.0.2.7");
  EXPECT_EQ(traffic["msg"], R"(a "quoted" word)");

  const Line vpn = read_line(
      R"(date=2026-11-24 time=10:02:03 tz="+0900" devname=fw1 logid="0101039426" type="event" subtype="vpn" action="ssl-login-fail" remip=203.0.113.7 user="N/A")");
  EXPECT_EQ(vpn.time, "2026-11-24T01:02:03.000000Z");
  EXPECT_EQ(vpn.logsource, "fortigate//vpn");
  EXPECT_EQ(vpn.source_class, "vpn");
}

TEST(FortiGate, EachTypeHasItsSourceClass) {
  const std::vector<std::tuple<std::string, std::string, std::string>> kinds = {
      {"event", "user", "auth"},      {"event", "system", "firewall"}, {"utm", "webfilter", "proxy"},
      {"utm", "ips", "ids"},          {"utm", "virus", "ids"},         {"utm", "dns", "dns"},
      {"utm", "emailfilter", "mail"}, {"utm", "waf", "web"},           {"anomaly", "anomaly", "ids"}};
  for (const auto& [type, subtype, expected] : kinds)
    EXPECT_EQ(
        read_line("date=2026-11-24 time=10:02:03 devid=F logid=1 type=" + type + " subtype=" + subtype).source_class,
        expected)
        << type << subtype;
}

TEST(FortiGate, OldAndCsvFormsAreRead) {
  const Line old = read_line(
      "date=2016-11-24 time=10:02:03 devname=fw1 device_id=FGT1 log_id=0021000002 type=traffic subtype=allowed "
      "src=192.0.2.1 dst=192.0.2.2");
  EXPECT_EQ(old.format, PayloadFormat::FortiGate);
  EXPECT_EQ(old.time, "2016-11-24T10:02:03.000000Z");
  const Line csv = read_line(
      R"(date=2026-11-24,time=10:02:03,devname="fw1",devid="F",logid="1",type="event",subtype="system",action="Add",cfgpath="system.admin",msg="a, b")");
  EXPECT_EQ(csv["cfgpath"], "system.admin");
  EXPECT_EQ(csv["msg"], "a, b");
}

TEST(PaloAlto, TrafficByDocumentedColumns) {
  const Line line = read_line(
      "1,2026/11/24 10:02:04,001801000000,TRAFFIC,end,2561,2026/11/24 10:02:03,192.0.2.7,198.51.100.9,203.0.113.1,"
      "198.51.100.9,Allow out,corp\\alice,,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,syslog,2026/11/24 "
      "10:02:03,33,1,50000,443,40000,443,0x400053,tcp,allow,5000,2000,3000,20,2026/11/24 10:01:50,12,"
      "\"any, all\",,7000,0x8000000000000000,Japan,United States,,10,10,tcp-fin,11,12,0,0,,fw1,from-policy");
  EXPECT_EQ(line.format, PayloadFormat::PaloAlto);
  EXPECT_EQ(line["src"], "192.0.2.7");
  EXPECT_EQ(line["natsrc"], "203.0.113.1");
  EXPECT_EQ(line["rule"], "Allow out");
  EXPECT_EQ(line["srcuser"], "corp\\alice");
  EXPECT_EQ(line["dstuser"], "(none)");
  EXPECT_EQ(line["dport"], "443");
  EXPECT_EQ(line["action"], "allow");
  EXPECT_EQ(line["blocked"], "false");
  EXPECT_EQ(line["category"], "any, all");
  EXPECT_EQ(line["dstloc"], "United States");
  EXPECT_EQ(line["session_end_reason"], "tcp-fin");
  EXPECT_EQ(line["action_source"], "from-policy");
  EXPECT_EQ(line.host, "fw1");
  EXPECT_EQ(line.time, "2026-11-24T10:02:03.000000Z");
  EXPECT_EQ(line.logsource, "paloalto//traffic");
  EXPECT_EQ(line.source_class, "firewall");
}

TEST(PaloAlto, ThreatHasItsPreciseTimeAndHeader) {
  std::string text =
      "2026-11-24T10:02:03+09:00 fw1 1,2026/11/24 10:02:03,0016,THREAT,vulnerability,2561,2026/11/24 10:02:03,"
      "192.0.2.7,198.51.100.9,0.0.0.0,0.0.0.0,r,,,web-browsing,vsys1,u,d,e1,e2,log,,5,1,1111,80,0,0,0x0,tcp,alert,"
      "\"h/a,b\",Scan(58433),any,high,client-to-server,9,0x0,Japan,France,,,0,,,1";
  const Line line = read_line(text);
  EXPECT_EQ(line["misc"], "h/a,b");
  EXPECT_EQ(line["threatid"], "Scan(58433)");
  EXPECT_EQ(line["severity"], "high");
  EXPECT_EQ(line["direction"], "client-to-server");
  EXPECT_EQ(line.time, "2026-11-24T01:02:03.000000Z");
  EXPECT_EQ(line.host, "fw1");
  EXPECT_EQ(line.source_class, "ids");
}

TEST(PaloAlto, SystemAndGlobalProtect) {
  const Line system = read_line(
      "1,2026/11/24 10:02:03,0016,SYSTEM,general,2561,2026/11/24 10:02:03,,general,,0,0,general,informational,"
      "\"User admin logged in via Web from 192.0.2.9 using https\",123,0x0,0,0,0,0,,fw1");
  EXPECT_EQ(system["eventid"], "general");
  EXPECT_EQ(system["opaque"], "User admin logged in via Web from 192.0.2.9 using https");
  EXPECT_EQ(system.host, "fw1");
  const Line vpn = read_line(
      "1,2026/11/24 10:02:03,0016,GLOBALPROTECT,0,2561,2026/11/24 10:02:03,vsys1,gateway-auth,login,LDAP,,alice,JP,PC1,"
      "203.0.113.7,0.0.0.0,0.0.0.0,0.0.0.0,hid,sn,6.0.1,Windows,\"Microsoft Windows 11 Pro, 64-bit\",1,,,\"\",failure");
  EXPECT_EQ(vpn["srcuser"], "alice");
  EXPECT_EQ(vpn["public_ip"], "203.0.113.7");
  EXPECT_EQ(vpn["client_os_ver"], "Microsoft Windows 11 Pro, 64-bit");
  EXPECT_EQ(vpn["status"], "failure");
  EXPECT_EQ(vpn.source_class, "vpn");
}

TEST(AlertLine, SuricataAndSnortHaveTheNamesOfEve) {
  const Line suricata = read_line(
      "11/24/2026-01:02:03.123456  [**] [1:2200074:2] SURICATA TCPv4 invalid checksum [**] [Classification: Generic "
      "Protocol Command Decode] [Priority: 3] {TCP} 192.0.2.7:28487 -> 198.51.100.9:80");
  EXPECT_EQ(suricata.format, PayloadFormat::AlertLine);
  EXPECT_EQ(suricata.time, "2026-11-24T01:02:03.123456Z");
  EXPECT_EQ(suricata["alert.signature_id"], "2200074");
  EXPECT_EQ(suricata["alert.gid"], "1");
  EXPECT_EQ(suricata["alert.rev"], "2");
  EXPECT_EQ(suricata["alert.signature"], "SURICATA TCPv4 invalid checksum");
  EXPECT_EQ(suricata["alert.category"], "Generic Protocol Command Decode");
  EXPECT_EQ(suricata["alert.severity"], "3");
  EXPECT_EQ(suricata["src_ip"], "192.0.2.7");
  EXPECT_EQ(suricata["dest_port"], "80");
  EXPECT_EQ(suricata.logsource, "suricata//alert");
  EXPECT_EQ(suricata.source_class, "ids");

  const Line snort = read_line(
      R"(11/24-01:02:03.123456 [**] [1:1000001:1] "ET TEST" [**] [Priority: 1] {IPV6-ICMP} 2001:db8::7 -> 2001:db8::9)");
  EXPECT_EQ(snort["alert.signature"], "ET TEST");
  EXPECT_EQ(snort["src_ip"], "2001:db8::7");
  EXPECT_EQ(snort["src_port"], "(none)");
  EXPECT_EQ(snort.time, "2026-11-24T01:02:03.123456Z");
  EXPECT_EQ(snort.logsource, "snort//alert");

  const Line syslog = read_line(
      "[1:1000001:1] ET TEST [Classification: Misc activity] [Priority: 2] {UDP} [2001:db8::7]:53 -> 2001:db8::9:53");
  EXPECT_EQ(syslog["alert.severity"], "2");
  EXPECT_EQ(syslog["src_ip"], "2001:db8::7");
  EXPECT_EQ(syslog["src_port"], "53");
  EXPECT_EQ(syslog["dest_ip"], "2001:db8::9");

  const Line drop = read_line(
      "11/24/2026-01:02:03.1  [Drop] [**] [1:2:3] x [**] [Classification: (null)] [Priority: 3] {TCP} 192.0.2.7:1 -> "
      "192.0.2.8:2");
  EXPECT_EQ(drop["alert.action"], "blocked");
}

TEST(JsonPayload, EveInsideSyslogAndOtherObjects) {
  const Line eve = read_line(
      R"({"timestamp":"2026-11-24T10:02:03.123456+0900","flow_id":12,"event_type":"alert","src_ip":"192.0.2.7","src_port":1,"alert":{"signature_id":2024468,"signature":"a \"b\"","severity":1,"metadata":{"x":["p","q"]}},"tls":{"sni":null}})");
  EXPECT_EQ(eve.format, PayloadFormat::Json);
  EXPECT_EQ(eve["alert.signature_id"], "2024468");
  EXPECT_EQ(eve["alert.signature"], "a \"b\"");
  EXPECT_EQ(eve.fields.count("alert.metadata.x"), 2U);
  EXPECT_EQ(eve["tls.sni"], "(null)");
  EXPECT_EQ(eve.time, "2026-11-24T01:02:03.123456Z");
  EXPECT_EQ(eve.logsource, "suricata//eve");
  EXPECT_EQ(eve.source_class, "ids");
  const Line cee = read_line(R"(@cee: {"a":{"b":true},"time":1795482123})");
  EXPECT_EQ(cee["a.b"], "true");
  EXPECT_EQ(cee.time, "2026-11-24T01:02:03.000000Z");
  EXPECT_EQ(cee.source_class, "other");
  for (const std::string_view text : {"{", "{}", R"({"a":1)", R"({"a":1} x)", R"({"a":nope})", R"({"a":"x)"})
    EXPECT_TRUE(read_line(text).names.empty()) << text;
  EXPECT_EQ(read_line(std::string(100, '{')).format, PayloadFormat::None);
}

TEST(KeyValue, LinesOfPairsAreFields) {
  const Line line =
      read_line(R"(time="2026-11-24T10:02:03+09:00" level=info msg="user \"x\" in" remote.addr=192.0.2.7:80)");
  EXPECT_EQ(line.format, PayloadFormat::KeyValue);
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["msg"], "user \"x\" in");
  EXPECT_EQ(line["remote.addr"], "192.0.2.7:80");
  EXPECT_EQ(line.time, "2026-11-24T01:02:03.000000Z");
  for (const std::string_view text : {"a=1", "a=1 then words", "no pairs at all", "x = 1 y = 2"})
    EXPECT_EQ(read_line(text).format, PayloadFormat::None) << text;
}

TEST(Exchange, ProtocolLinesAreKnownWithoutTheirHeader) {
  const Line line = read_line(
      "2026-11-24T01:02:03.270Z,EX1\\Default Frontend EX1,08DA4F7C11473A60,9,192.0.2.2:25,203.0.113.7:53722,>,535 "
      "5.7.3 "
      "Authentication unsuccessful,");
  EXPECT_EQ(line["source_ip"], "203.0.113.7");
  EXPECT_EQ(line["smtp_code"], "535");
  EXPECT_EQ(line["smtp_message"], "Authentication unsuccessful");
  EXPECT_EQ(line.time, "2026-11-24T01:02:03.270000Z");
  EXPECT_EQ(line.source_class, "mail");
}

TEST(Payload, AnEnvelopesTimeGivesWayOnlyToOneWithAZone) {
  event::NameTable names;
  PayloadReader reader(names, event::LogsourceMap::builtin());
  Arena arena;
  const Timestamp envelope = *parse_time("2026-11-24T01:02:09Z");
  EventFields record;
  record.time = envelope;
  reader.read("date=2026-11-24 time=10:02:03 devid=F logid=1 type=event subtype=system", {}, arena, record);
  EXPECT_EQ(record.time, envelope);
  reader.read("date=2026-11-24 time=10:02:03 tz=\"+0900\" devid=F logid=1 type=event subtype=system", {}, arena,
              record);
  EXPECT_EQ(format_rfc3339(record.time.time), "2026-11-24T01:02:03.000000Z");
}

}  // namespace
}  // namespace yorozu::codec::fields
