/// "key=value key2="quoted value"" as firewalls and programs write it.
#pragma once

#include <optional>
#include <string_view>

#include "codec/fields/record.h"

namespace yorozu::codec::fields {

struct Pair {
  std::string_view key;
  std::string_view value;  ///< without quotes, escapes as they are
  bool is_quoted = false;
  bool has_escapes = false;  ///< \" or \\ inside
};

/// The pair at the front of `rest` (blanks and `separator` before it are passed over) and moves behind it; nullopt when
/// no key= stands there. Keys are letters, digits and _ - . @ / [ ].
std::optional<Pair> take_pair(std::string_view& rest, char separator = ' ');

/// The value as the sender meant it: escapes resolved in the arena.
std::string_view text_of(const Pair& pair, Arena& arena);

/// Lines that are nothing but pairs, at least two (logfmt and its relatives): each is a field, `time`, `ts`,
/// `timestamp`, `date` give the time. False, and nothing added, for other lines.
bool read_key_value(std::string_view text, Record& out);

}  // namespace yorozu::codec::fields
