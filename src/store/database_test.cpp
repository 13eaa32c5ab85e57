#include "store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/try.h"

namespace yorozu::store {
namespace {

constexpr std::array<Sql, 3> kMigrations = {
    Sql("CREATE TABLE device (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
        "INSERT INTO device (name) VALUES ('router'), ('nas');"),
    Sql("ALTER TABLE device ADD COLUMN seen INTEGER; UPDATE device SET seen = id * 10;"),
    Sql("CREATE TABLE owner (device INTEGER NOT NULL REFERENCES device (id), name TEXT NOT NULL) STRICT;"
        "INSERT INTO owner SELECT id, 'unknown' FROM device;"),
};
constexpr Schema kSchema{"devices", kMigrations};

class DatabaseTest : public testing::Test {
 protected:
  Result<TempDir> folder_ = TempDir::make("yorozu-store");
  std::filesystem::path path_;

  void SetUp() override {
    ASSERT_TRUE(folder_);
    path_ = folder_->path() / "state.db";
  }
  std::unique_ptr<Database> opened() const {
    auto database = Database::open(path_);
    EXPECT_TRUE(database) << database.error().message;
    return std::move(*database);
  }
  static std::vector<std::string> names(Database& database) {
    std::vector<std::string> found;
    const auto done = database.read([&](Session& session) {
      return session.each("SELECT name FROM device ORDER BY id", {},
                          [&](const Row& row) { found.emplace_back(row.text(0)); });
    });
    EXPECT_TRUE(done);
    return found;
  }
  static std::int64_t count_owners(Database& database) {
    std::int64_t count = -1;
    const auto done = database.read([&](Session& session) {
      return session.each("SELECT count(*) FROM owner JOIN device ON device = id WHERE seen = id * 10", {},
                          [&](const Row& row) { count = row.integer(0); });
    });
    EXPECT_TRUE(done);
    return count;
  }
};

TEST_F(DatabaseTest, MigrationsRunOnceAndInOrder) {
  {
    const auto database = opened();
    ASSERT_TRUE(database->migrate({"devices", std::span(kMigrations).first(1)}));
  }
  const auto database = opened();
  ASSERT_TRUE(database->migrate(kSchema));
  ASSERT_TRUE(database->migrate(kSchema));
  EXPECT_EQ(count_owners(*database), 2);
}

TEST_F(DatabaseTest, ModulesAreNumberedApart) {
  const auto database = opened();
  ASSERT_TRUE(database->migrate(kSchema));
  constexpr std::array<Sql, 1> other = {Sql("CREATE TABLE person (name TEXT) STRICT")};
  EXPECT_TRUE(database->migrate({"people", other}));
}

TEST_F(DatabaseTest, AFileOfANewerProgramIsRefused) {
  ASSERT_TRUE(opened()->migrate(kSchema));
  const auto done = opened()->migrate({"devices", std::span(kMigrations).first(2)});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Conflict);
  EXPECT_THAT(done.error().message, testing::HasSubstr("newer program"));
}

TEST_F(DatabaseTest, AnEditedMigrationIsRefused) {
  ASSERT_TRUE(opened()->migrate(kSchema));
  constexpr std::array<Sql, 1> edited = {Sql("CREATE TABLE device (id INTEGER PRIMARY KEY) STRICT")};
  EXPECT_EQ(opened()->migrate({"devices", edited}).error().code, ErrorCode::Conflict);
}

TEST_F(DatabaseTest, AFailedMigrationLeavesNothingBehind) {
  const auto database = opened();
  constexpr std::array<Sql, 1> wrong = {Sql("CREATE TABLE half (n INTEGER) STRICT; SELECT nothing FROM nowhere;")};
  EXPECT_FALSE(database->migrate({"wrong", wrong}));
  constexpr std::array<Sql, 1> right = {Sql("CREATE TABLE half (n INTEGER) STRICT;")};
  EXPECT_TRUE(database->migrate({"wrong", right}));
}

TEST_F(DatabaseTest, ValuesAreNeverSql) {
  const auto database = opened();
  ASSERT_TRUE(database->migrate(kSchema));
  const std::string evil = "x'); DROP TABLE device; --";
  ASSERT_TRUE(database->write([&](Session& session) -> Result<void> {
    TRY(session.run("INSERT INTO device (name, seen) VALUES (?, ?)", {std::string_view(evil), nullptr}));
    return {};
  }));
  EXPECT_THAT(names(*database), testing::ElementsAre("router", "nas", evil));
}

TEST_F(DatabaseTest, AnErrorRollsTheTransactionBack) {
  const auto database = opened();
  ASSERT_TRUE(database->migrate(kSchema));
  const auto done = database->write([&](Session& session) -> Result<void> {
    TRY(session.run("INSERT INTO device (name) VALUES ('printer')"));
    TRY(session.run("INSERT INTO device (name) VALUES ('nas')"));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Conflict);
  EXPECT_THAT(names(*database), testing::ElementsAre("router", "nas"));
}

TEST_F(DatabaseTest, WhatIsNoDatabaseIsSaidToBeDamaged) {
  ASSERT_TRUE(write_file_atomic(path_, std::string(8192, 'x')));
  const auto database = Database::open(path_);
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::Corrupt);
}

TEST_F(DatabaseTest, NobodyElseMayReadTheFile) {
  const auto database = opened();
  struct stat info{};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

/// Ends the process at its Nth call that changes a file, as SIGKILL would at that place.
namespace kill_at {
int remaining = 0;
void step() {
  if (--remaining == 0) ::_exit(9);
}
ssize_t pwrite(int fd, const void* bytes, std::size_t n, off_t at) {
  step();
  return ::pwrite(fd, bytes, n, at);
}
int ftruncate(int fd, off_t size) {
  step();
  return ::ftruncate(fd, size);
}
int unlink(const char* path) {
  step();
  return ::unlink(path);
}
void install() {
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  const auto as_call = [](auto* f) { return reinterpret_cast<sqlite3_syscall_ptr>(f); };
  vfs->xSetSystemCall(vfs, "pwrite", as_call(&pwrite));
  vfs->xSetSystemCall(vfs, "pwrite64", as_call(&pwrite));
  vfs->xSetSystemCall(vfs, "ftruncate", as_call(&ftruncate));
  vfs->xSetSystemCall(vfs, "unlink", as_call(&unlink));
}
}  // namespace kill_at

TEST_F(DatabaseTest, AMigrationKilledAtAnyWriteResumes) {
  int killed = 0;
  for (int n = 1;; ++n) {
    ASSERT_LT(n, 2000);
    std::filesystem::remove_all(path_);
    std::filesystem::remove(path_.string() + "-wal");
    std::filesystem::remove(path_.string() + "-shm");
    const pid_t child = ::fork();
    if (child == 0) {
      kill_at::install();
      kill_at::remaining = n;
      const auto database = Database::open(path_);
      ::_exit(database && (*database)->migrate(kSchema) ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    const auto database = opened();
    ASSERT_TRUE(database->migrate(kSchema)) << "killed at write " << n;
    ASSERT_EQ(count_owners(*database), 2) << "killed at write " << n;
    if (WEXITSTATUS(status) == 0) break;
    ASSERT_EQ(WEXITSTATUS(status), 9);
    ++killed;
  }
  EXPECT_GT(killed, 10);
}

}  // namespace
}  // namespace yorozu::store
