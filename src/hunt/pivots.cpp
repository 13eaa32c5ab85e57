#include "hunt/pivots.h"

#include <algorithm>
#include <string>

namespace yorozu::hunt {

namespace {

constexpr std::string_view kAccounts[] = {"SubjectUserName", "TargetUserName", "User",       "user",
                                          "cs-username",     "AccountName",    "SourceUser", "TargetUser"};
constexpr std::string_view kAddresses[] = {"IpAddress",   "SourceIp",      "DestinationIp", "SourceAddress",
                                           "DestAddress", "ClientAddress", "Address",       "source_ip",
                                           "src_ip",      "dest_ip",       "c-ip",          "sourceIPAddress"};
constexpr std::string_view kPrograms[] = {"Image",       "NewProcessName",  "ParentImage", "ParentProcessName",
                                          "SourceImage", "TargetImage",     "ImageLoaded", "ProcessName",
                                          "ImagePath",   "ServiceFileName", "program"};
constexpr std::string_view kHashes[] = {"Hashes", "Hash", "sha256", "md5"};

bool is_any(std::string_view name, const auto& names) {
  return std::ranges::find(names, name) != std::end(names);
}

}  // namespace

std::string_view to_string(PivotKind kind) {
  switch (kind) {
    case PivotKind::Account:
      return "account";
    case PivotKind::Address:
      return "address";
    case PivotKind::Program:
      return "program";
    case PivotKind::Hash:
      return "hash";
  }
  return "";
}

Pivots::Field Pivots::field_of(event::NameId name) {
  const auto [it, fresh] = fields_.try_emplace(name, Field::None);
  if (fresh) {
    const std::string_view text = schema_.names.text(name);
    if (is_any(text, kAccounts)) it->second = Field::Account;
    if (is_any(text, kAddresses)) it->second = Field::Address;
    if (is_any(text, kPrograms)) it->second = Field::Program;
    if (is_any(text, kHashes)) it->second = Field::Hashes;
  }
  return it->second;
}

void Pivots::add(const event::Event& event, const event::EventBatch& batch) {
  const std::span<const event::Value> values = batch.values_of(event);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Field field = field_of(event.shape->names[i]);
    if (field == Field::None || values[i].is_null()) continue;
    const std::string text = event::to_text(values[i]);
    if (text.empty() || text == "-") continue;
    if (field != Field::Hashes) {
      counts_[static_cast<std::size_t>(field) - 1].add(text);
      continue;
    }
    // Sysmon writes several: SHA1=...,MD5=...,SHA256=...
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find(',', at), text.size());
      if (end > at) counts_[static_cast<std::size_t>(PivotKind::Hash)].add(text.substr(at, end - at));
      at = end + 1;
    }
  }
}

void Pivots::merge(const Pivots& other) {
  for (std::size_t kind = 0; kind < kPivotKinds; ++kind) counts_[kind].merge(other.counts_[kind]);
}

}  // namespace yorozu::hunt
