// Whole records against what evtx_dump wrote for them: the expected records of the evtx crate's own tests, and the JSON
// beside the samples of SigmaHQ's regression tests. Compared after bringing both to one form: GUIDs without braces and
// in capitals, times to the microsecond, members that are null left out (older versions wrote `"Binary": null`), blanks
// at the end of texts dropped (the files beside the regression samples have lost them).
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <regex>
#include <sstream>

#include "base/test_data.h"
#include "codec/evtx/render.h"
#include "codec/evtx/test_reading.h"
#include "event/event.h"

namespace yorozu::codec::evtx {
namespace {

using nlohmann::json;

std::string canonical_text(std::string text) {
  static const std::regex guid(R"(\{?([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?)");
  static const std::regex time(R"((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})\d*Z)");
  std::smatch match;
  if (std::regex_match(text, match, guid)) {
    text = match[1];
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  } else if (std::regex_match(text, match, time)) {
    text = std::string(match[1]) + "Z";
  }
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

json canonical(const json& value) {
  if (value.is_object()) {
    json out = json::object();
    for (const auto& [key, member] : value.items())
      if (json made = canonical(member); !made.is_null()) out[key] = std::move(made);
    return out.empty() ? json() : out;
  }
  if (value.is_array()) {
    json out = json::array();
    for (const json& element : value) out.push_back(canonical(element));
    return out;
  }
  return value.is_string() ? json(canonical_text(value.get<std::string>())) : value;
}

std::string canonical_xml(const pugi::xml_node& node) {
  std::string out = std::string("<") + node.name();
  for (const auto& attribute : node.attributes())
    out += std::string(" ") + attribute.name() + "=" + canonical_text(attribute.value());
  out += ">";
  bool has_elements = false;
  for (const auto& child : node.children()) has_elements = has_elements || child.type() == pugi::node_element;
  std::string text;
  for (const auto& child : node.children()) {
    if (child.type() == pugi::node_element) {
      // <Binary></Binary> of a null value is left out nowadays, an empty <Data> is not.
      if (std::string_view(child.name()) == "Binary" && child.first_child().empty()) continue;
      out += canonical_xml(child);
    } else if (!has_elements) {
      text += child.value();
    }
  }
  if (text.find_first_not_of(" \n\r\t") == std::string::npos) text.clear();
  return out + canonical_text(text) + "</>";
}

/// JSON or XML of each record of a file, by EventRecordID.
std::vector<std::pair<std::uint64_t, std::string>> rendered(const std::filesystem::path& path, bool as_json) {
  const std::string bytes = load(path);
  event::Schema schema;
  const auto decoder = make_decoder(schema, event::LogsourceMap::builtin(), {});
  Renderer renderer({});
  std::vector<std::pair<std::uint64_t, std::string>> out;
  for_each_unit(as_bytes(bytes), {}, [&](const Unit& unit) {
    event::EventBatch batch;
    UnitReport report;
    decoder->decode(unit, batch, report);
    renderer.begin_unit(unit);
    for (const event::Event& event : batch.events) {
      Buffer text;
      EXPECT_TRUE(as_json ? renderer.append_json(event, text) : renderer.append_xml(event, text));
      out.emplace_back(event.record_id, text.view());
    }
  });
  return out;
}

TEST(EvtxExpected, RecordsOfTheCratesOwnTestsAreEqual) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  std::ifstream index(*data / "evtx_rs_expected_records" / "index.tsv");
  std::string line;
  std::getline(index, line);
  int compared = 0;
  while (std::getline(index, line)) {
    std::istringstream columns(line);
    std::string file, sample, id, format;
    std::getline(columns, file, '\t');
    std::getline(columns, sample, '\t');
    std::getline(columns, id, '\t');
    std::getline(columns, format, '\t');
    if (format.find("apart") != std::string::npos) continue;  // evtx_dump's other JSON, which we do not write
    const bool as_json = format == "json";
    const auto records = rendered(*data / sample, as_json);
    const auto found = std::find_if(records.begin(), records.end(), [&](const auto& record) {
      return id == "first" || std::to_string(record.first) == id;
    });
    ASSERT_NE(found, records.end()) << file;
    const std::string expected = load(*data / "evtx_rs_expected_records" / file);
    if (as_json) {
      EXPECT_EQ(canonical(json::parse(found->second)), canonical(json::parse(expected))) << file;
    } else {
      pugi::xml_document ours, theirs;
      ASSERT_TRUE(ours.load_string(found->second.c_str(), pugi::parse_default | pugi::parse_ws_pcdata_single));
      ASSERT_TRUE(theirs.load_string(expected.c_str(), pugi::parse_default | pugi::parse_ws_pcdata_single));
      EXPECT_EQ(canonical_xml(ours.document_element()), canonical_xml(theirs.document_element())) << file;
    }
    ++compared;
  }
  EXPECT_EQ(compared, 10);
}

TEST(EvtxExpected, JsonBesideTheRegressionSamplesIsEqual) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  int compared = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*data / "sigma" / "regression_data")) {
    if (entry.path().extension() != ".json") continue;
    std::filesystem::path sample = entry.path();
    sample.replace_extension(".evtx");
    if (!std::filesystem::exists(sample)) continue;
    const json expected = json::parse(load(entry.path()), nullptr, false);
    if (expected.is_discarded() || !expected.contains("Event")) continue;
    const json wanted = canonical(expected);
    const auto records = rendered(sample, true);
    // The file beside the JSON may hold more records: the one with the same number counts.
    const auto id = expected["Event"]["System"]["EventRecordID"].get<std::uint64_t>();
    const auto found =
        std::find_if(records.begin(), records.end(), [&](const auto& record) { return record.first == id; });
    ASSERT_NE(found, records.end()) << entry.path();
    EXPECT_EQ(json::diff(wanted, canonical(json::parse(found->second))), json::array()) << entry.path().filename();
    ++compared;
  }
  EXPECT_GT(compared, 50);
}

}  // namespace
}  // namespace yorozu::codec::evtx
