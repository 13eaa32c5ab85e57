/// What is in a pile of logs, before any rule: how many events of which id in which channel of which file, which hosts
/// and accounts, from when to when, and base64 that somebody hid in a command line.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "event/event.h"
#include "hunt/base64_finds.h"
#include "hunt/bounded_counter.h"
#include "hunt/logon_summary.h"

namespace yorozu::hunt {

struct EventKind {
  std::uint32_t file = 0;  ///< index into Input::files
  std::string source;      ///< channel, or product/category/service of other logs, or "text"
  std::uint32_t event_id = event::kNoEventId;
  auto operator<=>(const EventKind&) const = default;
};

struct EventCount {
  std::uint64_t count = 0;
  Timestamp first, last;
  EventCount& operator+=(const EventCount& other);
  bool operator<(const EventCount& other) const { return count < other.count; }
};

struct Base64Place {
  std::uint32_t file = 0;
  std::uint64_t record = 0;  ///< record id, else line
  std::string field;
  Base64Find find;
};

/// One part for each unit of input, merged in order; every list is bounded.
class EventStatistics {
 public:
  static constexpr std::size_t kMaxBase64 = 10'000;

  EventStatistics(const event::Schema& schema, const event::LogsourceMap& logsources);
  void add(std::uint32_t file, const event::Event& event, const event::EventBatch& batch);
  void merge(EventStatistics&& other);

  const BoundedCounter<EventKind, EventCount>& kinds() const { return kinds_; }
  const BoundedCounter<std::string>& hosts() const { return hosts_; }
  const BoundedCounter<std::string>& accounts() const { return accounts_; }
  const LogonSummary& logons() const { return logons_; }
  const std::vector<Base64Place>& base64() const { return base64_; }
  std::uint64_t base64_not_listed() const { return base64_not_listed_; }

 private:
  enum class Interest : std::uint8_t { None, Account, Command };
  Interest interest_of(event::NameId name);
  void add_base64(std::uint32_t file, const event::Event& event, event::NameId name, const event::Value& value);
  std::string source_of(const event::Event& event) const;

  const event::Schema& schema_;
  const event::LogsourceMap& logsources_;
  std::unordered_map<event::NameId, Interest> interests_;
  BoundedCounter<EventKind, EventCount> kinds_;
  BoundedCounter<std::string> hosts_;
  BoundedCounter<std::string> accounts_;
  LogonSummary logons_;
  std::vector<Base64Place> base64_;
  std::uint64_t base64_not_listed_ = 0;
};

}  // namespace yorozu::hunt
