#include "codec/frame/frame_decoder.h"

#include <gtest/gtest.h>

#include "codec/frame/journal.h"
#include "codec/test_events.h"

namespace yorozu::codec {
namespace {

using testing::ReadEvent;

const Timestamp kReceived = *parse_time("2026-01-02T00:00:00Z");

struct Decoded {
  Understood understood;
  ReadEvent event;
  event::SourceClass source_class;
};

class FrameDecoderTest : public ::testing::Test {
 protected:
  Decoded decode(FrameKind kind, std::string_view raw) {
    // Exactly sized memory: reading past the frame is seen by ASan.
    const std::vector<char> bytes(raw.begin(), raw.end());
    const Frame frame{.raw = {bytes.data(), bytes.size()}, .kind = kind, .received = kReceived, .stream = {}};
    event::EventBatch batch;
    const Understood understood = decoder_->decode(frame, batch);
    EXPECT_EQ(batch.events.size(), 1U) << raw;
    EXPECT_EQ(batch.events[0].raw.data(), frame.raw.data()) << raw;
    EXPECT_EQ(batch.events[0].raw.size(), frame.raw.size()) << raw;
    return {understood, testing::read_event(batch, batch.events[0], schema_), batch.events[0].source_class};
  }

  event::Schema schema_;
  std::unique_ptr<FrameDecoder> decoder_ = make_frame_decoder(schema_, event::LogsourceMap::builtin());
};

TEST_F(FrameDecoderTest, InputsHaveTheKindOfTheirFrames) {
  for (const std::string_view input : {"syslog.udp", "syslog.tcp", "syslog.tls", "relp"})
    EXPECT_EQ(frame_kind_of(input), FrameKind::Syslog) << input;
  for (const std::string_view input : {"bulk", "json"}) EXPECT_EQ(frame_kind_of(input), FrameKind::Json);
  EXPECT_EQ(frame_kind_of("hec"), FrameKind::Hec);
  for (const std::string_view input : {"yorozu.detect", "yorozu.audit", "yorozu.fact"})
    EXPECT_EQ(frame_kind_of(input), FrameKind::Own) << input;
  EXPECT_EQ(frame_kind_of("file"), FrameKind::Line);
  EXPECT_EQ(frame_kind_of("journald"), FrameKind::Journal);
  EXPECT_EQ(frame_kind_of("upload"), FrameKind::Xml);
  EXPECT_EQ(frame_kind_of("of a later version"), FrameKind::Line);
}

TEST_F(FrameDecoderTest, LinesOfATailedFileGetTheColumnsItNamed) {
  constexpr std::string_view kRow = "2026-11-24 01:02:03 203.0.113.7 /a.aspx 200";
  EXPECT_EQ(decode(FrameKind::Line, kRow).event["cs-uri-stem"], "(none)");
  decode(FrameKind::Line, "#Fields: date time c-ip cs-uri-stem sc-status");
  const auto [understood, event, source_class] = decode(FrameKind::Line, kRow);
  EXPECT_EQ(understood, Understood::Fields);
  EXPECT_EQ(event["cs-uri-stem"], "/a.aspx");
  EXPECT_EQ(source_class, event::SourceClass::Web);
  EXPECT_EQ(decode(FrameKind::Line, "Jan  1 01:02:03 web1 sshd[42]: x").event.host, "web1");
}

TEST_F(FrameDecoderTest, AnEventInSplunksEnvelopeHasTheFieldsItHasAlone) {
  constexpr std::string_view kAlone =
      R"({"EventID":4625,"Channel":"Security","Computer":"pc1","TargetUserName":"root","EventTime":"2026-01-01T01:02:03Z"})";
  const ReadEvent alone = decode(FrameKind::Json, kAlone).event;
  const ReadEvent enveloped =
      decode(FrameKind::Hec,
             R"({"time":1767225600,"host":"x","sourcetype":"WinEventLog","event": )" + std::string(kAlone) + "}")
          .event;
  EXPECT_EQ(enveloped["TargetUserName"], "root");
  EXPECT_EQ(enveloped["EventID"], "4625");
  EXPECT_EQ(enveloped.channel, alone.channel);
  EXPECT_EQ(enveloped.logsource, alone.logsource);
  EXPECT_EQ(enveloped.time, alone.time);
  EXPECT_EQ(enveloped.host, "pc1");
  EXPECT_EQ(enveloped["hec.sourcetype"], "WinEventLog");
}

TEST_F(FrameDecoderTest, SplunksEnvelopeGivesHostAndTimeToAnEventThatHasNone) {
  const ReadEvent event =
      decode(FrameKind::Hec, R"({"event":{ "message":"x" },"time":"1767225600.5","host":"web1"})").event;
  EXPECT_EQ(event["message"], "x");
  EXPECT_EQ(event.host, "web1");
  EXPECT_EQ(event.time, "2026-01-01T00:00:00.500000Z");
  EXPECT_EQ(decode(FrameKind::Hec, R"({"host":"web1","event":{}})").event["host"], "web1");
  EXPECT_EQ(decode(FrameKind::Hec, R"({"host":"web1","event":"a text"})").event["event"], "a text");
  EXPECT_EQ(decode(FrameKind::Hec, R"({"host":"web1","event":{"a":1},"torn)").event["event.a"], "1");
}

TEST_F(FrameDecoderTest, ATimeWithoutZoneIsOfTheZoneThatTheFrameBrings) {
  const TimeZone tokyo = *TimeZone::named("Asia/Tokyo"), berlin = *TimeZone::named("Europe/Berlin");
  const auto time_of = [&](std::string_view raw, const TimeZone* zone, bool took_zone) {
    event::EventBatch batch;
    decoder_->decode({.raw = raw, .kind = FrameKind::Syslog, .received = kReceived, .zone = zone, .stream = {}}, batch);
    EXPECT_EQ(decoder_->took_zone(), took_zone) << raw;
    return format_rfc3339(batch.events.at(0).time);
  };
  constexpr std::string_view kBsd = "<38>Jan  1 10:02:03 web1 sshd[42]: x";
  EXPECT_EQ(time_of(kBsd, &tokyo, true), "2026-01-01T01:02:03.000000Z");
  EXPECT_EQ(time_of(kBsd, &berlin, true), "2026-01-01T09:02:03.000000Z");
  EXPECT_EQ(time_of(kBsd, nullptr, true), "2026-01-01T10:02:03.000000Z");
  EXPECT_EQ(time_of("<38>1 2026-01-01T10:02:03+01:00 web1 sshd 42 - - x", &tokyo, false),
            "2026-01-01T09:02:03.000000Z");
  EXPECT_EQ(time_of("<189>45: Jan  1 10:02:03 UTC: %SYS-5-CONFIG_I: x", &tokyo, false), "2026-01-01T10:02:03.000000Z");
  EXPECT_EQ(time_of("date=2026-01-01 time=10:02:03 devid=F logid=1 type=event subtype=system", &tokyo, true),
            "2026-01-01T01:02:03.000000Z");
}

TEST_F(FrameDecoderTest, ASyslogMessageIsReadAsInAFile) {
  const auto [understood, event, source_class] = decode(
      FrameKind::Syslog, "<38>Jan  1 01:02:03 web1 sshd[42]: Failed password for root from 192.0.2.7 port 4711 ssh2");
  EXPECT_EQ(understood, Understood::Fields);
  EXPECT_EQ(event["user"], "root");
  EXPECT_EQ(event["source_ip"], "192.0.2.7");
  EXPECT_EQ(event.host, "web1");
  EXPECT_EQ(event.time, "2026-01-01T01:02:03.000000Z");
  EXPECT_EQ(source_of(event), "linux//sshd");
}

TEST_F(FrameDecoderTest, HowMuchWasUnderstoodIsSaid) {
  EXPECT_EQ(decode(FrameKind::Syslog, "<13>Jan  1 01:02:03 web1 nobody: knows this").understood, Understood::Envelope);
  EXPECT_EQ(decode(FrameKind::Line, "nobody knows this").understood, Understood::Nothing);
  EXPECT_EQ(decode(FrameKind::Line, "").understood, Understood::Nothing);
  EXPECT_EQ(decode(FrameKind::Json, R"({"a":1})").understood, Understood::Fields);
  EXPECT_EQ(decode(FrameKind::Json, R"({"a":1,"b)").understood, Understood::Envelope);
  EXPECT_EQ(decode(FrameKind::Json, R"({"a":1} rest)").understood, Understood::Envelope);
  EXPECT_EQ(decode(FrameKind::Json, "{}").understood, Understood::Nothing);
}

TEST_F(FrameDecoderTest, JapaneseIsRecognisedFrameByFrame) {
  const std::string expected = "日本語のログ";
  for (const std::string_view text :
       {"日本語のログ", "\xEF\xBB\xBF日本語のログ", "\x93\xfa\x96\x7b\x8c\xea\x82\xcc\x83\x8d\x83\x4f",
        "\xc6\xfc\xcb\xdc\xb8\xec\xa4\xce\xa5\xed\xa5\xb0", "\x1b$BF|K\\8l$N%m%0\x1b(B"}) {
    EXPECT_EQ(decode(FrameKind::Line, text).event["Message"], expected) << text;
    const std::string syslog = "<13>Jan  1 01:02:03 nas1 smbd: " + std::string(text);
    if (!text.starts_with("\xEF")) {
      EXPECT_EQ(decode(FrameKind::Syslog, syslog).event["Message"], expected) << text;
    }
  }
}

TEST_F(FrameDecoderTest, OneObjectIsOneEventEvenWhereAFileWouldHoldSeveral) {
  const Decoded records = decode(FrameKind::Json, R"({"Records":[{"eventSource":"a"},{"eventSource":"b"}]})");
  EXPECT_EQ(records.event.names.size(), 2U);
  const Decoded windows = decode(
      FrameKind::Json,
      R"({"@timestamp":"2026-01-01T00:00:00Z","winlog":{"channel":"Security","event_id":4625,"event_data":{"TargetUserName":"bob"}}})");
  EXPECT_EQ(windows.event.channel, "Security");
  EXPECT_EQ(windows.event.event_id, 4625U);
  EXPECT_EQ(windows.event["TargetUserName"], "bob");
}

TEST_F(FrameDecoderTest, ALineInsideADocumentIsReadAsALine) {
  const Decoded filebeat = decode(
      FrameKind::Json,
      R"({"@timestamp":"2026-01-01T00:00:00Z","message":"Jan  1 01:02:03 web1 sshd[42]: Failed password for root from 192.0.2.7 port 4711 ssh2","log":{"offset":7}})");
  EXPECT_EQ(filebeat.event["user"], "root");
  EXPECT_EQ(filebeat.event["source_ip"], "192.0.2.7");
  EXPECT_EQ(filebeat.event["log.offset"], "7");
  EXPECT_EQ(source_of(filebeat.event), "linux//sshd");
  EXPECT_EQ(filebeat.event.time, "2026-01-01T00:00:00.000000Z");
  const Decoded hec =
      decode(FrameKind::Json, R"({"time":1767225600,"event":"[sshd] Ban 192.0.2.7","sourcetype":"fail2ban"})");
  EXPECT_EQ(hec.event["action"], "Ban");
  EXPECT_EQ(hec.event["source_ip"], "192.0.2.7");
}

TEST_F(FrameDecoderTest, ATailedFileMayHoldJson) {
  EXPECT_EQ(decode(FrameKind::Line, R"( {"event_type":"alert","flow_id":1,"src_ip":"192.0.2.1"})").event["src_ip"],
            "192.0.2.1");
}

TEST_F(FrameDecoderTest, ARenderedWindowsRecordIsItsEvent) {
  const auto [understood, event, source_class] = decode(
      FrameKind::Xml,
      "<Event><System><Provider Name=\"P\"/><EventID>4624</EventID><Channel>Security</Channel></System><EventData>"
      "<Data Name=\"TargetUserName\">bob</Data></EventData></Event>");
  EXPECT_EQ(understood, Understood::Fields);
  EXPECT_EQ(event.channel, "Security");
  EXPECT_EQ(event.event_id, 4624U);
  EXPECT_EQ(event["TargetUserName"], "bob");
}

TEST_F(FrameDecoderTest, WhatWeWroteAboutOurselvesIsSeenByNoRule) {
  const auto [understood, event, source_class] =
      decode(FrameKind::Own, R"({"EventID":4625,"Channel":"Security","Computer":"x"})");
  EXPECT_EQ(understood, Understood::Fields);
  EXPECT_EQ(source_class, event::SourceClass::Yorozu);
  EXPECT_EQ(event.channel, "");
  EXPECT_EQ(event.event_id, event::kNoEventId);
  EXPECT_EQ(event.logsource, 0);
}

TEST_F(FrameDecoderTest, AJournalEntryHasTheNamesOfSyslog) {
  std::string entry =
      "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1767225723000000\n_HOSTNAME=web1\nPRIORITY=6\nSYSLOG_FACILITY=10\n"
      "SYSLOG_IDENTIFIER=sshd\n_PID=42\n_SYSTEMD_UNIT=ssh.service\n_COMM=sshd\nMESSAGE\n";
  const std::string message = "Failed password for root from 192.0.2.7 port 4711 ssh2";
  entry += std::string{static_cast<char>(message.size()), 0, 0, 0, 0, 0, 0, 0} + message + "\n_EXE=/usr/sbin/sshd\n";
  const auto [understood, event, source_class] = decode(FrameKind::Journal, entry);
  EXPECT_EQ(understood, Understood::Fields);
  EXPECT_EQ(event.time, "2026-01-01T00:02:03.000000Z");
  EXPECT_EQ(event.host, "web1");
  EXPECT_EQ(event["program"], "sshd");
  EXPECT_EQ(event["pid"], "42");
  EXPECT_EQ(event["severity"], "info");
  EXPECT_EQ(event["facility"], "authpriv");
  EXPECT_EQ(event["_SYSTEMD_UNIT"], "ssh.service");
  EXPECT_EQ(event["_EXE"], "/usr/sbin/sshd");
  EXPECT_EQ(event["Message"], message);
  EXPECT_EQ(event["user"], "root");
  EXPECT_EQ(event["__CURSOR"], "(none)");
  EXPECT_EQ(source_of(event), "linux//sshd");
}

TEST_F(FrameDecoderTest, ATornJournalEntryKeepsWhatCouldBeRead) {
  const Decoded torn = decode(FrameKind::Journal, std::string("_HOSTNAME=h\nMESSAGE\n\xFF\xFF\xFF\xFF\0\0\0\0x", 29));
  EXPECT_EQ(torn.event.host, "h");
  EXPECT_EQ(decode(FrameKind::Journal, "not of that form").event["Message"], "not of that form");
}

TEST_F(FrameDecoderTest, SteadyTrafficNeedsNoNewMemory) {
  event::EventBatch batch;
  const std::string_view raw =
      "<38>Jan  1 01:02:03 web1 sshd[42]: Failed password for root from 192.0.2.7 port 4711 ssh2";
  for (int i = 0; i < 3; ++i) {
    batch.clear();
    for (int n = 0; n < 1000; ++n)
      decoder_->decode({.raw = raw, .kind = FrameKind::Syslog, .received = kReceived, .stream = {}}, batch);
    EXPECT_EQ(batch.arena.bytes_held(), 0U);
    EXPECT_EQ(batch.events[999].shape, batch.events[0].shape);
  }
}

}  // namespace
}  // namespace yorozu::codec
