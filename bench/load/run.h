/// Sends a stream at a pace over one or more connections.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "sender.h"
#include "stream.h"

namespace yorozu::load {

struct RunOptions {
  StreamOptions stream;
  SenderOptions sender;
  std::string target;
  std::uint64_t count = 0;  ///< messages; 0: until `seconds` are over
  double seconds = 0;       ///< 0: until `count` are sent
  double rate = 0;          ///< messages a second over all connections; 0: as fast as they are taken
  std::size_t batch = 0;    ///< messages in one write or request; 0: what suits the target
  unsigned connections = 1;
  bool live = false;  ///< times are those of the clock; else `start` and 100 microseconds for each message
  std::int64_t start_us = 1'764'000'000'000'000;  ///< 2025-11-24T16:00:00Z
};

struct RunResult {
  std::uint64_t sent = 0, bytes = 0;
  Delivery delivery;
  double seconds = 0, cpu_seconds = 0;
  std::vector<Needle> needles;
};

Result<RunResult> run(const RunOptions& options);

}  // namespace yorozu::load
