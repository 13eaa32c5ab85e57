/// The stages behind the pipes of a query, as values. docs/search.md has the language with examples.
///
///   query     := expr ("|" stage)*
///   stage     := "stats" agg ("," agg)* ["by" names] | ("top" | "rare") [n] names | "timechart" span [agg] ["by" name]
///              | "fields" ["-"] names | "sort" ["-"] name ("," ["-"] name)* | ("limit" | "head") n
///   agg       := function ["(" name ")"] ["as" name];  names := name ([","] name)*
///   span      := number ("s" | "m" | "h" | "d" | "w" | "mon")
///
/// Words of stages may be written in any case. Also understood, because hands know them: `table` for `fields`,
/// `span=1h`, `limit=10`, `sort name desc`, `distinct_count`, `mean`, `median`, `perc95`, `fields + a`.
///
/// At most one stage aggregates (stats, top, rare, timechart). Before it only the condition stands; behind it `fields`,
/// `sort` and `limit` work on the columns of its table. Without one they work on the events themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace yorozu::query {

struct Aggregation {
  enum class Function : std::uint8_t {
    Count,       ///< of events; with a field: of events that have it
    Distinct,    ///< exact up to 1,024 values a group, beyond within about 2 %
    Sum,         ///< of what are numbers; six digits behind the point
    Average,     ///< likewise
    Minimum,     ///< of the numbers when there are any, else of times, else of addresses, else of texts
    Maximum,     ///< likewise
    Percentile,  ///< of the numbers: exact up to 1,024 different ones a group, beyond within 1 %
    First,       ///< value of the event with the earliest time (then lowest seq) that has one
    Last,
    Values,  ///< different values in order, at most 100
  } function = Function::Count;
  std::string field;    ///< as written; "" only of Count
  double percent = 50;  ///< of Percentile: 0 to 100
  std::string name;     ///< of the column: as given with `as`, else as the language writes the aggregation
  bool operator==(const Aggregation&) const = default;
};

struct Stats {
  std::vector<Aggregation> aggregations;
  std::vector<std::string> by;  ///< empty: one row over everything
  bool operator==(const Stats&) const = default;
};

/// The most frequent combinations (or the least frequent), with their counts and shares. Events without one of the
/// fields are left out and counted in Table::without_field.
struct Top {
  bool rare = false;
  std::uint64_t rows = 10;
  std::vector<std::string> fields;
  bool operator==(const Top&) const = default;
};

struct Span {
  enum class Unit : std::uint8_t { Second, Minute, Hour, Day, Week, Month } unit = Unit::Hour;
  std::uint32_t count = 1;
  bool operator==(const Span&) const = default;
};

/// One row for each span of time between the first and the last event; with `by` one column for each of the ten values
/// with most events and one for the others.
struct Timechart {
  Span span;
  Aggregation aggregation;
  std::string by;  ///< "": one column
  bool operator==(const Timechart&) const = default;
};

struct Fields {
  bool keep = true;  ///< false: all but these
  std::vector<std::string> names;
  bool operator==(const Fields&) const = default;
};

struct Sort {
  struct Key {
    std::string name;
    bool descending = false;
    bool operator==(const Key&) const = default;
  };
  std::vector<Key> keys;
  bool operator==(const Sort&) const = default;
};

struct Limit {
  std::uint64_t rows = 0;
  bool operator==(const Limit&) const = default;
};

using Stage = std::variant<Stats, Top, Timechart, Fields, Sort, Limit>;

/// In words of the language, without the pipe.
std::string to_text(const Stage& stage);
std::string to_text(const Span& span);
/// "count", "dc(user.name)", "p95(bytes)": the name of its column when none is given.
std::string default_name(const Aggregation& aggregation);

}  // namespace yorozu::query
