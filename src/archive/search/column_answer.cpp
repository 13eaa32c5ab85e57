// The condition becomes an SQL expression of three values: true, false, and NULL where a column does not decide it (its
// bit is set in `several`, or the text has to be brought to normal form). AND, OR and NOT of SQL carry the NULL on as
// they should. Files with a row that is NULL are left out; of the others the groups are counted and given to the
// stages.
#include "archive/search/column_answer.h"

#include <algorithm>
#include <map>
#include <optional>

#include "archive/index/columns.h"
#include "archive/search/minutes.h"
#include "base/try.h"
#include "duck/database.h"
#include "query/text_match.h"

namespace yorozu::archive::search {
namespace {

constexpr std::uint64_t kDuckBytes = std::uint64_t{256} << 20;

/// A condition in SQL with its parameters, in order.
struct Sql {
  std::string text;
  std::vector<std::string> parameters;
};

/// A literal, in normal form, against a column. nullopt: columns do not decide such a test.
std::optional<Sql> sql_of(const query::Test& test, std::size_t column) {
  const std::string name = '"' + std::string(index::kTextColumns[column]) + '"';
  const std::string bit = std::to_string(index::bit_of(column)) + "::UBIGINT";
  if (std::holds_alternative<query::Present>(test))
    return Sql{"CASE WHEN (several & " + bit + ") <> 0 THEN NULL ELSE " + name + " IS NOT NULL END", {}};
  const auto* text = std::get_if<query::Text>(&test);
  if (text == nullptr || (!text->phrase && text->literal.empty())) return std::nullopt;
  return Sql{"CASE WHEN ((several | non_ascii) & " + bit + ") <> 0 THEN NULL ELSE coalesce(lower(" + name +
                 ") = ?, false) END",
             {text->literal}};
}

std::optional<Sql> sql_of(const query::Expression& expression) {
  using Kind = query::Expression::Kind;
  if (expression.kind == Kind::All) return Sql{"true", {}};
  if (expression.kind == Kind::Test) {
    const auto column = index::text_column_of(expression.field);
    return column ? sql_of(*expression.test, *column) : std::nullopt;
  }
  Sql out;
  for (const query::Expression& child : expression.children) {
    auto sql = sql_of(child);
    if (!sql) return std::nullopt;
    if (!out.text.empty()) out.text += expression.kind == Kind::Or ? " OR " : " AND ";
    out.text += '(' + sql->text + ')';
    std::ranges::move(sql->parameters, std::back_inserter(out.parameters));
  }
  if (expression.kind == Kind::Not) out.text = "NOT " + out.text;
  return out;
}

bool needs_events(const query::Aggregation& aggregation) {
  using Function = query::Aggregation::Function;
  return aggregation.function == Function::First || aggregation.function == Function::Last;
}

/// `first` and `last` need each event's time; spans of seconds are finer than the minutes that rows are counted by.
bool needs_events(const query::Stage& stage) {
  if (const auto* stats = std::get_if<query::Stats>(&stage))
    return std::ranges::any_of(stats->aggregations, [](const auto& each) { return needs_events(each); });
  const auto* chart = std::get_if<query::Timechart>(&stage);
  return chart != nullptr && (chart->span.unit == query::Span::Unit::Second || needs_events(chart->aggregation));
}

class Columns {
 public:
  Columns(duck::Connection connection, Sql condition, const ColumnQuestion& question)
      : connection_(std::move(connection)), condition_(std::move(condition)), question_(question) {}

  /// Files that hold a row which the condition cannot decide.
  Result<std::set<std::string>> undecided(const std::set<std::string>& files) {
    std::set<std::string> out;
    TRY_ASSIGN(duck::Statement statement,
               prepare("SELECT DISTINCT filename FROM " + source(files) + " WHERE (" + condition_.text + ") IS NULL"));
    TRY_ASSIGN(duck::Rows rows, statement.execute());
    for (;;) {
      TRY_ASSIGN(const auto chunk, rows.next());
      if (!chunk) return out;
      for (std::size_t row = 0; row < chunk->rows(); ++row) out.emplace(chunk->text(0, row));
    }
  }

