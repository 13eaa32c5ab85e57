/// One live input: a small class that turns what comes in into frames and pushes them to the Intake.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ingest/intake.h"

namespace yorozu::ingest {

/// What `status` shows of an input beside its counters.
struct InputState {
  std::string name;     ///< table name in yorozu.toml: "syslog.udp", "file.var-log" ...
  std::string address;  ///< "0.0.0.0:514", a path, "journald"
  std::string problem;  ///< "" when it runs
};

class Input {
 public:
  virtual ~Input() = default;
  /// Begins to take in. Errors: what a person has to mend, in words.
  virtual Result<void> start() = 0;
  /// Takes in nothing new and returns when no frame of it is on its way to the intake; batches already pushed still
  /// call `done`. Idempotent.
  virtual void stop() = 0;
  virtual InputState state() const = 0;
  virtual const InputCounters& counters() const = 0;
};

}  // namespace yorozu::ingest
