#include "proof/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "proof/format_testing.h"
#include "proof/line.h"

namespace yorozu::proof {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const JournalHeader kHeader{.marker = make_marker(0x7766554433221100),
                            .first_seq = 52341,
                            .attempt = 2,
                            .created = *parse_time("2026-11-23T09:15:00Z"),
                            .voided_name = "000000052341-1.journal",
                            .voided_from = 52};

std::string tail_of(std::string_view raw) {
  Buffer out;
  append_line_tail({*parse_time("2026-11-23T09:15:02.123456Z"), "file", {}, {}, raw, {}}, out);
  return std::string(out.view());
}

/// A journal with one record for each list of frames.
struct Journal {
  Buffer bytes;
  std::vector<std::uint64_t> offsets;
  std::uint64_t seq = kHeader.first_seq;
  std::uint64_t batch = 1;

  Journal() { append_journal_header(kHeader, bytes); }
  void add(const std::vector<std::string>& frames) {
    offsets.push_back(bytes.size());
    RecordWriter record(kHeader, batch++, seq, bytes);
    for (const std::string& frame : frames) record.add(static_cast<std::uint8_t>(seq % 4), seq, tail_of(frame)), ++seq;
    record.finish();
  }
  std::string text() const { return std::string(bytes.view()); }
};

struct Walked {
  std::vector<std::string> lines;
  std::vector<std::string> gaps;
  std::string header_problem, error;
};
Walked walk(const std::string& bytes, std::uint64_t end = UINT64_MAX) {
  Walked walked;
  const MemorySource source(as_bytes(bytes));
  auto reader = JournalReader::open(source, end);
  if (!reader) {
    walked.error = reader.error().message;
    return walked;
  }
  walked.header_problem = reader->header_problem();
  for (;;) {
    auto step = reader->next();
    if (step->gap)
      walked.gaps.push_back(std::to_string(step->gap->offset) + "+" + std::to_string(step->gap->bytes) +
                            (step->gap->at_end ? " at the end: " : ": ") + step->gap->reason);
    if (!step->record) return walked;
    RecordLines lines(step->record->lines);
    while (const auto line = lines.next()) walked.lines.emplace_back(line->line);
  }
}

Journal three_records() {
  Journal journal;
  journal.add({"one", "two"});
  journal.add({"three"});
  journal.add({"four", "five"});
  return journal;
}

TEST(JournalFormat, HexDumpOfTheDocumentIsWhatIsWritten) {
  Journal journal;
  journal.add({"door 3 opened", "door 3 closed"});
  const auto document = read_file(YOROZU_SOURCE_DIR "/docs/formats/journal.md");
  ASSERT_TRUE(document);
  EXPECT_THAT(*document, HasSubstr("\n" + testing::hex_dump(journal.text())));
}

TEST(JournalFormat, RecordsComeBackInOrder) {
  const Walked walked = walk(three_records().text());
  EXPECT_EQ(walked.lines.size(), 5U);
  EXPECT_THAT(walked.gaps, IsEmpty());
  EXPECT_THAT(walked.header_problem, IsEmpty());
  EXPECT_EQ(parse_line(walked.lines.at(4))->raw, "five");
  EXPECT_EQ(parse_line(walked.lines.at(4))->seq, kHeader.first_seq + 4);
}

TEST(JournalFormat, HeaderComesBack) {
  const std::string bytes = three_records().text();
  const MemorySource source(as_bytes(bytes));
  EXPECT_EQ(JournalReader::open(source)->header(), kHeader);
}

TEST(JournalFormat, EveryLengthOfATornTailIsOneGapAtTheEnd) {
  const Journal journal = three_records();
  for (std::size_t size = journal.offsets.at(2) + 1; size < journal.bytes.size(); ++size) {
    const Walked walked = walk(journal.text().substr(0, size));
    EXPECT_EQ(walked.lines.size(), 3U);
    ASSERT_EQ(walked.gaps.size(), 1U);
    EXPECT_THAT(walked.gaps[0], HasSubstr(std::to_string(journal.offsets[2]) + "+" +
                                          std::to_string(size - journal.offsets[2]) + " at the end"));
  }
}

TEST(JournalFormat, EveryFlippedBitOfARecordLosesThatRecordAlone) {
  const Journal journal = three_records();
  for (std::size_t at = journal.offsets.at(1); at < journal.offsets.at(2); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = journal.text();
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      const Walked walked = walk(bytes);
      ASSERT_EQ(walked.lines.size(), 4U) << at;
      ASSERT_EQ(walked.gaps.size(), 1U);
      EXPECT_THAT(walked.gaps[0], HasSubstr(std::to_string(journal.offsets[1]) + "+" +
                                            std::to_string(journal.offsets[2] - journal.offsets[1]) + ": "));
    }
  }
}

