#include "codec/evtx/evtx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "codec/evtx/chunk.h"
#include "codec/evtx/layout.h"
#include "codec/evtx/render.h"
#include "codec/evtx/test_builder.h"
#include "codec/evtx/test_reading.h"

namespace yorozu::codec::evtx {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::string kGuid = "0123456789abcdef";
const std::string kInnerGuid = "fedcba9876543210";
constexpr std::uint64_t kTime = 133'800'000'000'000'000;  // 2024-12-30T02:40:00Z

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Decoded {
  std::vector<Fields> events;  ///< without what every event has in System
  std::vector<std::string> json, xml;
  std::vector<event::Event> raw;
  std::vector<std::string> channels, hosts;
  std::vector<Damage> damages;
  std::vector<RecordRun> runs;
  std::vector<TimeStep> steps;
};

bool is_usual(std::string_view name) {
  return name == "Provider_Name" || name == "EventID" || name == "TimeCreated_SystemTime" || name == "EventRecordID" ||
         name == "Channel" || name == "Computer";
}

Decoded decode(const std::string& bytes, const DecodeOptions& options = {}, std::size_t window = SIZE_MAX) {
  event::Schema schema;
  const auto decoder = make_decoder(schema, event::LogsourceMap::builtin(), options);
  Renderer renderer(options);
  Decoded out;
  EXPECT_TRUE(for_each_unit(
      as_bytes(bytes), options,
      [&](const Unit& unit) {
        event::EventBatch batch;
        UnitReport report;
        decoder->decode(unit, batch, report);
        renderer.begin_unit(unit);
        for (const event::Event& event : batch.events) {
          Fields fields;
          const auto values = batch.values_of(event);
          for (std::size_t i = 0; i < values.size(); ++i) {
            const std::string name(schema.names.text(event.shape->names[i]));
            if (!is_usual(name)) fields.emplace_back(name, values[i].is_null() ? "(null)" : to_text(values[i]));
          }
          out.events.push_back(std::move(fields));
          out.raw.push_back(event);
          out.channels.emplace_back(schema.names.text(event.channel));
          out.hosts.push_back(batch.host_of(event));
          Buffer text;
          EXPECT_TRUE(renderer.append_json(event, text));
          out.json.emplace_back(text.view());
          text.clear();
          EXPECT_TRUE(renderer.append_xml(event, text));
          out.xml.emplace_back(text.view());
        }
        out.damages.insert(out.damages.end(), report.damages.begin(), report.damages.end());
        out.runs.insert(out.runs.end(), report.runs.begin(), report.runs.end());
        out.steps.insert(out.steps.end(), report.time_steps.begin(), report.time_steps.end());
      },
      window));
  return out;
}

/// A file with one event whose EventData is what `body` writes.
template <class F>
Decoded one_event(F&& body, const std::vector<TestValue>& values) {
  TestChunk chunk;
  add_event(chunk, 7, kTime, kGuid, body, values);
  return decode(test_file({chunk.bytes()}));
}

std::string event_data_of(const std::string& text) {
  const auto at = text.find("EventData");
  return at == std::string::npos ? text : text.substr(at);
}

std::string chunk_with(std::uint64_t first_id, std::uint64_t count, std::uint64_t step = 10'000'000) {
  TestChunk chunk;
  for (std::uint64_t i = 0; i < count; ++i)
    add_event(chunk, first_id + i, kTime + i * step, kGuid,
              [](TestXml& t) { t.open("EventData").close_start().data("Number", 10, 8).end(); },
              {test_number<std::uint32_t>(8, static_cast<std::uint32_t>(first_id + i))});
  return chunk.bytes();
}

// ---- events ----

TEST(EvtxDecoder, EventKnowsItsNumberTimeChannelHostAndPlace) {
  const Decoded d = one_event([](TestXml& t) { t.open("EventData").close_start().data("Image", 10, 1).end(); },
                              {test_text("C:\\a.exe")});
  ASSERT_THAT(d.raw, SizeIs(1));
  EXPECT_TRUE(d.damages.empty());
  EXPECT_EQ(d.raw[0].event_id, 4711U);
  EXPECT_EQ(d.raw[0].record_id, 7U);
  EXPECT_EQ(d.raw[0].time, from_filetime(kTime));
  EXPECT_EQ(d.raw[0].position, 4096U + 512U);
  EXPECT_EQ(d.channels[0], "Test/Channel");
  EXPECT_EQ(d.hosts[0], "HOST");
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("Image", "C:\\a.exe")));
}

struct TypeCase {
  const char* name;
  std::uint8_t type;
  std::string bytes, text, json;
};

