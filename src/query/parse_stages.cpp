// Tokens first (words, quoted names, commas, brackets, pipes), then a function for each stage, then a look at the
// whole: which stage may follow which, and whether the columns they name are there.

#include "query/parse_stages.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "query/query.h"
#include "query/stage_words.h"

namespace yorozu::query {

namespace {

using Reason = ParseError::Reason;
template <class T>
using Parsed = std::expected<T, ParseError>;

std::unexpected<ParseError> error(std::size_t position, Reason reason, std::string_view detail = {},
                                  std::string_view suggestion = {}) {
  return std::unexpected(ParseError{position, reason, std::string(detail.substr(0, 200)), std::string(suggestion)});
}

struct Token {
  enum class Kind : std::uint8_t { Word, Quoted, Comma, Open, Close, Pipe, End } kind = Kind::End;
  std::string text;  ///< of a word as written, of a quoted name without its quotes
  std::size_t position = 0;
};

Parsed<Token> quoted_token(std::string_view text, std::size_t& at) {
  Token out{Token::Kind::Quoted, {}, at++};
  while (at < text.size() && text[at] != '"') {
    if (text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\')) ++at;
    out.text += text[at++];
  }
  if (at == text.size()) return error(out.position, Reason::UnclosedQuote, "\"");
  ++at;
  if (out.text.empty()) return error(out.position, Reason::MissingNames, "\"\"");
  return out;
}

Parsed<std::vector<Token>> tokens(std::string_view text, std::size_t at) {
  constexpr std::string_view kEnds = " \t\r\n,()|\"";
  constexpr std::string_view kWideBlank = "\u3000";
  std::vector<Token> out;
  while (at < text.size()) {
    const char c = text[at];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++at;
    } else if (text.substr(at).starts_with(kWideBlank)) {
      at += kWideBlank.size();
    } else if (c == '"') {
      TRY_ASSIGN(Token token, quoted_token(text, at));
      out.push_back(std::move(token));
    } else if (c == ',' || c == '(' || c == ')' || c == '|') {
      const auto kind = c == ','   ? Token::Kind::Comma
                        : c == '(' ? Token::Kind::Open
                        : c == ')' ? Token::Kind::Close
                                   : Token::Kind::Pipe;
      out.push_back({kind, std::string(1, c), at++});
    } else {
      const std::size_t end = std::min({text.find_first_of(kEnds, at), text.find(kWideBlank, at), text.size()});
      out.push_back({Token::Kind::Word, std::string(text.substr(at, end - at)), at});
      at = end;
    }
  }
  out.push_back({Token::Kind::End, "", text.size()});
  return out;
}

class StageParser {
 public:
  explicit StageParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  struct Placed {
    Stage stage;
    std::string word;
    std::size_t position = 0;
    std::vector<std::size_t> names;  ///< where each of its names stands
  };

  Parsed<std::vector<Placed>> all() {
    std::vector<Placed> out;
    while (peek().kind != Token::Kind::End) {
      const Token pipe = take();  // every stage reads on until a pipe or the end
      if (out.size() == kMaxStages) return error(pipe.position, Reason::TooMany);
      if (peek().kind != Token::Kind::Word) return error(pipe.position, Reason::MissingStage, pipe.text);
      const Token word = take();
      const auto known = parse_stage_word(fold(word.text));
      if (!known) return error(word.position, Reason::UnknownStage, word.text, stage_instead_of(fold(word.text)));
      name_places_.clear();
      TRY_ASSIGN(Stage made, stage(*known, word));
      if (!at_end()) return error(peek().position, Reason::UnexpectedWord, peek().text);
      out.push_back({std::move(made), word.text, word.position, name_places_});
    }
    return out;
  }

 private:
  const Token& peek() const { return tokens_[at_]; }
  Token take() { return tokens_[at_++]; }
  bool at_end() const { return peek().kind == Token::Kind::Pipe || peek().kind == Token::Kind::End; }
  bool at_name() const {
    return peek().kind == Token::Kind::Quoted || (peek().kind == Token::Kind::Word && !is_reserved(peek().text));
  }
  bool take_word(std::string_view lower) {
    if (peek().kind != Token::Kind::Word || fold(peek().text) != lower) return false;
    ++at_;
    return true;
  }
  bool take_comma() {
    if (peek().kind != Token::Kind::Comma) return false;
    ++at_;
    return true;
  }

  Parsed<Stage> stage(StageWord which, const Token& word) {
    switch (which) {
      case StageWord::Stats:
        return stats(word);
      case StageWord::Top:
      case StageWord::Rare:
        return top(word, which == StageWord::Rare);
      case StageWord::Timechart:
        return timechart(word);
      case StageWord::Fields:
        return fields(word);
      case StageWord::Sort:
        return sort(word);
      case StageWord::Limit:
        return limit();
    }
    std::unreachable();
  }

