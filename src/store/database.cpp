#include "store/database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <map>
#include <mutex>
#include <string>

#include "base/file.h"
#include "base/hash.h"
#include "base/try.h"

namespace yorozu::store {
namespace {

ErrorCode code_of(int sqlite_code) {
  switch (sqlite_code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return ErrorCode::Conflict;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::Timeout;
    case SQLITE_FULL:
      return ErrorCode::Overloaded;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::Corrupt;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return ErrorCode::Denied;
    default:
      return ErrorCode::Io;
  }
}

Error error_of(const SQLite::Exception& e) {
  return {code_of(e.getErrorCode()), std::string("SQLite: ") + e.what()};
}

class StatementRow final : public Row {
 public:
  explicit StatementRow(SQLite::Statement& statement) : statement_(statement) {}
  bool is_null(int column) const override { return statement_.isColumnNull(column); }
  std::int64_t integer(int column) const override { return statement_.getColumn(column).getInt64(); }
  double real(int column) const override { return statement_.getColumn(column).getDouble(); }
  std::string_view text(int column) const override { return as_text(blob(column)); }
  ByteView blob(int column) const override {
    const SQLite::Column value = statement_.getColumn(column);
    const auto* bytes = static_cast<const std::uint8_t*>(value.getBlob());
    return {bytes, static_cast<std::size_t>(value.getBytes())};
  }

 private:
  SQLite::Statement& statement_;
};

void bind(SQLite::Statement& statement, int at, const Value& value) {
  if (std::holds_alternative<std::nullptr_t>(value)) statement.bind(at);
  if (const auto* n = std::get_if<std::int64_t>(&value)) statement.bind(at, *n);
  if (const auto* x = std::get_if<double>(&value)) statement.bind(at, *x);
  if (const auto* text = std::get_if<std::string_view>(&value)) statement.bind(at, std::string(*text));
  if (const auto* blob = std::get_if<ByteView>(&value))
    statement.bind(at, blob->data(), static_cast<int>(blob->size()));
}

/// The connection with its prepared statements, kept by the address of their literal.
class Connection final : public Session {
 public:
  explicit Connection(const std::filesystem::path& path)
      : db_(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 5000) {}

  /// Several statements, without values.
  void execute(const char* sql) { db_.exec(sql); }

  Result<std::int64_t> run(Sql sql, std::initializer_list<Value> values) override {
    try {
      SQLite::Statement& statement = prepared(sql, values);
      while (statement.executeStep()) {
      }
      const int changes = db_.getChanges();
      statement.reset();
      return changes;
    } catch (const SQLite::Exception& e) {
      return std::unexpected(error_of(e));
    }
  }

  Result<void> each(Sql sql, std::initializer_list<Value> values, const std::function<void(const Row&)>& row) override {
    try {
      SQLite::Statement& statement = prepared(sql, values);
      const StatementRow view(statement);
      while (statement.executeStep()) row(view);
      statement.reset();
      return {};
    } catch (const SQLite::Exception& e) {
      return std::unexpected(error_of(e));
    }
  }

 private:
  SQLite::Statement& prepared(Sql sql, std::initializer_list<Value> values) {
    auto found = statements_.find(sql.text());
    if (found == statements_.end()) found = statements_.try_emplace(sql.text(), db_, sql.text()).first;
    SQLite::Statement& statement = found->second;
    statement.tryReset();  // the error of the last use was reported then
    statement.clearBindings();
    int at = 0;
    for (const Value& value : values) bind(statement, ++at, value);
    return statement;
  }

  SQLite::Database db_;
  std::map<const char*, SQLite::Statement> statements_;
};

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(const std::filesystem::path& path) : connection_(path) {}

  Result<void> prepare() {
    try {
      // FULL: a commit that was confirmed survives a power cut. A revoked token must stay revoked.
      connection_.execute(
          "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
          "CREATE TABLE IF NOT EXISTS migration (module TEXT NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL,"
          " PRIMARY KEY (module, number)) STRICT;");
      return {};
    } catch (const SQLite::Exception& e) {
      return std::unexpected(error_of(e));
    }
  }