TEST(EvtxDecoder, EveryValueTypeReadsAsWindowsShowsIt) {
  const auto bytes = [](std::initializer_list<int> list) {
    std::string out;
    for (const int byte : list) out += static_cast<char>(byte);
    return out;
  };
  const std::string sid = bytes({1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0});
  const std::string system_time = bytes({0xE8, 7, 12, 0, 1, 0, 30, 0, 10, 0, 40, 0, 5, 0, 7, 0});
  const std::vector<TypeCase> cases = {
      {"string", 0x01, test_utf16("a\"<ü>"), "a\"<ü>", R"("a\"<ü>")"},
      {"string that ends with NUL", 0x01, test_utf16("ab") + bytes({0, 0}), "ab", "\"ab\""},
      {"ANSI string", 0x02, "caf\xE9", "café", "\"café\""},
      {"int8", 0x03, bytes({0xFE}), "-2", "-2"},
      {"uint8", 0x04, bytes({0xFE}), "254", "254"},
      {"int16", 0x05, bytes({0xFE, 0xFF}), "-2", "-2"},
      {"uint16", 0x06, bytes({0xFE, 0xFF}), "65534", "65534"},
      {"int32", 0x07, bytes({0xFE, 0xFF, 0xFF, 0xFF}), "-2", "-2"},
      {"uint32", 0x08, bytes({0xFE, 0xFF, 0xFF, 0xFF}), "4294967294", "4294967294"},
      {"int64", 0x09, std::string(8, '\xFF'), "-1", "-1"},
      {"uint64", 0x0A, std::string(8, '\xFF'), "18446744073709551615", "18446744073709551615"},
      {"float", 0x0B, bytes({0, 0, 0xC0, 0x3F}), "1.5", "1.5"},
      {"double", 0x0C, bytes({0, 0, 0, 0, 0, 0, 0xF8, 0xBF}), "-1.5", "-1.5"},
      {"bool", 0x0D, bytes({1, 0, 0, 0}), "true", "true"},
      {"bool of odd value", 0x0D, bytes({0, 0, 1, 0}), "true", "true"},
      {"bool of one byte", 0x0D, bytes({0}), "false", "false"},
      {"binary", 0x0E, bytes({0xAB, 0x01}), "AB01", "\"AB01\""},
      {"GUID", 0x0F,
       bytes({0x25, 0x96, 0x84, 0x54, 0x78, 0x54, 0x94, 0x49, 0xA5, 0xBA, 0x3E, 0x3B, 3, 0x28, 0xC3, 0x0D}),
       "{54849625-5478-4994-A5BA-3E3B0328C30D}", "\"{54849625-5478-4994-A5BA-3E3B0328C30D}\""},
      {"size_t of 4 bytes", 0x10, bytes({0xE7, 3, 0, 0}), "0x3e7", "\"0x3e7\""},
      {"size_t of 8 bytes", 0x10, bytes({0xE7, 3, 0, 0, 1, 0, 0, 0}), "0x1000003e7", "\"0x1000003e7\""},
      {"FILETIME", 0x11, test_number<std::uint64_t>(0, kTime + 1).bytes, "2024-12-30T02:40:00.0000001Z",
       "\"2024-12-30T02:40:00.0000001Z\""},
      {"SYSTEMTIME", 0x12, system_time, "2024-12-30T10:40:05.007Z", "\"2024-12-30T10:40:05.007Z\""},
      {"SID", 0x13, sid, "S-1-5-32-544", "\"S-1-5-32-544\""},
      {"hex32", 0x14, bytes({0x10, 0, 0, 0x80}), "0x80000010", "\"0x80000010\""},
      {"hex64", 0x15, bytes({0xE7, 3, 0, 0, 0, 0, 0, 0}), "0x3e7", "\"0x3e7\""},
      {"array of uint16", 0x86, bytes({1, 0, 2, 0}), "1, 2", ""},
      {"array of strings", 0x81, test_utf16("a") + bytes({0, 0}) + test_utf16("b") + bytes({0, 0}), "a, b", ""},
      {"too few bytes for its type", 0x0F, bytes({1, 2}), "0102", "\"0102\""},
  };
  for (const TypeCase& c : cases) {
    const Decoded d = one_event([&](TestXml& t) { t.open("EventData").close_start().data("V", 10, c.type).end(); },
                                {{c.type, c.bytes}});
    ASSERT_THAT(d.events, SizeIs(1)) << c.name;
    EXPECT_TRUE(d.damages.empty()) << c.name;
    EXPECT_THAT(d.events[0], ElementsAre(std::pair("V", c.text))) << c.name;
    if (!c.json.empty()) {
      EXPECT_THAT(d.json[0], HasSubstr("\"EventData\":{\"V\":" + c.json + "}")) << c.name;
    }
  }
}

