/// Zeek's own logs: a header of lines that begin with '#', then values separated by tabs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "codec/text/record.h"

namespace yorozu::codec::text {

class ZeekColumns {
 public:
  /// The header lines; without a #fields line `is_there()` is false.
  ZeekColumns() = default;
  ZeekColumns(std::string_view header, const Vocabulary& words);

  bool is_there() const { return !columns_.empty(); }
  /// Fields as #fields names them; unset values are null; time from `ts`; service from #path. False when the number of
  /// values is not that of the columns.
  bool read(std::string_view line, LineRecord& out) const;

 private:
  struct Column {
    event::NameId name;
    bool is_bool;
  };
  std::vector<Column> columns_;
  char separator_ = '\t';
  std::string unset_ = "-";
  event::LogsourceId logsource_ = 0;
  std::size_t time_column_ = SIZE_MAX;
};

}  // namespace yorozu::codec::text
