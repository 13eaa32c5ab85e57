#include "duck/database.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/file.h"

namespace yorozu::duck {
namespace {

class Duck : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TempDir::make("duck");
    ASSERT_TRUE(made);
    folder_ = std::make_unique<TempDir>(*std::move(made));
    settings_.folders = {folder_->path()};
    reopen();
  }
  void reopen() {
    connection_.reset();
    auto database = Database::open(settings_);
    ASSERT_TRUE(database) << database.error().message;
    database_ = std::make_unique<Database>(*std::move(database));
    auto connection = database_->connect();
    ASSERT_TRUE(connection);
    connection_ = std::make_unique<Connection>(*std::move(connection));
  }
  void run(const std::string& sql) {
    const auto done = connection_->run(sql);
    ASSERT_TRUE(done) << sql << ": " << done.error().message;
  }
  ErrorCode refusal(const std::string& sql) {
    const auto done = connection_->run(sql);
    EXPECT_FALSE(done) << sql;
    return done ? ErrorCode::Internal : done.error().code;
  }
  std::string first_text(const std::string& sql) {
    auto statement = connection_->prepare(sql);
    if (!statement) return "! " + statement.error().message;
    auto rows = statement->execute();
    if (!rows) return "! " + rows.error().message;
    auto chunk = rows->next();
    if (!chunk) return "! " + chunk.error().message;
    return *chunk && (*chunk)->rows() > 0 ? std::string((*chunk)->text(0, 0)) : "";
  }
  std::string path(std::string_view name) const { return sql_literal((folder_->path() / name).string()); }

  std::unique_ptr<TempDir> folder_;
  Settings settings_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(Duck, RowsComeBackAsTheyWereAppendedThroughParquet) {
  run("CREATE TABLE t(n BIGINT, u UBIGINT, d DOUBLE, s VARCHAR, w TIMESTAMP)");
  auto appender = connection_->append_to("t", {Type::Int64, Type::UInt64, Type::Double, Type::Text, Type::Time});
  ASSERT_TRUE(appender) << appender.error().message;
  constexpr std::int64_t kRows = 5000;
  for (std::int64_t i = 0; i < kRows; ++i) {
    appender->set(0, -i);
    appender->set(1, static_cast<std::uint64_t>(i));
    appender->set(2, static_cast<double>(i) / 2);
    if (i % 3 != 0) appender->set(3, std::string_view("a text that is longer than what stands inside "));
    appender->set(4, Timestamp{i});
    ASSERT_TRUE(appender->end_row());
  }
  ASSERT_TRUE(appender->flush());
  run("COPY t TO " + path("t.parquet") + " (FORMAT parquet, COMPRESSION zstd)");
  auto statement = connection_->prepare("SELECT * FROM read_parquet(" + path("t.parquet") + ") WHERE n <= ?");
  ASSERT_TRUE(statement) << statement.error().message;
  ASSERT_TRUE(statement->bind(1, std::int64_t{-1}));
  auto rows = statement->execute();
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->columns(), 5U);
  EXPECT_EQ(rows->name(3), "s");
  EXPECT_EQ(rows->type(1), Type::UInt64);
  std::int64_t expected = 1;
  for (;;) {
    auto chunk = rows->next();
    ASSERT_TRUE(chunk) << chunk.error().message;
    if (!*chunk) break;
    for (std::size_t row = 0; row < (*chunk)->rows(); ++row, ++expected) {
      ASSERT_EQ((*chunk)->integer(0, row), -expected);
      ASSERT_EQ((*chunk)->natural(1, row), static_cast<std::uint64_t>(expected));
      ASSERT_EQ((*chunk)->number(2, row), static_cast<double>(expected) / 2);
      ASSERT_EQ((*chunk)->is_null(3, row), expected % 3 == 0);
      ASSERT_EQ((*chunk)->time(4, row).us, expected);
    }
  }
  EXPECT_EQ(expected, kRows);
}

