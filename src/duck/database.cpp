#include "duck/database.h"

#include <algorithm>

#include "base/try.h"
#include "duck/appender_impl.h"
#include "duck/handles.h"
#include "duck/statement_impl.h"

namespace yorozu::duck {

struct Database::Impl {
  explicit Impl(const Library& from) : library(from), database(from.duckdb_close) {}
  const Library& library;
  detail::Owned<duckdb_database> database;
};

struct Connection::Impl {
  explicit Impl(const Library& from) : library(from), connection(from.duckdb_disconnect) {}
  const Library& library;
  detail::Owned<duckdb_connection> connection;
};

namespace {

using TextFunction = std::function<void(std::string_view in, duckdb_vector out, idx_t row)>;

/// The settings that SQL of ours makes before the lock: what duckdb_set_config() takes cannot name lists.
std::string settings_sql(const Settings& settings) {
  std::string sql;
  const auto set = [&](std::string_view name, const std::string& value) {
    sql.append("SET ").append(name).append("=").append(value).append(";");
  };
  std::string folders = "[";
  for (const std::filesystem::path& folder : settings.folders) {
    if (folders.size() > 1) folders += ',';
    folders += sql_literal(folder.string() + '/');
  }
  set("temp_directory", sql_literal(settings.temp_folder.string()));
  set("allowed_directories", folders + ']');
  set("autoinstall_known_extensions", "false");
  set("autoload_known_extensions", "false");
  set("preserve_insertion_order", "true");
  set("TimeZone", "'UTC'");
  set("enable_external_access", "false");
  set("lock_configuration", "true");
  return sql;
}

/// Runs over a chunk of one text column. Exceptions must not cross DuckDB's frames.
void call_text_function(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto library = Library::get();  // there: it has called us
  try {
    const auto& function = *static_cast<const TextFunction*>((*library)->duckdb_scalar_function_get_extra_info(info));
    duckdb_vector const vector = (*library)->duckdb_data_chunk_get_vector(input, 0);
    auto* const texts = static_cast<duckdb_string_t*>((*library)->duckdb_vector_get_data(vector));
    std::uint64_t* const validity = (*library)->duckdb_vector_get_validity(vector);
    const idx_t rows = (*library)->duckdb_data_chunk_get_size(input);
    for (idx_t row = 0; row < rows; ++row) {
      if (validity != nullptr && !(*library)->duckdb_validity_row_is_valid(validity, row)) {
        (*library)->duckdb_vector_ensure_validity_writable(output);
        (*library)->duckdb_validity_set_row_invalid((*library)->duckdb_vector_get_validity(output), row);
        continue;
      }
      const std::string_view text((*library)->duckdb_string_t_data(texts + row),
                                  (*library)->duckdb_string_t_length(texts[row]));
      function(text, output, row);
    }
  } catch (const std::exception& error) {
    (*library)->duckdb_scalar_function_set_error(info, error.what());
  }
}

Result<void> add_text_function(const Library& library, duckdb_connection connection, const std::string& name,
                               duckdb_type result, TextFunction function) {
  detail::Owned<duckdb_scalar_function> made(library.duckdb_create_scalar_function(),
                                             library.duckdb_destroy_scalar_function);
  detail::Owned<duckdb_logical_type> text(library.duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR),
                                          library.duckdb_destroy_logical_type);
  detail::Owned<duckdb_logical_type> result_type(library.duckdb_create_logical_type(result),
                                                 library.duckdb_destroy_logical_type);
  library.duckdb_scalar_function_set_name(made.get(), name.c_str());
  library.duckdb_scalar_function_add_parameter(made.get(), text.get());
  library.duckdb_scalar_function_set_return_type(made.get(), result_type.get());
  library.duckdb_scalar_function_set_extra_info(made.get(), new TextFunction(std::move(function)),
                                                [](void* kept) { delete static_cast<TextFunction*>(kept); });
  library.duckdb_scalar_function_set_function(made.get(), call_text_function);
  if (library.duckdb_register_scalar_function(connection, made.get()) != DuckDBSuccess)
    return fail(ErrorCode::InvalidInput, "the function " + name + " cannot be added");
  return {};
}

}  // namespace

