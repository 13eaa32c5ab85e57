#include "duck/statement.h"

#include <vector>

#include "base/assert.h"
#include "duck/statement_impl.h"

namespace yorozu::duck {

// --- Chunk

struct Chunk::Impl {
  struct Column {
    duckdb_type type = DUCKDB_TYPE_INVALID;
    void* data = nullptr;
    std::uint64_t* validity = nullptr;  ///< null: no value is null
  };
  Impl(const Library& from, duckdb_data_chunk handle) : library(from), chunk(handle, from.duckdb_destroy_data_chunk) {}

  template <class T>
  const T& at(std::size_t column, std::size_t row) const {
    return static_cast<const T*>(columns[column].data)[row];
  }

  const Library& library;
  detail::Owned<duckdb_data_chunk> chunk;
  std::vector<Column> columns;
};

Chunk::Chunk(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  rows_ = impl_->library.duckdb_data_chunk_get_size(impl_->chunk.get());
}
Chunk::Chunk(Chunk&&) noexcept = default;
Chunk::~Chunk() = default;

bool Chunk::is_null(std::size_t column, std::size_t row) const {
  std::uint64_t* const validity = impl_->columns[column].validity;
  return validity != nullptr && (validity[row / 64] >> (row % 64) & 1) == 0;
}

std::int64_t Chunk::integer(std::size_t column, std::size_t row) const {
  if (is_null(column, row)) return 0;
  switch (impl_->columns[column].type) {
    case DUCKDB_TYPE_TINYINT:
      return impl_->at<std::int8_t>(column, row);
    case DUCKDB_TYPE_SMALLINT:
      return impl_->at<std::int16_t>(column, row);
    case DUCKDB_TYPE_INTEGER:
      return impl_->at<std::int32_t>(column, row);
    case DUCKDB_TYPE_BIGINT:
      return impl_->at<std::int64_t>(column, row);
    default:
      YOROZU_ASSERT(false, "integer() is for columns of Type::Int64");
  }
}

std::uint64_t Chunk::natural(std::size_t column, std::size_t row) const {
  if (is_null(column, row)) return 0;
  switch (impl_->columns[column].type) {
    case DUCKDB_TYPE_UTINYINT:
      return impl_->at<std::uint8_t>(column, row);
    case DUCKDB_TYPE_USMALLINT:
      return impl_->at<std::uint16_t>(column, row);
    case DUCKDB_TYPE_UINTEGER:
      return impl_->at<std::uint32_t>(column, row);
    case DUCKDB_TYPE_UBIGINT:
      return impl_->at<std::uint64_t>(column, row);
    default:
      YOROZU_ASSERT(false, "natural() is for columns of Type::UInt64");
  }
}

double Chunk::number(std::size_t column, std::size_t row) const {
  if (is_null(column, row)) return 0;
  if (impl_->columns[column].type == DUCKDB_TYPE_FLOAT) return static_cast<double>(impl_->at<float>(column, row));
  YOROZU_ASSERT(impl_->columns[column].type == DUCKDB_TYPE_DOUBLE, "number() is for columns of Type::Double");
  return impl_->at<double>(column, row);
}

bool Chunk::boolean(std::size_t column, std::size_t row) const {
  YOROZU_ASSERT(impl_->columns[column].type == DUCKDB_TYPE_BOOLEAN, "boolean() is for columns of Type::Boolean");
  return !is_null(column, row) && impl_->at<bool>(column, row);
}

std::string_view Chunk::text(std::size_t column, std::size_t row) const {
  YOROZU_ASSERT(impl_->columns[column].type == DUCKDB_TYPE_VARCHAR, "text() is for columns of Type::Text");
  if (is_null(column, row)) return {};
  auto* const text = static_cast<duckdb_string_t*>(impl_->columns[column].data) + row;  // a short text stands inside
  return {impl_->library.duckdb_string_t_data(text), impl_->library.duckdb_string_t_length(*text)};
}

Timestamp Chunk::time(std::size_t column, std::size_t row) const {
  YOROZU_ASSERT(impl_->columns[column].type == DUCKDB_TYPE_TIMESTAMP, "time() is for columns of Type::Time");
  if (is_null(column, row)) return Timestamp::none();
  return {impl_->at<duckdb_timestamp>(column, row).micros};
}

// --- Rows

struct Rows::Impl {
  struct Column {
    std::string name;
    duckdb_type type = DUCKDB_TYPE_INVALID;
  };
  explicit Impl(const Library& from) : library(from), result(from) {}

