// A pattern is a flat list of pieces; an optional group is a piece that says how many of those behind it are in it. The
// matcher goes through the list once. Only captures without an own extent (word, text, request) search: for the nearest
// of the literals that may stand behind them, worked out when the pattern is compiled.
#include "codec/text/pattern.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/try.h"
#include "codec/text/access_log.h"
#include "codec/text/capture.h"
#include "codec/text/line_time.h"
#include "codec/text/scan.h"

namespace yorozu::codec::text {
namespace {

constexpr std::size_t kMaxPairs = 256;

struct TypeName {
  std::string_view name;
  CaptureType type;
};
constexpr auto kTypes = std::to_array<TypeName>({{"word", CaptureType::Word},
                                                 {"text", CaptureType::Text},
                                                 {"rest", CaptureType::Rest},
                                                 {"ip", CaptureType::Ip},
                                                 {"host", CaptureType::Host},
                                                 {"int", CaptureType::Int},
                                                 {"number", CaptureType::Number},
                                                 {"hex", CaptureType::Hex},
                                                 {"quoted", CaptureType::Quoted},
                                                 {"pairs", CaptureType::Pairs},
                                                 {"brackets", CaptureType::Brackets},
                                                 {"request", CaptureType::Request},
                                                 {"target", CaptureType::Target},
                                                 {"endpoint", CaptureType::Endpoint},
                                                 {"time", CaptureType::Time},
                                                 {"asctime", CaptureType::WeekdayTime},
                                                 {"line", CaptureType::Line},
                                                 {"blanks", CaptureType::Blanks}});

bool searches(CaptureType type) {
  return type == CaptureType::Word || type == CaptureType::Text || type == CaptureType::Request ||
         type == CaptureType::Target || type == CaptureType::Line;
}

bool ends_message(CaptureType type) {
  return type == CaptureType::Rest || type == CaptureType::Pairs || type == CaptureType::Brackets;
}

std::size_t choice_length(const std::vector<std::string>& choices, std::string_view text) {
  for (const std::string& choice : choices)
    if (text.starts_with(choice)) return choice.size();
  return 0;
}

}  // namespace

int FieldNames::number(std::string_view name) {
  const auto found = std::ranges::find(names_, name);
  if (found != names_.end()) return static_cast<int>(found - names_.begin());
  names_.emplace_back(name);
  return static_cast<int>(names_.size()) - 1;
}

class PatternCompiler {
 public:
  PatternCompiler(std::string_view text, FieldNames& fields) : text_(text), fields_(fields) {}

  Result<Pattern> compile() {
    TRY(read_pieces());
    if (pattern_.pieces_.empty()) return wrong("an empty pattern");
    for (std::size_t i = 0; i < pattern_.pieces_.size(); ++i) TRY(find_stops(i));
    find_witness();
    find_first(0);
    return std::move(pattern_);
  }

 private:
  using Piece = Pattern::Piece;

  std::unexpected<Error> wrong(const std::string& what) const {
    return fail(ErrorCode::InvalidInput, what + " at sign " + std::to_string(at_ + 1) + " of the pattern");
  }

  void add_literal_sign(char c) {
    std::vector<Piece>& pieces = pattern_.pieces_;
    const bool joins = !pieces.empty() && pieces.back().kind == Piece::Kind::Literal && pieces.size() != group_edge_;
    if (!joins) pieces.emplace_back();
    pieces.back().literal += c;
  }

  Result<void> read_pieces() {
    std::optional<std::size_t> group;
    while (at_ < text_.size()) {
      const std::string_view rest = text_.substr(at_);
      if (rest.starts_with("[[")) {
        if (group) return wrong("a group inside a group");
        group = pattern_.pieces_.size();
        pattern_.pieces_.push_back({.kind = Piece::Kind::Optional, .literal = {}, .choices = {}, .stops = {}});
        at_ += 2;
      } else if (group && rest.starts_with("]]")) {
        Piece& head = pattern_.pieces_[*group];
        head.length = static_cast<std::uint32_t>(pattern_.pieces_.size() - *group - 1);
        if (head.length == 0) return wrong("an empty group");
        group.reset();
        group_edge_ = pattern_.pieces_.size();
        at_ += 2;
      } else if (rest.front() == '{') {
        TRY(read_capture());
      } else {
        if (rest.front() == '\\' && rest.size() > 1) ++at_;
        add_literal_sign(text_[at_]);
        ++at_;
      }
    }
    if (group) return wrong("a group without its end");
    return {};
  }

