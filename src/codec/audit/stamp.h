/// The head of a record of the Linux audit system: "type=SYSCALL msg=audit(1604996384.965:93777): ...".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace yorozu::codec::audit {

/// Views point into the line, `type` of a numeric type to a constant.
struct Stamp {
  std::string_view node;  ///< of node=, "" when there is none
  std::string_view type;  ///< SYSCALL, PATH, USER_LOGIN ...
  Timestamp time;         ///< of the event: equal in all its records
  std::uint64_t serial = 0;
  std::string_view id;    ///< "audit(TIME:SERIAL)"
  std::string_view body;  ///< what stands behind
};

/// As auditd writes it ("[node=N ]type=T msg=audit(TIME:SERIAL): ..."), and as the kernel does when no daemon runs
/// ("audit: type=1300 audit(TIME:SERIAL): ...", with or without seconds in brackets before it). nullopt for other
/// lines.
std::optional<Stamp> read_stamp(std::string_view line);

/// Records of these types stand alone: programs write them, one an event. What the kernel writes may have company.
bool stands_alone(std::string_view type);

}  // namespace yorozu::codec::audit
