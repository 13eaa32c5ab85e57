/// What a client asks for, read strictly: what is not known, stands twice or is out of its bounds is a mistake that is
/// named. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/time.h"

namespace yorozu::api {

/// Which parameter, and why; the words are made where the language is known.
struct BadParameter {
  std::string name;
  enum class Reason : std::uint8_t { Unknown, Missing, Malformed } reason = Reason::Malformed;
  std::string expected;  ///< of Malformed: "a number from 1 to 1000"
};

/// Names with their texts, out of a query string or the members of a JSON object. Each is asked for by name; rest()
/// then tells of one that nobody asked for. The first mistake is kept, so that readers can be written one behind the
/// other.
class Parameters {
 public:
  /// Errors: an encoding that is broken, a name that stands twice.
  static std::expected<Parameters, BadParameter> of_query(std::string_view query);
  /// Strings, numbers and booleans; nullopt: no JSON object with these alone.
  static std::optional<Parameters> of_json(std::string_view body);

  std::optional<std::string> text(std::string_view name, std::size_t max_bytes);
  std::string required_text(std::string_view name, std::size_t max_bytes);
  std::uint64_t number(std::string_view name, std::uint64_t low, std::uint64_t high, std::uint64_t otherwise);
  bool flag(std::string_view name);
  /// A time zone of the IANA database; UTC when it is not there.
  TimeZone zone(std::string_view name);
  /// RFC 3339, a day, or `now`, `now-15m`, `now-7d` (s, m, h, d, w). What names no zone is in `zone`.
  std::optional<Timestamp> time(std::string_view name, Timestamp now, const TimeZone& zone = TimeZone::utc());

  /// The first mistake, a parameter that nobody asked for among them.
  std::optional<BadParameter> problem() const;

 private:
  const std::string* find(std::string_view name);
  void malformed(std::string_view name, std::string expected);

  std::map<std::string, std::string, std::less<>> values_;
  std::set<std::string, std::less<>> asked_;
  std::optional<BadParameter> problem_;
};

/// "now-24h"; nullopt when it is no such time.
std::optional<Timestamp> read_when(std::string_view text, Timestamp now, const TimeZone& zone = TimeZone::utc());

}  // namespace yorozu::api
