#include "hunt/record_text.h"

#include <gtest/gtest.h>

namespace yorozu::hunt {
namespace {

std::string compact(std::string_view json) {
  Buffer out;
  append_compact_json(json, out);
  return std::string(out.view());
}
std::string one_line(std::string_view xml) {
  Buffer out;
  append_one_line_xml(xml, out);
  return std::string(out.view());
}

TEST(RecordText, CompactJsonKeepsEveryTokenAndTheInsideOfStrings) {
  EXPECT_EQ(compact("{ \"a b\" : [ 1.50 ,\r\n\t\"x \\\" y\" ] }"), R"({"a b":[1.50,"x \" y"]})");
  EXPECT_EQ(compact("\"torn \\"), "\"torn \\");
}

TEST(RecordText, XmlOnOneLineKeepsLineBreaksOfTextAsReferences) {
  EXPECT_EQ(one_line("<a>\n  <b x='1'\n y='2'>one\r\ntwo</b>\n</a>"), "<a><b x='1'  y='2'>one&#13;&#10;two</b></a>");
  EXPECT_EQ(one_line("<a> </a>"), "<a> </a>");
}

class FieldsText : public testing::Test {
 protected:
  FieldsText() {
    for (const auto& [name, text] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"EventID", "4625"}, {"Computer", "PC1"}, {"Message", "a <b>\nc"}}) {
      names_.push_back(schema_.names.intern(name));
      batch_.values.push_back(event::utf8_value(text));
    }
    event_.shape = event::shape_for(names_, schema_, batch_);
    event_.line = 3;
  }
  std::string text(RecordFormat format) {
    RecordText records(schema_, {});
    InputFile file;
    file.format = codec::Format::Text;
    Buffer out;
    records.append(format, file, {}, event_, batch_, out);
    return std::string(out.view());
  }
  std::vector<event::NameId> names_;
  event::Schema schema_;
  event::EventBatch batch_;
  event::Event event_;
};

TEST_F(FieldsText, LineBecomesAnObjectWithItsNumber) {
  EXPECT_EQ(text(RecordFormat::Json), R"({"line":3,"EventID":"4625","Computer":"PC1","Message":"a <b>\nc"})");
}

TEST_F(FieldsText, WindowsEventFromElsewhereGetsTheKnownShape) {
  event_.channel = schema_.names.intern("Security");
  EXPECT_EQ(text(RecordFormat::Json),
            R"({"Event":{"System":{"EventID":"4625","Computer":"PC1"},"EventData":{"Message":"a <b>\nc"}}})");
}

TEST_F(FieldsText, XmlIsEscapedAndOnOneLine) {
  EXPECT_EQ(text(RecordFormat::Xml),
            "<Event><System><Data Name='EventID'>4625</Data><Data Name='Computer'>PC1</Data></System>"
            "<EventData><Data Name='Message'>a &lt;b&gt;&#10;c</Data></EventData></Event>");
}

}  // namespace
}  // namespace yorozu::hunt
