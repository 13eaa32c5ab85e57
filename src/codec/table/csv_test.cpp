#include "codec/table/csv.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "codec/test_events.h"

namespace yorozu::codec::table {
namespace {

using codec::testing::ReadEvent;
using codec::testing::Reading;

Reading read(std::string_view text, Charset charset = Charset::Utf8, std::size_t window = 64) {
  event::Schema schema;
  DecodeOptions options{.charset = charset};
  const auto layout = find_csv(as_bytes(text), charset);
  EXPECT_TRUE(layout) << text;
  if (!layout) return {};
  options.delimiter = layout->delimiter;
  const std::string header = csv_header(as_bytes(text), *layout);
  const auto splitter = make_csv_splitter(options);
  const auto decoder = make_csv_decoder(schema, event::LogsourceMap::builtin(), options);
  return codec::testing::read_all(*splitter, *decoder, schema,
                                  {.bytes = text, .charset = charset, .header = header, .window = window});
}

TEST(Csv, ColumnsAreFieldsAndLinesAreCounted) {
  const Reading reading = read(
      "time,host,user,note\r\n"
      "2026-11-24T01:02:03Z,pc1,alice,\"a, \"\"b\"\"\"\r\n"
      "2026-11-24T01:02:04Z,pc2,,\"two\nlines\"\r\n"
      "2026-11-24T01:02:05Z,pc3,bob,x\r\n");
  ASSERT_EQ(reading.events.size(), 3U);
  EXPECT_TRUE(reading.damages.empty());
  EXPECT_EQ(reading.events[0]["note"], "a, \"b\"");
  EXPECT_EQ(reading.events[0].time, "2026-11-24T01:02:03.000000Z");
  EXPECT_EQ(reading.events[0].host, "pc1");
  EXPECT_EQ(reading.events[0].line, 2U);
  EXPECT_EQ(reading.events[1]["note"], "two\nlines");
  EXPECT_EQ(reading.events[1]["user"], "(none)");
  EXPECT_EQ(reading.events[1].line, 3U);
  EXPECT_EQ(reading.events[2].line, 5U);
  EXPECT_EQ(reading.events[2].raw, "2026-11-24T01:02:05Z,pc3,bob,x");
}

TEST(Csv, AnyWindowGivesTheSameEvents) {
  std::string text = "a;b;c\n";
  for (int i = 0; i < 40; ++i)
    text += std::to_string(i) + ";\"line\nbreak;\";" + std::string(static_cast<std::size_t>(i), 'x') + "\n";
  const Reading whole = read(text, Charset::Utf8, 1 << 20);
  ASSERT_EQ(whole.events.size(), 40U);
  for (const std::size_t window : {16U, 33U, 100U}) {
    const Reading parts = read(text, Charset::Utf8, window);
    ASSERT_EQ(parts.events.size(), 40U) << window;
    for (std::size_t i = 0; i < 40; ++i) {
      EXPECT_EQ(parts.events[i].fields, whole.events[i].fields);
      EXPECT_EQ(parts.events[i].line, whole.events[i].line);
      EXPECT_EQ(parts.events[i].position, whole.events[i].position);
    }
  }
}

TEST(Csv, DelimitersAndCharsetsOfJapaneseExports) {
  // 日時,ユーザー,操作
  const std::string utf8 =
      "日時,ユーザー,操作\r\n2026/11/24 10:02:03,山田,削除\r\n2026/11/24 10:02:04,鈴木,\"表,示\"\r\n";
  const std::string sjis =
      "\x93\xfa\x8e\x9e,\x83\x86\x81\x5b\x83\x55\x81\x5b,\x91\x80\x8d\xec\r\n"
      "2026/11/24 10:02:03,\x8e\x52\x93\x63,\x8d\xed\x8f\x9c\r\n"
      "2026/11/24 10:02:04,\x97\xe9\x96\xd8,\"\x95\x5c,\x8e\xa6\"\r\n";
  const std::vector<std::pair<Charset, std::string>> texts = {
      {Charset::Utf8, utf8},
      {Charset::Utf8, "\xEF\xBB\xBF" + utf8},
      {Charset::ShiftJis, sjis},
      {Charset::Utf16Le, utf16le_from_utf8("\xEF\xBB\xBF" + utf8)},
  };
  for (const auto& [charset, text] : texts) {
    const Reading reading = read(text, charset);
    ASSERT_EQ(reading.events.size(), 2U) << to_string(charset);
    EXPECT_EQ(reading.events[0]["ユーザー"], "山田") << to_string(charset);
    EXPECT_EQ(reading.events[0]["操作"], "削除") << to_string(charset);
    EXPECT_EQ(reading.events[1]["操作"], "表,示") << to_string(charset);
    EXPECT_EQ(reading.events[0].time, "2026-11-24T10:02:03.000000Z") << to_string(charset);
    EXPECT_EQ(reading.events[1].line, 3U) << to_string(charset);
  }
  EXPECT_EQ(read("a\tb\tc\n1\t2\t3\n").events[0]["b"], "2");
  EXPECT_EQ(read("#TYPE Selected\n\"a\";\"b\";\"c\"\n\"1\";\"2\";\"3\"\n").events[0]["c"], "3");
}

TEST(Csv, WrongCountsAndOpenQuotesAreReportedWithTheirLine) {
  const Reading reading =
      read("a,b,c\n1,2,3\n1,2\n1,2,3\n1,2,3\n1,2,3\n1,2,3\n1,2,3\n1,2,3\n1,2,3\n1,2,3,4,5\n1,\"2,3\n1,2,3\n");
  ASSERT_EQ(reading.events.size(), 12U);
  ASSERT_EQ(reading.damages.size(), 4U);
  EXPECT_EQ(reading.damages[0].record, 3U);
  EXPECT_EQ(reading.damages[1].record, 11U);
  EXPECT_EQ(reading.damages[2].record, 12U);
  EXPECT_EQ(reading.events[1]["b"], "2");
  EXPECT_EQ(reading.events[9]["field_5"], "5");
  EXPECT_EQ(reading.events[10]["b"], "2,3");
  EXPECT_EQ(reading.events[11]["c"], "3");
}

TEST(Csv, AQuoteThatNeverClosesDoesNotSwallowTheFile) {
  std::string text = "a,b,c\n1,2,3\n1,\"2,3\n";
  const std::string row = "1," + std::string(10'000, 'x') + ",3\n";
  const std::size_t rows = kLongestRecord / row.size() + 10;
  for (std::size_t i = 0; i < rows; ++i) text += row;
  const Reading reading = read(text, Charset::Utf8, std::size_t{1} << 20);
  EXPECT_EQ(reading.events.size(), rows + 2);
  EXPECT_EQ(reading.damages.size(), 2U);
}

TEST(Csv, EventViewerExportsAreWindowsEvents) {
  const Reading english = read(
      "Keywords,Date and Time,Source,Event ID,Task Category\r\n"
      "Audit Failure,11/24/2026 1:02:03 PM,Microsoft-Windows-Security-Auditing,4625,Logon,\"An account failed to log "
      "on.\r\n\r\n"
      "Subject:\r\n\tSecurity ID:\t\tSYSTEM\"\r\n");
  ASSERT_EQ(english.events.size(), 1U);
  EXPECT_TRUE(english.damages.empty());
  EXPECT_EQ(english.events[0].event_id, 4625U);
  EXPECT_EQ(english.events[0].channel, "Security");
  EXPECT_EQ(source_of(english.events[0]), "windows//");
  EXPECT_EQ(english.events[0].time, "2026-11-24T13:02:03.000000Z");
  EXPECT_EQ(english.events[0]["Provider_Name"], "Microsoft-Windows-Security-Auditing");
  EXPECT_TRUE(english.events[0]["Message"].starts_with("An account failed"));

  const Reading japanese = read(
      "レベル,日付と時刻,ソース,イベント ID,タスクのカテゴリ\r\n"
      "情報,2026/11/24 10:02:03,Microsoft-Windows-Sysmon,1,プロセスの作成,\"Process Create:\r\n"
      "RuleName: -\r\nUtcTime: 2026-11-24 01:02:03.456\r\nImage: C:\\Windows\\System32\\cmd.exe\r\n"
      "CommandLine: cmd /c whoami\"\r\n");
  ASSERT_EQ(japanese.events.size(), 1U);
  EXPECT_EQ(japanese.events[0].event_id, 1U);
  EXPECT_EQ(japanese.events[0].channel, "Microsoft-Windows-Sysmon/Operational");
  EXPECT_EQ(japanese.events[0]["Image"], "C:\\Windows\\System32\\cmd.exe");
  EXPECT_EQ(japanese.events[0]["CommandLine"], "cmd /c whoami");
}

TEST(Csv, GetWinEventExportsAreWindowsEvents) {
  const Reading reading = read(
      "#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n"
      "\"Message\",\"Id\",\"Level\",\"RecordId\",\"ProviderName\",\"LogName\",\"MachineName\",\"TimeCreated\"\r\n"
      "\"The audit log was "
      "cleared.\",\"1102\",\"4\",\"77\",\"Microsoft-Windows-Eventlog\",\"Security\",\"dc1.example.jp\","
      "\"2026/11/24 10:02:03\"\r\n");
  ASSERT_EQ(reading.events.size(), 1U);
  const ReadEvent& event = reading.events[0];
  EXPECT_EQ(event.event_id, 1102U);
  EXPECT_EQ(event.channel, "Security");
  EXPECT_EQ(event.host, "dc1.example.jp");
  EXPECT_EQ(event.record_id, 77U);
  EXPECT_EQ(event.time, "2026-11-24T10:02:03.000000Z");
}

TEST(Csv, TheDhcpServersLogHasItsHeaderBehindItsPreamble) {
  const Reading reading = read(
      "\t\tMicrosoft Windows DHCP Service Activity Log\r\n\r\n\r\nEvent ID  Meaning\r\n00\tThe log was started.\r\n"
      "10\tA new IP address was leased to a client.\r\n\r\n"
      "ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID\r\n"
      "10,11/24/26,10:02:03,Assign,192.0.2.50,pc1.example.jp,001122334455,,123\r\n",
      Charset::Utf8, 4096);
  ASSERT_EQ(reading.events.size(), 1U);
  EXPECT_EQ(reading.events[0]["IP Address"], "192.0.2.50");
  EXPECT_EQ(reading.events[0].time, "2026-11-24T10:02:03.000000Z");
  EXPECT_EQ(reading.events[0].line, 9U);
}

TEST(Csv, OtherTextIsNoTable) {
  for (const std::string_view text :
       {"", "\n", "one line", "a,b\n", "a,b,c\n1,2\n1,2\n", "a,a,c\n1,2,3\n", "1,2,3\n1,2,3\n", "a,,c\n1,2,3\n",
        "Nov 24 01:02:03 h p: a, b\nNov 24 01:02:04 h p: a, b\n", "first, second\nmore, words\n",
        "2026-11-24 01:02:03,456 INFO a\n2026-11-24 01:02:03,456 INFO b\n"})
    EXPECT_FALSE(find_csv(as_bytes(text), Charset::Utf8)) << text;
}

}  // namespace
}  // namespace yorozu::codec::table
