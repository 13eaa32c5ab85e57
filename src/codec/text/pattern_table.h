/// The declared table: for each program, and for lines without one, what its messages look like. Data under
/// src/codec/text/data, embedded and compiled once; docs/codecs.md says how to read and extend it.
///
///   lists:
///     - programs: [sshd, "sshd-*"]          # or `lines: true`: whole lines, and messages of programs nobody knows;
///                                           # or `shared: true`: both, and tried behind the list of every program
///       class: auth                         # event/source_class.h
///       logsource: {product: linux, service: sshd}
///       keys: {rhost: source_ip}            # fields of key=value captures that are called otherwise
///       patterns:
///         - match: Failed {method} for {user:text} from {source_ip:ip} port {port:int}
///           sample: Failed password for root from 192.0.2.1 port 22
///           fields: {user: root}
///
/// The first pattern that fits is taken. A pattern may state class and logsource of its own, and `set` of constant
/// fields.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "codec/text/pattern.h"
#include "event/logsource.h"
#include "event/source_class.h"

namespace yorozu::codec::text {

/// What a line is besides its fields.
struct Belonging {
  event::SourceClass source_class = event::SourceClass::Other;
  event::Logsource logsource;
  bool operator==(const Belonging&) const = default;
};

struct DeclaredPattern {
  Pattern pattern;
  std::uint16_t belonging = 0;                         ///< in PatternTable::belongings
  std::vector<std::pair<int, std::string>> constants;  ///< field, text
  std::size_t line = 0;                                ///< in its file
  std::string sample;
  std::vector<std::pair<std::string, std::string>> expected;
};

struct PatternList {
  std::vector<std::string> programs;  ///< lower case; a `*` at the end stands for any rest; empty: lines
  bool is_shared = false;             ///< said by any program, and by lines
  std::uint16_t belonging = 0;
  std::vector<KeyName> keys;
  std::vector<DeclaredPattern> patterns;
};

class PatternTable {
 public:
  struct Source {
    std::string_view name, yaml;
  };
  /// The embedded table; valid until the program ends.
  static const PatternTable& builtin();
  /// Errors: InvalidInput with file and line: unknown keys, types, classes, patterns without sample.
  static Result<PatternTable> parse(std::span<const Source> files);

  PatternTable(PatternTable&&) noexcept;
  ~PatternTable();

  /// The list of that program; nullptr when nobody declared it. "/usr/sbin/CRON" is cron, "postfix/smtpd" is postfix
  /// when it has no list of its own, "openvpn-server1" and "openvpn@office" are openvpn.
  const PatternList* list_of(std::string_view program) const;

  struct Found {
    const PatternList* list;
    const DeclaredPattern* pattern;
  };
  /// The first pattern for lines that fits, its fields in `out`; nullptr when none does. Without `context.keys` those
  /// of its list are taken.
  Found match_line(std::string_view line, MatchContext context, LineRecord& out, std::string_view& inner) const;
  /// The same among the lists that every program shares.
  Found match_shared(std::string_view message, MatchContext context, LineRecord& out, std::string_view& inner) const;

  const std::vector<PatternList>& lists() const;
  const std::vector<Belonging>& belongings() const;
  const std::vector<std::string>& field_names() const;

 private:
  struct Impl;
  explicit PatternTable(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::codec::text
