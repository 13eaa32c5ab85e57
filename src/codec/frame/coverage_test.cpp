// How much of what other projects expect from lines of logs is in our events. docs/codecs.md says how it is counted.
// YOROZU_COVERAGE=1 prints what is missing.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/test_data.h"
#include "codec/frame/frame_decoder.h"
#include "codec/test_events.h"

namespace yorozu::codec {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bool is_verbose() {
  return std::getenv("YOROZU_COVERAGE") != nullptr;
}

std::vector<std::string> lines_of(const fs::path& path) {
  const std::string text = *read_file(path);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t feed = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, feed - at);
    while (line.ends_with('\r')) line.pop_back();
    if (line.find_first_not_of(" \t") != std::string::npos) lines.push_back(std::move(line));
    at = feed + 1;
  }
  return lines;
}

class LineDecoding {
 public:
  struct Decoded {
    Understood understood;
    testing::ReadEvent event;
  };
  Decoded decode(std::string_view line) {
    batch_.clear();
    const Understood understood =
        decoder_->decode({.raw = line, .kind = FrameKind::Line, .received = kReceived, .stream = {}}, batch_);
    return {understood, testing::read_event(batch_, batch_.events[0], schema_)};
  }

 private:
  static constexpr Timestamp kReceived{1'795'000'000'000'000};
  event::Schema schema_;
  event::EventBatch batch_;
  std::unique_ptr<FrameDecoder> decoder_ = make_frame_decoder(schema_, event::LogsourceMap::builtin());
};

/// What that project's parsers make up or work out of other fields.
bool is_made_up(std::string_view key) {
  static const std::set<std::string_view> kKeys = {
      "log_type",        "service",    "program",         "log_subtype",      "sub_type",
      "sub_log_type",    "log_format", "http_args_len",   "static_ressource", "impact_completion",
      "file_dir",        "file_frag",  "file_name",       "file_ext",         "datasource_type",
      "datasource_path", "logsource",  "is_failed_login", "syslog_version"};
  return kKeys.contains(key);
}

bool is_time(std::string_view key) {
  if (key.contains("processing_time") || key.starts_with("time_") || key.contains("request_time"))
    return key == "time_local" || key == "time_stamp";
  for (const std::string_view part : {"time", "date", "hour", "minute", "second", "month", "year", "day", "tz_"})
    if (key.contains(part)) return true;
  return key == "t" || key == "ts" || key == "zone";
}

/// Without blanks, quotes, brackets and separators around it.
std::string trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \"'<>[](),;";
  while (!text.empty() && kAround.contains(text.front())) text.remove_prefix(1);
  while (!text.empty() && kAround.contains(text.back())) text.remove_suffix(1);
  return std::string(text);
}

void flatten(const std::string& name, const json& value, std::vector<std::pair<std::string, std::string>>& out) {
  if (value.is_object())
    for (const auto& [key, inner] : value.items()) flatten(key, inner, out);
  else if (value.is_array())
    for (const json& inner : value) flatten(name, inner, out);
  else if (!value.is_null())
    out.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
}

struct Tally {
  std::size_t expected = 0, found = 0;
};

/// Each value that the other project expects of a line and that stands in the line, once a line.
void compare(const std::string& line, const LineDecoding::Decoded& decoded,
             const std::set<std::pair<std::string, std::string>>& wanted, Tally& tally, const std::string& where) {
  std::set<std::string> ours{trimmed(line)};
  for (const auto& [name, text] : decoded.event.fields) {
    ours.insert(trimmed(text));
    if (text.starts_with("HTTP/")) ours.insert(text.substr(5));
  }
  std::set<std::string> counted;
  for (const auto& [key, text] : wanted) {
    const std::string value = trimmed(text);
    if (value.empty() || value == "-" || is_made_up(key)) continue;
    if (is_time(key)) {
      if (!counted.insert("the time").second) continue;
      ++tally.expected;
      const bool is_there = !decoded.event.time.empty() || ours.contains(value);
      tally.found += is_there;
      if (!is_there && is_verbose()) std::printf("  %s: no time: %s\n", where.c_str(), line.c_str());
      continue;
    }
    if (!line.contains(value) && !ours.contains(value)) continue;
    if (!counted.insert(value).second) continue;
    ++tally.expected;
    const bool is_there = ours.contains(value);
    tally.found += is_there;
    if (!is_there && is_verbose())
      std::printf("  %s: %s = %s: %s\n", where.c_str(), key.c_str(), value.c_str(), line.substr(0, 300).c_str());
  }
}

