// Rows go through a table of DuckDB, in memory and beside the file when they are many, into one Parquet file.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <variant>

#include "app/answers/outputs.h"
#include "base/text.h"
#include "base/try.h"
#include "duck/database.h"
#include "query/table.h"

namespace yorozu::answers {

namespace {

namespace fs = std::filesystem;
using duck::Type;

struct ParquetColumn {
  std::string name;
  Type type = Type::Text;
};

std::string_view sql_type(Type type) {
  switch (type) {
    case Type::Int64:
      return "BIGINT";
    case Type::UInt64:
      return "UBIGINT";
    case Type::Double:
      return "DOUBLE";
    case Type::Time:
      return "TIMESTAMP";
    default:
      return "VARCHAR";
  }
}

/// An SQL identifier.
std::string identifier(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

/// What all cells of a column are; texts when they differ.
Type type_of_column(const query::Table& table, std::size_t column) {
  bool whole = true, numbers = true, times = true, any = false;
  for (const query::Table::Row& row : table.rows) {
    const query::Cell& cell = row[column];
    if (std::holds_alternative<std::monostate>(cell)) continue;
    any = true;
    const bool is_whole = std::holds_alternative<std::int64_t>(cell);
    whole = whole && is_whole;
    numbers = numbers && (is_whole || std::holds_alternative<double>(cell));
    times = times && std::holds_alternative<Timestamp>(cell);
  }
  if (!any) return Type::Text;
  return whole ? Type::Int64 : numbers ? Type::Double : times ? Type::Time : Type::Text;
}

class ParquetOutput final : public AnswerOutput {
 public:
  explicit ParquetOutput(OutputOptions options) : options_(std::move(options)) {}

  bool row(const archive::search::Row& row) override {
    if (!keep(begin_rows())) return false;
    std::size_t column = 0;
    if (!options_.columns.empty()) {
      for (const std::string& cell : cells_of(row, options_.columns)) appender_->set(column++, std::string_view(cell));
      return keep(appender_->end_row());
    }
    appender_->set(column++, row.seq);
    appender_->set(column++, row.time);
    appender_->set(column++, row.received);
    for (const std::string* text : {&row.input, &row.peer, &row.host, &row.source_class, &row.raw, &row.fields})
      appender_->set(column++, std::string_view(*text));
    return keep(appender_->end_row());
  }

  bool table(const query::Table& table) override {
    std::vector<ParquetColumn> columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      columns.push_back({table.columns[i].name, type_of_column(table, i)});
    if (!keep(begin(columns))) return false;
    for (const query::Table::Row& row : table.rows) {
      for (std::size_t i = 0; i < row.size(); ++i) set(i, columns[i].type, row[i]);
      if (!keep(appender_->end_row())) return false;
    }
    return true;
  }

  Result<void> finish() override {
    keep(begin_rows());  // nothing was found: a file without rows
    if (!failed_) keep(write());
    return failed_ ? Result<void>(std::unexpected(*failed_)) : Result<void>();
  }

 private:
  /// Remembers the first failure.
  bool keep(const Result<void>& done) {
    if (!done && !failed_) failed_ = done.error();
    return !failed_.has_value();
  }

  Result<void> begin_rows() {
    if (appender_) return {};
    std::vector<ParquetColumn> columns = {{"seq", Type::UInt64}, {"time", Type::Time}, {"received", Type::Time}};
    for (const char* name : {"input", "peer", "host", "class", "raw", "fields"}) columns.push_back({name});
    if (!options_.columns.empty()) {
      columns.clear();
      for (const std::string& name : options_.columns) columns.push_back({name});
    }
    return begin(columns);
  }

  Result<void> begin(const std::vector<ParquetColumn>& columns) {
    file_ = fs::absolute(options_.file);
    duck::Settings settings;
    settings.folders = {file_.parent_path()};
    settings.temp_folder = file_.parent_path();
    TRY_ASSIGN(auto database, duck::Database::open(settings));
    database_.emplace(std::move(database));
    TRY_ASSIGN(auto connection, database_->connect());
    connection_.emplace(std::move(connection));
    std::string sql;
    std::vector<Type> types;
    std::vector<std::string> names;
    for (const ParquetColumn& column : columns) {
      // Names that are equal, in any case, get a number: SQL takes no two of them.
      const auto same = std::ranges::count(names, fold(column.name));
      names.push_back(fold(column.name));
      const std::string name = same == 0 ? column.name : column.name + " " + std::to_string(same + 1);
      sql += (sql.empty() ? "" : ", ") + identifier(name) + " " + std::string(sql_type(column.type));
      types.push_back(column.type);
    }
    TRY(connection_->run("CREATE TABLE answer(" + sql + ")"));
    TRY_ASSIGN(auto appender, connection_->append_to("answer", types));
    appender_.emplace(std::move(appender));
    return {};
  }

  void set(std::size_t column, Type type, const query::Cell& cell) {
    if (std::holds_alternative<std::monostate>(cell)) return;
    if (type == Type::Text)
      appender_->set(column, std::string_view(query::to_text(cell, options_.zone)));
    else if (const auto* time = std::get_if<Timestamp>(&cell))
      appender_->set(column, *time);
    else if (const auto* whole = std::get_if<std::int64_t>(&cell); whole != nullptr && type == Type::Int64)
      appender_->set(column, *whole);
    else
      appender_->set(column, whole != nullptr ? static_cast<double>(*whole) : std::get<double>(cell));
  }

  Result<void> write() {
    TRY(appender_->flush());
    TRY(connection_->run("COPY answer TO " + duck::sql_literal(file_.string()) +
                         " (FORMAT parquet, COMPRESSION zstd)"));
    std::error_code error;
    fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write, error);  // logs tell secrets
    return {};
  }

  OutputOptions options_;
  fs::path file_;
  std::optional<duck::Database> database_;
  std::optional<duck::Connection> connection_;
  std::optional<duck::Appender> appender_;
  std::optional<Error> failed_;
};

}  // namespace

std::unique_ptr<AnswerOutput> make_parquet_output(OutputOptions options) {
  return std::make_unique<ParquetOutput>(std::move(options));
}

}  // namespace yorozu::answers