  Result<void> read_capture() {
    const std::size_t close = text_.find('}', at_);
    if (close == std::string_view::npos) return wrong("a capture without its end");
    const std::string_view inside = text_.substr(at_ + 1, close - at_ - 1);
    const std::size_t colon = inside.find(':');
    const std::string_view name = inside.substr(0, colon);
    const std::string_view type = colon == std::string_view::npos ? "word" : inside.substr(colon + 1);
    Piece piece{.kind = Piece::Kind::Capture, .literal = {}, .choices = {}, .stops = {}};
    if (const auto known = std::ranges::find(kTypes, type, &TypeName::name); known != kTypes.end()) {
      piece.type = known->type;
    } else if (type.contains('|')) {
      piece.type = CaptureType::Choice;
      for (std::string_view left = type; true;) {
        const std::size_t bar = left.find('|');
        if (left.substr(0, bar).empty()) return wrong("an empty choice");
        piece.choices.emplace_back(left.substr(0, bar));
        if (bar == std::string_view::npos) break;
        left.remove_prefix(bar + 1);
      }
      std::ranges::stable_sort(piece.choices, std::greater<>(), &std::string::size);
    } else {
      return wrong("unknown type '" + std::string(type) + "'");
    }
    if (name == "@time" && (piece.type == CaptureType::Time || piece.type == CaptureType::WeekdayTime))
      piece.field = Pattern::kTime;
    else if (name == "@host")
      piece.field = Pattern::kHost;
    else if (name.starts_with('@'))
      return wrong("unknown name '" + std::string(name) + "'");
    else if (const std::size_t plus = name.find('+'); plus != std::string_view::npos) {
      piece.field = fields_.number(name.substr(0, plus));
      piece.second_field = fields_.number(name.substr(plus + 1));
    } else if (!name.empty()) {
      piece.field = fields_.number(name);
    }
    pattern_.pieces_.push_back(std::move(piece));
    at_ = close + 1;
    return {};
  }

  /// What may stand behind piece `from`: literals, and whether the message may end there.
  Result<void> find_stops(std::size_t from) {
    std::vector<Piece>& pieces = pattern_.pieces_;
    Piece& piece = pieces[from];
    if (piece.kind != Piece::Kind::Capture) return {};
    if (ends_message(piece.type)) {
      if (from + 1 != pieces.size() && !is_group_end(from)) return wrong("something behind a capture that takes all");
      return {};
    }
    if (!searches(piece.type)) return {};
    std::size_t next = from + 1;
    while (next < pieces.size()) {
      if (pieces[next].kind == Piece::Kind::Literal) {
        piece.stops.push_back(static_cast<std::uint32_t>(next));
        return {};
      }
      if (pieces[next].kind == Piece::Kind::Capture) {
        // A word ends at its blank, so blanks and whatever else may follow it.
        if (pieces[next].type == CaptureType::Blanks && piece.type == CaptureType::Word) {
          ++next;
          continue;
        }
        if (piece.type == CaptureType::Word) return {};
        return wrong("a capture that has no end of its own needs a literal behind it");
      }
      if (pieces[next + 1].kind != Piece::Kind::Literal)
        return wrong("a capture without an end of its own before a group that does not begin with a literal");
      piece.stops.push_back(static_cast<std::uint32_t>(next + 1));
      next += pieces[next].length + 1;
    }
    piece.may_end = true;
    return {};
  }

  /// The last piece of a group at the end of the pattern.
  bool is_group_end(std::size_t at) const {
    for (std::size_t i = 0; i < at; ++i)
      if (pattern_.pieces_[i].kind == Piece::Kind::Optional && i + pattern_.pieces_[i].length == at)
        return at + 1 == pattern_.pieces_.size();
    return false;
  }

  void may_begin_with(std::string_view signs) {
    for (const char c : signs) pattern_.first_.set(static_cast<unsigned char>(c));
  }

  /// Most patterns for lines begin with a time; most lines that fit none of them do not.
  void find_first(std::size_t at) {
    if (at >= pattern_.pieces_.size()) return;
    const Piece& piece = pattern_.pieces_[at];
    if (piece.kind == Piece::Kind::Optional) {
      find_first(at + 1);
      return find_first(at + 1 + piece.length);
    }
    if (piece.kind == Piece::Kind::Literal) return may_begin_with(piece.literal.substr(0, 1));
    switch (piece.type) {
      case CaptureType::Time:
        return may_begin_with("0123456789JFMASONDTWjfmasondtw");  // months and days of the week
      case CaptureType::Int:
      case CaptureType::Number:
        return may_begin_with("0123456789+-");
      case CaptureType::Ip:
      case CaptureType::Endpoint:
        return may_begin_with("0123456789abcdefABCDEF:[.");
      case CaptureType::Choice:
        for (const std::string& choice : piece.choices) may_begin_with(choice.substr(0, 1));
        return;
      default:
        pattern_.first_.set();
    }
  }