TEST(EvtxDecoder, NullIsANullValueAndAnOptionalOneTakesItsElementAway) {
  const Decoded d = one_event(
      [](TestXml& t) {
        t.open("EventData").close_start().data("A", 10, 1).data("B", 11, 1, true);
        t.open("C", true).attribute("x").slot(10, 1, true).close_empty().end();
      },
      {test_null(), test_null()});
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("A", "(null)"), std::pair("B", "(null)"), std::pair("C_x", "(null)")));
  EXPECT_THAT(d.xml[0], HasSubstr("<EventData><Data Name='A'></Data><C/></EventData>"));
  EXPECT_THAT(d.json[0], HasSubstr(R"("EventData":{"A":"","C":null}})"));
}

TEST(EvtxDecoder, UnnamedDataKeepAnArrayAsOneValueOfSeveral) {
  const TestValue array{0x81, test_utf16("one") + std::string(2, '\0') + test_utf16("two") + std::string(2, '\0')};
  const Decoded d = one_event(
      [](TestXml& t) {
        t.open("EventData").close_start().slot_leaf("Data", 10, 0x81).slot_leaf("Binary", 11, 0x0E).end();
      },
      {array, {0x0E, "\x01"}});
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("Data", "one, two"), std::pair("Binary", "01")));
  EXPECT_THAT(d.json[0], HasSubstr(R"({"Data":{"#text":["one","two"]},"Binary":"01"})"));
  EXPECT_THAT(d.xml[0], HasSubstr("<Data>one</Data><Data>two</Data>"));
}

TEST(EvtxDecoder, SeveralUnnamedDataAndRepeatedNamesAreAllThere) {
  const Decoded d = one_event(
      [](TestXml& t) {
        t.open("EventData").close_start().slot_leaf("Data", 10, 1).slot_leaf("Data", 11, 1);
        t.data("N", 10, 1).data("N", 11, 1).end();
      },
      {test_text("x"), test_text("y")});
  EXPECT_THAT(d.events[0],
              ElementsAre(std::pair("Data", "x"), std::pair("Data", "y"), std::pair("N", "x"), std::pair("N", "y")));
  EXPECT_THAT(d.json[0], HasSubstr(R"({"Data":{"#text":["x","y"]},"N":"x","N_1":"y"})"));
}

TEST(EvtxDecoder, ANameMayItselfBeAValue) {
  const Decoded d = one_event(
      [](TestXml& t) {
        t.open("EventData").close_start();
        t.open("Data", true).attribute("Name").slot(10, 1).close_start().slot(11, 1).end().end();
      },
      {test_text("Key"), test_text("value")});
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("Key", "value")));
  EXPECT_THAT(d.json[0], HasSubstr(R"("EventData":{"Key":"value"})"));
}

TEST(EvtxDecoder, TextAroundSlotsReferencesAndCdataBecomeOneText) {
  const Decoded d = one_event(
      [](TestXml& t) {
        t.open("EventData").close_start();
        t.open("Data", true).attribute("Name").text("V").close_start();
        t.text("a").entity("lt").slot(10, 1).character('&').cdata("<c>").end();
        t.instruction("target", "text").end();
      },
      {test_text("b'")});
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("V", "a<b'&<c>")));
  EXPECT_THAT(d.xml[0], HasSubstr("<Data Name='V'>a&lt;b'&amp;<![CDATA[<c>]]></Data><?target text?>"));
  EXPECT_THAT(d.json[0], HasSubstr(R"("V":"a<b'&<c>")"));
}

TEST(EvtxDecoder, UserDataGivesItsLeavesAndAttributesByLocalName) {
  const Decoded d = one_event(
      [](TestXml& t) {
        t.open("UserData").close_start();
        t.open("p:Change", true).attribute("xmlns:p").text("urn:x").close_start();
        t.slot_leaf("p:Param1", 10, 1).open("Empty").close_empty();
        t.open("Url", true).attribute("scheme").text("http").close_start().slot(11, 1).end();
        t.end().end();
      },
      {test_text("one"), test_text("two")});
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("Param1", "one"), std::pair("Empty", ""),
                                       std::pair("Url_scheme", "http"), std::pair("Url", "two")));
}

TEST(EvtxDecoder, ProcessingErrorDataIsReadLikeUserData) {
  const Decoded d = one_event(
      [](TestXml& t) {
        t.open("ProcessingErrorData")
            .close_start()
            .slot_leaf("ErrorCode", 10, 8)
            .slot_leaf("EventPayload", 11, 0x0E)
            .end();
      },
      {test_number<std::uint32_t>(8, 15005), {0x0E, "\x0F"}});
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("ErrorCode", "15005"), std::pair("EventPayload", "0F")));
}

