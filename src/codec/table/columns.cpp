#include "codec/table/columns.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "codec/json/profile.h"
#include "codec/table/time_form.h"

namespace yorozu::codec::table {
namespace {

using event::SourceClass;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// Names compare without case, blanks, dashes and underscores: "Event ID", "event_id", "EventID".
std::string plain(std::string_view name) {
  std::string out;
  for (const char c : fold(name))
    if (c != ' ' && c != '_' && c != '-' && c != '\t') out.push_back(c);
  return out;
}

struct Told {
  std::string_view column;  ///< plain name that tells, with all of `others`
  std::array<std::string_view, 3> others;
  SourceClass source_class;
  std::string_view product, category, service;
};
/// Tables that one program writes, by columns that no other has.
constexpr auto kTold = std::to_array<Told>({
    {"macaddress", {"description", "ipaddress", "hostname"}, SourceClass::Dhcp, "", "", "dhcp"},
    {"macアドレス", {"説明", "ipアドレス", "ホスト名"}, SourceClass::Dhcp, "", "", "dhcp"},
    {"auditdata", {"operations", "userids", "creationdate"}, SourceClass::Auth, "m365", "", "audit"},
});

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Columns::Use Columns::use_of(std::string_view name) {
  struct Known {
    std::string_view name;
    Use use;
  };
  static constexpr auto kKnown = std::to_array<Known>({
      {"timecreated", Use::Time},
      {"timegenerated", Use::Time},
      {"dateandtime", Use::Time},
      {"日付と時刻", Use::Time},
      {"日時", Use::Time},
      {"発生日時", Use::Time},
      {"受信日時", Use::Time},
      {"ログ日時", Use::Time},
      {"記録日時", Use::Time},
      {"アクセス日時", Use::Time},
      {"操作日時", Use::Time},
      {"timestamp", Use::Time},
      {"@timestamp", Use::Time},
      {"datetime", Use::Time},
      {"eventtime", Use::Time},
      {"logtime", Use::Time},
      {"creationdate", Use::Time},
      {"createddatetime", Use::Time},
      {"ts", Use::Time},
      {"utctime", Use::UtcTime},
      {"date(utc)", Use::UtcTime},
      {"generatedtime", Use::Time},
      {"receivetime", Use::Time},
      {"starttime", Use::Time},
      {"date", Use::Date},
      {"日付", Use::Date},
      {"time", Use::Clock},
      {"時刻", Use::Clock},
      {"時間", Use::Clock},
      {"computer", Use::Host},
      {"computername", Use::Host},
      {"machinename", Use::Host},
      {"hostname", Use::Host},
      {"host", Use::Host},
      {"コンピューター", Use::Host},
      {"コンピューター名", Use::Host},
      {"コンピュータ名", Use::Host},
      {"コンピュータ", Use::Host},
      {"端末名", Use::Host},
      {"ホスト名", Use::Host},
      {"devicename", Use::Host},
      {"eventid", Use::EventId},
      {"イベントid", Use::EventId},
      {"eventrecordid", Use::RecordId},
      {"recordid", Use::RecordId},
      {"logname", Use::Channel},
      {"channel", Use::Channel},
      {"ログの名前", Use::Channel},
      {"providername", Use::Provider},
      {"source", Use::Provider},
      {"ソース", Use::Provider},
      {"message", Use::Message},
      {"メッセージ", Use::Message},
  });
  const std::string wanted = plain(name);
  const auto found = std::ranges::find(kKnown, std::string_view(wanted), &Known::name);
  return found == kKnown.end() ? Use::Field : found->use;
}

Columns::Columns(std::span<const std::string_view> header, event::NameTable& names,
                 const event::LogsourceMap& logsources)
    : names_(names) {
  bool has_time = false, has_event_id = false, has_origin = false;
  for (std::string_view name : header.first(std::min(header.size(), kMaxColumns))) {
    name = trimmed(name);
    Column& column = columns_.emplace_back(names.intern(name), use_of(name));
    // Of several times the first counts; a date and a clock side by side are one.
    const bool is_time = column.use == Use::Time || column.use == Use::UtcTime;
    if (is_time && std::exchange(has_time, true)) column.use = Use::Field;
    has_event_id |= column.use == Use::EventId;
    has_origin |= column.use == Use::Channel || column.use == Use::Provider;
    has_named_message_ |= column.use == Use::Message;
  }
  recognise(header, logsources);
  if (source_class_ == SourceClass::Dhcp)  // its host is the one that got the address
    for (Column& column : columns_)
      if (column.use == Use::Host || column.use == Use::EventId) column.use = Use::Field;
  // Get-WinEvent says Id.
  if (!has_event_id && has_origin)
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (plain(trimmed(header[i])) == "id") {
        columns_[i].use = Use::EventId;
        has_event_id = true;
      }
  is_windows_ = has_event_id && has_origin;
  if (is_windows_) {
    logsource_ = logsources.id_of("windows", "", "").value_or(0);
    for (Column& column : columns_) {
      if (column.use == Use::Host) column.name = event::name::kComputer;
      if (column.use == Use::EventId) column.name = event::name::kEventID;
      if (column.use == Use::RecordId) column.name = event::name::kEventRecordID;
      if (column.use == Use::Provider) column.name = event::name::kProviderName;
      if (column.use == Use::Channel) column.name = event::name::kChannel;
    }
  }
  for (Column& column : columns_)
    if (column.use == Use::Message) column.name = event::name::kMessage;
}

void Columns::recognise(std::span<const std::string_view> header, const event::LogsourceMap& logsources) {
  std::vector<std::string> plain_names;
  for (const std::string_view name : header) plain_names.push_back(plain(trimmed(name)));
  const auto has = [&](std::string_view name) { return std::ranges::find(plain_names, name) != plain_names.end(); };
  for (const Told& told : kTold)
    if (has(told.column) && std::ranges::all_of(told.others, has)) {
      source_class_ = told.source_class;
      logsource_ = logsources.id_of(told.product, told.category, told.service).value_or(0);
      return;
    }
}

bool Columns::read(std::span<const std::string_view> row, Arena& arena, EventFields& out) const {
  std::string_view date, clock, provider, message;
  for (std::size_t i = 0; i < row.size() && i < kMaxColumns; ++i) {
    const std::string_view value = trimmed(row[i]);
    if (value.empty()) continue;
    if (i >= columns_.size()) {
      const bool is_text = is_windows_ && !has_named_message_ && i == columns_.size();
      if (is_text) message = value;
      out.add(is_text ? event::NameId{event::name::kMessage} : names_.intern("field_" + std::to_string(i + 1)), value);
      continue;
    }
    const Column& column = columns_[i];
    if (column.use == Use::Host && out.host == event::kNoIndex)
      out.add_host(column.name, value);
    else
      out.add(column.name, value);
    switch (column.use) {
      case Use::Time:
        if (const auto time = read_time(value)) out.time = *time;
        break;
      case Use::UtcTime:
        if (const auto time = read_time(value)) out.time = time->time;
        break;
      case Use::Date:
        date = value;
        break;
      case Use::Clock:
        clock = value;
        break;
      case Use::EventId:
        if (const auto id = number(value); is_windows_ && id && *id < event::kNoEventId)
          out.event_id = static_cast<std::uint32_t>(*id);
        break;
      case Use::RecordId:
        if (const auto id = number(value)) out.record_id = *id;
        break;
      case Use::Channel:
        if (is_windows_) out.channel = names_.intern(json::unabbreviated_channel(value));
        break;
      case Use::Provider:
        provider = value;
        break;
      case Use::Message:
        message = value;
        break;
      default:
        break;
    }
  }
  if (!out.time.known() && !date.empty()) {
    std::string both(date);
    if (!clock.empty()) both.append(" ").append(clock);
    if (const auto time = read_time(both)) out.time = *time;
  } else if (!out.time.known() && !clock.empty()) {
    if (const auto time = read_time(clock)) out.time = *time;  // "time" may hold both
  }
  out.logsource = logsource_;
  out.source_class = source_class_;
  if (is_windows_) finish_windows_event(provider, message, arena, out);
  const bool has_text_behind = is_windows_ && !has_named_message_ && row.size() == columns_.size() + 1;
  return row.size() == columns_.size() || has_text_behind;
}

/// Exports without the channel tell it by provider; Sysmon's text has its fields by their own names in every language.
void Columns::finish_windows_event(std::string_view provider, std::string_view message, Arena& arena,
                                   EventFields& out) const {
  if (out.channel == event::name::kNone && !provider.empty()) {
    std::string_view full = provider;
    std::string with_prefix;
    if (!provider.starts_with("Microsoft-Windows-") && (provider == "Security-Auditing" || provider == "Sysmon")) {
      with_prefix = "Microsoft-Windows-" + std::string(provider);
      full = with_prefix;
    }
    const std::string_view channel = json::channel_of_provider(full, out.event_id);
    if (!channel.empty()) {
      out.channel = names_.intern(channel);
      out.add(event::name::kChannel, arena.copy(channel));
    }
  }
  if (!provider.contains("Sysmon")) return;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    const std::string_view line = trimmed(message.substr(0, end));
    message.remove_prefix(std::min(end + 1, message.size()));
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos || colon == 0 || colon > 40 || out.names.size() >= kMaxColumns) continue;
    const std::string_view name = line.substr(0, colon);
    const auto is_name_character = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (std::ranges::all_of(name, is_name_character)) out.add(names_.intern(name), trimmed(line.substr(colon + 1)));
  }
}

}  // namespace yorozu::codec::table
