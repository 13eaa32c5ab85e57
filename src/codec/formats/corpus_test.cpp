// Real files of many exporters: each must be read without damage and as what it is.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/file.h"
#include "base/test_data.h"
#include "codec/formats/formats.h"
#include "codec/test_events.h"
#include "codec/text/text_lines.h"

namespace yorozu::codec {
namespace {

namespace fs = std::filesystem;

struct FileReading {
  Format format;
  testing::Reading reading;
};

FileReading read_path(const fs::path& path) {
  event::Schema schema;
  const std::string bytes = *read_file(path);
  const ByteView head = as_bytes(bytes).first(std::min<std::size_t>(bytes.size(), 65536));
  const Format format = detect_format(head);
  const DecodeOptions options{.charset = detect_charset(head)};
  const auto splitter = make_splitter(format, options);
  const auto decoder = make_decoder(format, schema, event::LogsourceMap::builtin(), options);
  const Timestamp written = *parse_time("2026-11-24T00:00:00Z");
  return {format, testing::read_all(*splitter, *decoder, schema,
                                    {.bytes = bytes,
                                     .charset = options.charset,
                                     .header = text::find_header(bytes),
                                     .written = written,
                                     .window = std::size_t{256} << 10})};
}

TEST(Corpus, SecurityDatasetsAreReadAsWhatTheyAre) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  std::size_t files = 0, windows = 0, zeek = 0;
  for (const auto& entry : fs::recursive_directory_iterator(*data / "otrf-security-datasets")) {
    if (!entry.is_regular_file()) continue;
    const std::string path = entry.path().string();
    const FileReading file = read_path(entry.path());
    ++files;
    EXPECT_FALSE(file.reading.events.empty()) << path;
    EXPECT_TRUE(file.reading.damages.empty())
        << path << ": " << file.reading.damages.size() << " " << file.reading.damages[0].detail;
    for (const testing::ReadEvent& event : file.reading.events) {
      if (path.contains("/windows/") || path.contains("WindowsEvents")) {
        ++windows;
        ASSERT_EQ(source_of(event), "windows//") << path << event.raw;
        ASSERT_NE(event.event_id, event::kNoEventId) << path << event.raw;
        ASSERT_NE(event.channel, "") << path << event.raw;
        ASSERT_NE(event.time, "") << path << event.raw;
        ASSERT_NE(event.host, "") << path << event.raw;
      } else if (path.contains("zeek")) {
        ++zeek;
        ASSERT_TRUE(source_of(event).starts_with("zeek/")) << path << source_of(event) << event.raw;
        ASSERT_TRUE(event.time != "" || path.contains("loaded_scripts")) << path << event.raw;
      } else if (path.contains("/linux/")) {
        ASSERT_EQ(source_of(event), "linux//auditd") << path << event.raw;
        ASSERT_NE(event.time, "") << path << event.raw;
      } else if (path.ends_with(".json") && path.contains("/aws/")) {
        ASSERT_EQ(source_of(event), "aws//cloudtrail") << path << event.raw;
      } else if (path.contains("OfficeActivity")) {
        ASSERT_EQ(source_of(event), "m365//audit") << path << event.raw;
      } else if (path.contains("Log4Shell")) {
        ASSERT_EQ(event.channel, "Linux-Sysmon/Operational") << path << event.raw;
        ASSERT_NE(event["ProcessGuid"], "(none)") << event.raw;
      }
    }
  }
  EXPECT_GE(files, 100U);
  EXPECT_GT(windows, 1000U);
  EXPECT_GT(zeek, 1000U);
}

TEST(Corpus, LinesOfServersGetTimesProgramsAndAddresses) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  const FileReading ssh = read_path(*data / "loghub" / "OpenSSH" / "OpenSSH_2k.log");
  ASSERT_EQ(ssh.reading.events.size(), 2000U);
  std::map<std::string, std::size_t> with;
  for (const testing::ReadEvent& event : ssh.reading.events) {
    EXPECT_EQ(source_of(event), "linux//sshd") << event.raw;
    EXPECT_NE(event.time, "") << event.raw;
    if (event.raw.contains("Failed password") && !event.raw.contains("user  from")) {  // one has an empty name
      ++with["failed"];
      with["address"] += event["source_ip"] != "(none)" && event["user"] != "(none)" && event["port"] != "(none)";
    }
  }
  EXPECT_GT(with["failed"], 100U);
  EXPECT_EQ(with["address"], with["failed"]);
  for (const char* set : {"Linux", "Apache"}) {
    const FileReading file = read_path(*data / "loghub" / set / (std::string(set) + "_2k.log"));
    ASSERT_EQ(file.reading.events.size(), 2000U) << set;
    for (const testing::ReadEvent& event : file.reading.events) EXPECT_NE(event.time, "") << event.raw;
  }
}

}  // namespace
}  // namespace yorozu::codec
