// Recursive descent over bytes; the grammar stands in query/expression.h. Blank means AND, which binds tighter than OR.

#include "query/parse.h"

#include <re2/re2.h>

#include <charconv>
#include <string>

#include "base/text.h"
#include "base/try.h"
#include "query/address.h"

namespace yorozu::query {

namespace {

template <class T>
using Parsed = std::expected<T, ParseError>;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
/// Ends a bare word wherever it stands.
bool ends_word(char c) {
  return is_blank(c) || c == '(' || c == ')' || c == '"' || c == '|';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Parsed<Expression> query() {
    if (text_.size() > kMaxQueryBytes) return error(kMaxQueryBytes, ParseError::Reason::TooLong);
    skip_blanks();
    if (at_end() || peek() == '|') return Expression{};
    TRY_ASSIGN(Expression out, any_of(0));
    if (peek() == ')') return error(at_, ParseError::Reason::UnexpectedBracket, ")");
    return out;
  }
  /// Where reading ended: at the first pipe, or behind everything.
  std::size_t position() const { return at_; }

 private:
  using Reason = ParseError::Reason;

  std::unexpected<ParseError> error(std::size_t position, Reason reason, std::string_view detail = {}) const {
    return std::unexpected(ParseError{position, reason, std::string(detail.substr(0, 200)), {}});
  }
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  void skip_blanks() {
    // U+3000, the blank of Japanese keyboards, separates words too.
    while (!at_end()) {
      if (is_blank(text_[at_]))
        ++at_;
      else if (text_.substr(at_).starts_with("\u3000"))
        at_ += 3;
      else
        break;
    }
  }
  /// An operator in capitals, standing alone.
  bool take_keyword(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    const std::size_t after = at_ + word.size();
    if (after < text_.size() && !ends_word(text_[after]) && !text_.substr(after).starts_with("\u3000")) return false;
    at_ = after;
    skip_blanks();
    return true;
  }
  bool at_operand() const { return !at_end() && peek() != ')' && peek() != '|'; }

  Parsed<Expression> any_of(int depth) {
    return joined(Expression::Kind::Or, depth, [&] { return take_keyword("OR"); }, &Parser::all_of);
  }
  Parsed<Expression> all_of(int depth) {
    const auto another = [&] {
      if (take_keyword("AND")) return true;
      return at_operand() && !is_keyword("OR");
    };
    return joined(Expression::Kind::And, depth, another, &Parser::maybe_not);
  }
  bool is_keyword(std::string_view word) {
    const std::size_t before = at_;
    const bool found = take_keyword(word);
    at_ = before;
    return found;
  }

  template <class Another>
  Parsed<Expression> joined(Expression::Kind kind, int depth, Another another,
                            Parsed<Expression> (Parser::*operand)(int)) {
    if (depth > kMaxDepth) return error(at_, Reason::TooDeep);
    const std::size_t position = at_;
    TRY_ASSIGN(Expression first, (this->*operand)(depth));
    if (!another()) return first;
    Expression out;
    out.kind = kind;
    out.position = position;
    out.children.push_back(std::move(first));
    do {
      if (!at_operand()) return error(at_, Reason::MissingOperand, kind == Expression::Kind::Or ? "OR" : "AND");
      TRY_ASSIGN(Expression next, (this->*operand)(depth));
      out.children.push_back(std::move(next));
    } while (another());
    return out;
  }

  Parsed<Expression> maybe_not(int depth) {
    if (depth > kMaxDepth) return error(at_, Reason::TooDeep);
    const std::size_t position = at_;
    const bool minus = peek() == '-' && at_ + 1 < text_.size() && !ends_word(text_[at_ + 1]);
    if (minus) ++at_;
    if (!minus && !take_keyword("NOT")) return primary(depth);
    if (!at_operand()) return error(at_, Reason::MissingOperand, "NOT");
    TRY_ASSIGN(Expression inner, maybe_not(depth + 1));
    Expression out;
    out.kind = Expression::Kind::Not;
    out.position = position;
    out.children.push_back(std::move(inner));
    return out;
  }

  Parsed<Expression> primary(int depth) {
    if (!at_operand())
      return error(at_, peek() == ')' ? Reason::UnexpectedBracket : Reason::MissingOperand, text_.substr(at_, 1));
    for (const std::string_view word : {"AND", "OR"})
      if (is_keyword(word)) return error(at_, Reason::MissingOperand, word);
    if (peek() == '(') return bracketed(depth);
    if (peek() == '"') return quoted("");
    if (field_.empty()) {
      if (const std::string name = take_field_name(); !name.empty()) return field_test(name, depth);
    }
    return value(field_);
  }

  Parsed<Expression> bracketed(int depth) {
    const std::size_t opened = at_++;
    skip_blanks();
    if (peek() == ')') return error(at_, Reason::MissingOperand, ")");
    TRY_ASSIGN(Expression inner, any_of(depth + 1));
    if (peek() != ')') return error(opened, Reason::UnclosedBracket, "(");
    ++at_;
    skip_blanks();
    return inner;
  }

  /// `name:` at the cursor; "" and no movement when there is none.
  std::string take_field_name() {
    std::size_t end = at_;
    while (end < text_.size() && !ends_word(text_[end]) && text_[end] != ':') ++end;
    if (end == at_ || end >= text_.size() || text_[end] != ':') return {};
    if (text_[at_] >= '0' && text_[at_] <= '9') return {};  // 12:30:45 is a word
    std::string name(text_.substr(at_, end - at_));
    // C:\Windows and http://host are words, not fields: a field's value does not begin with a slash or backslash pair.
    if (text_.substr(end).starts_with(":\\") || text_.substr(end).starts_with("://")) return {};
    at_ = end + 1;
    return name;
  }

  Parsed<Expression> field_test(const std::string& name, int depth) {
    skip_blanks();
    if (!at_operand()) return error(at_, Reason::MissingValue, name);
    if (peek() == '(') {
      field_ = name;
      Parsed<Expression> out = bracketed(depth);
      field_.clear();
      return out;
    }
    return value(name);
  }

  Parsed<Expression> value(const std::string& field) {
    switch (peek()) {
      case '"':
        return quoted(field);
      case '/':
        if (!field.empty()) return regex(field);
        break;
      case '[':
      case '{':
        if (!field.empty()) return range(field);
        break;
      case '<':
      case '>':
        if (!field.empty()) return comparison(field);
        break;
      default:
        break;
    }
    return word(field);
  }

  Expression test(const std::string& field, std::size_t position, Test test) {
    Expression out;
    out.kind = Expression::Kind::Test;
    out.field = field;
    out.test = std::move(test);
    out.position = position;
    return out;
  }

  Parsed<Expression> quoted(const std::string& outer) {
    const std::string& field = outer.empty() ? field_ : outer;
    const std::size_t opened = at_++;
    std::string content;
    while (true) {
      if (at_end()) return error(opened, Reason::UnclosedQuote, "\"");
      const char c = text_[at_++];
      if (c == '"') break;
      // Only \" and \\ at the end of the text are escapes: backslashes of paths stay what they are.
      if (c == '\\' && peek() == '"' && text_.find('"', at_ + 1) != std::string_view::npos) {
        content += '"';
        ++at_;
      } else {
        content += c;
      }
    }
    skip_blanks();
    Text text;
    text.phrase = true;
    text.literal = normal_form(content);
    text.glob.pieces.push_back({Glob::Piece::Kind::Literal, text.literal});
    if (text.literal.empty()) text.glob.pieces.clear();
    return test(field, opened, std::move(text));
  }

  std::string_view take_bare() {
    const std::size_t start = at_;
    while (!at_end() && !ends_word(text_[at_]) && !text_.substr(at_).starts_with("\u3000")) ++at_;
    const std::string_view out = text_.substr(start, at_ - start);
    skip_blanks();
    return out;
  }

  Parsed<Expression> word(const std::string& field) {
    const std::size_t position = at_;
    const std::string_view bare = take_bare();
    if (bare.empty()) return error(position, Reason::MissingValue, field);
    if (bare == "*") {
      if (!field.empty()) return test(field, position, Present{});
      Expression all;
      all.position = position;
      return all;
    }
    if (!field.empty() && bare.find('/') != std::string_view::npos) {
      if (const auto network = parse_network(bare)) return test(field, position, *network);
      if (looks_like_network(bare)) return error(position, Reason::BadNetwork, bare);
    }
    return test(field, position, wildcard_text(bare));
  }

  /// `*` and `?` are wildcards, `\*` and `\?` the characters; any other backslash is itself.
  static Text wildcard_text(std::string_view bare) {
    Text out;
    std::string literal;
    bool wild = false;
    const auto flush = [&] {
      if (literal.empty()) return;
      out.glob.pieces.push_back({Glob::Piece::Kind::Literal, normal_form(literal)});
      literal.clear();
    };
    for (std::size_t i = 0; i < bare.size(); ++i) {
      const char c = bare[i];
      if (c == '\\' && i + 1 < bare.size() && (bare[i + 1] == '*' || bare[i + 1] == '?')) {
        literal += bare[++i];
      } else if (c == '*' || c == '?') {
        flush();
        wild = true;
        const auto kind = c == '*' ? Glob::Piece::Kind::AnyRun : Glob::Piece::Kind::AnyOne;
        const bool repeated =
            kind == Glob::Piece::Kind::AnyRun && !out.glob.pieces.empty() && out.glob.pieces.back().kind == kind;
        if (!repeated) out.glob.pieces.push_back({kind, ""});
      } else {
        literal += c;
      }
    }
    if (!wild) out.literal = normal_form(literal);
    flush();
    return out;
  }

  Parsed<Expression> regex(const std::string& field) {
    const std::size_t opened = at_++;
    std::string pattern;
    while (true) {
      if (at_end()) return error(opened, Reason::UnclosedQuote, "/");
      const char c = text_[at_++];
      if (c == '/') break;
      if (c == '\\' && !at_end()) {
        if (peek() != '/') pattern += c;
        pattern += text_[at_++];
      } else {
        pattern += c;
      }
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(8 << 20);
    if (const RE2 compiled(pattern, options); !compiled.ok()) return error(opened, Reason::BadRegex, compiled.error());
    skip_blanks();
    return test(field, opened, Regex{std::move(pattern)});
  }

  Parsed<Expression> comparison(const std::string& field) {
    const std::size_t position = at_;
    const bool less = text_[at_++] == '<';
    const bool inclusive = peek() == '=';
    if (inclusive) ++at_;
    skip_blanks();
    const std::string_view bare = take_bare();
    if (bare.empty()) return error(position, Reason::MissingValue, field);
    const auto bound = make_bound(bare, inclusive);
    if (!bound || bare == "*") return error(position, Reason::BadRange, bare);
    Range range;
    (less ? range.high : range.low) = *bound;
    return test(field, position, std::move(range));
  }

  /// nullopt: not a bound (empty, or with brackets or quotes, which a range could not be written with).
  static std::optional<Bound> make_bound(std::string_view text, bool inclusive) {
    std::string normal = normal_form(text);
    const std::size_t first = normal.find_first_not_of(" \t\n\r");
    if (first == std::string::npos || normal.find_first_of("[]{}\"") != std::string::npos) return std::nullopt;
    return Bound{normal.substr(first, normal.find_last_not_of(" \t\n\r") - first + 1), inclusive};
  }

  Parsed<Expression> range(const std::string& field) {
    const std::size_t opened = at_;
    const bool from_inclusive = text_[at_++] == '[';
    const std::size_t close = text_.find_first_of("]}", at_);
    if (close == std::string_view::npos) return error(opened, Reason::UnclosedBracket, text_.substr(opened, 1));
    const std::string_view inside = text_.substr(at_, close - at_);
    const std::size_t to = inside.find(" TO ");
    if (to == std::string_view::npos) return error(opened, Reason::BadRange, inside);
    Range out;
    const auto read = [](std::string_view text, bool inclusive, std::optional<Bound>& to_set) {
      const auto made = make_bound(text, inclusive);
      if (made && made->text != "*") to_set = made;
      return made.has_value();
    };
    if (!read(inside.substr(0, to), from_inclusive, out.low) ||
        !read(inside.substr(to + 4), text_[close] == ']', out.high))
      return error(opened, Reason::BadRange, inside);
    at_ = close + 1;
    skip_blanks();
    return test(field, opened, std::move(out));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string field_;  ///< while inside `field:( ... )`
};

void write(const Expression& e, std::string& out);

void write_text(const Text& text, std::string& out) {
  if (text.phrase) {
    out += '"';
    for (const char c : text.literal) {
      if (c == '"') out += '\\';
      out += c;
    }
    out += '"';
    return;
  }
  for (const Glob::Piece& piece : text.glob.pieces) {
    if (piece.kind == Glob::Piece::Kind::AnyRun) {
      out += '*';
    } else if (piece.kind == Glob::Piece::Kind::AnyOne) {
      out += '?';
    } else {
      for (const char c : piece.text) {
        if (c == '*' || c == '?') out += '\\';
        out += c;
      }
    }
  }
}

void write_test(const Test& test, std::string& out) {
  if (const auto* text = std::get_if<Text>(&test)) {
    write_text(*text, out);
  } else if (std::holds_alternative<Present>(test)) {
    out += '*';
  } else if (const auto* regex = std::get_if<Regex>(&test)) {
    out += '/';
    for (const char c : regex->pattern) {
      if (c == '/') out += '\\';
      out += c;
    }
    out += '/';
  } else if (const auto* network = std::get_if<Network>(&test)) {
    out += to_text(*network);
  } else {
    const auto& range = std::get<Range>(test);
    out += range.low && !range.low->inclusive ? '{' : '[';
    out += range.low ? range.low->text : "*";
    out += " TO ";
    out += range.high ? range.high->text : "*";
    out += range.high && !range.high->inclusive ? '}' : ']';
  }
}

void write(const Expression& e, std::string& out) {
  switch (e.kind) {
    case Expression::Kind::All:
      out += '*';
      return;
    case Expression::Kind::Test:
      if (!e.field.empty()) out.append(e.field).append(":");
      write_test(*e.test, out);
      return;
    case Expression::Kind::Not:
      out += "NOT ";
      write(e.children.front(), out);
      return;
    case Expression::Kind::And:
    case Expression::Kind::Or:
      out += '(';
      for (std::size_t i = 0; i < e.children.size(); ++i) {
        if (i > 0) out += e.kind == Expression::Kind::And ? " AND " : " OR ";
        write(e.children[i], out);
      }
      out += ')';
      return;
  }
}

}  // namespace

std::expected<Expression, ParseError> parse_condition(std::string_view text, std::size_t& end) {
  Parser parser(text);
  auto out = parser.query();
  end = parser.position();
  return out;
}

std::expected<Expression, ParseError> parse(std::string_view text) {
  std::size_t end = 0;
  TRY_ASSIGN(Expression out, parse_condition(text, end));
  if (end < text.size()) return std::unexpected(ParseError{end, ParseError::Reason::PipeNotHere, "|", {}});
  return out;
}

std::string to_text(const Expression& expression) {
  std::string out;
  if (expression.kind != Expression::Kind::All) write(expression, out);
  return out;
}

}  // namespace yorozu::query
