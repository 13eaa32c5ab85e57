#include "codec/json/json.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "codec/json/profile.h"
#include "codec/test_events.h"

namespace yorozu::codec::json {
namespace {

using testing::ReadEvent;
using testing::Reading;

Reading read(std::string_view text, Charset charset = Charset::Utf8, std::size_t window = std::size_t{1} << 20) {
  event::Schema schema;
  const DecodeOptions options{.charset = charset};
  const auto splitter = make_splitter(options);
  const auto decoder = make_decoder(schema, event::LogsourceMap::builtin(), options);
  return testing::read_all(*splitter, *decoder, schema, {.bytes = text, .charset = charset, .window = window});
}

ReadEvent read_one(std::string_view text) {
  const Reading reading = read(text);
  EXPECT_EQ(reading.events.size(), 1U) << text;
  EXPECT_TRUE(reading.damages.empty()) << text << (reading.damages.empty() ? "" : reading.damages[0].detail);
  return reading.events.empty() ? ReadEvent{} : reading.events[0];
}

TEST(Json, UnknownShapesAreFlattenedWithDotsAndArraysRepeatTheirName) {
  const ReadEvent event = read_one(R"({"a":{"b":1,"c":[true,null,"x\ty"]},"d":[{"e":1.5},{"e":2}],"f":{}})");
  EXPECT_EQ(event.names, (std::vector<std::string>{"a.b", "a.c", "a.c", "a.c", "d.e", "d.e"}));
  EXPECT_EQ(event["a.b"], "1");
  EXPECT_EQ(event.fields.count("a.c"), 3U);
  EXPECT_EQ(event.fields.find("a.c")->second, "true");
  EXPECT_EQ(event["d.e"], "1.5");
  EXPECT_EQ(event.logsource, 0);
}

TEST(Json, LinesArraysAndPrettyPrintedObjectsGiveTheSameEvents) {
  const std::vector<std::string> forms = {
      "{\"a\":1}\n{\"a\":2}\r\n{\"a\":3}\n",
      "[{\"a\":1},{\"a\":2},{\"a\":3}]",
      "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  },\n  {\n    \"a\": 3\n  }\n]\n",
      "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n{\n  \"a\": 3\n}\n",
      "{\"a\":1}{\"a\":2}{\"a\":3}",
      "{\"Records\":[{\"a\":1},{\"a\":2},{\"a\":3}],\"nextToken\":\"x\"}",
      "{\"@odata.context\":\"https://example.org\",\"value\":[{\"a\":1},{\"a\":2},{\"a\":3}]}",
      "\xEF\xBB\xBF{\"a\":1}\n\n{\"a\":2}\n{\"a\":3}",
  };
  for (const std::string& form : forms)
    for (const std::size_t window : {std::size_t{1} << 20, std::size_t{16}, std::size_t{7}}) {
      const Reading reading = read(form, Charset::Utf8, window);
      ASSERT_EQ(reading.events.size(), 3U) << form << window;
      EXPECT_TRUE(reading.damages.empty()) << form << window << reading.damages[0].detail;
      for (int i = 0; i < 3; ++i)
        EXPECT_EQ(reading.events[static_cast<std::size_t>(i)]["a"], std::to_string(i + 1)) << form;
    }
}

TEST(Json, Utf16OfPowerShellIsReadInBothByteOrders) {
  const std::string text = "\xEF\xBB\xBF[\r\n  {\r\n    \"名前\": \"値\"\r\n  },\r\n  {\r\n    \"b\": 2\r\n  }\r\n]";
  std::string little = utf16le_from_utf8(text), big = little;
  for (std::size_t i = 0; i + 1 < big.size(); i += 2) std::swap(big[i], big[i + 1]);
  for (const auto& [bytes, charset] : {std::pair(little, Charset::Utf16Le), std::pair(big, Charset::Utf16Be)}) {
    const Reading reading = read(bytes, charset, 40);
    ASSERT_EQ(reading.events.size(), 2U);
    EXPECT_TRUE(reading.damages.empty());
    EXPECT_EQ(reading.events[0]["名前"], "値");
    EXPECT_EQ(reading.events[1].line, 5U);
    EXPECT_EQ(utf8_from_utf16le(as_bytes(little.substr(reading.events[1].position, 2))), "{");
  }
}

TEST(Json, ABrokenLineIsDamageWithItsLineAndTheRestGoesOn) {
  const Reading reading =
      read("{\"a\":1}\n{\"a\":2,\"b\":\"torn\n{\"a\":3}\n{\"a\":{\"b\":4}\n{\"a\":5}\nnot json\n{\"a\":6}\n");
  ASSERT_EQ(reading.events.size(), 6U);
  EXPECT_EQ(reading.events[1]["a"], "2");
  EXPECT_EQ(reading.events[1]["b"], "torn");
  EXPECT_EQ(reading.events[3]["a.b"], "4");
  EXPECT_EQ(reading.events[4]["a"], "5");
  EXPECT_EQ(reading.events[5]["a"], "6");
  ASSERT_EQ(reading.damages.size(), 3U);
  EXPECT_EQ(reading.damages[0].record, 2U);
  EXPECT_EQ(reading.damages[1].record, 4U);
  EXPECT_EQ(reading.damages[2].record, 6U);
  EXPECT_EQ(reading.damages[2].kind, DamageKind::Syntax);
}

TEST(Json, AFileThatEndsInsideAnObjectIsTruncated) {
  const Reading reading = read("{\"a\":1}\n{\"a\":2,\"b\":");
  ASSERT_EQ(reading.events.size(), 2U);
  ASSERT_EQ(reading.damages.size(), 1U);
  EXPECT_EQ(reading.damages[0].kind, DamageKind::Truncated);
  EXPECT_EQ(reading.damages[0].offset, 8U);
}

TEST(Json, BytesThatAreNotUtf8AreNamedAndReplaced) {
  const Reading reading = read("{\"a\":\"x\xFFy\"}\n{\"a\":\"ok\"}\n");
  ASSERT_EQ(reading.events.size(), 2U);
  EXPECT_EQ(reading.events[0]["a"], "x\xEF\xBF\xBDy");
  ASSERT_EQ(reading.damages.size(), 1U);
  EXPECT_EQ(reading.damages[0].kind, DamageKind::Encoding);
  EXPECT_EQ(reading.damages[0].record, 1U);
}

TEST(Json, LoneSurrogatesAreReplacementCharactersAndNoReasonToStop) {
  const ReadEvent event = read_one(R"({"a":"x\ud800y","b":"\u65e5\u672c"})");
  EXPECT_EQ(event["a"], "x\xEF\xBF\xBDy");
  EXPECT_EQ(event["b"], "日本");
}

TEST(Json, WhatIsNestedTooDeeplyIsKeptAsText) {
  std::string text = "{\"a\":";
  for (int i = 0; i < 100; ++i) text += "[";
  for (int i = 0; i < 100; ++i) text += "]";
  text += ",\"b\":1}";
  const ReadEvent event = read_one(text);
  EXPECT_TRUE(event["a"].starts_with("[[["));
  EXPECT_EQ(event["b"], "1");
}

TEST(Json, HundredThousandOpenBracketsDoNotOverflowTheStack) {
  const Reading reading = read("{\"a\":" + std::string(100'000, '[') + "\n{\"b\":1}\n");
  EXPECT_FALSE(reading.damages.empty());
}

TEST(Json, EvtxDumpHasTheNamesOfEvtx) {
  const ReadEvent event = read_one(
      R"({"Event":{"#attributes":{"xmlns":"http://schemas"},"System":{"Provider":{"#attributes":{"Name":"Service Control Manager","Guid":"555908d1-a6d7-4695-8e1e-26931d2012f4"}},)"
      R"("EventID":{"#attributes":{"Qualifiers":16384},"#text":7045},"Version":0,"TimeCreated":{"#attributes":{"SystemTime":"2026-11-24T01:02:03.456789Z"}},"EventRecordID":42,)"
      R"("Correlation":null,"Execution":{"#attributes":{"ProcessID":820,"ThreadID":3}},"Channel":"System","Computer":"pc1.example.org","Security":{"#attributes":{"UserID":"S-1-5-18"}}},)"
      R"("EventData":{"ServiceName":"svc","ImagePath":"C:\\x.exe","Data":{"#text":["one","two"]}}}})");
  EXPECT_EQ(event.channel, "System");
  EXPECT_EQ(event.event_id, 7045U);
  EXPECT_EQ(event.record_id, 42U);
  EXPECT_EQ(event.time, "2026-11-24T01:02:03.456789Z");
  EXPECT_EQ(event.host, "pc1.example.org");
  EXPECT_EQ(event["Provider_Name"], "Service Control Manager");
  EXPECT_EQ(event["Qualifiers"], "16384");
  EXPECT_EQ(event["Execution_ProcessID"], "820");
  EXPECT_EQ(event["Security_UserID"], "S-1-5-18");
  EXPECT_EQ(event["ImagePath"], "C:\\x.exe");
  EXPECT_EQ(event.fields.count("Data"), 2U);
  EXPECT_EQ(event.fields.count("xmlns"), 0U);
  EXPECT_EQ(source_of(event), "windows//");
}

TEST(Json, ChainsawAndSeparateAttributesReadTheSame) {
  const ReadEvent event = read_one(
      R"({"Event":{"System":{"Provider_attributes":{"Name":"Microsoft-Windows-Eventlog"},"EventID":1102,"TimeCreated_attributes":{"SystemTime":"2026-11-24T01:02:03Z"},)"
      R"("EventRecordID":7,"Channel":"Security","Computer":"dc"},"UserData":{"LogFileCleared_attributes":{"xmlns":"x"},"LogFileCleared":{"SubjectUserName":"alice"}}}})");
  EXPECT_EQ(event["Provider_Name"], "Microsoft-Windows-Eventlog");
  EXPECT_EQ(event["SubjectUserName"], "alice");
  EXPECT_EQ(event.time, "2026-11-24T01:02:03.000000Z");
  EXPECT_EQ(event.fields.count("LogFileCleared_xmlns"), 0U);
}

TEST(Json, VelociraptorReadsTheSame) {
  const ReadEvent event = read_one(
      R"({"System":{"Provider":{"Name":"Microsoft-Windows-Security-Auditing","Guid":"{5}"},"EventID":{"Value":4624},"TimeCreated":{"SystemTime":1583506012.281},"EventRecordID":9,)"
      R"("Channel":"Security","Computer":"dc","Security":{"UserID":""}},"EventData":{"TargetUserName":"bob"},"Message":"An account"})");
  EXPECT_EQ(event.event_id, 4624U);
  EXPECT_EQ(event.time, "2020-03-06T14:46:52.281000Z");
  EXPECT_EQ(event["TargetUserName"], "bob");
  EXPECT_EQ(event["Message"], "An account");
}

TEST(Json, NamesGivenAsValuesBecomeFieldNames) {
  const ReadEvent event = read_one(
      R"({"Event":{"System":{"EventID":"1","Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"pc"},)"
      R"("EventData":{"Data":[{"@Name":"Image","#text":"C:\\a.exe"},{"@Name":"Empty"},{"@Name":"User","#text":"u"}]}}})");
  EXPECT_EQ(event["Image"], "C:\\a.exe");
  EXPECT_EQ(event["User"], "u");
  EXPECT_EQ(event["Empty"], "(null)");
  EXPECT_EQ(event.host, "pc");
}

TEST(Json, WinlogbeatInBothGenerations) {
  const ReadEvent now = read_one(
      R"({"@timestamp":"2026-11-24T01:02:03.456Z","host":{"name":"pc"},"event":{"code":"1"},"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":1,)"
      R"("record_id":5,"computer_name":"pc.example.org","provider_name":"Microsoft-Windows-Sysmon","event_data":{"Image":"C:\\a.exe","param1":"x"}},"message":"Process Create"})");
  EXPECT_EQ(now.channel, "Microsoft-Windows-Sysmon/Operational");
  EXPECT_EQ(now.event_id, 1U);
  EXPECT_EQ(now.record_id, 5U);
  EXPECT_EQ(now.host, "pc.example.org");
  EXPECT_EQ(now["Image"], "C:\\a.exe");
  EXPECT_EQ(now["Data"], "x");
  EXPECT_EQ(now["event.code"], "1");
  const ReadEvent old = read_one(
      R"({"_source":{"@timestamp":"2019-01-02T03:04:05Z","log_name":"Security","event_id":4688,"source_name":"Microsoft-Windows-Security-Auditing","computer_name":"pc","record_number":"8","event_data":{"NewProcessName":"C:\\b.exe"}}})");
  EXPECT_EQ(old.channel, "Security");
  EXPECT_EQ(old.event_id, 4688U);
  EXPECT_EQ(old.record_id, 8U);
  EXPECT_EQ(old["NewProcessName"], "C:\\b.exe");
}

TEST(Json, FlatEventsOfNxlogAndGetWinEvent) {
  const ReadEvent nxlog = read_one(
      R"({"EventTime":"2020-09-22 14:10:07","@timestamp":"2020-09-22T18:10:10.004Z","Hostname":"WS6","EventID":12,"SourceName":"Microsoft-Windows-Sysmon","Channel":"Microsoft-Windows-Sysmon/Operational",)"
      R"("EventType":"INFO","UtcTime":"2020-09-22 18:10:07.105","RecordNumber":77,"Message":"Registry object:\r\nEventType: CreateKey\r\nUtcTime: x","TargetObject":"HKU\\x"})");
  EXPECT_EQ(nxlog.time, "2020-09-22T18:10:07.105000Z");
  EXPECT_EQ(nxlog["EventType"], "CreateKey");
  EXPECT_EQ(nxlog["Computer"], "WS6");
  EXPECT_EQ(nxlog.record_id, 77U);
  EXPECT_EQ(nxlog["Provider_Name"], "Microsoft-Windows-Sysmon");
  const ReadEvent shell = read_one(
      R"({"Message":"m","Id":4720,"ProviderName":"Microsoft-Windows-Security-Auditing","LogName":"Security","MachineName":"dc","RecordId":3,"TimeCreated":"\/Date(1583506012281)\/","Properties":[{"Value":"eve"},{"Value":5}]})");
  EXPECT_EQ(shell.event_id, 4720U);
  EXPECT_EQ(shell.channel, "Security");
  EXPECT_EQ(shell.time, "2020-03-06T14:46:52.281000Z");
  EXPECT_EQ(shell.fields.count("Data"), 2U);
}

TEST(Json, SysmonWithoutAChannelIsKnownByItsFields) {
  const ReadEvent event =
      read_one(R"({"EventID":1,"UtcTime":"2026-11-24 01:02:03.456","ProcessGuid":"{1}","Image":"a"})");
  EXPECT_EQ(event.channel, "Microsoft-Windows-Sysmon/Operational");
  EXPECT_EQ(event.time, "2026-11-24T01:02:03.456000Z");
}

TEST(Json, HayabusaAbbreviationsAreUndone) {
  const ReadEvent event = read_one(
      R"({"Timestamp":"2026-11-24 01:02:03.456 +09:00","RuleTitle":"Proc Exec","Level":"info","Computer":"pc","Channel":"Sysmon","EventID":1,"RecordID":4,"Details":{"Cmdline":"whoami","Proc":"C:\\w.exe"},"ExtraFieldInfo":{"CurrentDirectory":"C:\\"}})");
  EXPECT_EQ(event.channel, "Microsoft-Windows-Sysmon/Operational");
  EXPECT_EQ(event["CommandLine"], "whoami");
  EXPECT_EQ(event["Image"], "C:\\w.exe");
  EXPECT_EQ(event["CurrentDirectory"], "C:\\");
  EXPECT_EQ(event.record_id, 4U);
  EXPECT_EQ(event.time, "2026-11-23T16:02:03.456000Z");
}

TEST(Json, CloudAndNetworkLogsAreKnownByTheirShape) {
  const std::vector<std::pair<std::string, std::string>> shapes = {
      {R"({"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"bob"},"eventTime":"2026-11-24T01:02:03Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1","requestParameters":{"userName":"eve"}})",
       "aws//cloudtrail"},
      {R"({"time":"2026-11-24T01:02:03Z","resourceId":"/x","operationName":"MICROSOFT.KEYVAULT/VAULTS/WRITE","category":"Administrative"})",
       "azure//activitylogs"},
      {R"({"time":"2026-11-24T01:02:03Z","resourceId":"/x","operationName":"Sign-in activity","category":"SignInLogs","properties":{"userPrincipalName":"a"}})",
       "azure//signinlogs"},
      {R"({"createdDateTime":"2026-11-24T01:02:03Z","userPrincipalName":"a","appDisplayName":"x","status":{"errorCode":50126}})",
       "azure//signinlogs"},
      {R"({"activityDateTime":"2026-11-24T01:02:03Z","activityDisplayName":"Add member to role","loggedByService":"Core Directory"})",
       "azure//auditlogs"},
      {R"({"riskEventType":"anonymizedIPAddress","activityDateTime":"2026-11-24T01:02:03Z"})", "azure//riskdetection"},
      {R"({"CreationTime":"2026-11-24T01:02:03","Operation":"New-InboxRule","Workload":"Exchange","RecordType":1,"Parameters":[{"Name":"ForwardTo","Value":"x"}]})",
       "m365//audit"},
      {R"({"published":"2026-11-24T01:02:03Z","eventType":"user.session.start","actor":{"alternateId":"a@b"},"outcome":{"result":"FAILURE"}})",
       "okta//okta"},
      {R"({"timestamp":"2026-11-24T01:02:03Z","protoPayload":{"@type":"t","serviceName":"iam.googleapis.com","methodName":"SetIamPolicy"}})",
       "gcp//gcp.audit"},
      {R"({"timestamp":"2026-11-24T01:02:03Z","protoPayload":{"serviceName":"admin.googleapis.com","metadata":{"event":[{"eventName":"ADD"}]}}})",
       "gcp//google_workspace.admin"},
      {R"({"@timestamp":1763946123000,"action":"repo.create","actor":"octocat","org":"example"})", "github//audit"},
      {R"({"kind":"Event","auditID":"1","verb":"create","requestURI":"/api","requestReceivedTimestamp":"2026-11-24T01:02:03.5Z","objectRef":{"resource":"pods","apiGroup":"apps"}})",
       "kubernetes/application/audit"},
      {R"({"_path":"dns","ts":1588205199.82437,"uid":"C1","id.orig_h":"10.0.0.1","query":"example.org"})", "zeek//dns"},
      {R"({"@stream":"conn","ts":1588205199.82437,"uid":"C1","id_orig_h":"10.0.0.1"})", "zeek//conn"},
      {R"({"timestamp":"2026-11-24T01:02:03.000001+0900","flow_id":1,"event_type":"alert","src_ip":"10.0.0.1","alert":{"signature":"x"}})",
       "suricata//eve"},
      {R"({"ID":"1626611363.720:348501","SYSCALL":{"exe":"/bin/dd","SYSCALL":"execve"},"EXECVE":{"argc":1}})",
       "linux//auditd"},
  };
  for (const auto& [text, expected] : shapes) {
    const ReadEvent event = read_one(text);
    EXPECT_EQ(source_of(event), expected) << text;
    EXPECT_EQ(event.time.empty(), expected == "linux//auditd") << text;
  }
}

TEST(Json, ObjectsThatRulesSearchAsTextAreFieldsToo) {
  const ReadEvent event = read_one(
      R"({"eventVersion":"1","eventSource":"s","eventName":"n","awsRegion":"r","requestParameters":{"a":{"b":"c"}},"eventTime":"2026-11-24T01:02:03Z"})");
  EXPECT_EQ(event["requestParameters.a.b"], "c");
  EXPECT_EQ(event["requestParameters"], R"({"a":{"b":"c"}})");
}

TEST(Json, ZeekNamesHaveDotsWhateverTheExporter) {
  EXPECT_EQ(read_one(R"({"@stream":"conn","ts":1588205199.8,"uid":"C","id_orig_h":"10.0.0.1"})")["id.orig_h"],
            "10.0.0.1");
}

TEST(Json, SyslogInsideJsonIsReadAsItsProgramWritesIt) {
  const ReadEvent sshd = read_one(
      R"({"__REALTIME_TIMESTAMP":"1764000000123456","_HOSTNAME":"web1","SYSLOG_IDENTIFIER":"sshd","_PID":"7","MESSAGE":"Failed password for root from 192.0.2.1 port 4711 ssh2"})");
  EXPECT_EQ(source_of(sshd), "linux//sshd");
  EXPECT_EQ(sshd["user"], "root");
  EXPECT_EQ(sshd["source_ip"], "192.0.2.1");
  EXPECT_EQ(sshd.time, "2025-11-24T16:00:00.123456Z");
  EXPECT_EQ(sshd.host, "web1");
  const ReadEvent sysmon = read_one(
      R"({"TimeGenerated":"2022-05-11T18:10:20.4Z","Facility":"user","HostName":"U5","ProcessName":"sysmon","SyslogMessage":"\u003cEvent\u003e\u003cSystem\u003e\u003cProvider Name=\"Linux-Sysmon\"/\u003e\u003cEventID\u003e1\u003c/EventID\u003e\u003cTimeCreated SystemTime=\"2022-05-11T18:10:20.399931Z\"/\u003e\u003cChannel\u003eLinux-Sysmon/Operational\u003c/Channel\u003e\u003cComputer\u003eU5\u003c/Computer\u003e\u003c/System\u003e\u003cEventData\u003e\u003cData Name=\"Image\"\u003e/bin/sh\u003c/Data\u003e\u003c/EventData\u003e\u003c/Event\u003e"})");
  EXPECT_EQ(sysmon.channel, "Linux-Sysmon/Operational");
  EXPECT_EQ(sysmon.event_id, 1U);
  EXPECT_EQ(sysmon["Image"], "/bin/sh");
}

TEST(Json, ManyDocumentsOnOneLineAreReadInLinearTime) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += R"({"a":1,"b":"some text of usual length"})";
  EXPECT_EQ(read(text).events.size(), 20'000U);
}

TEST(Json, HeadsOfJsonFilesAreKnown) {
  EXPECT_TRUE(looks_like_json("{\"a\""));
  EXPECT_TRUE(looks_like_json("  [\n {\"a\":1}"));
  EXPECT_TRUE(looks_like_json("{}"));
  EXPECT_FALSE(looks_like_json("[Sun Dec 04 04:47:44 2005] [notice]"));
  EXPECT_FALSE(looks_like_json("{abc"));
  EXPECT_FALSE(looks_like_json(""));
  EXPECT_FALSE(looks_like_json("["));
}

TEST(Json, ShapesOfOneKindOfSourceTellItsClass) {
  EXPECT_EQ(source_class_of(Profile::Suricata, "eve"), event::SourceClass::Ids);
  EXPECT_EQ(source_class_of(Profile::Zeek, "dns"), event::SourceClass::Dns);
  EXPECT_EQ(source_class_of(Profile::Okta, "okta"), event::SourceClass::Auth);
  EXPECT_EQ(source_class_of(Profile::WindowsFlat, ""), event::SourceClass::Other);
}

}  // namespace
}  // namespace yorozu::codec::json
