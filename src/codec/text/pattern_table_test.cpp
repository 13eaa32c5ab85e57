#include "codec/text/pattern_table.h"

#include <gtest/gtest.h>

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

/// The files as they are in the source tree, so that a mistake in one of them is an error with its line here and not
/// a broken invariant.
Result<PatternTable> read_files() {
  std::vector<std::string> texts;
  std::vector<PatternTable::Source> files;
  for (const char* name : {"linux", "network", "web", "mail", "files", "apps", "generic"})
    texts.push_back(*read_file(std::string(YOROZU_MODULE_DIR "/data/") + name + ".yml"));
  for (const std::string& text : texts) files.push_back({"a file of the table", text});
  return PatternTable::parse(files);
}

TEST(PatternTable, EveryPatternReadsItsSample) {
  event::Schema schema;
  const auto table = read_files();
  ASSERT_TRUE(table.has_value()) << table.error().message;
  const event::LogsourceMap& logsources = event::LogsourceMap::builtin();
  LineReader reader(schema.names, logsources, *table);
  ShapeMemo shapes;
  std::size_t patterns = 0;
  for (const PatternList& list : table->lists())
    for (const DeclaredPattern& pattern : list.patterns) {
      ++patterns;
      event::EventBatch batch;
      LineRecord record;
      const std::string where = "pattern at line " + std::to_string(pattern.line) + " of its file: " + pattern.sample;
      const Understood understood =
          list.programs.empty() ? reader.read(pattern.sample, kWritten, batch.arena, record)
                                : reader.read_message(list.programs[0], pattern.sample, kWritten, batch.arena, record);
      append_event(record, {.raw = pattern.sample}, shapes, schema, batch);
      const testing::ReadEvent event = testing::read_event(batch, batch.events[0], schema);
      std::string wrong = understood == Understood::Fields ? "" : "not understood; ";
      for (const auto& [name, text] : pattern.expected) {
        const std::string found = name == "@time" ? event.time : name == "@host" ? event.host : event[name];
        if (found != text) wrong += name + " is '" + found + "' and not '" + text + "'; ";
      }
      const Belonging& belonging = table->belongings()[pattern.belonging];
      const event::Logsource& found = logsources.logsource(record.logsource);
      const bool is_told = !list.is_shared && belonging != Belonging{};
      if (is_told && (record.source_class != belonging.source_class || found != belonging.logsource))
        wrong += "it is " + std::string(event::to_string(record.source_class)) + " of " + found.product + "/" +
                 found.category + "/" + found.service + "; ";
      EXPECT_EQ(wrong, "") << where;
    }
  EXPECT_GT(patterns, 250U);
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
