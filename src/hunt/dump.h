/// Every record of the input, one a line, in order: what `yorozu dump` prints.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "hunt/file_report.h"
#include "hunt/input.h"
#include "hunt/output.h"
#include "hunt/pipeline.h"
#include "hunt/record_text.h"

namespace yorozu::hunt {

struct DumpOptions {
  PipelineOptions pipeline;
  RecordFormat format = RecordFormat::Json;
  Timestamp from, to;  ///< [from, to); none: no bound
};

Result<std::vector<FileReport>> dump(Input& input, event::Schema& schema, const event::LogsourceMap& logsources,
                                     const DumpOptions& options, Output& output);

}  // namespace yorozu::hunt
