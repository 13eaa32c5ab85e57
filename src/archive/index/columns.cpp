#include "archive/index/columns.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "base/try.h"
#include "duck/database.h"

namespace yorozu::archive::index {

namespace {

enum Leading : std::uint8_t { kSeq, kTime, kReceived, kSeveral, kNonAscii, kFirstText };

/// About 120,000 rows a group (what DuckDB reads in one piece), packed by zstd, numbers as differences.
constexpr std::string_view kFormat =
    " (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 122880, USE_TMP_FILE "
    "false)";

std::string table_sql() {
  std::string sql =
      "CREATE OR REPLACE TABLE rows(seq UBIGINT, time TIMESTAMP, received TIMESTAMP, several UBIGINT, non_ascii "
      "UBIGINT";
  for (const std::string_view name : kTextColumns) sql.append(", \"").append(name).append("\" VARCHAR");
  return sql + ')';
}

std::vector<duck::Type> types() {
  std::vector<duck::Type> out = {duck::Type::UInt64, duck::Type::Time, duck::Type::Time, duck::Type::UInt64,
                                 duck::Type::UInt64};
  out.resize(kFirstText + kTextColumns.size(), duck::Type::Text);
  return out;
}

duck::Settings settings_for(const std::filesystem::path& folder) {
  duck::Settings settings;
  settings.memory_bytes = std::uint64_t{160} << 20;
  settings.folders = {folder};
  return settings;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) >= 0; });
}

/// One column: its value, and whether the event has more under that name.
class TextColumn {
 public:
  TextColumn(std::string_view name, const event::Schema& schema) : reader_(name, schema) {}

  struct Cell {
    std::optional<std::string_view> text;  ///< valid until the next call
    bool several = false;
  };
  Cell read(const query::EventView& view) {
    Cell cell{reader_.value(view), false};
    cell.several = has_more(view, cell.text);
    if (cell.text && !is_ascii(*cell.text) && !is_valid_utf8(*cell.text)) {
      repaired_ = repair_utf8(*cell.text);
      cell = {repaired_, true};
    }
    return cell;
  }

 private:
  /// A test reads the fact and each value: is one of them anything but `text`?
  bool has_more(const query::EventView& view, std::optional<std::string_view> text) {
    if (reader_.fact() != query::FieldReader::Fact::None) {
      fact_.clear();
      reader_.append_fact(view, fact_);
      if (!fact_.empty() && (!text || *text != fact_)) return true;
    }
    const std::span<const event::Value> values = view.batch.values_of(view.event);
    for (const std::uint16_t at : reader_.positions(*view.event.shape)) {
      const event::Value& value = values[at];
      if (value.is_null()) continue;
      if (!text || value.is_array) return true;
      if (value.type == event::ValueType::Utf8) {
        if (as_text(value.bytes()) != *text) return true;
        continue;
      }
      value_.clear();
      event::append_text(value, value_);
      if (value_.view() != *text) return true;
    }
    return false;
  }

  query::FieldReader reader_;
  std::string fact_, repaired_;
  Buffer value_;
};

}  // namespace

std::optional<std::size_t> text_column_of(std::string_view field) {
  const auto found = std::ranges::find(kTextColumns, fold(field));
  if (found == kTextColumns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kTextColumns.begin());
}

struct ColumnsWriter::Impl {
  Impl(duck::Database opened, duck::Connection connected, const event::Schema& schema)
      : database(std::move(opened)), connection(std::move(connected)) {
    columns.reserve(kTextColumns.size());
    for (const std::string_view name : kTextColumns) columns.emplace_back(name, schema);
  }
  duck::Database database;
  duck::Connection connection;
  std::optional<duck::Appender> appender;
  std::vector<TextColumn> columns;
};

ColumnsWriter::ColumnsWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ColumnsWriter::ColumnsWriter(ColumnsWriter&&) noexcept = default;
ColumnsWriter& ColumnsWriter::operator=(ColumnsWriter&&) noexcept = default;
ColumnsWriter::~ColumnsWriter() = default;

Result<ColumnsWriter> ColumnsWriter::make(const std::filesystem::path& folder, const event::Schema& schema) {
  TRY_ASSIGN(duck::Database database, duck::Database::open(settings_for(folder)));
  TRY_ASSIGN(duck::Connection connection, database.connect());
  return ColumnsWriter(std::make_unique<Impl>(std::move(database), std::move(connection), schema));
}

Result<void> ColumnsWriter::begin() {
  impl_->appender.reset();
  TRY(impl_->connection.run(table_sql()));
  TRY_ASSIGN(duck::Appender appender, impl_->connection.append_to("rows", types()));
  impl_->appender.emplace(std::move(appender));
  return {};
}

Result<void> ColumnsWriter::add(const query::EventView& view) {
  duck::Appender& row = *impl_->appender;
  row.set(kSeq, view.context.seq);
  row.set(kTime, view.event.time);
  row.set(kReceived, view.context.received);
  std::uint64_t several = 0, non_ascii = 0;
  for (std::size_t i = 0; i < impl_->columns.size(); ++i) {
    const TextColumn::Cell cell = impl_->columns[i].read(view);
    if (cell.several) several |= bit_of(i);
    if (!cell.text) continue;
    if (!is_ascii(*cell.text)) non_ascii |= bit_of(i);
    row.set(kFirstText + i, *cell.text);
  }
  row.set(kSeveral, several);
  row.set(kNonAscii, non_ascii);
  return row.end_row();
}

Result<void> ColumnsWriter::write(const std::filesystem::path& path) {
  TRY(impl_->appender->flush());
  impl_->appender.reset();
  TRY(impl_->connection.run("COPY rows TO " + duck::sql_literal(path.string()) + std::string(kFormat)));
  return impl_->connection.run("DROP TABLE rows");
}

Result<void> merge_columns(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& files,
                           const std::filesystem::path& to) {
  TRY_ASSIGN(duck::Database database, duck::Database::open(settings_for(folder)));
  TRY_ASSIGN(duck::Connection connection, database.connect());
  std::string list;
  for (const std::filesystem::path& file : files) {
    if (!list.empty()) list += ',';
    list += duck::sql_literal(file.string());
  }
  return connection.run("COPY (SELECT * FROM read_parquet([" + list + "])) TO " + duck::sql_literal(to.string()) +
                        std::string(kFormat));
}

Result<ColumnsStamp> stamp_of(Disk& disk, const std::filesystem::path& path) {
  TRY_ASSIGN(const std::unique_ptr<DiskFile> file, disk.open(path));
  ColumnsStamp stamp;
  std::vector<std::uint8_t> buffer(std::size_t{1} << 20);
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), &XXH3_freeState);
  XXH3_64bits_reset(state.get());
  for (;;) {
    TRY_ASSIGN(const std::size_t got, file->read_at(stamp.bytes, buffer));
    if (got == 0) break;
    XXH3_64bits_update(state.get(), buffer.data(), got);
    stamp.bytes += got;
  }
  stamp.hash = XXH3_64bits_digest(state.get());
  return stamp;
}

}  // namespace yorozu::archive::index
