#include "codec/formats/formats.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace yorozu::codec {
namespace {

TEST(DetectFormat, TrickyHeads) {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, Format>> heads = {
      {"", Format::Text},
      {"ElfFile\0"s + std::string(100, '\0'), Format::Evtx},
      {"ElfChnk\0"s + std::string(100, '\0'), Format::Evtx},
      {std::string(4096, '\0') + "ElfChnk\0"s + std::string(600, '\0'), Format::Evtx},
      {"{\"a\":1}", Format::Json},
      {"\xEF\xBB\xBF\r\n [ {\"a\":1}", Format::Json},
      {utf16le_from_utf8("\xEF\xBB\xBF[\r\n {\r\n \"a\": 1"), Format::Json},
      {"{not json}", Format::Text},
      {"[2026-11-24 01:02:03] app", Format::Text},
      {"[Sun Dec 04 04:47:44 2005] [notice] x", Format::Text},
      {"<?xml version=\"1.0\"?>\n<Events>\n<Event xmlns='x'>", Format::Xml},
      {utf16le_from_utf8("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<Events><Event>"), Format::Xml},
      {"<html><body>", Format::Text},
      {"<34>Oct 11 22:14:15 mymachine su: x", Format::Text},
      {"#separator \\x09\n#fields\tts", Format::Text},
      {"\x7f"
       "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0"s,
       Format::Text},
      {"type=SYSCALL msg=audit(1604996384.965:93777): a=b", Format::Text},
      {"#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time\r\n", Format::W3c},
      {"# a comment\n#Fields are nice\n", Format::Text},
      {"time,host,user\n2026-11-24 01:02:03,h,u\n", Format::Csv},
      {"\xEF\xBB\xBF\"time\";\"host\"\n1;2\n3;4\n5;6\n", Format::Csv},
      {utf16le_from_utf8("\xEF\xBB\xBF"
                         "time\thost\tuser\r\n1\t2\t3\r\n"),
       Format::Csv},
      {"Dear all, hello\nhow are you, fine\n", Format::Text},
      {"Nov 24 01:02:03 h p: a, b\nNov 24 01:02:03 h p: a, b\n", Format::Text},
  };
  for (const auto& [head, expected] : heads) EXPECT_EQ(detect_format(as_bytes(head)), expected) << head;
}

TEST(DetectFormat, EveryFormatHasASplitterAndADecoder) {
  event::Schema schema;
  for (const Format format : {Format::Evtx, Format::Json, Format::Xml, Format::Text, Format::Csv, Format::W3c}) {
    EXPECT_NE(make_splitter(format, {}), nullptr);
    EXPECT_NE(make_decoder(format, schema, event::LogsourceMap::builtin(), {}), nullptr);
  }
}

}  // namespace
}  // namespace yorozu::codec
