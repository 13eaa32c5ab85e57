/// The samples beside a starter rule (NAME.test.yml; the form is in rules/README.md) and the events made of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/event.h"

namespace yorozu::starter {

struct SampleEvent {
  std::int64_t at_s = 0;  ///< after the start of the case
  std::int64_t every_s = 0;
  std::uint32_t repeat = 1;
  std::string channel;
  std::uint32_t event_id = event::kNoEventId;
  event::Logsource logsource;
  std::vector<std::pair<std::string, std::string>> fields;  ///< a list in the file: one entry for each item
  std::string line;                                         ///< instead of fields: text as it stands in a log
};

struct SampleCase {
  std::string name;
  std::uint64_t findings = 0;
  std::vector<SampleEvent> events;
};

/// Errors: InvalidInput with line; unknown keys are errors.
Result<std::vector<SampleCase>> read_samples(std::string_view yaml);

/// Appends to `batch` the `copy`th repetition of the event. Its line goes through the reader of plain text, with
/// {time} (RFC 3339), {clf} (24/Nov/2026:00:00:00 +0000) and {n} (the copy) filled in; `storage` keeps it.
void add_event(const SampleEvent& sample, std::uint32_t copy, event::Schema& schema, const event::LogsourceMap& map,
               event::EventBatch& batch, std::string& storage);

}  // namespace yorozu::starter
