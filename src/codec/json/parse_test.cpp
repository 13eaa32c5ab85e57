// Our reader held against simdjson: wherever simdjson accepts a document, ours must give the same.
#include "codec/json/parse.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "base/test_data.h"
#include "codec/json/simdjson_oracle.h"
#include "codec/json/structure.h"
#include "codec/json/values.h"

namespace yorozu::codec::json {
namespace {

struct Pairs {
  std::vector<std::string> text;
  explicit Pairs(const Collector& from) {
    for (std::size_t i = 0; i < from.nodes().size(); ++i)
      text.push_back(std::to_string(from.nodes()[i]) + "/" + std::to_string(static_cast<int>(from.values()[i].type)) +
                     "/" + std::string(as_text(from.values()[i].bytes())));
  }
};

class Both {
 public:
  /// True when simdjson takes it.
  bool agree(std::string_view document) {
    Collector collector(tree_);
    std::string padded;
    if (!oracle::parse(document, padded, collector)) return false;
    const Pairs expected(collector);
    const Parsed parsed = parse(document, collector);
    EXPECT_EQ(parsed.problem, nullptr) << document << parsed.problem;
    EXPECT_EQ(parsed.end, document.size()) << document;
    EXPECT_EQ(Pairs(collector).text, expected.text) << document;
    return true;
  }
  /// True when ours takes it without a word.
  bool accepted(std::string_view document) {
    Collector collector(tree_);
    const Parsed parsed = parse(document, collector);
    return parsed.problem == nullptr && parsed.end == document.size() && !parsed.has_control_characters;
  }

 private:
  KeyTree tree_;
};

TEST(JsonReaders, AgreeOnWellFormedDocuments) {
  Both both;
  for (
      const std::string_view document :
      {R"({})", R"({"a":[]})", R"({"a":{"b":[1,-2.5e+3,"x\"y",true,false,null,{"c":{}}]},"a":2})",
       R"( {"a" : "b" , "c" : [ 1 , 2 ] } )",
       R"({"\u0061\n":"\\","long key of more than thirty-two characters, twice":"and a value of more than thirty-two characters"})",
       R"({"requestParameters":{"a":[{"b":"}]"}]}})"}) {
    const std::string trimmed(document.substr(document.find('{'), document.rfind('}') - document.find('{') + 1));
    EXPECT_TRUE(both.agree(trimmed)) << document;
  }
}

TEST(JsonReaders, NeitherTakesWhatIsNotJson) {
  Both both;
  for (const std::string_view document :
       {R"({"a":01})", R"({"a":nul})", R"({"a":1,})", R"({"a" 1})", R"({"a":1} x)", R"({"a":"x)", R"({"a":1}{"b":2})",
        R"({"a":[1 2]})", R"({"a":-})", R"({"a":truex})", "{\"a\":\"\t\"}"}) {
    EXPECT_FALSE(both.agree(document)) << document;
    EXPECT_FALSE(both.accepted(document)) << document;
  }
}

TEST(JsonReaders, AgreeOnMutatedRealEvents) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  Both both;
  std::size_t accepted = 0, tried = 0;
  std::uint64_t random = 1;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*data / "otrf-security-datasets")) {
    if (entry.path().extension() != ".json") continue;
    const std::string text = *read_file(entry.path());
    for (std::size_t at = 0, n = 0; at < text.size() && n < 40; ++n) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string line = text.substr(at, end - at);
      at = end + 1;
      while (!line.empty() && line.back() != '}') line.pop_back();
      if (!line.starts_with('{')) continue;
      EXPECT_TRUE(both.agree(line)) << entry.path();
      for (int i = 0; i < 8; ++i, ++tried) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        std::string broken = line;
        broken[(random >> 20) % broken.size()] = "\"\\{}[]:, 0x\n"[(random >> 50) % 12];
        accepted += both.agree(broken) ? 1 : 0;
      }
    }
  }
  EXPECT_GT(accepted, tried / 4);
  EXPECT_LT(accepted, tried);
}

TEST(JsonStructure, BoundariesAreFoundInEveryLayout) {
  EXPECT_EQ(after_last_document("{\"a\":1}\n{\"b\":", true), 8U);
  EXPECT_EQ(after_last_document("{\"a\":\"}\\n{\"}\n", true), 12U);
  EXPECT_EQ(after_last_document("[{\"a\":1},{\"b\":2},{\"c\"", true), 16U);
  EXPECT_EQ(after_last_document("{\"Records\":[{\"a\":1},{\"b\"", true), 19U);
  EXPECT_EQ(after_last_document("{\n \"a\": {\n }\n", true), 0U);
  EXPECT_EQ(after_last_document("", true), 0U);
  EXPECT_EQ(wrapper_length("{ \"Records\" : [ {"), 15U);
  EXPECT_EQ(wrapper_length("{\"Records\":[1"), 0U);
  EXPECT_EQ(wrapper_length("{\"other\":[{"), 0U);
}

TEST(JsonValues, TimesInEveryForm) {
  const auto time = [](std::string_view text, event::ValueType type) {
    const auto read = time_of(view(text, type));
    return read ? format_rfc3339(*read) : "";
  };
  EXPECT_EQ(time("1588205199.82437", event::ValueType::JsonNumber), "2020-04-30T00:06:39.824370Z");
  EXPECT_EQ(time("1763946123000", event::ValueType::JsonNumber), "2025-11-24T01:02:03.000000Z");
  EXPECT_EQ(time("1763946123000001", event::ValueType::JsonNumber), "2025-11-24T01:02:03.000001Z");
  EXPECT_EQ(time("1763946123000001000", event::ValueType::JsonNumber), "2025-11-24T01:02:03.000001Z");
  EXPECT_EQ(time("/Date(1583506012281)/", event::ValueType::Utf8), "2020-03-06T14:46:52.281000Z");
  EXPECT_EQ(time("\\/Date(1583506012281)\\/", event::ValueType::JsonEscaped), "2020-03-06T14:46:52.281000Z");
  EXPECT_EQ(time("7", event::ValueType::JsonNumber), "");
  EXPECT_EQ(time("true", event::ValueType::JsonBool), "");
}

}  // namespace
}  // namespace yorozu::codec::json
