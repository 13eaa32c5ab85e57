/// Events that an expression of the search language matches, in the order of the input.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "hunt/file_report.h"
#include "hunt/input.h"
#include "hunt/output.h"
#include "hunt/pipeline.h"
#include "query/expression.h"

namespace yorozu::hunt {

enum class GrepFormat : std::uint8_t {
  Line,    ///< file:record: time host channel/id field: value ...; lines of text as they are
  Jsonl,   ///< one object a line, keys as in docs/formats/grep-jsonl.md
  Fields,  ///< the flat fields alone
  Raw,     ///< the record itself
};

struct GrepOptions {
  PipelineOptions pipeline;
  GrepFormat format = GrepFormat::Line;
  Timestamp from, to;               ///< [from, to); none: no bound
  TimeZone zone = TimeZone::utc();  ///< of Line; machine formats are in UTC
  std::vector<std::string> fields;  ///< only these, by the event's own names; empty: all
  std::uint64_t limit = UINT64_MAX;
  bool invert = false;
  bool count_only = false;
  bool files_only = false;  ///< each file with a match once
  bool color = false;       ///< mark what was found
};

struct GrepResult {
  std::uint64_t matched = 0;
  std::vector<FileReport> files;
};

Result<GrepResult> grep(const query::Expression& expression, Input& input, event::Schema& schema,
                        const event::LogsourceMap& logsources, const GrepOptions& options, Output& output);

}  // namespace yorozu::hunt