TEST(EvtxDecoder, LiteralEventIdQualifiersAndChannelAreFoundToo) {
  TestChunk chunk;
  TestXml xml(chunk.next_xml());
  xml.fragment().instance(
      kGuid,
      [](TestXml& t) {
        t.open("Event").close_start().open("System").close_start();
        t.open("EventID", true).attribute("Qualifiers").text("49152").close_start().text("6005").end();
        t.leaf("Channel", "System").leaf("Computer", "PC").leaf("EventRecordID", "99");
        t.open("TimeCreated", true).attribute("SystemTime").text("2024-12-30T02:40:00Z").close_empty();
        t.end().end();
      },
      {});
  chunk.record(5, kTime, xml.end_of_stream().bytes());
  const Decoded d = decode(test_file({chunk.bytes()}));
  ASSERT_THAT(d.raw, SizeIs(1));
  EXPECT_EQ(d.raw[0].event_id, 6005U);
  EXPECT_EQ(d.raw[0].record_id, 99U);
  EXPECT_EQ(d.raw[0].time, from_filetime(kTime));
  EXPECT_EQ(d.channels[0], "System");
  EXPECT_EQ(d.hosts[0], "PC");
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("Qualifiers", "49152")));
}

// ---- binary XML in values ----

/// An event whose `<Event>` has slot 10 for binary XML made by `fill` at its place.
template <class F>
Decoded with_nested(F&& fill) {
  const auto build = [&](std::size_t size, std::uint32_t at) {
    TestChunk chunk;
    TestXml inner(at);
    fill(inner);
    std::string bytes = inner.bytes();
    bytes.resize(std::max(size, bytes.size()));
    add_event(chunk, 7, kTime, kGuid, [](TestXml& t) { t.slot(10, 0x21); }, {{0x21, bytes}});
    return chunk.bytes();
  };
  // The value is the last one of the record: its place follows from the size of everything before it.
  TestXml probe(0);
  fill(probe);
  const std::string first = build(probe.bytes().size(), 0);
  const auto record_size = load_le<std::uint32_t>(as_bytes(first).data() + kChunkHeaderSize + record_at::kSize);
  std::uint32_t at = kChunkHeaderSize + record_size;
  const std::string needle = probe.bytes().substr(0, 4);
  at = static_cast<std::uint32_t>(first.rfind(needle, at));
  for (std::uint32_t guess = at; guess > kChunkHeaderSize; --guess)  // `needle` may occur twice in the value
    if (first.compare(guess, probe.bytes().size(), probe.bytes()) == 0) {
      at = guess;
      break;
    }
  return decode(test_file({build(probe.bytes().size(), at)}));
}

TEST(EvtxNested, ATemplateInAValueGivesItsFieldsInPlace) {
  const Decoded d = with_nested([](TestXml& t) {
    t.fragment().instance(kInnerGuid, [](TestXml& i) { i.open("EventData").close_start().data("Inner", 0, 1).end(); },
                          {test_text("deep")});
    t.end_of_stream();
  });
  ASSERT_THAT(d.events, SizeIs(1));
  EXPECT_TRUE(d.damages.empty()) << d.damages[0].detail;
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("Inner", "deep")));
  EXPECT_THAT(d.json[0], HasSubstr(R"("EventData":{"Inner":"deep"}}})"));
  EXPECT_THAT(d.xml[0], HasSubstr("</System><EventData><Data Name='Inner'>deep</Data></EventData></Event>"));
}

TEST(EvtxNested, ElementsWithoutATemplateAreReadAsWell) {
  const Decoded d = with_nested([](TestXml& t) {
    t.fragment().open("UserData").close_start().open("Info", true).attribute("ProcessName").text("a.exe").close_empty();
    t.leaf("Result", "0").leaf("Result", "1").end().end_of_stream();
  });
  ASSERT_THAT(d.events, SizeIs(1));
  EXPECT_TRUE(d.damages.empty());
  EXPECT_THAT(d.events[0],
              ElementsAre(std::pair("Info_ProcessName", "a.exe"), std::pair("Result", "0"), std::pair("Result", "1")));
  EXPECT_THAT(
      d.json[0],
      HasSubstr(R"("UserData":{"Info":{"#attributes":{"ProcessName":"a.exe"}},"Result":"0","Result_1":"1"}}})"));
}

TEST(EvtxNested, UnusualElementsWithoutATemplateTakeTheLongWay) {
  const Decoded d = with_nested([](TestXml& t) {
    t.fragment().open("EventData").close_start();
    t.open("Data", true).attribute("Name").text("Q").close_start().text("say ").entity("quot").text("hi").end();
    t.open("Data").close_start().cdata("x").end().end().end_of_stream();
  });
  ASSERT_THAT(d.events, SizeIs(1));
  EXPECT_TRUE(d.damages.empty());
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("Q", "say \"hi"), std::pair("Data", "x")));
  EXPECT_THAT(d.json[0], HasSubstr(R"("EventData":{"Q":"say \"hi","Data":{"#text":"x"}}})"));
}

