/// What a worker made of some batches: lines that lack only their numbers, and what the rules said about them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "event/source_class.h"
#include "ingest/frame.h"
#include "ingest/live_rules.h"

namespace yorozu::ingest {

struct Prepared {
  struct PreparedLine {
    std::size_t begin = 0, size = 0;  ///< of its tail, in `tails`
    event::RetentionGroup group = event::RetentionGroup::Host;
  };
  /// A rule, or a device, has something to say about a line.
  struct Hit {
    static constexpr std::uint32_t kDevice = UINT32_MAX;
    std::uint32_t line = 0;                          ///< index into `lines`
    std::vector<std::uint64_t> tickets;              ///< of the lines it rests on, when it is not the one in `line`
    std::uint32_t rule = kDevice;                    ///< index into LiveRules::rules; kDevice: `device` says it
    Timestamp time;                                  ///< detect::detection_time
    std::uint64_t late_source = 0;                   ///< 0: happens now; else which late source it is of
    std::string part;                                ///< append_event_part(); "" when the rule does not alert by itself
    std::vector<std::optional<std::string>> values;  ///< for correlations
    std::unique_ptr<struct DeviceAlert> device;
  };

  std::shared_ptr<const LiveRules> rules;
  Buffer tails;
  std::vector<PreparedLine> lines;
  std::vector<Hit> hits;
  std::vector<std::unique_ptr<FrameBatch>> batches;  ///< whose `done` is called when the lines are durable
  Timestamp oldest_received;
  /// Lines of one worker are numbered from the first on, so that an event can rest on lines of earlier batches.
  unsigned worker = 0;
  std::uint64_t first_ticket = 0;

  Prepared();
  ~Prepared();
  void clear();
};

}  // namespace yorozu::ingest
