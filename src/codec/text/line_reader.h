/// One line of text, wherever it came from, to fields: takes off the envelope (syslog, a time) and asks the recognisers
/// and the declared patterns what the rest says.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "codec/audit/reader.h"
#include "codec/fields/payload.h"
#include "codec/text/pattern_table.h"
#include "codec/text/record.h"
#include "codec/understood.h"
#include "codec/xml/event_element.h"

namespace yorozu::codec::text {

/// For one thread.
class LineReader {
 public:
  /// `table` outlives it.
  LineReader(event::NameTable& names, const event::LogsourceMap& logsources,
             const PatternTable& table = PatternTable::builtin());

  /// `line`: UTF-8 without line feed. `written`: the year of times that have none, see line_time.h. `out` is empty
  /// before and has at least one field afterwards; its values point into `line` and `arena`.
  Understood read(std::string_view line, Timestamp written, Arena& arena, LineRecord& out);
  /// What a program said, where the envelope came by other means (journal, JSON): fields, logsource and class are added
  /// to `out`. `program`: "" when nobody knows.
  Understood read_message(std::string_view program, std::string_view message, Timestamp written, Arena& arena,
                          LineRecord& out);

  /// A line that stands inside a structured record: what it says is added to `out`, with the names of an envelope where
  /// it has one. False when it says nothing.
  bool read_inside(std::string_view line, Arena& arena, LineRecord& out);

  const Vocabulary& words() const { return words_; }

 private:
  bool read_list(const PatternList& list, std::string_view message, Timestamp written, Arena& arena, LineRecord& out);
  bool read_content(std::string_view text, Timestamp written, Arena& arena, LineRecord& out, int depth);
  bool take(const DeclaredPattern& pattern, std::string_view inner, Timestamp written, Arena& arena, LineRecord& out,
            int depth);
  void read_told(std::size_t from, Timestamp written, Arena& arena, LineRecord& out, int depth);
  void belongs(std::uint16_t belonging, LineRecord& out) const;
  Understood read_sysmon(std::string_view message, Arena& arena, LineRecord& out);

  const PatternTable& table_;
  Vocabulary words_;
  std::vector<event::NameId> ids_;              ///< by number of the table's field names
  std::vector<event::LogsourceId> logsources_;  ///< by number of the table's belongings
  xml::EventElementReader xml_;
  fields::PayloadReader payloads_;
  audit::Reader audit_;
  std::array<event::NameId, 3> told_;  ///< fields in which structured logging puts its text
  LineRecord inner_;
};

}  // namespace yorozu::codec::text
