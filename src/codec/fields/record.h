/// What the readers of single lines share: where their fields go, and small steps through text. Private to
/// codec/fields.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/time.h"
#include "codec/event_fields.h"
#include "codec/name_memo.h"
#include "event/logsource.h"

namespace yorozu::codec::fields {

/// Most fields of one line: hostile lines do not get more.
inline constexpr std::size_t kMaxFields = 512;
inline constexpr std::size_t kLongestName = 128;

/// Where the fields of one line go. The event may already have what an envelope said (syslog: host, time).
class Record {
 public:
  Record(NameMemo& names, const event::LogsourceMap& logsources, Arena& memory, EventFields& out)
      : arena(memory), names_(names), logsources_(logsources), out_(out) {}

  Arena& arena;

  /// `name` and `value` outlive the batch: views into the line, constants, or copies in the arena. False: full.
  bool add(std::string_view name, std::string_view value) {
    if (out_.names.size() >= kMaxFields || name.empty() || name.size() > kLongestName) return false;
    out_.add(names_.id(name), value);
    return true;
  }
  bool add(std::string_view name, const event::Value& value) {
    if (out_.names.size() >= kMaxFields || name.empty() || name.size() > kLongestName) return false;
    out_.add(names_.id(name), value);
    return true;
  }
  /// The value is also the name of the host, unless the envelope gave one.
  void add_host(std::string_view name, std::string_view value) {
    if (out_.host == event::kNoIndex && !value.empty() && out_.names.size() < kMaxFields)
      out_.add_host(names_.id(name), value);
    else
      add(name, value);
  }

  void source(std::string_view product, std::string_view category, std::string_view service,
              event::SourceClass source_class) {
    auto id = logsources_.id_of(product, category, service);
    if (!id) id = logsources_.id_of(product, category, "");
    if (!id) id = logsources_.id_of(product, "", "");
    if (id) out_.logsource = *id;
    out_.source_class = source_class;
  }

  /// A time that says its zone, or counts from 1970: better than what an envelope says.
  void sure_time(std::optional<Timestamp> time) {
    if (time && time->known()) out_.time = *time;
  }
  /// A reading of a clock without zone: only when nobody said a time.
  void local_time(std::optional<Timestamp> time) {
    if (time && time->known() && !out_.time.known()) out_.time = WrittenTime::local(*time);
  }
  bool has_time() const { return out_.time.known(); }

 private:
  NameMemo& names_;
  const event::LogsourceMap& logsources_;
  EventFields& out_;
};

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// All of `text` in decimal digits, at most 19 of them.
inline std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  if (text.empty() || text.size() > 19) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Seconds, milliseconds, micro- or nanoseconds since 1970, told apart by the number of digits (1973 to 2286); seconds
/// may have decimals.
std::optional<Timestamp> epoch_time(std::string_view text);

/// "Nov 24 2026 01:02:03.456", "Nov 24 01:02:03" (then the year is guessed from `reference`), a zone behind it is read
/// when it is UTC, GMT or +0900; `has_zone` says so.
struct WordedTime {
  Timestamp time;
  bool has_zone = false;
};
std::optional<WordedTime> worded_time(std::string_view text, Timestamp reference);

/// The latest moment with that month, day and time of day which is not later than a day after `reference`.
Timestamp without_year(CivilTime civil, Timestamp reference);

/// "192.0.2.1:80", "[2001:db8::1]:80", "2001:db8::1:80": the part behind the last colon is the port.
struct Endpoint {
  std::string_view address, port;
};
Endpoint split_endpoint(std::string_view text);

/// True when `text` ends with a zone: Z, +09:00, -0700.
bool names_zone(std::string_view text);

}  // namespace yorozu::codec::fields
