#include "duck/appender.h"

#include "duck/appender_impl.h"

namespace yorozu::duck {

Appender::Impl::Impl(const Library& from, const std::vector<Type>& column_types)
    : library(from), chunk(from.duckdb_destroy_data_chunk), capacity(from.duckdb_vector_size()) {
  std::vector<duckdb_logical_type> types;
  types.reserve(column_types.size());
  for (const Type type : column_types) types.push_back(library.duckdb_create_logical_type(detail::type_of(type)));
  *chunk.out() = library.duckdb_create_data_chunk(types.data(), types.size());
  for (duckdb_logical_type& type : types) library.duckdb_destroy_logical_type(&type);
  vectors.resize(column_types.size());
  find_vectors();
}

void Appender::Impl::find_vectors() {
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    Vector& vector = vectors[i];
    vector.handle = library.duckdb_data_chunk_get_vector(chunk.get(), i);
    vector.data = library.duckdb_vector_get_data(vector.handle);
    library.duckdb_vector_ensure_validity_writable(vector.handle);
    vector.validity = library.duckdb_vector_get_validity(vector.handle);
  }
  begin_row();
}

void Appender::Impl::begin_row() {
  for (const Vector& vector : vectors) vector.validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
}

Result<void> Appender::Impl::write_chunk() {
  if (row == 0) return {};
  library.duckdb_data_chunk_set_size(chunk.get(), row);
  const duckdb_state state = library.duckdb_append_data_chunk(handle.appender, chunk.get());
  library.duckdb_data_chunk_reset(chunk.get());
  row = 0;
  find_vectors();
  if (state != DuckDBSuccess) return detail::failure(library.duckdb_appender_error(handle.appender));
  return {};
}

Appender::Appender(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Appender::Appender(Appender&&) noexcept = default;
Appender& Appender::operator=(Appender&&) noexcept = default;
Appender::~Appender() = default;

void Appender::set(std::size_t column, std::int64_t number) {
  impl_->put(column, number);
}
void Appender::set(std::size_t column, std::uint64_t number) {
  impl_->put(column, number);
}
void Appender::set(std::size_t column, double number) {
  impl_->put(column, number);
}
void Appender::set(std::size_t column, std::string_view utf8) {
  impl_->library.duckdb_vector_assign_string_element_len(impl_->vectors[column].handle, impl_->row, utf8.data(),
                                                         utf8.size());
  impl_->set_valid(column);
}
void Appender::set(std::size_t column, Timestamp time) {
  if (time.known()) impl_->put(column, time.us);
}

Result<void> Appender::end_row() {
  if (++impl_->row == impl_->capacity) return impl_->write_chunk();
  impl_->begin_row();
  return {};
}

Result<void> Appender::flush() {
  if (auto written = impl_->write_chunk(); !written) return written;
  if (impl_->library.duckdb_appender_flush(impl_->handle.appender) != DuckDBSuccess)
    return detail::failure(impl_->library.duckdb_appender_error(impl_->handle.appender));
  return {};
}

}  // namespace yorozu::duck
