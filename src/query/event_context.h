/// What is known of an event beside the event itself: how it came into the archive. Given by whoever reads the archive;
/// files that `grep` reads have none of it, and the fields then have no value.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "event/logsource.h"
#include "event/source_class.h"

namespace yorozu::query {

/// Answers to `seq`, `received`, `input`, `peer`, `class`, `logsource`, `logsource.product`, `logsource.category` and
/// `logsource.service`. Views and the map outlive the call they are given to.
struct EventContext {
  static constexpr std::uint64_t kNoSeq = UINT64_MAX;

  std::uint64_t seq = kNoSeq;
  Timestamp received;
  std::string_view input, peer;
  /// Of the input; the class that the event's own pattern names goes before it.
  event::SourceClass source_class = event::SourceClass::Other;
  const event::LogsourceMap* logsources = nullptr;  ///< of the decoder, so that Event::logsource can be named
};

}  // namespace yorozu::query