TEST(EvtxNested, TwoInstancesInOneValueAreBothRead) {
  const Decoded d = with_nested([](TestXml& t) {
    t.instance(kInnerGuid, [](TestXml& i) { i.open("EventData").close_start().data("A", 0, 1).end(); },
               {test_text("1")});
    t.instance("ABCDEFGHIJKLMNOP",
               [](TestXml& i) {
                 i.open("RenderingInfo", true).attribute("Culture").text("ja-JP").close_start();
                 i.leaf("Level", "Information").slot_leaf("Message", 0, 1).end();
               },
               {test_text("said")});
  });
  ASSERT_THAT(d.events, SizeIs(1));
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("A", "1"), std::pair("RenderingInfo_Culture", "ja-JP"),
                                       std::pair("RenderingInfo_Level", "Information"), std::pair("Message", "said")));
}

TEST(EvtxNested, AWholeRecordWithoutATemplateIsAnEventLikeAnyOther) {
  TestChunk chunk;
  for (std::uint64_t id = 1; id <= 2; ++id) {
    TestXml xml(chunk.next_xml(), chunk.names());
    xml.fragment().open("Event", true).attribute("xmlns").text("urn:e").close_start();
    xml.open("System").close_start().open("Provider", true).attribute("Name").text("P").close_empty();
    xml.leaf("EventID", "4622")
        .open("TimeCreated", true)
        .attribute("SystemTime")
        .text("2024-12-30T02:40:00Z")
        .close_empty();
    xml.leaf("EventRecordID", std::to_string(id)).leaf("Channel", "Security").leaf("Computer", "DC1").end();
    xml.open("EventData").close_start();
    xml.open("Data", true).attribute("Name").text("Package").close_start().text("C:\\x.dll : y").end();
    xml.open("Data", true).attribute("Name").text("None").close_start().end().end().end().end_of_stream();
    chunk.record(100 + id, kTime, xml.bytes());
  }
  const Decoded d = decode(test_file({chunk.bytes()}));
  ASSERT_THAT(d.raw, SizeIs(2));
  EXPECT_TRUE(d.damages.empty());
  EXPECT_EQ(d.raw[1].record_id, 2U);
  EXPECT_EQ(d.raw[1].event_id, 4622U);
  EXPECT_EQ(d.raw[1].shape, d.raw[0].shape);
  EXPECT_EQ(d.channels[1], "Security");
  EXPECT_EQ(d.hosts[1], "DC1");
  EXPECT_THAT(d.events[1], ElementsAre(std::pair("Package", "C:\\x.dll : y"), std::pair("None", "")));
  EXPECT_EQ(event_data_of(d.json[1]), R"(EventData":{"Package":"C:\\x.dll : y","None":""}}})");
}

TEST(EvtxNested, NestingWithoutEndIsDamageAndNotACrash) {
  // A template that holds an instance of itself in its only value cannot be built; a long chain of values can.
  std::string inner = TestXml(0).fragment().leaf("X", "1").end_of_stream().bytes();
  for (int i = 0; i < 20; ++i) {
    TestXml shell(0);
    shell.fragment().instance(kInnerGuid, [](TestXml& t) { t.open("N").close_start().slot(0, 0x21).end(); },
                              {{0x21, inner}});
    inner = shell.bytes();
  }
  TestChunk chunk;
  add_event(chunk, 1, kTime, kGuid, [](TestXml& t) { t.slot(10, 0x21); }, {{0x21, inner}});
  EXPECT_FALSE(decode(test_file({chunk.bytes()})).damages.empty());
}

// ---- templates ----