  Parsed<std::string> name(std::string_view for_whom) {
    if (!at_name()) return error(peek().position, Reason::MissingNames, for_whom);
    name_places_.push_back(peek().position);
    return take().text;
  }

  Parsed<std::vector<std::string>> names(std::string_view for_whom) {
    std::vector<std::string> out;
    bool comma = false;
    while (at_name() || out.empty() || comma) {
      if (out.size() == kMaxNames) return error(peek().position, Reason::TooMany);
      TRY_ASSIGN(std::string one, name(for_whom));
      out.push_back(std::move(one));
      comma = take_comma();
    }
    return out;
  }

  Parsed<Stage> stats(const Token& word) {
    Stats out;
    bool comma = false;
    while (at_name() || comma) {
      if (out.aggregations.size() == kMaxNames) return error(peek().position, Reason::TooMany);
      TRY_ASSIGN(Aggregation one, aggregation());
      out.aggregations.push_back(std::move(one));
      comma = take_comma();
    }
    if (out.aggregations.empty()) out.aggregations.push_back(count());
    if (take_word("by")) {
      TRY_ASSIGN(out.by, names(word.text + " ... by"));
    }
    return out;
  }

  static Aggregation count() {
    Aggregation out;
    out.name = default_name(out);
    return out;
  }

  Parsed<Aggregation> aggregation() {
    const Token word = take();
    auto out = word.kind == Token::Kind::Word ? parse_function(fold(word.text)) : std::nullopt;
    if (!out)
      return error(word.position, Reason::UnknownFunction, word.text, nearest(fold(word.text), function_words()));
    if (peek().kind == Token::Kind::Open) {
      const Token open = take();
      if (at_name()) out->field = take().text;
      if (out->field == "*" && out->function == Aggregation::Function::Count) out->field.clear();
      if (peek().kind != Token::Kind::Close) return error(open.position, Reason::UnclosedBracket, open.text);
      take();
    }
    if (out->field.empty() && out->function != Aggregation::Function::Count)
      return error(word.position, Reason::MissingField, word.text);
    out->name = default_name(*out);
    if (take_word("as")) {
      TRY_ASSIGN(out->name, name("as"));
    }
    return *std::move(out);
  }

  /// `10` or `limit=10`; nullopt: neither stands here.
  Parsed<std::optional<std::uint64_t>> number() {
    if (peek().kind != Token::Kind::Word) return std::nullopt;
    std::string_view digits = peek().text;
    const std::string folded = fold(digits);
    const bool named = folded.starts_with("limit=");
    if (named) digits.remove_prefix(std::string_view("limit=").size());
    const bool whole = !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!whole && !named) return std::nullopt;
    constexpr std::uint64_t kMostRows = 1'000'000'000;
    std::uint64_t out = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (!whole || read.ec != std::errc() || out == 0 || out > kMostRows)
      return error(peek().position, Reason::BadNumber, peek().text);
    take();
    return out;
  }

  Parsed<Stage> top(const Token& word, bool rare) {
    Top out;
    out.rare = rare;
    TRY_ASSIGN(const auto rows, number());
    if (rows) out.rows = *rows;
    TRY_ASSIGN(out.fields, names(word.text));
    return out;
  }

  Parsed<Stage> timechart(const Token& word) {
    Timechart out;
    constexpr std::string_view kNamed = "span=";
    const Token written = peek();
    std::string span = written.kind == Token::Kind::Word ? fold(written.text) : "";
    if (span.starts_with(kNamed)) span.erase(0, kNamed.size());
    const auto read = parse_span(span);
    if (!read) {
      const bool other_word = !span.empty() && (span.front() < '0' || span.front() > '9');
      return error(written.position, Reason::BadSpan, at_end() ? word.text : written.text,
                   other_word ? "timechart 1h " + written.text : "");
    }
    take();
    out.span = *read;
    out.aggregation = count();
    if (at_name()) {
      TRY_ASSIGN(out.aggregation, aggregation());
    }
    if (take_word("by")) {
      TRY_ASSIGN(out.by, name(word.text + " ... by"));
    }
    return out;
  }

  Parsed<Stage> fields(const Token& word) {
    Fields out;
    const bool minus = peek().kind == Token::Kind::Word && peek().text.front() == '-';
    out.keep = !minus;
    if (!take_word("-")) take_word("+");
    if (!out.keep)
      for (std::size_t i = at_; i < tokens_.size() && tokens_[i].kind != Token::Kind::Pipe; ++i)
        if (tokens_[i].kind == Token::Kind::Word && tokens_[i].text.starts_with('-')) tokens_[i].text.erase(0, 1);
    TRY_ASSIGN(out.names, names(word.text));
    for (const std::string& one : out.names)
      if (one.empty()) return error(word.position, Reason::MissingNames, word.text);
    return out;
  }

