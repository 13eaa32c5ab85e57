#include "codec/xml/xml.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "codec/test_events.h"

namespace yorozu::codec::xml {
namespace {

using testing::Reading;

Reading read(std::string_view text, Charset charset = Charset::Utf8, std::size_t window = std::size_t{1} << 20) {
  event::Schema schema;
  const DecodeOptions options{.charset = charset};
  const auto splitter = make_splitter(options);
  const auto decoder = make_decoder(schema, event::LogsourceMap::builtin(), options);
  return testing::read_all(*splitter, *decoder, schema, {.bytes = text, .charset = charset, .window = window});
}

constexpr std::string_view kEvent =
    R"(<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Service Control Manager' Guid='{555908d1}'/>)"
    R"(<EventID Qualifiers='16384'>7045</EventID><Version>0</Version><TimeCreated SystemTime='2026-11-24T01:02:03.4567890Z'/>)"
    R"(<EventRecordID>42</EventRecordID><Correlation/><Execution ProcessID='820' ThreadID='3'/><Channel>System</Channel>)"
    R"(<Computer>pc1</Computer><Security UserID='S-1-5-18'/></System><EventData><Data Name='ServiceName'>a &lt;b&gt; &#x65e5;</Data>)"
    R"(<Data>one</Data><Data>two</Data><Data Name='Empty'></Data><Binary>0A0B</Binary></EventData>)"
    R"(<RenderingInfo Culture='en-US'><Message>A service was installed</Message><Level>Information</Level><Keywords><Keyword>Classic</Keyword></Keywords></RenderingInfo></Event>)";

TEST(XmlEvents, FieldsHaveTheNamesOfEvtx) {
  const Reading reading = read(kEvent);
  ASSERT_EQ(reading.events.size(), 1U);
  EXPECT_TRUE(reading.damages.empty());
  const testing::ReadEvent& event = reading.events[0];
  EXPECT_EQ(event.event_id, 7045U);
  EXPECT_EQ(event.record_id, 42U);
  EXPECT_EQ(event.channel, "System");
  EXPECT_EQ(event.host, "pc1");
  EXPECT_EQ(event.time, "2026-11-24T01:02:03.456789Z");
  EXPECT_EQ(event["Provider_Name"], "Service Control Manager");
  EXPECT_EQ(event["Qualifiers"], "16384");
  EXPECT_EQ(event["Execution_ProcessID"], "820");
  EXPECT_EQ(event["Security_UserID"], "S-1-5-18");
  EXPECT_EQ(event["ServiceName"], "a <b> 日");
  EXPECT_EQ(event.fields.count("Data"), 2U);
  EXPECT_EQ(event["Empty"], "");
  EXPECT_EQ(event["Binary"], "0A0B");
  EXPECT_EQ(event["Message"], "A service was installed");
  EXPECT_EQ(event["RenderingInfo_Keyword"], "Classic");
  EXPECT_EQ(event.raw, kEvent);
}

TEST(XmlEvents, SingleConcatenatedAndWrappedInBothEncodings) {
  const std::string event(kEvent);
  const std::string wrapped = "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>\r\n" + event +
                              "\r\n" + event + "</Events>";
  for (const std::size_t window : {std::size_t{1} << 20, std::size_t{100}}) {
    EXPECT_EQ(read(event + event, Charset::Utf8, window).events.size(), 2U);
    EXPECT_EQ(read(wrapped, Charset::Utf8, window).events.size(), 2U);
    const Reading utf16 = read(utf16le_from_utf8("\xEF\xBB\xBF" + wrapped), Charset::Utf16Le, window);
    ASSERT_EQ(utf16.events.size(), 2U);
    EXPECT_EQ(utf16.events[0]["ServiceName"], "a <b> 日");
    EXPECT_EQ(utf16.events[0].line, 3U);
    EXPECT_TRUE(utf16.damages.empty());
  }
}

TEST(XmlEvents, UserDataGivesItsLeaves) {
  const Reading reading = read(
      "<Event><System><EventID>1102</EventID><Channel>Security</Channel></System><UserData><x:LogFileCleared "
      "xmlns:x='u'>"
      "<SubjectUserName>alice</SubjectUserName><x:Deep><x:Leaf "
      "A='1'>v</x:Leaf></x:Deep></x:LogFileCleared></UserData></Event>");
  ASSERT_EQ(reading.events.size(), 1U);
  EXPECT_EQ(reading.events[0]["SubjectUserName"], "alice");
  EXPECT_EQ(reading.events[0]["Leaf"], "v");
  EXPECT_EQ(reading.events[0]["Leaf_A"], "1");
}

TEST(XmlEvents, ATornEventGivesWhatIsThereAndTheNextOneIsRead) {
  const std::string event(kEvent);
  const Reading reading = read(event.substr(0, 400) + event + event.substr(0, 300));
  ASSERT_EQ(reading.events.size(), 3U);
  EXPECT_EQ(reading.events[0].event_id, 7045U);
  EXPECT_EQ(reading.events[1]["ServiceName"], "a <b> 日");
  ASSERT_EQ(reading.damages.size(), 2U);
  EXPECT_EQ(reading.damages[0].kind, DamageKind::Truncated);
}

TEST(XmlEvents, EntitiesOfADocumentTypeAreNotExpanded) {
  const Reading reading = read(
      "<?xml version='1.0'?><!DOCTYPE e [<!ENTITY x SYSTEM "
      "'file:///etc/passwd'>]><Events><Event><System><EventID>1</EventID></System>"
      "<EventData><Data Name='A'>&x;</Data></EventData></Event></Events>");
  ASSERT_EQ(reading.events.size(), 1U);
  EXPECT_EQ(reading.events[0]["A"], "&x;");
}

TEST(XmlEvents, DeepNestingAndManyTornEventsStayCheap) {
  std::string deep = "<Event><UserData>";
  for (int i = 0; i < 50'000; ++i) deep += "<a>";
  read(deep);
  std::string torn;
  for (int i = 0; i < 20'000; ++i) torn += "<Event>";
  EXPECT_EQ(read(torn).damages.size(), 1000U);
}

TEST(XmlEvents, HeadsOfExportsAreKnown) {
  EXPECT_TRUE(looks_like_events("<Event xmlns='x'>"));
  EXPECT_TRUE(looks_like_events("<?xml version='1.0'?>\n<!-- a -->\n<Events><Event>"));
  EXPECT_FALSE(looks_like_events("<EventLog>"));
  EXPECT_FALSE(looks_like_events("<html>"));
  EXPECT_FALSE(looks_like_events("<34>1 2026-11-24T01:02:03Z h a - - -"));
}

}  // namespace
}  // namespace yorozu::codec::xml