  /// Groups of equal values, counted, given to the stages. Gives the number of events.
  Result<std::uint64_t> count(const std::set<std::string>& files, query::StageRunner& runner) {
    std::string columns = runner.uses_time() ? "epoch_us(date_trunc('minute', time))" : "0::BIGINT";
    for (const std::string& field : runner.fields())
      columns += ", \"" + std::string(index::kTextColumns[*index::text_column_of(field)]) + '"';
    TRY_ASSIGN(duck::Statement statement, prepare("SELECT count(*)::BIGINT, " + columns + " FROM " + source(files) +
                                                  " WHERE (" + condition_.text + ")" + times() + " GROUP BY ALL"));
    TRY_ASSIGN(duck::Rows rows, statement.execute());
    std::uint64_t events = 0;
    std::vector<std::optional<std::string_view>> values(runner.fields().size());
    for (;;) {
      TRY_ASSIGN(const auto chunk, rows.next());
      if (!chunk) return events;
      for (std::size_t row = 0; row < chunk->rows(); ++row) {
        for (std::size_t i = 0; i < values.size(); ++i)
          values[i] = chunk->is_null(i + 2, row) ? std::nullopt : std::optional(chunk->text(i + 2, row));
        const auto alike = static_cast<std::uint64_t>(chunk->integer(0, row));
        if (alike == 0) continue;
        runner.add_values(values, Timestamp{chunk->integer(1, row)}, 0, alike);
        events += alike;
      }
    }
  }

 private:
  static std::string source(const std::set<std::string>& files) {
    std::string list;
    for (const std::string& file : files) list += (list.empty() ? "" : ",") + duck::sql_literal(file);
    return "read_parquet([" + list + "], filename = true)";
  }
  std::string times() const {
    return std::string(question_.from.known() ? " AND time >= ?" : "") + (question_.to.known() ? " AND time < ?" : "");
  }
  Result<duck::Statement> prepare(const std::string& sql) {
    TRY_ASSIGN(duck::Statement statement, connection_.prepare(sql));
    std::size_t next = 1;
    for (const std::string& text : condition_.parameters) TRY(statement.bind(next++, std::string_view(text)));
    if (sql.find("time >= ?") != std::string::npos) TRY(statement.bind(next++, question_.from));
    if (sql.find("time < ?") != std::string::npos) TRY(statement.bind(next++, question_.to));
    return statement;
  }

  duck::Connection connection_;
  Sql condition_;
  const ColumnQuestion& question_;
};

/// Columns files all of whose segments are in `allowed`, with the paths of these.
std::map<std::string, std::vector<std::string>> whole_files(const index::IndexCatalogue& catalogue,
                                                            const std::set<std::string>& allowed) {
  std::map<std::string, std::vector<std::string>> out;
  std::set<std::string> refused;
  for (const index::IndexedSegment& segment : catalogue.segments()) {
    if (segment.columns == nullptr) continue;
    const std::string file = segment.columns->path.string();
    if (!segment.columns->is_whole || !allowed.contains(segment.segment.path)) refused.insert(file);
    out[file].push_back(segment.segment.path);
  }
  for (const std::string& file : refused) out.erase(file);
  return out;
}

}  // namespace

bool columns_can_answer(const ColumnQuestion& question, const query::StageRunner& runner) {
  return runner.takes_values() && sql_of(question.query.where).has_value() &&
         std::ranges::none_of(question.query.stages, [](const query::Stage& stage) { return needs_events(stage); }) &&
         std::ranges::all_of(runner.fields(),
                             [](const std::string& field) { return index::text_column_of(field).has_value(); });
}

Result<ColumnAnswer> answer_by_columns(const ColumnQuestion& question, const index::IndexCatalogue& catalogue,
                                       const std::filesystem::path& index_folder, const std::set<std::string>& allowed,
                                       query::StageRunner& runner) {
  ColumnAnswer answer;
  const auto whole = whole_files(catalogue, allowed);
  std::set<std::string> files;
  for (const auto& [file, segments] : whole) files.insert(file);
  if (files.empty()) return answer;

  duck::Settings settings;
  settings.memory_bytes = kDuckBytes;
  settings.threads = 2;
  settings.folders = {index_folder};
  TRY_ASSIGN(duck::Database database, duck::Database::open(settings));
  TRY_ASSIGN(duck::Connection connection, database.connect());
  Columns columns(std::move(connection), *sql_of(question.query.where), question);
  if (question.query.where.kind != query::Expression::Kind::All) {
    TRY_ASSIGN(const auto undecided, columns.undecided(files));
    for (const std::string& file : undecided) files.erase(file);
    if (files.empty()) return answer;
  }
  TRY_ASSIGN(answer.events, columns.count(files, runner));
  for (const std::string& file : files) answer.segments.insert(whole.at(file).begin(), whole.at(file).end());
  return answer;
}

}  // namespace yorozu::archive::search