  Parsed<Stage> sort(const Token& word) {
    Sort out;
    do {
      if (out.keys.size() == kMaxNames) return error(peek().position, Reason::TooMany);
      Sort::Key key;
      if (take_word("-")) {
        key.descending = true;
      } else if (!take_word("+") && peek().kind == Token::Kind::Word &&
                 (peek().text.front() == '-' || peek().text.front() == '+')) {
        key.descending = peek().text.front() == '-';
        tokens_[at_].text.erase(0, 1);
      }
      TRY_ASSIGN(key.name, name(word.text));
      if (take_word("desc"))
        key.descending = true;
      else
        take_word("asc");
      out.keys.push_back(std::move(key));
    } while (take_comma() || at_name());
    return out;
  }

  Parsed<Stage> limit() {
    constexpr std::uint64_t kUsual = 10;  // what head means elsewhere
    if (at_end()) return Limit{kUsual};
    TRY_ASSIGN(const auto rows, number());
    if (!rows) return error(peek().position, Reason::BadNumber, peek().text);
    return Limit{*rows};
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::vector<std::size_t> name_places_;
};

bool aggregates(const Stage& stage) {
  return !std::holds_alternative<Fields>(stage) && !std::holds_alternative<Sort>(stage) &&
         !std::holds_alternative<Limit>(stage);
}

/// Names of the columns that an aggregating stage makes; nullopt when the events decide.
std::optional<std::vector<std::string>> columns_of(const Stage& stage) {
  if (const auto* stats = std::get_if<Stats>(&stage)) {
    std::vector<std::string> out = stats->by;
    for (const Aggregation& one : stats->aggregations) out.push_back(one.name);
    return out;
  }
  if (const auto* top = std::get_if<Top>(&stage)) {
    std::vector<std::string> out = top->fields;
    out.insert(out.end(), {"count", "percent"});
    return out;
  }
  const auto* chart = std::get_if<Timechart>(&stage);
  if (chart == nullptr || !chart->by.empty()) return std::nullopt;
  return std::vector<std::string>{"time", chart->aggregation.name};
}

/// Names of columns are taken in any case; the stage then has the name of the column.
std::expected<void, ParseError> find_columns(std::vector<std::string>& columns, StageParser::Placed& placed) {
  const auto find = [&](std::string& name, std::size_t position) -> std::expected<void, ParseError> {
    if (std::ranges::find(columns, name) != columns.end()) return {};
    const auto same = std::ranges::find_if(columns, [&](const std::string& c) { return fold(c) == fold(name); });
    if (same == columns.end()) {
      const std::vector<std::string_view> known(columns.begin(), columns.end());
      return error(position, Reason::UnknownColumn, name, nearest(name, known));
    }
    name = *same;
    return {};
  };
  if (auto* fields = std::get_if<Fields>(&placed.stage)) {
    for (std::size_t i = 0; i < fields->names.size(); ++i) TRY(find(fields->names[i], placed.names[i]));
    if (fields->keep)
      columns = fields->names;
    else
      std::erase_if(columns,
                    [&](const std::string& c) { return std::ranges::find(fields->names, c) != fields->names.end(); });
  } else if (auto* sort = std::get_if<Sort>(&placed.stage)) {
    for (std::size_t i = 0; i < sort->keys.size(); ++i) TRY(find(sort->keys[i].name, placed.names[i]));
  }
  return {};
}

std::expected<void, ParseError> check_order(std::vector<StageParser::Placed>& stages) {
  const auto aggregation = std::ranges::find_if(stages, [](const auto& s) { return aggregates(s.stage); });
  if (aggregation == stages.end()) {
    // Of events, `limit` in front of `sort` would mean "the first that happen to be read".
    const auto sort = std::ranges::find_if(stages, [](const auto& s) { return std::holds_alternative<Sort>(s.stage); });
    for (auto it = stages.begin(); sort != stages.end() && it != sort; ++it)
      if (std::holds_alternative<Limit>(it->stage))
        return error(it->position, Reason::StageBeforeAggregation, it->word);
    return {};
  }
  if (aggregation != stages.begin())
    return error(stages.front().position, Reason::StageBeforeAggregation, stages.front().word);
  auto columns = columns_of(aggregation->stage);
  for (auto it = aggregation + 1; it != stages.end(); ++it) {
    if (aggregates(it->stage)) return error(it->position, Reason::SecondAggregation, it->word);
    if (columns) TRY(find_columns(*columns, *it));
  }
  return {};
}

}  // namespace

std::expected<std::vector<Stage>, ParseError> parse_stages(std::string_view text, std::size_t at) {
  TRY_ASSIGN(std::vector<Token> read, tokens(text, at));
  TRY_ASSIGN(std::vector<StageParser::Placed> placed, StageParser(std::move(read)).all());
  TRY(check_order(placed));
  std::vector<Stage> out;
  for (StageParser::Placed& one : placed) out.push_back(std::move(one.stage));
  return out;
}

}  // namespace yorozu::query
