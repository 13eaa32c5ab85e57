/// One line on the terminal that says how far a hunt is; gone when it is over.
#pragma once

#include <thread>

#include "hunt/hunt.h"
#include "hunt/input.h"
#include "message/message.h"

namespace yorozu::app {

class ProgressLine {
 public:
  /// Writes to standard error from a thread of its own until destroyed. Arguments outlive it.
  ProgressLine(const hunt::Input& input, const hunt::HuntProgress& progress, message::Lang lang);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  std::jthread thread_;
};

}  // namespace yorozu::app
