/// One JSON object that came alone: a live frame, a line of the archive. What json.h does for files, without units,
/// wrappers and damage.
#pragma once

#include <memory>
#include <string_view>

#include "codec/event_fields.h"
#include "codec/understood.h"

namespace yorozu::codec::json {

/// For one thread.
class DocumentReader {
 public:
  /// Both outlive it.
  DocumentReader(event::Schema& schema, const event::LogsourceMap& logsources);
  ~DocumentReader();

  /// `text`: valid UTF-8 that begins with '{'. Adds one event whose raw is `raw`; Envelope when the object is torn or
  /// something follows it. Nothing, and no event, when it has no value at all.
  Understood read(std::string_view text, std::string_view raw, event::EventBatch& batch);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::codec::json
