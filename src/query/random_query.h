/// Made-up queries for oracles and fuzz targets: valid, short, and made of fields and words that the events at hand
/// have, so that some of them match something. The same seed gives the same queries on every machine.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yorozu::query {

class RandomQuery {
 public:
  /// Neither list is empty; `words` are pieces of text as events have them.
  RandomQuery(std::uint64_t seed, std::vector<std::string> fields, std::vector<std::string> words)
      : random_(seed), fields_(std::move(fields)), words_(std::move(words)) {}

  std::string next() { return chance(4) ? condition() : condition() + stages(); }
  /// Without stages.
  std::string condition() { return chance(12) ? std::string("*") : any_of(2); }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(std::uint64_t one_in) { return below(one_in) == 0; }
  template <class T>
  const T& one_of(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  std::string one_of(std::initializer_list<std::string_view> from) {
    return std::string(from.begin()[below(from.size())]);
  }

  std::string any_of(int depth) {
    std::string out = test(depth);
    for (std::uint64_t more = below(3); more > 0; --more) out += one_of({" ", " AND ", " OR "}) + test(depth);
    return out;
  }

  std::string test(int depth) {
    if (chance(6)) return one_of({"NOT ", "-"}) + test(depth);
    if (depth > 0 && chance(5)) return '(' + any_of(depth - 1) + ')';
    if (chance(2)) return chance(3) ? quoted(one_of(words_)) : wildcards(bare(one_of(words_)));
    return name() + ':' + value(depth);
  }

  std::string value(int depth) {
    const std::string word = one_of(words_);
    switch (below(9)) {
      case 0:
        return "*";
      case 1:
        return quoted(word);
      case 2:
        return one_of({">", ">=", "<", "<="}) + bound(word);
      case 3:
        return one_of({"[", "{"}) + bound(word) + " TO " + (chance(3) ? "*" : bound(one_of(words_))) +
               one_of({"]", "}"});
      case 4:
        return one_of({"10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0", "2001:db8::/32"});
      case 5:
        return '/' + regex(word) + '/';
      case 6:
        if (depth > 0)
          return '(' + wildcards(bare(word)) + one_of({" OR ", " AND NOT "}) + quoted(one_of(words_)) + ')';
        return wildcards(bare(word));
      default:
        return wildcards(bare(word));
    }
  }

  /// The longest run of characters that a word without quotes may have.
  static std::string bare(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (std::string_view(" \t\r\n()|\"/*?:[]{}<>-").find(c) == std::string_view::npos)
        out += c;
      else if (!out.empty())
        break;
    }
    return out.empty() || out == "AND" || out == "OR" || out == "NOT" ? "a" : out;
  }
  static std::string bound(std::string_view text) { return bare(text); }
  static std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text)
      if (c != '"' && c != '\\') out += c;
    return out + '"';
  }
  std::string wildcards(std::string word) {
    if (!chance(4)) return word;
    return one_of({"", "*", "?"}) + word + one_of({"*", "?"});
  }
  /// Its letters and digits, some of them any character.
  std::string regex(std::string_view text) {
    std::string out = one_of({"", "(?i)", "^"});
    for (const char c : text) {
      if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        out += chance(5) ? '.' : c;
      else
        out += ".*";
    }
    return out;
  }

  /// Fields with blanks can be named behind pipes only.
  std::string name() {
    std::string out;
    for (const char c : one_of(fields_))
      if (c != ' ') out += c;
    return out;
  }
  std::string stage_name() { return '"' + one_of(fields_) + '"'; }
  std::string stage_names() {
    std::string out = stage_name();
    if (chance(3)) out += ", " + stage_name();
    return out;
  }
  std::string aggregation() {
    if (chance(3)) return "count";
    return one_of({"count", "dc", "sum", "avg", "min", "max", "median", "p95", "first", "last", "values"}) + '(' +
           stage_name() + ')';
  }

  std::string stages() {
    switch (below(6)) {
      case 0:
        return " | fields " + one_of({"", "- "}) + stage_names();
      case 1:
        return " | sort " + one_of({"", "-"}) + stage_name() +
               (chance(2) ? " | limit " + std::to_string(1 + below(20)) : "");
      case 2:
        return " | " + one_of({"top ", "rare "}) + std::to_string(1 + below(20)) + ' ' + stage_names();
      case 3:
        return " | timechart " + one_of({"1m", "5m", "1h", "1d", "1w", "1mon"}) + ' ' + aggregation() +
               (chance(2) ? " by " + stage_name() : "");
      case 4:
        return " | limit " + std::to_string(1 + below(50));
      default:
        return " | stats " + aggregation() + ", count as n" + (chance(4) ? "" : " by " + stage_names()) +
               (chance(3) ? " | sort -n | limit " + std::to_string(1 + below(20)) : "");
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> fields_, words_;
};

}  // namespace yorozu::query
