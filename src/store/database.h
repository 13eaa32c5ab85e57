/// SQLite behind a small door: one file, WAL, numbered migrations per module, bound parameters only.
///
/// An SQL text is always a literal of this program (the compiler checks it), so nothing that comes from outside can
/// become part of one; values are bound. Tables are STRICT by convention of the modules that make them.
/// Errors: Conflict (a constraint, or a file of a newer program), Timeout (locked by another process for 5 s),
/// Overloaded (disk full), Corrupt, Denied, Io.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"

namespace yorozu::store {

/// A literal; anything made at run time does not compile.
class Sql {
 public:
  consteval Sql(const char* literal) : text_(literal) {}  // NOLINT(google-explicit-constructor): reads as the text
  const char* text() const { return text_; }

 private:
  const char* text_;
};

/// A bound value; text and blobs need to live until the call returns.
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, ByteView>;

/// One row of an answer; views live as long as the call of `each`.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  virtual ByteView blob(int column) const = 0;
};

/// What a transaction works with; not kept beyond it.
class Session {
 public:
  virtual ~Session() = default;
  /// Number of rows inserted, changed or deleted.
  virtual Result<std::int64_t> run(Sql sql, std::initializer_list<Value> values = {}) = 0;
  virtual Result<void> each(Sql sql, std::initializer_list<Value> values,
                            const std::function<void(const Row&)>& row) = 0;
};

/// migrations[i] brings the tables of `module` from version i to i + 1. A released one is never edited: open()
/// compares.
struct Schema {
  const char* module = "";
  std::span<const Sql> migrations;
};

/// Thread-safe: one transaction at a time. Stays where it was made.
class Database {
 public:
  /// Opens or makes the file (mode 0600; its folder exists) with durable commits.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);
  virtual ~Database() = default;

  /// Runs what is missing, each migration in one transaction together with the note that it is done: whenever it is
  /// killed, the next call goes on from there. Errors: Conflict when the file knows a migration that this program
  /// does not, or another text of one.
  virtual Result<void> migrate(const Schema& schema) = 0;

  /// Commits when `work` succeeds, else rolls back and gives its error.
  virtual Result<void> write(const std::function<Result<void>(Session&)>& work) = 0;
  virtual Result<void> read(const std::function<Result<void>(Session&)>& work) = 0;
};

}  // namespace yorozu::store
