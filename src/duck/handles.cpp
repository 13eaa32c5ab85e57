#include "duck/handles.h"

#include <array>
#include <string_view>

namespace yorozu::duck::detail {

ErrorCode code_of(duckdb_error_type type) {
  switch (type) {
    case DUCKDB_ERROR_OUT_OF_MEMORY:
      return ErrorCode::Overloaded;
    case DUCKDB_ERROR_INTERRUPT:
      return ErrorCode::Cancelled;
    case DUCKDB_ERROR_PERMISSION:
      return ErrorCode::Denied;
    case DUCKDB_ERROR_IO:
      return ErrorCode::Io;
    case DUCKDB_ERROR_FATAL:
    case DUCKDB_ERROR_INTERNAL:
      return ErrorCode::Internal;
    default:
      return ErrorCode::InvalidInput;
  }
}

std::unexpected<Error> failure(const char* message) {
  const std::string_view text = message == nullptr ? "DuckDB gives no reason" : message;
  struct Beginning {
    std::string_view text;
    ErrorCode code;
  };
  static constexpr std::array kBeginnings = {
      Beginning{"Out of Memory Error", ErrorCode::Overloaded}, Beginning{"INTERRUPT Error", ErrorCode::Cancelled},
      Beginning{"Permission Error", ErrorCode::Denied},        Beginning{"IO Error", ErrorCode::Io},
      Beginning{"FATAL Error", ErrorCode::Internal},           Beginning{"INTERNAL Error", ErrorCode::Internal}};
  for (const Beginning& beginning : kBeginnings)
    if (text.starts_with(beginning.text)) return fail(beginning.code, std::string(text));
  return fail(ErrorCode::InvalidInput, std::string(text));
}

std::unexpected<Error> failure(const Library& library, duckdb_result& result) {
  const duckdb_error_type type = library.duckdb_result_error_type(&result);
  const char* const message = library.duckdb_result_error(&result);
  if (type == DUCKDB_ERROR_INVALID) return failure(message);
  return fail(code_of(type), message == nullptr ? "DuckDB gives no reason" : message);
}

duckdb_type type_of(Type type) {
  switch (type) {
    case Type::Int64:
      return DUCKDB_TYPE_BIGINT;
    case Type::UInt64:
      return DUCKDB_TYPE_UBIGINT;
    case Type::Double:
      return DUCKDB_TYPE_DOUBLE;
    case Type::Boolean:
      return DUCKDB_TYPE_BOOLEAN;
    case Type::Text:
      return DUCKDB_TYPE_VARCHAR;
    case Type::Time:
      return DUCKDB_TYPE_TIMESTAMP;
    case Type::Other:
      break;
  }
  return DUCKDB_TYPE_INVALID;
}

Type type_of(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
      return Type::Int64;
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
      return Type::UInt64;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
      return Type::Double;
    case DUCKDB_TYPE_BOOLEAN:
      return Type::Boolean;
    case DUCKDB_TYPE_VARCHAR:
      return Type::Text;
    case DUCKDB_TYPE_TIMESTAMP:
      return Type::Time;
    default:
      return Type::Other;
  }
}

}  // namespace yorozu::duck::detail