  const Library& library;
  detail::OwnedResult result;
  std::vector<Column> columns;
};

Rows::Rows(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  duckdb_result* const result = &impl_->result.get();
  const idx_t count = impl_->library.duckdb_column_count(result);
  for (idx_t i = 0; i < count; ++i)
    impl_->columns.push_back(
        {impl_->library.duckdb_column_name(result, i), impl_->library.duckdb_column_type(result, i)});
}
Rows::Rows(Rows&&) noexcept = default;
Rows::~Rows() = default;

std::size_t Rows::columns() const {
  return impl_->columns.size();
}
std::string_view Rows::name(std::size_t column) const {
  return impl_->columns[column].name;
}
Type Rows::type(std::size_t column) const {
  return detail::type_of(impl_->columns[column].type);
}

Result<std::optional<Chunk>> Rows::next() {
  const Library& library = impl_->library;
  duckdb_data_chunk const handle = library.duckdb_fetch_chunk(impl_->result.get());
  if (handle == nullptr) {
    const char* const message = library.duckdb_result_error(&impl_->result.get());
    if (message != nullptr && *message != '\0') return detail::failure(library, impl_->result.get());
    return std::nullopt;
  }
  auto chunk = std::make_unique<Chunk::Impl>(library, handle);
  for (idx_t i = 0; i < impl_->columns.size(); ++i) {
    duckdb_vector const vector = library.duckdb_data_chunk_get_vector(handle, i);
    chunk->columns.push_back(
        {impl_->columns[i].type, library.duckdb_vector_get_data(vector), library.duckdb_vector_get_validity(vector)});
  }
  return Chunk(std::move(chunk));
}

// --- Statement

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;
Statement::~Statement() = default;

Result<void> Statement::Impl::bound(duckdb_state state, std::size_t parameter) const {
  if (state == DuckDBSuccess) return {};
  return fail(ErrorCode::InvalidInput, "the statement has no parameter " + std::to_string(parameter));
}

Result<void> Statement::bind(std::size_t parameter, std::string_view text) {
  return impl_->bound(
      impl_->library.duckdb_bind_varchar_length(impl_->prepared.get(), parameter, text.data(), text.size()), parameter);
}
Result<void> Statement::bind(std::size_t parameter, std::int64_t number) {
  return impl_->bound(impl_->library.duckdb_bind_int64(impl_->prepared.get(), parameter, number), parameter);
}
Result<void> Statement::bind(std::size_t parameter, std::uint64_t number) {
  return impl_->bound(impl_->library.duckdb_bind_uint64(impl_->prepared.get(), parameter, number), parameter);
}
Result<void> Statement::bind(std::size_t parameter, double number) {
  return impl_->bound(impl_->library.duckdb_bind_double(impl_->prepared.get(), parameter, number), parameter);
}
Result<void> Statement::bind(std::size_t parameter, Timestamp time) {
  return impl_->bound(impl_->library.duckdb_bind_timestamp(impl_->prepared.get(), parameter, {time.us}), parameter);
}
Result<void> Statement::bind_null(std::size_t parameter) {
  return impl_->bound(impl_->library.duckdb_bind_null(impl_->prepared.get(), parameter), parameter);
}

Result<Rows> Statement::execute() {
  const Library& library = impl_->library;
  detail::Owned<duckdb_pending_result> pending(library.duckdb_destroy_pending);
  if (library.duckdb_pending_prepared_streaming(impl_->prepared.get(), pending.out()) != DuckDBSuccess)
    return detail::failure(library.duckdb_pending_error(pending.get()));
  auto rows = std::make_unique<Rows::Impl>(library);
  if (library.duckdb_execute_pending(pending.get(), &rows->result.get()) != DuckDBSuccess)
    return detail::failure(library, rows->result.get());
  return Rows(std::move(rows));
}

}  // namespace yorozu::duck
