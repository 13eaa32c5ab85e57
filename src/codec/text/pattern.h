/// One declared pattern: what a message looks like, written as the message with holes in it.
///
///   Failed {method:word} for [[invalid user ]]{user:text} from {source_ip:ip} port {port:int}[[ {protocol}]]
///
/// `{name:type}` is a capture that becomes the field `name`; `{:type}` is read and dropped; `{name}` is a word;
/// `{name+other}` becomes two fields.
/// `[[ ... ]]` may be missing. A backslash takes the meaning off the sign behind it. Everything else is literal, and
/// the pattern describes the whole message. Types:
///
///   word      one or more characters that are no blank, at most up to the literal behind the capture
///   text      anything, also nothing, up to the literal behind it (which is taken where also the capture behind it
///   fits) rest      anything, up to the end ip        IPv4 or IPv6 address, also in brackets        host    name or
///   address int       decimal digits, also with a minus             number  the same with a fraction hex hexadecimal
///   digits, also behind 0x            quoted  what stands in "", '' or `` pairs     key=value to the end, each a field
///   of its own name request   METHOD target PROTOCOL, as the fields of W3C extended logs, up to the literal behind it
///   target    the target of a request: cs-uri, cs-uri-stem, cs-uri-query, up to the literal behind it
///   endpoint  address and port: `{c-ip+port:endpoint}`, also without port
///   time      a time in any usual writing; as `{@time:time}` the time of the event
///   asctime   the same, but only where it begins with the day of the week or the month
///   line      to the end, or up to the literal behind it; read once more as a line of its own
///   blanks    any number of blanks, also none
///   a|b|c     one of these
///
/// `@host` names the host of the event. A captured "-" is no value. There is no choice to come back to but the one of
/// `text`, which looks one capture ahead: matching is linear in the message.
#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "codec/text/record.h"

namespace yorozu::codec::text {

enum class CaptureType : std::uint8_t {
  Word,
  Text,
  Rest,
  Ip,
  Host,
  Int,
  Number,
  Hex,
  Quoted,
  Pairs,
  Brackets,
  Request,
  Target,
  Endpoint,
  Time,
  WeekdayTime,
  Line,
  Blanks,
  Choice
};

/// Names of fields that patterns use, numbered; what a decoder turns into NameIds once.
class FieldNames {
 public:
  int number(std::string_view name);
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

/// Keys of `pairs` whose field is called otherwise.
struct KeyName {
  std::string key;
  int field;
};

struct MatchContext {
  const Vocabulary& words;
  std::span<const event::NameId> ids;  ///< by number of FieldNames
  std::span<const KeyName> keys;
  Timestamp written;
};

class Pattern {
 public:
  /// Errors: InvalidInput, naming the place in `text`.
  static Result<Pattern> compile(std::string_view text, FieldNames& fields);

  /// Adds the fields of `message` to `out`; leaves it as it was when the pattern does not fit. `inner`: what a capture
  /// of type `line` held, "" for none. Allocates nothing but fields.
  bool match(std::string_view message, const MatchContext& context, LineRecord& out, std::string_view& inner) const;

  /// The longest run without blanks that every fitting message has; "" when there is none.
  std::string_view witness() const { return witness_; }
  /// What every fitting message begins with.
  std::string_view prefix() const;

 private:
  struct Piece {
    enum class Kind : std::uint8_t { Literal, Capture, Optional } kind = Kind::Literal;
    CaptureType type = CaptureType::Word;
    bool may_end = false;              ///< Word, Text and their like: the end of the message may end it
    int field = kDropped;              ///< of a capture
    int second_field = kDropped;       ///< `{USER+target_user}`: the same under two names
    std::uint32_t length = 0;          ///< of an Optional: how many pieces are in it
    std::string literal;               ///< of a Literal
    std::vector<std::string> choices;  ///< of a Choice
    std::vector<std::uint32_t> stops;  ///< Word, Text and their like: the literals that may end it
  };
  static constexpr int kDropped = -1, kTime = -2, kHost = -3;

  friend class PatternCompiler;
  struct Run;
  bool match_range(std::size_t from, std::size_t to, Run& run) const;
  bool match_capture(std::size_t at, Run& run) const;
  std::size_t find_stop(const Piece& piece, std::string_view rest, std::size_t limit) const;
  bool accepts(std::size_t at, std::string_view rest) const;

  std::vector<Piece> pieces_;
  std::string witness_;
  std::bitset<256> first_;  ///< signs that a fitting message may begin with
};

}  // namespace yorozu::codec::text
