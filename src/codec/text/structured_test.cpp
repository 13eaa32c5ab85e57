// Structured formats and audit events as the lines of a file give them, alone and behind a syslog header.
#include <gtest/gtest.h>

#include "codec/test_events.h"
#include "codec/text/text_lines.h"

namespace yorozu::codec::text {
namespace {

using codec::testing::ReadEvent;
using codec::testing::Reading;

Reading read(std::string_view bytes, std::size_t window = 1 << 20, Charset charset = Charset::Utf8) {
  event::Schema schema;
  const auto splitter = make_splitter({.charset = charset});
  const auto decoder = make_decoder(schema, event::LogsourceMap::builtin(), {.charset = charset});
  return codec::testing::read_all(
      *splitter, *decoder, schema,
      {.bytes = bytes, .charset = charset, .written = *parse_time("2026-11-25T00:00:00Z"), .window = window});
}

ReadEvent read_one(std::string_view line) {
  const Reading reading = read(line);
  EXPECT_EQ(reading.events.size(), 1U) << line;
  return reading.events.empty() ? ReadEvent{} : reading.events[0];
}

TEST(StructuredLines, DevicesAreReadAloneAndBehindEachSyslogHeader) {
  struct Case {
    std::string payload, field, value, logsource;
  };
  const std::vector<Case> cases = {
      {"CEF:0|Trend Micro|DSA|20|1|Eicar|6|src=192.0.2.7 msg=a b", "src", "192.0.2.7", "//cef"},
      {"LEEF:1.0|M|P|1|15345|src=192.0.2.7\tdst=192.0.2.8", "dst", "192.0.2.8", "//cef"},
      {R"(date=2026-11-24 time=10:02:03 devname="fw1" devid="F" logid="1" type="event" subtype="system" action="Add" cfgpath="system.admin")",
       "cfgpath", "system.admin", "fortigate//event"},
      {"1,2026/11/24 10:02:03,0016,SYSTEM,general,2561,2026/11/24 10:02:03,,auth-fail,,0,0,general,medium,\"failed, "
       "user\"",
       "opaque", "failed, user", "paloalto//system"},
      {"[1:2200074:2] SURICATA x [Classification: c] [Priority: 3] {TCP} 192.0.2.7:1 -> 192.0.2.8:80",
       "alert.signature_id", "2200074", "snort//alert"},
  };
  for (const Case& c : cases)
    for (const std::string& header :
         {std::string(), std::string("<189>"), std::string("<134>Nov 24 10:02:03 gw1 "),
          std::string("2026-11-24T10:02:03+09:00 gw1 "), std::string("<134>1 2026-11-24T01:02:03Z gw1 - - - - ")}) {
      const ReadEvent event = read_one(header + c.payload);
      EXPECT_EQ(event[c.field], c.value) << header << c.payload;
      EXPECT_EQ(source_of(event), c.logsource) << header << c.payload;
      EXPECT_EQ(event.host, header.size() > 6 ? "gw1" : event["devname"] == "fw1" ? "fw1" : "") << header << c.payload;
    }
}

constexpr std::string_view kTwoEvents =
    "type=SYSCALL msg=audit(1604996384.965:7): arch=c000003e syscall=59 success=yes exe=\"/bin/sh\"\n"
    "type=USER_LOGIN msg=audit(1604996384.966:8): pid=1 msg='acct=\"root\" res=failed'\n"
    "type=EXECVE msg=audit(1604996384.965:7): argc=2 a0=\"sh\" a1=\"-i\"\n"
    "not an audit line\n"
    "type=PATH msg=audit(1604996384.965:7): item=0 name=\"/bin/sh\"\n"
    "type=EOE msg=audit(1604996384.965:7):\n"
    "type=SYSCALL msg=audit(1604996384.970:9): arch=c000003e syscall=42 success=no exit=-13\n"
    "type=SOCKADDR msg=audit(1604996384.970:9): saddr=02000050C00002070000000000000000\n";

TEST(AuditLines, RecordsOfOneEventAreOneEventAtItsLastLine) {
  const Reading reading = read(kTwoEvents);
  ASSERT_EQ(reading.events.size(), 4U);
  EXPECT_EQ(reading.events[0]["acct"], "root");
  EXPECT_EQ(reading.events[0].line, 2U);
  EXPECT_EQ(reading.events[1]["Message"], "not an audit line");
  const ReadEvent& exec = reading.events[2];
  EXPECT_EQ(exec.line, 6U);
  EXPECT_EQ(exec.fields.count("type"), 3U);
  EXPECT_EQ(exec["CommandLine"], "sh -i");
  EXPECT_EQ(exec["SYSCALL"], "execve");
  EXPECT_TRUE(exec.raw.starts_with("type=SYSCALL")) << exec.raw;
  EXPECT_TRUE(exec.raw.contains("\ntype=EXECVE")) << exec.raw;
  EXPECT_FALSE(exec.raw.contains("USER_LOGIN")) << exec.raw;
  const ReadEvent& connect = reading.events[3];
  EXPECT_EQ(connect.line, 8U);
  EXPECT_EQ(connect["socket_addr"], "192.0.2.7");
  EXPECT_EQ(connect.raw,
            kTwoEvents.substr(kTwoEvents.find("type=SYSCALL msg=audit(1604996384.970"), connect.raw.size()));
  EXPECT_TRUE(connect.raw.ends_with("saddr=02000050C00002070000000000000000"));
}

TEST(AuditLines, HostsBehindSyslogHeadersStayApart) {
  const std::string a = "Nov 24 01:02:03 web1 audispd: ", b = "<13>Nov 24 01:02:03 web2 audispd: ";
  const Reading reading = read(a + "type=SYSCALL msg=audit(1.000:7): arch=c000003e syscall=59\n" +  //
                               b + "type=SYSCALL msg=audit(1.000:7): arch=c000003e syscall=42\n" +  //
                               a + "type=CWD msg=audit(1.000:7): cwd=\"/\"\n" +                     //
                               b + "type=PROCTITLE msg=audit(1.000:7): proctitle=\"x\"\n");
  ASSERT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(reading.events[0].host, "web1");
  EXPECT_EQ(reading.events[0]["cwd"], "/");
  EXPECT_EQ(reading.events[1].host, "web2");
  EXPECT_EQ(reading.events[1]["proctitle"], "x");
}

TEST(AuditLines, UnitsAreCutBetweenEvents) {
  std::string log;
  for (int i = 0; i < 300; ++i) {
    const std::string stamp = "msg=audit(1604996384.965:" + std::to_string(i) + "): ";
    log +=
        "type=SYSCALL " + stamp + "arch=c000003e syscall=59\ntype=CWD " + stamp + "cwd=\"/\"\ntype=EOE " + stamp + "\n";
  }
  for (const std::size_t window : {std::size_t{400}, std::size_t{1000}, std::size_t{5000}, log.size()}) {
    const Reading reading = read(log, window);
    ASSERT_EQ(reading.events.size(), 300U) << window;
    for (std::size_t i = 0; i < 300; ++i) {
      EXPECT_EQ(reading.events[i].record_id, i) << window;
      EXPECT_EQ(reading.events[i].line, 3 * i + 3) << window;
    }
  }
}

TEST(AuditLines, TheKernelsOwnFormIsRead) {
  const ReadEvent event = read_one(
      "Nov 24 01:02:03 h kernel: [   12.345678] audit: type=1400 audit(1604996384.965:3): apparmor=\"DENIED\" "
      "operation=\"open\" profile=\"snap.x\" name=\"/etc/shadow\"");
  EXPECT_EQ(event["type"], "AVC");
  EXPECT_EQ(event["apparmor"], "DENIED");
  EXPECT_EQ(event.host, "h");
  EXPECT_EQ(source_of(event), "linux//auditd");
}

}  // namespace
}  // namespace yorozu::codec::text
