/// Rows into a table, in chunks of the size that DuckDB works in: much faster than INSERT.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "duck/statement.h"

namespace yorozu::duck {

/// Set the columns of a row (what is not set is null), then end_row(). Lives no longer than its connection; rows that
/// were not flushed are lost with it.
class Appender {
 public:
  Appender(Appender&&) noexcept;
  Appender& operator=(Appender&&) noexcept;
  ~Appender();

  void set(std::size_t column, std::int64_t number);
  void set(std::size_t column, std::uint64_t number);
  void set(std::size_t column, double number);
  void set(std::size_t column, std::string_view utf8);  ///< copied
  void set(std::size_t column, Timestamp time);         ///< an unknown time is null
  Result<void> end_row();
  /// All rows so far are in the table when this returns.
  Result<void> flush();

 private:
  friend class Connection;
  struct Impl;
  explicit Appender(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::duck