TEST(Coverage, MostOfWhatCrowdsecExpectsOfItsSamplesIsInOurEvents) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  LineDecoding decoding;
  Tally total;
  for (const auto& folder : fs::directory_iterator(*data / "parsers" / "crowdsec-hub")) {
    if (!folder.is_directory()) continue;
    const json expected = json::parse(*read_file(folder.path() / "expected.json"));
    std::vector<std::string> lines;
    for (const auto& file : fs::directory_iterator(folder.path()))
      if (file.path().filename() != "expected.json") lines = lines_of(file.path());
    std::vector<std::set<std::pair<std::string, std::string>>> wanted(lines.size());
    for (const auto& [stage, parsers] : expected["stages"].items())
      for (const auto& [parser, events] : parsers.items())
        for (std::size_t i = 0; i < events.size(); ++i) {
          const json& event = events[i];
          if (!event.value("Success", false)) continue;
          std::size_t line = i;
          const std::string message = trimmed(event.contains("Parsed") ? event["Parsed"].value("message", "") : "");
          if (message.empty() ? events.size() != lines.size() : i >= lines.size() || !lines[i].contains(message)) {
            line = 0;
            while (line < lines.size() && (message.empty() || !lines[line].contains(message))) ++line;
            if (line == lines.size()) continue;
          }
          std::vector<std::pair<std::string, std::string>> values;
          for (const char* part : {"Parsed", "Meta", "Unmarshaled"})
            if (event.contains(part)) flatten("", event[part], values);
          wanted[line].insert(values.begin(), values.end());
        }
    Tally tally;
    const std::string name = folder.path().filename();
    for (std::size_t i = 0; i < lines.size(); ++i) compare(lines[i], decoding.decode(lines[i]), wanted[i], tally, name);
    if (is_verbose() && tally.found < tally.expected)
      std::printf("%s: %zu of %zu\n", name.c_str(), tally.found, tally.expected);
    total.expected += tally.expected;
    total.found += tally.found;
  }
  std::printf("crowdsec-hub: %zu of %zu expected values, %.2f %%\n", total.found, total.expected,
              100.0 * static_cast<double>(total.found) / static_cast<double>(total.expected));
  EXPECT_GE(total.found * 100, total.expected * 95);
}

TEST(Coverage, NearlyAllLinesOfLoghubGiveMoreThanTheirEnvelope) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  LineDecoding decoding;
  std::size_t lines = 0, understood = 0;
  for (const auto& folder : fs::directory_iterator(*data / "loghub")) {
    if (!folder.is_directory()) continue;
    const std::string name = folder.path().filename();
    std::size_t of_set = 0, all = 0;
    for (const std::string& line : lines_of(folder.path() / (name + "_2k.log"))) {
      const auto decoded = decoding.decode(line);
      ++all;
      of_set += decoded.understood == Understood::Fields;
      if (decoded.understood != Understood::Fields && is_verbose())
        std::printf("  %s: %s\n", name.c_str(), line.substr(0, 200).c_str());
    }
    std::printf("loghub %s: %zu of %zu\n", name.c_str(), of_set, all);
    lines += all;
    understood += of_set;
  }
  EXPECT_GE(understood * 100, lines * 99);
}

}  // namespace
}  // namespace yorozu::codec
