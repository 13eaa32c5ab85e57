/// DuckDB's library, loaded when the first database is opened: only the processes that look into the index pay for its
/// memory, and a program without it says so instead of not starting. Private to src/duck.
#pragma once

#include <duckdb.h>

#include "base/result.h"

namespace yorozu::duck {

/// The functions of duckdb.h that this module calls, each under its own name.
#define YOROZU_DUCKDB_FUNCTIONS(use)                                                                                  \
  use(duckdb_create_config) use(duckdb_set_config) use(duckdb_destroy_config) use(duckdb_open_ext) use(               \
      duckdb_close) use(duckdb_free) use(duckdb_connect) use(duckdb_disconnect) use(duckdb_interrupt)                 \
      use(duckdb_query) use(duckdb_destroy_result) use(duckdb_result_error) use(duckdb_result_error_type) use(        \
          duckdb_prepare) use(duckdb_prepare_error) use(duckdb_destroy_prepare) use(duckdb_nparams)                   \
          use(duckdb_clear_bindings) use(duckdb_bind_null) use(duckdb_bind_boolean) use(duckdb_bind_int64) use(       \
              duckdb_bind_uint64) use(duckdb_bind_double) use(duckdb_bind_timestamp) use(duckdb_bind_varchar_length)  \
              use(duckdb_pending_prepared_streaming) use(duckdb_pending_error) use(duckdb_execute_pending) use(       \
                  duckdb_destroy_pending) use(duckdb_column_count) use(duckdb_column_name) use(duckdb_column_type)    \
                  use(duckdb_fetch_chunk) use(duckdb_create_data_chunk) use(duckdb_destroy_data_chunk) use(           \
                      duckdb_data_chunk_reset) use(duckdb_data_chunk_get_size) use(duckdb_data_chunk_set_size)        \
                      use(duckdb_data_chunk_get_vector) use(duckdb_vector_get_data) use(duckdb_vector_get_validity)   \
                          use(duckdb_vector_ensure_validity_writable) use(duckdb_validity_row_is_valid)               \
                              use(duckdb_validity_set_row_invalid) use(duckdb_vector_assign_string_element_len)       \
                                  use(duckdb_vector_size) use(duckdb_string_t_data) use(duckdb_string_t_length)       \
                                      use(duckdb_create_logical_type) use(duckdb_destroy_logical_type)                \
                                          use(duckdb_appender_create) use(duckdb_appender_error)                      \
                                              use(duckdb_append_data_chunk) use(duckdb_appender_flush)                \
                                                  use(duckdb_appender_destroy) use(duckdb_create_scalar_function)     \
                                                      use(duckdb_destroy_scalar_function)                             \
                                                          use(duckdb_scalar_function_set_name)                        \
                                                              use(duckdb_scalar_function_add_parameter)               \
                                                                  use(duckdb_scalar_function_set_return_type)         \
                                                                      use(duckdb_scalar_function_set_extra_info) use( \
                                                                          duckdb_scalar_function_get_extra_info)      \
                                                                          use(duckdb_scalar_function_set_function)    \
                                                                              use(duckdb_scalar_function_set_error)   \
                                                                                  use(duckdb_register_scalar_function)

struct Library {
// NOLINTNEXTLINE(bugprone-macro-parentheses): the name of a member
#define YOROZU_DUCKDB_MEMBER(name) decltype(&::name) name = nullptr;
  YOROZU_DUCKDB_FUNCTIONS(YOROZU_DUCKDB_MEMBER)
#undef YOROZU_DUCKDB_MEMBER

  /// Loaded once, kept to the end of the process. Thread-safe. Errors: NotFound, Unsupported (lacks a function).
  static Result<const Library*> get();
};

}  // namespace yorozu::duck
