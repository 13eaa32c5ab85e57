/// Logons as sshd and Windows report them, and the question that everybody asks first.
#pragma once

#include <ctime>
#include <string>
#include <vector>

#include "base/time.h"

namespace yorozu::test {

/// As README.md and docs/search.md have it.
inline const std::vector<std::string> kWhoFailedYesterday = {
    "search", "\"failed password\" OR event.code:4625 | stats count by user.name, source.ip",
    "--from", "yesterday",
    "--to",   "today"};
inline const std::string kAnswer =
    "user.name  source.ip     count\n"
    "bob        203.0.113.9       3\n"
    "tanaka     192.168.1.50      2\n"
    "alice      198.51.100.7      1\n";

/// Noon of the day so many days ago, where this machine is.
inline std::string noon(int days_ago) {
  std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  local.tm_mday -= days_ago;
  local.tm_hour = 12;
  local.tm_min = local.tm_sec = 0;
  local.tm_isdst = -1;
  return format_rfc3339({std::int64_t{std::mktime(&local)} * 1'000'000});
}

inline std::string sshd(const std::string& time, const std::string& text) {
  return "<38>1 " + time + " web1 sshd 42 - - " + text + " port 40000 ssh2";
}
inline std::string failed_windows_logon(const std::string& time, const std::string& user, const std::string& address) {
  return R"({"@timestamp":")" + time +
         R"(","winlog":{"channel":"Security","provider_name":"Microsoft-Windows-Security-Auditing","event_id":4625,)"
         R"("computer_name":"PC1","event_data":{"SubjectUserName":"PC1$","TargetUserName":")" +
         user + R"(","IpAddress":")" + address + R"(","LogonType":"3"}}})";
}

inline std::vector<std::string> sshd_lines() {
  return {sshd(noon(1), "Failed password for bob from 203.0.113.9"),
          sshd(noon(1), "Failed password for invalid user bob from 203.0.113.9"),
          sshd(noon(1), "Failed password for bob from 203.0.113.9"),
          sshd(noon(1), "Failed password for alice from 198.51.100.7"),
          sshd(noon(1), "Accepted password for alice from 198.51.100.7"),
          sshd(noon(2), "Failed password for bob from 203.0.113.9"),
          sshd(noon(0), "Failed password for bob from 203.0.113.9")};
}
inline std::vector<std::string> windows_documents() {
  return {failed_windows_logon(noon(1), "tanaka", "192.168.1.50"),
          failed_windows_logon(noon(1), "tanaka", "192.168.1.50"),
          failed_windows_logon(noon(2), "tanaka", "192.168.1.50")};
}

}  // namespace yorozu::test
