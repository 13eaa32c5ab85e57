/// One line of text, wherever it came from, to fields: asks the recognisers in turn.
#pragma once

#include <string_view>

#include "codec/text/record.h"
#include "codec/understood.h"
#include "codec/xml/event_element.h"

namespace yorozu::codec::text {

/// For one thread.
class LineReader {
 public:
  LineReader(event::NameTable& names, const event::LogsourceMap& logsources);

  /// `line`: UTF-8 without line feed. `written`: the year of times that have none, see line_time.h. `out` is empty
  /// before and has at least one field afterwards; its values point into `line` and `arena`.
  Understood read(std::string_view line, Timestamp written, Arena& arena, LineRecord& out);
  /// What a program said, where the envelope came by other means (journal): fields are added to `out`.
  Understood read_message(std::string_view program, std::string_view message, Arena& arena, LineRecord& out);

  const Vocabulary& words() const { return words_; }

 private:
  Understood read_sysmon(std::string_view message, Arena& arena, LineRecord& out);

  Vocabulary words_;
  xml::EventElementReader xml_;
  LineRecord inner_;
};

}  // namespace yorozu::codec::text