std::string sql_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out += '\'';
}

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const Settings& settings) {
  TRY_ASSIGN(const Library* const library, Library::get());
  auto impl = std::make_unique<Impl>(*library);
  detail::Owned<duckdb_config> config(library->duckdb_destroy_config);
  if (library->duckdb_create_config(config.out()) != DuckDBSuccess)
    return fail(ErrorCode::Internal, "DuckDB gives no configuration");
  const std::string memory = std::to_string(settings.memory_bytes) + "B";
  const std::string threads = std::to_string(std::max(settings.threads, 1U));
  for (const auto& [name, value] : {std::pair{"memory_limit", memory.c_str()}, {"threads", threads.c_str()}})
    if (library->duckdb_set_config(config.get(), name, value) != DuckDBSuccess)
      return fail(ErrorCode::InvalidInput, std::string("DuckDB refuses ") + name + " = " + value);
  char* why = nullptr;
  if (library->duckdb_open_ext(nullptr, impl->database.out(), config.get(), &why) != DuckDBSuccess) {
    const auto error = detail::failure(why);
    library->duckdb_free(why);
    return error;
  }
  Database database(std::move(impl));
  TRY_ASSIGN(Connection connection, database.connect());
  TRY(connection.run(settings_sql(settings)));
  return database;
}

Result<Connection> Database::connect() {
  auto impl = std::make_unique<Connection::Impl>(impl_->library);
  if (impl_->library.duckdb_connect(impl_->database.get(), impl->connection.out()) != DuckDBSuccess)
    return fail(ErrorCode::Internal, "DuckDB gives no connection");
  return Connection(std::move(impl));
}

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<void> Connection::run(const std::string& sql) {
  detail::OwnedResult result(impl_->library);
  if (impl_->library.duckdb_query(impl_->connection.get(), sql.c_str(), &result.get()) == DuckDBSuccess) return {};
  return detail::failure(impl_->library, result.get());
}

Result<Statement> Connection::prepare(const std::string& sql) {
  auto impl = std::make_unique<Statement::Impl>(impl_->library);
  if (impl_->library.duckdb_prepare(impl_->connection.get(), sql.c_str(), impl->prepared.out()) != DuckDBSuccess)
    return detail::failure(impl_->library.duckdb_prepare_error(impl->prepared.get()));
  return Statement(std::move(impl));
}

Result<Appender> Connection::append_to(const std::string& table, const std::vector<Type>& columns) {
  auto impl = std::make_unique<Appender::Impl>(impl_->library, columns);
  if (impl_->library.duckdb_appender_create(impl_->connection.get(), nullptr, table.c_str(), &impl->handle.appender) !=
      DuckDBSuccess)
    return detail::failure(impl_->library.duckdb_appender_error(impl->handle.appender));
  return Appender(std::move(impl));
}

Result<void> Connection::add_predicate(const std::string& name, std::function<bool(std::string_view)> function) {
  const Library& library = impl_->library;
  return add_text_function(
      library, impl_->connection.get(), name, DUCKDB_TYPE_BOOLEAN,
      [&library, function = std::move(function)](std::string_view in, duckdb_vector out, idx_t row) {
        static_cast<bool*>(library.duckdb_vector_get_data(out))[row] = function(in);
      });
}

Result<void> Connection::add_transform(const std::string& name, std::function<std::string(std::string_view)> function) {
  const Library& library = impl_->library;
  return add_text_function(
      library, impl_->connection.get(), name, DUCKDB_TYPE_VARCHAR,
      [&library, function = std::move(function)](std::string_view in, duckdb_vector out, idx_t row) {
        const std::string text = function(in);
        library.duckdb_vector_assign_string_element_len(out, row, text.data(), text.size());
      });
}

void Connection::interrupt() {
  impl_->library.duckdb_interrupt(impl_->connection.get());
}

}  // namespace yorozu::duck
