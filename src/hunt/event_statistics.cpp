#include "hunt/event_statistics.h"

#include <algorithm>
#include <array>

namespace yorozu::hunt {

namespace {
constexpr std::string_view kAccountFields[] = {"SubjectUserName", "TargetUserName", "User",        "user",
                                               "AccountName",     "MemberName",     "cs-username", "TargetSid"};
constexpr std::string_view kCommandFields[] = {"CommandLine",
                                               "ParentCommandLine",
                                               "ProcessCommandLine",
                                               "ScriptBlockText",
                                               "Payload",
                                               "HostApplication",
                                               "ImagePath",
                                               "ServiceFileName",
                                               "Details",
                                               "TaskContent",
                                               "Data",
                                               "Message",
                                               "command",
                                               "cs-uri-query"};
}  // namespace

EventCount& EventCount::operator+=(const EventCount& other) {
  count += other.count;
  if (!first.known() || (other.first.known() && other.first < first)) first = other.first;
  if (!last.known() || last < other.last) last = other.last;
  return *this;
}

EventStatistics::EventStatistics(const event::Schema& schema, const event::LogsourceMap& logsources)
    : schema_(schema), logsources_(logsources), logons_(schema) {}

std::string EventStatistics::source_of(const event::Event& event) const {
  if (event.channel != event::name::kNone) return std::string(schema_.names.text(event.channel));
  const event::Logsource& logsource = logsources_.logsource(event.logsource);
  std::string out;
  for (const std::string* part : {&logsource.product, &logsource.category, &logsource.service}) {
    if (part->empty()) continue;
    if (!out.empty()) out += '/';
    out += *part;
  }
  return out.empty() ? "text" : out;
}

EventStatistics::Interest EventStatistics::interest_of(event::NameId name) {
  const auto [it, fresh] = interests_.try_emplace(name, Interest::None);
  if (fresh) {
    const std::string_view text = schema_.names.text(name);
    if (std::ranges::find(kAccountFields, text) != std::end(kAccountFields)) it->second = Interest::Account;
    if (std::ranges::find(kCommandFields, text) != std::end(kCommandFields)) it->second = Interest::Command;
  }
  return it->second;
}

void EventStatistics::add(std::uint32_t file, const event::Event& event, const event::EventBatch& batch) {
  kinds_.add({file, source_of(event), event.event_id}, {1, event.time, event.time});
  if (std::string host = batch.host_of(event); !host.empty()) hosts_.add(host);
  logons_.add(event, batch);
  const std::span<const event::Value> values = batch.values_of(event);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const event::NameId name = event.shape->names[i];
    const Interest interest = interest_of(name);
    if (interest == Interest::None || values[i].is_null()) continue;
    if (interest == Interest::Command) {
      add_base64(file, event, name, values[i]);
    } else if (std::string account = event::to_text(values[i]); !account.empty() && account != "-") {
      accounts_.add(account);
    }
  }
}

void EventStatistics::add_base64(std::uint32_t file, const event::Event& event, event::NameId name,
                                 const event::Value& value) {
  if (value.size < 16) return;
  for (Base64Find& find : find_base64(event::to_text(value))) {
    if (base64_.size() == kMaxBase64) {
      ++base64_not_listed_;
      continue;
    }
    base64_.push_back({file, event.record_id != event::kNoRecordId ? event.record_id : event.line,
                       std::string(schema_.names.text(name)), std::move(find)});
  }
}

void EventStatistics::merge(EventStatistics&& other) {
  kinds_.merge(other.kinds_);
  hosts_.merge(other.hosts_);
  accounts_.merge(other.accounts_);
  logons_.merge(other.logons_);
  base64_not_listed_ += other.base64_not_listed_;
  for (Base64Place& place : other.base64_) {
    if (base64_.size() < kMaxBase64)
      base64_.push_back(std::move(place));
    else
      ++base64_not_listed_;
  }
}

}  // namespace yorozu::hunt