TEST(EvtxTemplates, TheSameDefinitionInAnotherChunkGivesTheSameShape) {
  TestChunk first, second;
  second.record(1, kTime,
                TestXml(second.next_xml(), second.names()).fragment().leaf("Other", "x").end_of_stream().bytes());
  const auto body = [](TestXml& t) { t.open("EventData").close_start().data("Image", 10, 1).end(); };
  add_event(first, 1, kTime, kGuid, body, {test_text("a")});
  add_event(second, 2, kTime, kGuid, body, {test_text("b")});
  const Decoded d = decode(test_file({first.bytes(), second.bytes()}));
  ASSERT_THAT(d.raw, SizeIs(3));
  EXPECT_EQ(d.raw[0].shape, d.raw[2].shape);
  EXPECT_THAT(d.events[2], ElementsAre(std::pair("Image", "b")));
}

TEST(EvtxTemplates, AForgedGuidDoesNotBorrowAnotherTemplatesNames) {
  TestChunk honest, forged;
  add_event(honest, 1, kTime, kGuid, [](TestXml& t) { t.open("EventData").close_start().data("Good", 10, 1).end(); },
            {test_text("a")});
  add_event(forged, 2, kTime, kGuid, [](TestXml& t) { t.open("EventData").close_start().data("Evil", 10, 1).end(); },
            {test_text("b")});
  const Decoded d = decode(test_file({honest.bytes(), forged.bytes()}));
  ASSERT_THAT(d.events, SizeIs(2));
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("Good", "a")));
  EXPECT_THAT(d.events[1], ElementsAre(std::pair("Evil", "b")));
}

TEST(EvtxTemplates, ReferredNamesAreComparedByTheirText) {
  // Equal bytes but for where a name stands: there another name was put.
  TestChunk chunk;
  const auto body = [](TestXml& t) { t.open("EventData").close_start().slot_leaf("Alpha", 10, 1).end(); };
  add_event(chunk, 1, kTime, kGuid, body, {test_text("a")});
  add_event(chunk, 2, kTime, kGuid, body, {test_text("b")});  // refers to the name of the first
  std::string other = chunk.bytes();
  const std::string name = test_utf16("Alpha");
  other.replace(other.find(name), name.size(), test_utf16("Bravo"));
  reseal(other);
  const Decoded d = decode(test_file({chunk.bytes(), other}));
  ASSERT_THAT(d.events, SizeIs(4));
  EXPECT_THAT(d.events[1], ElementsAre(std::pair("Alpha", "b")));
  EXPECT_THAT(d.events[3], ElementsAre(std::pair("Bravo", "b")));
}

TEST(EvtxTemplates, ALostDefinitionLeavesTheValues) {
  TestChunk chunk;
  TestXml xml(chunk.next_xml());
  xml.fragment().instance_of(0xF000, kGuid, {test_text("found"), test_number<std::uint32_t>(8, 5)}).end_of_stream();
  chunk.record(42, kTime, xml.bytes());
  const Decoded d = decode(test_file({chunk.bytes()}));
  ASSERT_THAT(d.raw, SizeIs(1));
  EXPECT_EQ(d.raw[0].record_id, 42U);
  EXPECT_EQ(d.raw[0].time, from_filetime(kTime));
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("Data", "found"), std::pair("Data", "5")));
  ASSERT_THAT(d.damages, SizeIs(1));
  EXPECT_EQ(d.damages[0].kind, DamageKind::Record);
  EXPECT_EQ(d.damages[0].record, 42U);
  EXPECT_THAT(d.json[0], HasSubstr(R"("EventRecordID":42)"));
  EXPECT_THAT(d.json[0], HasSubstr(R"(["found",5])"));
}

// ---- damage ----

TEST(EvtxDamage, TooFewValuesAreNamedAndTheRestIsNull) {
  const Decoded d = one_event(
      [](TestXml& t) { t.open("EventData").close_start().data("A", 10, 1).data("B", 11, 1).end(); }, {test_text("a")});
  EXPECT_THAT(d.events[0], ElementsAre(std::pair("A", "a"), std::pair("B", "(null)")));
  ASSERT_THAT(d.damages, SizeIs(1));
  EXPECT_THAT(d.damages[0].detail, HasSubstr("wants 12 values, the record has 11"));
}

TEST(EvtxDamage, ChecksumsOfHeaderAndRecordsAreChecked) {
  std::string chunk = chunk_with(1, 3);
  chunk[600] = static_cast<char>(chunk[600] ^ 1);  // within the first definition's GUID or so: data checksum
  chunk[200] = 1;                                  // header
  const Decoded d = decode(test_file({chunk}));
  ASSERT_GE(d.damages.size(), 2U);
  EXPECT_EQ(d.damages[0].kind, DamageKind::ChunkHeader);
  EXPECT_EQ(d.damages[1].kind, DamageKind::ChunkData);
  EXPECT_EQ(d.damages[1].chunk, 0U);
  DecodeOptions lax;
  lax.verify_checksums = false;
  for (const Damage& damage : decode(test_file({chunk}), lax).damages) EXPECT_EQ(damage.kind, DamageKind::Record);
}

