/// DuckDB behind a small face: databases in memory that read and write Parquet files. Its C API only; it knows no
/// domain. Errors: NotFound (no library), InvalidInput (SQL that is wrong), Overloaded (out of the memory that
/// Settings allow), Cancelled (interrupt), Denied (files outside Settings::folders), Io.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "duck/appender.h"
#include "duck/statement.h"

namespace yorozu::duck {

struct Settings {
  /// What DuckDB counts as its own; the process takes some tens of MiB beyond it.
  std::uint64_t memory_bytes = std::uint64_t{128} << 20;
  unsigned threads = 1;
  /// Files are read and written below these only; nothing else of the machine can be reached by SQL, and no SQL can
  /// change that. No folder: no files at all.
  std::vector<std::filesystem::path> folders;
  /// For what does not fit into memory; empty: it then fails with Overloaded.
  std::filesystem::path temp_folder;
};

class Connection;

/// In memory. Outlives its connections.
class Database {
 public:
  static Result<Database> open(const Settings& settings);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  Result<Connection> connect();

 private:
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// For one thread, but for interrupt().
class Connection {
 public:
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// One or more statements whose result nobody wants.
  Result<void> run(const std::string& sql);
  /// One statement; `?` are its parameters.
  Result<Statement> prepare(const std::string& sql);
  /// Rows into an existing table whose columns have these types.
  Result<Appender> append_to(const std::string& table, const std::vector<Type>& columns);

  /// SQL functions of one text; called from any thread of the database, null gives null.
  Result<void> add_predicate(const std::string& name, std::function<bool(std::string_view)> function);
  Result<void> add_transform(const std::string& name, std::function<std::string(std::string_view)> function);

  /// Ends what runs on this connection with Cancelled. Thread-safe.
  void interrupt();

 private:
  friend class Database;
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Where libduckdb.so lies: beside the program, or in lib/yorozu of a folder above it. Errors: NotFound.
Result<std::filesystem::path> library_path();

/// Opens the library's file for this process and those it forks, so that it can still be loaded after the right to read
/// it was given up. Errors: NotFound, Denied, Io.
Result<void> hold_library();

/// 'text' as an SQL literal.
std::string sql_literal(std::string_view text);

}  // namespace yorozu::duck