TEST_F(Duck, ReachesNoFileOutsideItsFolders) {
  for (const char* sql : {"SELECT * FROM read_csv('/etc/passwd')", "COPY (SELECT 1) TO '/tmp/yorozu-duck-escape.csv'",
                          "ATTACH '/tmp/yorozu-duck-escape.db'", "INSTALL httpfs", "LOAD httpfs",
                          "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM glob('/etc/*')"})
    EXPECT_EQ(refusal(sql), ErrorCode::Denied) << sql;
  EXPECT_FALSE(std::filesystem::exists("/tmp/yorozu-duck-escape.csv"));
  const std::string around = sql_literal((folder_->path() / ".." / ".." / "etc" / "passwd").string());
  EXPECT_FALSE(connection_->run("SELECT * FROM read_text(" + around + ")"));
}

TEST_F(Duck, KeepsItsSettingsWhateverSqlAsks) {
  for (const char* sql : {"SET enable_external_access=true", "SET memory_limit='8GB'", "SET allowed_directories=['/']",
                          "SET lock_configuration=false", "RESET threads"})
    EXPECT_FALSE(connection_->run(sql)) << sql;
}

TEST_F(Duck, SaysThatMemoryIsNotEnoughAndGoesOn) {
  settings_.memory_bytes = std::uint64_t{16} << 20;
  reopen();
  EXPECT_EQ(refusal("CREATE TABLE big AS SELECT range AS n, repeat('x', 100) || range AS s FROM range(2000000)"),
            ErrorCode::Overloaded);
  EXPECT_EQ(first_text("SELECT 'still here'"), "still here");
}

TEST_F(Duck, SpillsWhereItIsToldTo) {
  settings_.memory_bytes = std::uint64_t{32} << 20;
  settings_.temp_folder = folder_->path() / "spill";
  reopen();
  EXPECT_EQ(first_text("SELECT CAST(count(*) AS VARCHAR) FROM (SELECT hash(range) AS h, repeat('y', 40) || range AS s "
                       "FROM range(600000) ORDER BY h)"),
            "600000");
}

TEST_F(Duck, CallsFunctionsOfOurs) {
  ASSERT_TRUE(connection_->add_predicate("is_long", [](std::string_view text) { return text.size() > 20; }));
  ASSERT_TRUE(
      connection_->add_transform("twice", [](std::string_view text) { return std::string(text) + std::string(text); }));
  EXPECT_EQ(first_text("SELECT twice('監査')"), "監査監査");
  EXPECT_EQ(first_text("SELECT CAST(count(*) FILTER (WHERE is_long(s)) AS VARCHAR) || ' ' || count(is_long(s)) FROM "
                       "(VALUES ('short'), (NULL), ('longer than twenty characters')) v(s)"),
            "1 2");
}

TEST_F(Duck, AFunctionThatThrowsEndsItsStatementOnly) {
  ASSERT_TRUE(
      connection_->add_predicate("breaks", [](std::string_view) -> bool { throw std::runtime_error("broken"); }));
  EXPECT_TRUE(first_text("SELECT CAST(breaks(range::VARCHAR) AS VARCHAR) FROM range(3)").contains("broken"));
  EXPECT_EQ(first_text("SELECT 'on'"), "on");
}

TEST_F(Duck, IsInterruptedFromAnotherThread) {
  auto statement =
      connection_->prepare("SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range = b.range + 1");
  ASSERT_TRUE(statement);
  std::jthread stopper([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      connection_->interrupt();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  auto rows = statement->execute();
  if (rows) {
    const auto chunk = rows->next();
    ASSERT_FALSE(chunk);
    EXPECT_EQ(chunk.error().code, ErrorCode::Cancelled) << chunk.error().message;
  } else {
    EXPECT_EQ(rows.error().code, ErrorCode::Cancelled) << rows.error().message;
  }
}

TEST_F(Duck, NamesWhatIsWrongWithSql) {
  EXPECT_EQ(refusal("SELEKT 1"), ErrorCode::InvalidInput);
  EXPECT_FALSE(connection_->append_to("nowhere", {Type::Text}));
  auto statement = connection_->prepare("SELECT 1");
  ASSERT_TRUE(statement);
  EXPECT_FALSE(statement->bind(1, std::string_view("x")));
}

}  // namespace
}  // namespace yorozu::duck