  Result<void> migrate(const Schema& schema) override {
    for (std::size_t i = 0; i < schema.migrations.size(); ++i) {
      const Result<void> done = write([&](Session& session) { return migrate_one(session, schema, i); });
      if (!done) return std::unexpected(Error(done.error()).in(std::string("tables of ") + schema.module));
    }
    return read([&](Session& session) -> Result<void> {
      std::int64_t newest = 0;
      TRY(session.each("SELECT coalesce(max(number), 0) FROM migration WHERE module = ?",
                       {std::string_view(schema.module)}, [&](const Row& row) { newest = row.integer(0); }));
      if (newest > static_cast<std::int64_t>(schema.migrations.size()))
        return fail(ErrorCode::Conflict, std::string("tables of ") + schema.module + ": version " +
                                             std::to_string(newest) + " was written by a newer program");
      return {};
    });
  }

  Result<void> write(const std::function<Result<void>(Session&)>& work) override {
    return transaction("BEGIN IMMEDIATE", work);
  }
  Result<void> read(const std::function<Result<void>(Session&)>& work) override { return transaction("BEGIN", work); }

 private:
  Result<void> migrate_one(Session& session, const Schema& schema, std::size_t i) {
    const char* sql = schema.migrations[i].text();
    const std::string hash = to_hex(sha256(as_bytes(sql)));
    const auto number = static_cast<std::int64_t>(i + 1);
    std::string known;
    TRY(session.each("SELECT hash FROM migration WHERE module = ? AND number = ?",
                     {std::string_view(schema.module), number},
                     [&](const Row& row) { known = std::string(row.text(0)); }));
    if (known == hash) return {};
    if (!known.empty())
      return fail(ErrorCode::Conflict, "migration " + std::to_string(number) + " was made with another text");
    try {
      connection_.execute(sql);
    } catch (const SQLite::Exception& e) {
      return std::unexpected(error_of(e).in("migration " + std::to_string(number)));
    }
    TRY(session.run("INSERT INTO migration (module, number, hash) VALUES (?, ?, ?)",
                    {std::string_view(schema.module), number, std::string_view(hash)}));
    return {};
  }

  Result<void> transaction(const char* begin, const std::function<Result<void>(Session&)>& work) {
    const std::lock_guard lock(mutex_);
    try {
      connection_.execute(begin);
    } catch (const SQLite::Exception& e) {
      return std::unexpected(error_of(e));
    }
    Result<void> done;
    try {
      done = work(connection_);
      if (done) connection_.execute("COMMIT");
    } catch (const SQLite::Exception& e) {
      done = std::unexpected(error_of(e));
    } catch (...) {
      roll_back();
      throw;
    }
    if (!done) roll_back();
    return done;
  }
  void roll_back() {
    try {
      connection_.execute("ROLLBACK");
    } catch (const SQLite::Exception&) {  // SQLite has rolled back itself (disk full)
      return;
    }
  }

  std::mutex mutex_;  // guards connection_ for the length of a transaction
  Connection connection_;
};

/// SQLite would make the file with the process' umask; state is nobody else's to read.
Result<void> make_private_file(const std::filesystem::path& path) {
  const Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return fail(ErrorCode::Denied, path.string() + ": cannot be opened or made");
  if (::fchmod(fd.get(), 0600) != 0) return fail(ErrorCode::Denied, path.string() + ": belongs to somebody else");
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path) {
  TRY(make_private_file(path));
  try {
    auto database = std::make_unique<SqliteDatabase>(path);
    const Result<void> ready = database->prepare();
    if (!ready) return std::unexpected(Error(ready.error()).in(path.string()));
    return database;
  } catch (const SQLite::Exception& e) {
    return std::unexpected(error_of(e).in(path.string()));
  }
}

}  // namespace yorozu::store
