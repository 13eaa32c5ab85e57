#include "codec/table/w3c.h"

#include <gtest/gtest.h>

#include "codec/test_events.h"

namespace yorozu::codec::table {
namespace {

using codec::testing::ReadEvent;
using codec::testing::Reading;

Reading read(std::string_view text, std::size_t window = 1 << 20) {
  EXPECT_TRUE(looks_like_w3c(text));
  event::Schema schema;
  const auto splitter = make_w3c_splitter({});
  const auto decoder = make_w3c_decoder(schema, event::LogsourceMap::builtin(), {});
  return codec::testing::read_all(*splitter, *decoder, schema, {.bytes = text, .window = window});
}

constexpr std::string_view kIis =
    "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2026-11-24 01:00:00\r\n"
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
    "sc-status sc-substatus\r\n"
    "2026-11-24 01:02:03 192.0.2.1 GET /a.aspx id=1%27 443 - 203.0.113.7 Mozilla/5.0+(Windows+NT+10.0) - 200 0\r\n"
    "2026-11-24 01:02:04 192.0.2.1 POST /b - 443 alice 203.0.113.7 - https://h/ 500 0\r\n"
    "#Software: Microsoft Internet Information Services 10.0\r\n"
    "#Fields: date time cs-host cs-method cs-uri-stem sc-status\r\n"
    "2026-11-24 01:02:05 www.example.jp GET /c 404\r\n"
    "2026-11-24 01:02:06 www.example.jp GET /d 404\r\n";

TEST(W3c, IisHasTheNamesThatWebserverRulesUse) {
  const Reading reading = read(kIis);
  ASSERT_EQ(reading.events.size(), 4U);
  EXPECT_TRUE(reading.damages.empty());
  const ReadEvent& event = reading.events[0];
  EXPECT_EQ(source_of(event), "/webserver/iis");
  EXPECT_EQ(event.time, "2026-11-24T01:02:03.000000Z");
  EXPECT_EQ(event["cs-method"], "GET");
  EXPECT_EQ(event["cs-uri-stem"], "/a.aspx");
  EXPECT_EQ(event["cs-uri-query"], "id=1%27");
  EXPECT_EQ(event["cs-uri"], "/a.aspx?id=1%27");
  EXPECT_EQ(event["c-ip"], "203.0.113.7");
  EXPECT_EQ(event["cs-user-agent"], "Mozilla/5.0 (Windows NT 10.0)");
  EXPECT_EQ(event["cs-referer"], "(none)");
  EXPECT_EQ(event["sc-status"], "200");
  EXPECT_EQ(event.line, 5U);
  EXPECT_EQ(reading.events[1]["cs-username"], "alice");
  EXPECT_EQ(reading.events[2]["cs-host"], "www.example.jp");
  EXPECT_EQ(reading.events[2]["sc-status"], "404");
}

TEST(W3c, ColumnsInForceReachEveryUnit) {
  const Reading whole = read(kIis);
  for (const std::size_t window : {100U, 200U, 333U}) {
    const Reading parts = read(kIis, window);
    ASSERT_EQ(parts.events.size(), whole.events.size()) << window;
    for (std::size_t i = 0; i < whole.events.size(); ++i) EXPECT_EQ(parts.events[i].fields, whole.events[i].fields);
  }
}

TEST(W3c, WindowsFirewallAndExchange) {
  const Reading firewall = read(
      "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: Local\n"
      "#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype "
      "icmpcode info path\n\n"
      "2026-11-24 10:02:03 DROP TCP 203.0.113.7 192.0.2.1 50000 3389 52 S 1 0 8192 - - - RECEIVE\n");
  ASSERT_EQ(firewall.events.size(), 1U);
  EXPECT_EQ(source_of(firewall.events[0]), "/firewall/pfirewall");
  EXPECT_EQ(firewall.events[0]["dst-port"], "3389");
  EXPECT_EQ(firewall.events[0]["blocked"], "true");
  const Reading exchange = read(
      "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Receive Protocol Log\r\n"
      "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n"
      "2026-11-24T01:02:03.270Z,EX1\\Default,08DA4F7C11473A60,9,192.0.2.2:25,203.0.113.7:53722,<,\"EHLO a,b\",\r\n");
  ASSERT_EQ(exchange.events.size(), 1U);
  EXPECT_EQ(source_of(exchange.events[0]), "//exchange");
  EXPECT_EQ(exchange.events[0]["data"], "EHLO a,b");
  EXPECT_EQ(exchange.events[0].time, "2026-11-24T01:02:03.270000Z");
}

TEST(W3c, ProxiesQuoteAndCloudFrontTabs) {
  const Reading proxy = read(
      "#Software: SGOS 6.7\n#Fields: date time c-ip cs-host cs(User-Agent) sc-status\n"
      "2026-11-24 01:02:03 192.0.2.7 example.com \"Mozilla/5.0 (X)\" 200\n");
  EXPECT_EQ(proxy.events.at(0)["cs-user-agent"], "Mozilla/5.0 (X)");
  EXPECT_EQ(source_of(proxy.events[0]), "/proxy/w3c");
  const Reading cloud = read(
      "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip\n2026-11-24\t01:02:03\tNRT\t10\t192.0.2.7\n");
  EXPECT_EQ(cloud.events.at(0)["c-ip"], "192.0.2.7");
}

TEST(W3c, LinesThatDoNotFitAreReportedAndKept) {
  const Reading reading =
      read("#Fields: date time c-ip\n2026-11-24 01:02:03\nx y z w\n2026-11-24 01:02:03 192.0.2.7\n\0\0\0");
  ASSERT_EQ(reading.events.size(), 3U);
  ASSERT_EQ(reading.damages.size(), 2U);
  EXPECT_EQ(reading.damages[0].record, 2U);
  EXPECT_EQ(reading.events[0].time, "2026-11-24T01:02:03.000000Z");
}

TEST(StreamColumns, LiveLinesRememberTheColumnsOfTheirStream) {
  event::NameTable names;
  StreamColumns columns(names, event::LogsourceMap::builtin());
  Arena arena;
  EventFields out;
  EXPECT_EQ(columns.read("a", "2026-11-24 01:02:03 x", arena, out), StreamColumns::Line::NotOurs);
  EXPECT_EQ(columns.read("a", "# a comment", arena, out), StreamColumns::Line::NotOurs);
  EXPECT_EQ(columns.read("a", "#Fields: date time c-ip", arena, out), StreamColumns::Line::Directive);
  EXPECT_EQ(columns.read("b", "2026-11-24 01:02:03 x", arena, out), StreamColumns::Line::NotOurs);
  EXPECT_EQ(columns.read("a", "2026-11-24 01:02:03 192.0.2.7", arena, out), StreamColumns::Line::Row);
  EXPECT_EQ(event::to_text(out.values.at(2)), "192.0.2.7");
  EXPECT_EQ(columns.read("a", "Nov 24 01:02:03 host sshd[1]: x", arena, out), StreamColumns::Line::NotOurs);
  EXPECT_EQ(columns.read("a", "one two three", arena, out), StreamColumns::Line::NotOurs);
  for (std::size_t i = 0; i < 2 * StreamColumns::kMaxStreams; ++i)
    columns.read("s" + std::to_string(i), "#Fields: date time c-ip", arena, out);
  EXPECT_EQ(columns.read("a", "2026-11-24 01:02:03 192.0.2.7", arena, out), StreamColumns::Line::NotOurs);
}

}  // namespace
}  // namespace yorozu::codec::table