TEST(JournalFormat, EveryFlippedBitOfTheHeaderIsSaidAndNoRecordIsLost) {
  const Journal journal = three_records();
  for (std::size_t at = 0; at < journal.offsets.at(0); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = journal.text();
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      const Walked walked = walk(bytes);
      EXPECT_EQ(walked.lines.size(), 5U) << at << walked.error;
      EXPECT_NE(walked.header_problem, "");
    }
  }
}

TEST(JournalFormat, VoidedEndIsNotRead) {
  const Journal journal = three_records();
  const Walked walked = walk(journal.text(), journal.offsets.at(2));
  EXPECT_EQ(walked.lines.size(), 3U);
  EXPECT_THAT(walked.gaps, IsEmpty());
}

TEST(JournalFormat, ZerosBehindTheLastRecordAreAGapAtTheEnd) {
  const Journal journal = three_records();
  const Walked walked = walk(journal.text() + std::string(5000, '\0'));
  EXPECT_EQ(walked.lines.size(), 5U);
  EXPECT_THAT(walked.gaps, ElementsAre(std::to_string(journal.bytes.size()) + "+5000 at the end: no marker"));
}

TEST(JournalFormat, RecordBehindAHoleOfMegabytesIsFound) {
  Journal journal;
  journal.add({"one"});
  const std::size_t hole = journal.bytes.size();
  journal.bytes.append(std::string((std::size_t{1} << 20) * 2 - 40, '\0'));
  journal.add({"two"});
  const Walked walked = walk(journal.text());
  EXPECT_EQ(walked.lines.size(), 2U);
  EXPECT_THAT(walked.gaps, ElementsAre(std::to_string(hole) + "+2097112: no marker"));
}

TEST(JournalFormat, LineThatIsNotWhereItsNumberSaysIsDamage) {
  Journal journal;
  journal.add({"one"});
  {
    RecordWriter record(kHeader, 2, journal.seq, journal.bytes);
    record.add(0, journal.seq + 1, tail_of("two"));
    record.finish();
  }
  EXPECT_THAT(walk(journal.text()).gaps, ElementsAre(HasSubstr("another number than its place")));
}

TEST(JournalFormat, WhatIsNoJournalIsCorrupt) {
  EXPECT_THAT(walk("").error, HasSubstr("no header"));
  EXPECT_THAT(walk(std::string(100000, '\xFF')).error, HasSubstr("no record follows"));
  EXPECT_THAT(walk(three_records().text().substr(0, 20)).error, HasSubstr("cut short"));
}

TEST(JournalFormat, ControlWithoutChecksumsDamagePassesUnnoticed) {
  std::string bytes = three_records().text();
  bytes[bytes.find("three")] = 'T';
  const MemorySource source(as_bytes(bytes));
  auto reader = JournalReader::open(source);
  reader->trust_checksums();
  int records = 0;
  for (auto step = reader->next(); step->record; step = reader->next()) {
    EXPECT_FALSE(step->gap);
    ++records;
  }
  EXPECT_EQ(records, 3);
}

}  // namespace
}  // namespace yorozu::proof
