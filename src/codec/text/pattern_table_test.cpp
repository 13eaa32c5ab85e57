#include "codec/text/pattern_table.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "codec/test_events.h"
#include "codec/text/line_reader.h"

namespace yorozu::codec::text {
namespace {

const Timestamp kWritten = *parse_time("2026-12-01T00:00:00Z");

std::string error(std::string_view yaml) {
  const PatternTable::Source file{"x.yml", yaml};
  const auto table = PatternTable::parse(std::span(&file, 1));
  return table ? "" : table.error().message;
}

TEST(PatternTable, TheEmbeddedFilesAreUnderstood) {
  std::vector<std::string> texts, names;
  for (const auto& file : std::filesystem::directory_iterator(YOROZU_MODULE_DIR "/data")) {
    names.push_back(file.path().filename());
    texts.push_back(*read_file(file.path()));
  }
  std::vector<PatternTable::Source> files;
  for (std::size_t i = 0; i < names.size(); ++i) files.push_back({names[i], texts[i]});
  const auto table = PatternTable::parse(files);
  if (!table) FAIL() << table.error().message;
}

TEST(PatternTable, EveryPatternReadsItsSample) {
  event::Schema schema;
  const PatternTable& table = PatternTable::builtin();
  const event::LogsourceMap& logsources = event::LogsourceMap::builtin();
  LineReader reader(schema.names, logsources, table);
  ShapeMemo shapes;
  std::size_t patterns = 0;
  for (const PatternList& list : table.lists())
    for (const DeclaredPattern& pattern : list.patterns) {
      ++patterns;
      event::EventBatch batch;
      LineRecord record;
      const std::string where = "pattern at line " + std::to_string(pattern.line) + " of its file: " + pattern.sample;
      const Understood understood =
          list.programs.empty() ? reader.read(pattern.sample, kWritten, batch.arena, record)
                                : reader.read_message(list.programs[0], pattern.sample, kWritten, batch.arena, record);
      EXPECT_EQ(understood, Understood::Fields) << where;
      append_event(record, {.raw = pattern.sample}, shapes, schema, batch);
      const testing::ReadEvent event = testing::read_event(batch, batch.events[0], schema);
      for (const auto& [name, text] : pattern.expected)
        EXPECT_EQ(name == "@time"   ? event.time
                  : name == "@host" ? event.host
                                    : event[name],
                  text)
            << name << " of " << where;
      if (list.is_shared) continue;
      const Belonging& belonging = table.belongings()[pattern.belonging];
      const event::Logsource& found = logsources.logsource(record.logsource);
      EXPECT_EQ(record.source_class, belonging.source_class) << where;
      EXPECT_EQ(found, belonging.logsource)
          << where << " is " << found.product << "/" << found.category << "/" << found.service;
    }
  EXPECT_GT(patterns, 60U);
}

TEST(PatternTable, ProgramsAreFoundByTheNamesTheyHaveInTheWild) {
  const PatternTable& table = PatternTable::builtin();
  const PatternList* cron = table.list_of("cron");
  ASSERT_NE(cron, nullptr);
  EXPECT_EQ(table.list_of("CRON"), cron);
  EXPECT_EQ(table.list_of("/usr/sbin/CRON"), cron);
  const PatternList* openvpn = table.list_of("openvpn");
  EXPECT_EQ(table.list_of("openvpn@office"), openvpn);
  EXPECT_EQ(table.list_of("ovpn-server1"), openvpn);
  EXPECT_EQ(table.list_of("systemd-resolved"), table.list_of("systemd"));
  EXPECT_EQ(table.list_of("nobody-declared-this"), nullptr);
  EXPECT_EQ(table.list_of(""), nullptr);
}

TEST(PatternTable, MistakesAreErrorsWithFileAndLine) {
  EXPECT_EQ(error("lists:\n  - programs: [x]\n    klass: web\n"), "x.yml: line 3: unknown key 'klass' of a list");
  EXPECT_EQ(error("lists:\n  - programs: [x]\n    class: webb\n"), "x.yml: line 3: 'webb' is no source class");
  EXPECT_EQ(error("lists:\n  - lines: true\n    patterns:\n      - match: 'a {b:strange}'\n        sample: x\n"),
            "x.yml: line 4: unknown type 'strange' at sign 3 of the pattern");
  EXPECT_EQ(error("lists:\n  - lines: true\n    patterns:\n      - match: a\n"),
            "x.yml: line 4: a pattern needs `match`, `sample` and `fields`");
  EXPECT_NE(error("lists:\n  - class: web\n"), "");
  EXPECT_NE(error("lists:\n  - programs: [x]\n    lines: true\n"), "");
  EXPECT_NE(error("lists:\n  - programs: [x]\n  - programs: [X]\n"), "");
  EXPECT_NE(error("list: []\n"), "");
  EXPECT_NE(error("{"), "");
}

}  // namespace
}  // namespace yorozu::codec::text
