/// What the columns of a table mean: names of fields, which one is the time, the host, the parts of a Windows event.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "codec/event_fields.h"
#include "event/event.h"

namespace yorozu::codec::table {

inline constexpr std::size_t kMaxColumns = 512;

/// Of one table; made from its header.
class Columns {
 public:
  /// `header`: names as they stand there. Logsource and class: by names that only one program writes (Event Viewer and
  /// Get-WinEvent in English and Japanese, Windows DHCP, ...); Other when nobody is known to.
  Columns(std::span<const std::string_view> header, event::NameTable& names, const event::LogsourceMap& logsources);

  std::size_t size() const { return columns_.size(); }

  /// Adds the fields of one row; empty values are left out. One value too many is the text of the event (Event Viewer
  /// writes it without a name), more of them are `field_N`. False when the number of values is another one than that of
  /// the columns, the Event Viewer's case excepted.
  bool read(std::span<const std::string_view> row, Arena& arena, EventFields& out) const;

 private:
  enum class Use : std::uint8_t {
    Field,
    Time,
    UtcTime,
    Date,
    Clock,
    Host,
    EventId,
    RecordId,
    Channel,
    Provider,
    Message
  };
  struct Column {
    event::NameId name;
    Use use = Use::Field;
  };
  static Use use_of(std::string_view name);
  void recognise(std::span<const std::string_view> header, const event::LogsourceMap& logsources);
  void finish_windows_event(std::string_view provider, std::string_view message, Arena& arena, EventFields& out) const;

  event::NameTable& names_;
  std::vector<Column> columns_;
  event::LogsourceId logsource_ = 0;
  event::SourceClass source_class_ = event::SourceClass::Other;
  bool is_windows_ = false;
  bool has_named_message_ = false;
};

}  // namespace yorozu::codec::table
