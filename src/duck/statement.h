/// A prepared statement, and its result chunk by chunk: nothing larger than a chunk is held.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace yorozu::duck {

enum class Type : std::uint8_t {
  Int64,   ///< SQL BIGINT; of results every signed integer up to 64 bits
  UInt64,  ///< UBIGINT; of results every unsigned integer up to 64 bits
  Double,
  Boolean,
  Text,
  Time,   ///< TIMESTAMP, microseconds UTC
  Other,  ///< of results: cannot be read; cast it in SQL
};

/// Some thousand rows of a result; views live as long as it does.
class Chunk {
 public:
  Chunk(Chunk&&) noexcept;
  ~Chunk();

  std::size_t rows() const { return rows_; }
  bool is_null(std::size_t column, std::size_t row) const;
  /// Of the column's own type; what is null gives 0, "" or no time.
  std::int64_t integer(std::size_t column, std::size_t row) const;
  std::uint64_t natural(std::size_t column, std::size_t row) const;
  double number(std::size_t column, std::size_t row) const;
  bool boolean(std::size_t column, std::size_t row) const;
  std::string_view text(std::size_t column, std::size_t row) const;
  Timestamp time(std::size_t column, std::size_t row) const;

 private:
  friend class Rows;
  struct Impl;
  explicit Chunk(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
  std::size_t rows_ = 0;
};

class Rows {
 public:
  Rows(Rows&&) noexcept;
  ~Rows();

  std::size_t columns() const;
  std::string_view name(std::size_t column) const;
  Type type(std::size_t column) const;
  /// nullopt: no more. Errors: what went wrong while the statement ran on.
  Result<std::optional<Chunk>> next();

 private:
  friend class Statement;
  struct Impl;
  explicit Rows(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Lives no longer than its connection. Parameters are numbered from 1 and keep their value until bound anew.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  Result<void> bind(std::size_t parameter, std::string_view text);
  Result<void> bind(std::size_t parameter, std::int64_t number);
  Result<void> bind(std::size_t parameter, std::uint64_t number);
  Result<void> bind(std::size_t parameter, double number);
  Result<void> bind(std::size_t parameter, Timestamp time);
  Result<void> bind_null(std::size_t parameter);

  /// Starts it; the statement outlives its rows, and has one result at a time.
  Result<Rows> execute();

 private:
  friend class Connection;
  struct Impl;
  explicit Statement(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::duck