  void find_witness() {
    for (std::size_t i = 0; i < pattern_.pieces_.size(); ++i) {
      const Piece& piece = pattern_.pieces_[i];
      if (piece.kind == Piece::Kind::Optional) {
        i += piece.length;
        continue;
      }
      for (std::string_view rest = piece.literal; !rest.empty();) {
        const std::string_view run = rest.substr(0, rest.find(' '));
        if (run.size() > pattern_.witness_.size()) pattern_.witness_ = run;
        rest.remove_prefix(std::min(rest.size(), run.size() + 1));
      }
    }
  }

  std::string_view text_;
  FieldNames& fields_;
  std::size_t at_ = 0;
  std::size_t group_edge_ = SIZE_MAX;  ///< literals do not join across the end of a group
  Pattern pattern_;
};

Result<Pattern> Pattern::compile(std::string_view text, FieldNames& fields) {
  return PatternCompiler(text, fields).compile();
}

std::string_view Pattern::prefix() const {
  return pieces_.front().kind == Piece::Kind::Literal ? std::string_view(pieces_.front().literal) : std::string_view();
}

struct Pattern::Run {
  std::string_view rest;
  const MatchContext& context;
  LineRecord& out;
  std::string_view& inner;

  void emit(int field, std::string_view value) const {
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (value.ends_with(' ')) value.remove_suffix(1);
    if (field == kDropped || field == kTime || value.empty() || value == "-") return;
    if (field == kHost)
      out.add_host(context.words.host, value);
    else
      out.add(context.ids[static_cast<std::size_t>(field)], value);
  }
  void emit(const Piece& piece, std::string_view value) const {
    emit(piece.field, value);
    emit(piece.second_field, value);
  }
  void take(const Piece& piece, std::size_t length) {
    emit(piece, rest.substr(0, length));
    rest.remove_prefix(length);
  }
  void emit_pairs(bool (*take_next)(std::string_view&, Pair&)) {
    Pair pair;
    for (std::size_t n = 0; n < kMaxPairs && take_next(rest, pair); ++n) {
      if (pair.value.empty() || pair.value == "-") continue;
      const auto renamed = std::ranges::find(context.keys, pair.key, &KeyName::key);
      out.add(renamed == context.keys.end() ? context.words.id(pair.key)
                                            : context.ids[static_cast<std::size_t>(renamed->field)],
              pair.value);
    }
    rest = {};
  }
};

/// Whether piece `at` begins at `rest`, as far as that can be told in bounded time.
bool Pattern::accepts(std::size_t at, std::string_view rest) const {
  if (at >= pieces_.size()) return rest.find_first_not_of(" \t\r") == std::string_view::npos;
  const Piece& piece = pieces_[at];
  if (piece.kind == Piece::Kind::Literal) return rest.starts_with(piece.literal);  // behind the end of a group
  if (piece.kind != Piece::Kind::Capture) return true;
  switch (piece.type) {
    case CaptureType::Ip:
      return ip_length(rest) > 0;
    case CaptureType::Int:
    case CaptureType::Number:
      return int_length(rest) > 0;
    case CaptureType::Hex:
      return hex_length(rest.substr(0, 3)) > 0;
    case CaptureType::Choice:
      return choice_length(piece.choices, rest) > 0;
    default:
      return true;
  }
}

/// Where the nearest literal that may end `piece` begins, at most at `limit`; npos when there is none.
std::size_t Pattern::find_stop(const Piece& piece, std::string_view rest, std::size_t limit) const {
  std::size_t best = std::string_view::npos;
  for (const std::uint32_t stop : piece.stops) {
    const std::string& literal = pieces_[stop].literal;
    for (std::size_t at = rest.find(literal); at < best && at <= limit; at = rest.find(literal, at + 1)) {
      if (!accepts(stop + 1, rest.substr(at + literal.size()))) continue;
      best = at;
      break;
    }
  }
  return best;
}

bool Pattern::match_capture(std::size_t at, Run& run) const {
  const Piece& piece = pieces_[at];
  const std::string_view rest = run.rest;
  std::size_t length = 0;
  switch (piece.type) {
    case CaptureType::Word: {
      const std::size_t blank = std::min(rest.find_first_of(" \t"), rest.size());
      length = std::min(find_stop(piece, rest, blank), blank);
      break;
    }
    case CaptureType::Text:
    case CaptureType::Request:
    case CaptureType::Target:
    case CaptureType::Line: {
      length = find_stop(piece, rest, std::string_view::npos);
      if (length == std::string_view::npos) {
        if (!piece.may_end) return false;
        length = rest.size();
      }
      const std::string_view found = rest.substr(0, length);
      run.rest.remove_prefix(length);
      if (piece.type == CaptureType::Request)
        add_request(found, run.context.words, run.out);
      else if (piece.type == CaptureType::Target)
        add_target(found, run.context.words, run.out);
      else
        run.emit(piece, found);
      if (piece.type == CaptureType::Line) run.inner = found;
      return true;
    }
    case CaptureType::Rest:
      run.take(piece, rest.size());
      return true;
    case CaptureType::Pairs:
      run.emit_pairs(take_pair);
      return true;
    case CaptureType::Brackets:
      run.emit_pairs(take_bracket_pair);
      return true;
    case CaptureType::Blanks:
      run.rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
      return true;
    case CaptureType::Ip: {
      std::string_view inner;
      length = ip_length(rest, &inner);
      if (length == 0) return false;
      run.emit(piece, inner);
      run.rest.remove_prefix(length);
      return true;
    }
    case CaptureType::Endpoint: {
      std::string_view address, port;
      length = endpoint_length(rest, address, port);
      if (length == 0) return false;
      run.emit(piece.field, address);
      run.emit(piece.second_field, port);
      run.rest.remove_prefix(length);
      return true;
    }
    case CaptureType::Quoted:
      length = quoted_length(rest);
      if (length == 0) return false;
      run.emit(piece, rest.substr(1, length - 2));
      run.rest.remove_prefix(length);
      return true;
    case CaptureType::WeekdayTime:
    case CaptureType::Time: {
      Scan scan(rest);
      if (piece.type == CaptureType::WeekdayTime && is_digit(scan.peek())) return false;
      const auto time = scan_any_time(scan, run.context.written);
      if (!time) return false;
      if (piece.field == kTime) run.out.time = *time;
      run.take(piece, rest.size() - scan.rest().size());
      return true;
    }
    case CaptureType::Host:
      length = host_length(rest);
      break;
    case CaptureType::Int:
      length = int_length(rest);
      break;
    case CaptureType::Number:
      length = number_length(rest);
      break;
    case CaptureType::Hex:
      length = hex_length(rest);
      break;
    case CaptureType::Choice:
      length = choice_length(piece.choices, rest);
      break;
  }
  if (length == 0) return false;
  run.take(piece, length);
  return true;
}

bool Pattern::match_range(std::size_t from, std::size_t to, Run& run) const {
  for (std::size_t i = from; i < to; ++i) {
    const Piece& piece = pieces_[i];
    if (piece.kind == Piece::Kind::Literal) {
      if (!run.rest.starts_with(piece.literal)) return false;
      run.rest.remove_prefix(piece.literal.size());
    } else if (piece.kind == Piece::Kind::Capture) {
      if (!match_capture(i, run)) return false;
    } else {
      const std::string_view before = run.rest;
      const std::size_t fields = run.out.names.size();
      const std::uint16_t host = run.out.host;
      if (!match_range(i + 1, i + 1 + piece.length, run)) {
        run.rest = before;
        run.out.names.resize(fields);
        run.out.values.resize(fields);
        run.out.host = host;
      }
      i += piece.length;
    }
  }
  return true;
}

bool Pattern::match(std::string_view message, const MatchContext& context, LineRecord& out,
                    std::string_view& inner) const {
  if (message.empty() || !first_[static_cast<unsigned char>(message.front())]) return false;
  const std::size_t fields = out.names.size();
  const std::uint16_t host = out.host;
  const WrittenTime time = out.time;
  Run run{.rest = message, .context = context, .out = out, .inner = inner};
  if (match_range(0, pieces_.size(), run) && run.rest.find_first_not_of(" \t\r") == std::string_view::npos) return true;
  out.names.resize(fields);
  out.values.resize(fields);
  out.host = host;
  out.time = time;
  inner = {};
  return false;
}

}  // namespace yorozu::codec::text
