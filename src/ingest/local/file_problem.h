/// What of the files that were asked for is not taken in, and what a person can do about it.
#pragma once

#include <string>

#include "message/message.h"

namespace yorozu::ingest {

struct FileProblem {
  enum class Kind {
    Denied,      ///< may not be read
    Link,        ///< a link whose owner owns neither the target nor the machine
    Binary,      ///< no text
    Compressed,  ///< not a rotated part of a log that is followed
    NotWatched,  ///< looked at every second instead
    Lost,        ///< truncated before everything was read, no copy found
    Failed,      ///< any other error, in `detail`
  };
  std::string path;
  Kind kind = Kind::Failed;
  std::string detail;  ///< Denied: the cure; Lost: bytes; Failed: the error
  bool operator==(const FileProblem&) const = default;
};

/// A sentence with the cure.
std::string describe(message::Lang lang, const FileProblem& problem);

/// Why `path` may not be read by this process and the command that changes it: the group that may, else an ACL.
FileProblem denied(const std::string& path);

}  // namespace yorozu::ingest
