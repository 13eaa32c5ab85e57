#include "app/serve/audit.h"

#include <pwd.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace yorozu::serve {

namespace {

std::string user_name(std::uint32_t uid) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16 * 1024);
  getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? std::string() : std::string(found->pw_name);
}

}  // namespace

std::string audit_text(std::string_view action, const Actor& actor, std::string_view user, const nlohmann::json& detail,
                       Timestamp now) {
  nlohmann::ordered_json line;
  line["time"] = format_rfc3339(now);
  line["action"] = action;
  if (actor.token.empty()) {
    line["uid"] = actor.uid;
    if (!user.empty()) line["user"] = user;
    line["pid"] = actor.pid;
  } else {
    line["token"] = actor.token;
  }
  line["detail"] = detail;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<void> Audit::before(std::string_view action, const Actor& actor, const nlohmann::json& detail) const {
  auto written = write_("yorozu.audit",
                        audit_text(action, actor, actor.token.empty() ? user_name(actor.uid) : "", detail, now_()));
  if (!written) return std::unexpected(std::move(written).error().in("not done, for it could not be recorded"));
  return {};
}

}  // namespace yorozu::serve
