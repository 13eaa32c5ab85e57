/// Privileged acts as lines of the archive (input `yorozu.audit`, docs/formats/audit.md): the line first, then the act.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace yorozu::serve {

/// Who asked: a process of this machine, as the kernel says, or a token.
struct Actor {
  std::uint32_t uid = 0;
  std::int32_t pid = 0;
  std::string token = {};  ///< its public id; "": a process
};

class Audit {
 public:
  /// Makes a line durable; false results keep the act from being done.
  using Write = std::function<Result<void>(std::string_view input, std::string raw)>;
  Audit(Write write, std::function<Timestamp()> now) : write_(std::move(write)), now_(std::move(now)) {}

  /// `action`: "token.add" ...; `detail`: an object without secrets. Durable when this returns without error.
  Result<void> before(std::string_view action, const Actor& actor, const nlohmann::json& detail) const;

 private:
  Write write_;
  std::function<Timestamp()> now_;
};

/// The text of a line. Exposed for tests.
std::string audit_text(std::string_view action, const Actor& actor, std::string_view user, const nlohmann::json& detail,
                       Timestamp now);

}  // namespace yorozu::serve
