#include "event/event_json.h"

#include <gtest/gtest.h>

namespace yorozu::event {
namespace {

class EventJson : public testing::Test {
 protected:
  void add(std::string_view name, Value value) {
    names_.push_back(schema_.names.intern(name));
    batch_.values.push_back(value);
  }
  std::string json(std::initializer_list<std::uint16_t> only = {}) {
    Event e;
    e.shape = shape_for(names_, schema_, batch_);
    std::string out;
    append_fields(e, batch_, schema_.names, out, std::vector<std::uint16_t>(only));
    return out;
  }

 private:
  std::vector<NameId> names_;
  Schema schema_;
  EventBatch batch_;
};

Value of(ValueType type, std::string_view bytes, bool is_array = false) {
  Value v = utf8_value(bytes);
  v.type = type;
  v.is_array = is_array;
  return v;
}

TEST_F(EventJson, TextIsEscapedAndNumbersAreNumbers) {
  add("Image", utf8_value("C:\\a\"b"));
  add("EventID", of(ValueType::UInt16, std::string_view("\x10\x12", 2)));
  add("n", of(ValueType::JsonNumber, "1.50"));
  add("b", of(ValueType::JsonBool, "false"));
  EXPECT_EQ(json(), R"({"Image":"C:\\a\"b","EventID":4624,"n":1.50,"b":false})");
}

TEST_F(EventJson, RepeatedNamesBecomeOneArrayAndNullsAreLeftOut) {
  add("Data", utf8_value("a"));
  add("x", Value{});
  add("Data", utf8_value("b"));
  EXPECT_EQ(json(), R"({"Data":["a","b"]})");
}

TEST_F(EventJson, ArrayValuesAreArrays) {
  add("list", of(ValueType::UInt16, std::string_view("\x01\x00\x02\x00", 4), true));
  EXPECT_EQ(json(), R"({"list":[1,2]})");
}

TEST_F(EventJson, NumbersThatReadersWouldRoundAreText) {
  add("big", of(ValueType::UInt64, std::string_view("\xff\xff\xff\xff\xff\xff\xff\x7f", 8)));
  EXPECT_EQ(json(), R"({"big":"9223372036854775807"})");
}

TEST_F(EventJson, OnlyTheAskedPositionsArePrinted) {
  add("a", utf8_value("1"));
  add("b", utf8_value("2"));
  EXPECT_EQ(json({1}), R"({"b":"2"})");
}

}  // namespace
}  // namespace yorozu::event
