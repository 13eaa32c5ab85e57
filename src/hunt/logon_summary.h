/// Who logged on, from where, how, how often, and how often in vain: out of Windows Security, TerminalServices and sshd
/// events. What a person asks first after an incident.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "hunt/bounded_counter.h"

namespace yorozu::hunt {

struct Logon {
  std::string user;    ///< "DOMAIN\name" or "name"
  std::string source;  ///< address or workstation; "-" when the event does not say
  std::string host;    ///< where
  std::string how;     ///< "3 network", "10 remote interactive", "ssh password", "kerberos ticket" ...
  bool success = false;
  auto operator<=>(const Logon&) const = default;
};

struct LogonCount {
  std::uint64_t count = 0;
  Timestamp first, last;  ///< none: no event had a time
  LogonCount& operator+=(const LogonCount& other);
  bool operator<(const LogonCount& other) const { return count < other.count; }
};

class LogonSummary {
 public:
  explicit LogonSummary(const event::Schema& schema);
  void add(const event::Event& event, const event::EventBatch& batch);
  void merge(const LogonSummary& other) { counts_.merge(other.counts_); }
  const BoundedCounter<Logon, LogonCount>& counts() const { return counts_; }

 private:
  void add_windows(const event::Event& event, const event::EventBatch& batch);
  void add_sshd(const event::Event& event, const event::EventBatch& batch);
  void count(Logon logon, Timestamp time);

  const event::NameTable& names_;
  BoundedCounter<Logon, LogonCount> counts_;
};

/// "network" for 3; "" for a type nobody defined ([MS-ERREF] and winnt.h SECURITY_LOGON_TYPE).
std::string_view logon_type_name(std::int64_t type);

}  // namespace yorozu::hunt