TEST(EvtxDamage, ABrokenRecordIsSteppedOver) {
  std::string chunk = chunk_with(1, 5);
  const std::size_t first_size = load_le<std::uint32_t>(as_bytes(chunk).data() + kChunkHeaderSize + record_at::kSize);
  std::memset(chunk.data() + kChunkHeaderSize + first_size, 0x55, 8);  // magic and size of the second
  reseal(chunk);
  const Decoded d = decode(test_file({chunk}));
  ASSERT_THAT(d.raw, SizeIs(4));
  EXPECT_EQ(d.raw[1].record_id, 3U);
  ASSERT_THAT(d.damages, SizeIs(1));
  EXPECT_EQ(d.damages[0].offset, 4096 + kChunkHeaderSize + first_size);
}

TEST(EvtxDamage, ADifferentSizeAtTheEndOfARecordIsNamed) {
  std::string chunk = chunk_with(1, 2);
  const std::size_t first_size = load_le<std::uint32_t>(as_bytes(chunk).data() + kChunkHeaderSize + record_at::kSize);
  chunk[kChunkHeaderSize + first_size - 4] ^= 8;
  reseal(chunk);
  const Decoded d = decode(test_file({chunk}));
  EXPECT_THAT(d.raw, SizeIs(2));
  ASSERT_THAT(d.damages, SizeIs(1));
  EXPECT_EQ(d.damages[0].record, 1U);
  EXPECT_THAT(d.damages[0].detail, HasSubstr("size at the end"));
}

TEST(EvtxDamage, ATruncatedFileGivesWhatIsThere) {
  const std::string file = test_file({chunk_with(1, 20), chunk_with(21, 20)});
  const Decoded d = decode(file.substr(0, kFileHeaderSize + kChunkSize + 2000));
  EXPECT_GT(d.raw.size(), 20U);
  EXPECT_LT(d.raw.size(), 40U);
  EXPECT_TRUE(std::any_of(d.damages.begin(), d.damages.end(), [](const Damage& damage) {
    return damage.kind == DamageKind::Truncated && damage.chunk == 1;
  }));
}

TEST(EvtxDamage, AChunkWithoutItsMagicIsNamedAndStillRead) {
  std::string chunk = chunk_with(1, 3);
  std::memset(chunk.data(), 0, 8);
  const Decoded d = decode(test_file({chunk}));
  EXPECT_THAT(d.raw, SizeIs(3));
  ASSERT_FALSE(d.damages.empty());
  EXPECT_EQ(d.damages[0].kind, DamageKind::ChunkHeader);
}

TEST(EvtxDamage, EmptyChunksAreNoDamage) {
  const Decoded d = decode(test_file({chunk_with(1, 3), std::string(kChunkSize, '\0')}));
  EXPECT_THAT(d.raw, SizeIs(3));
  EXPECT_TRUE(d.damages.empty());
}

TEST(EvtxDamage, RecordsBehindTheEndThatADirtyHeaderKnowsAreRead) {
  std::string chunk = chunk_with(1, 5);
  const std::size_t first_size = load_le<std::uint32_t>(as_bytes(chunk).data() + kChunkHeaderSize + record_at::kSize);
  const auto old_end = static_cast<std::uint32_t>(kChunkHeaderSize + first_size);
  std::memcpy(chunk.data() + chunk_at::kFreeSpace, &old_end, sizeof old_end);
  EXPECT_THAT(decode(test_file({chunk})).raw, SizeIs(5));
  reseal(chunk);  // now header and checksums agree that there is one record; the others are remains of earlier use
  EXPECT_THAT(decode(test_file({chunk})).raw, SizeIs(1));
}

TEST(EvtxDamage, AWrongFileHeaderChecksumIsNamed) {
  std::string file = test_file({chunk_with(1, 1)});
  file[24] = 9;
  const Decoded d = decode(file);
  EXPECT_THAT(d.raw, SizeIs(1));
  ASSERT_THAT(d.damages, SizeIs(1));
  EXPECT_EQ(d.damages[0].kind, DamageKind::FileHeader);
}

TEST(EvtxDamage, FlippedZeroedAndCutChunksNeverCrash) {
  const std::string intact = chunk_with(1, 40);
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string chunk = intact;
    const std::size_t used = 16000;
    for (int i = 0; i < 1 + round % 20; ++i) {
      const std::size_t at = random() % used;
      if (round % 3 == 0) chunk[at] = static_cast<char>(random());
      if (round % 3 == 1) chunk[at] = static_cast<char>(chunk[at] ^ (1 << random() % 8));
      if (round % 3 == 2) std::memset(chunk.data() + at, 0, std::min<std::size_t>(random() % 64, used - at));
    }
    std::string file = test_file({chunk});
    if (round % 5 == 0) file.resize(random() % file.size());
    const Decoded d = decode(file);
    EXPECT_LE(d.raw.size(), 3000U);
  }
}

// ---- runs and time ----

TEST(EvtxSequence, GapsInRecordNumbersSplitARun) {
  TestChunk chunk;
  for (const std::uint64_t id : {5, 6, 9, 10})
    add_event(chunk, id, kTime + id, kGuid, [](TestXml& t) { t.open("EventData").close_empty(); }, {});
  const Decoded d = decode(test_file({chunk.bytes()}));
  ASSERT_THAT(d.runs, SizeIs(2));
  EXPECT_EQ(d.runs[0].first_id, 5U);
  EXPECT_EQ(d.runs[0].last_id, 6U);
  EXPECT_EQ(d.runs[1].first_id, 9U);
  EXPECT_EQ(d.runs[1].last_id, 10U);
}

TEST(EvtxSequence, AClockThatWentBackIsReportedButNotTheUsualJitter) {
  TestChunk chunk;
  const std::uint64_t second = 10'000'000;
  std::uint64_t id = 1;
  for (const std::uint64_t time : {kTime, kTime - second, kTime + 100 * second, kTime + second})
    add_event(chunk, id++, time, kGuid, [](TestXml& t) { t.open("EventData").close_empty(); }, {});
  const Decoded d = decode(test_file({chunk.bytes()}));
  ASSERT_THAT(d.steps, SizeIs(1));
  EXPECT_EQ(d.steps[0].record_id, 4U);
  EXPECT_EQ(d.steps[0].before, from_filetime(kTime + 100 * second));
}

// ---- cutting and carving ----

TEST(EvtxSplitter, AnyWindowGivesTheSameEvents) {
  std::vector<std::string> chunks;
  for (std::uint64_t i = 0; i < 20; ++i) chunks.push_back(chunk_with(1 + 3 * i, 3));
  const std::string file = test_file(chunks);
  const Decoded whole = decode(file);
  ASSERT_THAT(whole.raw, SizeIs(60));
  EXPECT_TRUE(whole.damages.empty());
  for (const std::size_t window :
       {std::size_t{5000}, std::size_t{70'000}, std::size_t{200'000}, std::size_t{1'052'672}})
    EXPECT_EQ(decode(file, {}, window).json, whole.json) << window;
}

TEST(EvtxSplitter, ADumpOfChunksWithoutAFileHeaderIsRead) {
  const std::string bytes = chunk_with(1, 3) + chunk_with(4, 3);
  EXPECT_TRUE(looks_like_evtx(as_bytes(bytes)));
  const Decoded d = decode(bytes);
  EXPECT_THAT(d.raw, SizeIs(6));
  ASSERT_THAT(d.damages, SizeIs(1));
  EXPECT_EQ(d.damages[0].kind, DamageKind::FileHeader);
}

TEST(EvtxCarving, ChunksAreFoundAtAnyOffset) {
  const std::string image = std::string(12'345, 'x') + chunk_with(1, 3) + std::string(700'001, '\x2A') +
                            chunk_with(4, 3).substr(0, 20'000) + chunk_with(7, 3) + "ElfChnk";
  DecodeOptions options;
  options.carve = true;
  for (const std::size_t window : {std::size_t{30'000}, std::size_t{100'000}, SIZE_MAX}) {
    const Decoded d = decode(image, options, window);
    ASSERT_THAT(d.raw, SizeIs(9)) << window;
    EXPECT_EQ(d.raw[0].position, 12'345U + 512U);
    EXPECT_EQ(d.raw[8].record_id, 9U);
  }
}

TEST(EvtxCarving, AFileOfOtherThingsHasNoEventsAndNoDamage) {
  DecodeOptions options;
  options.carve = true;
  const Decoded d = decode(std::string(3'000'000, 'E'), options);
  EXPECT_TRUE(d.raw.empty());
  EXPECT_TRUE(d.damages.empty());
}

TEST(EvtxFormat, IsRecognisedByItsFirstBytes) {
  EXPECT_TRUE(looks_like_evtx(as_bytes(test_file({}))));
  EXPECT_FALSE(looks_like_evtx(as_bytes("ElfFil")));
  EXPECT_FALSE(looks_like_evtx(as_bytes("{\"Event\":1}")));
}

}  // namespace
}  // namespace yorozu::codec::evtx
