#include <gtest/gtest.h>

#include "app/answers/output.h"
#include "base/file.h"
#include "duck/database.h"
#include "query/table.h"

namespace yorozu::answers {
namespace {

class ParquetOutputs : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!duck::library_path()) GTEST_SKIP() << "libduckdb.so is not there";
    options_.format = Format::Parquet;
    options_.file = folder_.path() / "out.parquet";
  }
  /// Each row as text, the way another program reads the file.
  std::string read(const std::string& select) {
    duck::Settings settings;
    settings.folders = {folder_.path()};
    auto database = duck::Database::open(settings);
    auto connection = database->connect();
    auto statement =
        connection->prepare("SELECT " + select + " FROM read_parquet(" + duck::sql_literal(options_.file) + ")");
    if (!statement) return statement.error().message;
    auto rows = statement->execute();
    if (!rows) return rows.error().message;
    std::string out;
    while (auto chunk = *rows->next())
      for (std::size_t i = 0; i < chunk->rows(); ++i) out += std::string(chunk->text(0, i)) + "\n";
    return out;
  }

  TempDir folder_ = *TempDir::make("yorozu-parquet");
  OutputOptions options_;
};

TEST_F(ParquetOutputs, RowsKeepNumbersAndTimes) {
  const auto output = make_output(options_);
  archive::search::Row row;
  row.seq = 7;
  row.time = row.received = *parse_time("2026-11-24T10:00:00Z");
  row.raw = "失敗";
  row.fields = "{}";
  EXPECT_TRUE(output->row(row));
  ASSERT_TRUE(output->finish());
  EXPECT_EQ(read("concat_ws('|', seq + 1, year(time), raw, fields)"), "8|2026|失敗|{}\n");
}

TEST_F(ParquetOutputs, ColumnsOfTablesHaveTheTypeOfTheirCells) {
  query::Table table;
  table.columns = {{"user"}, {"first", true}, {"n"}, {"N"}};
  table.rows = {{std::string("a\"b"), *parse_time("2026-11-24T10:00:00Z"), std::int64_t{3}, 0.5},
                {{}, {}, {}, std::int64_t{2}}};
  const auto output = make_output(options_);
  EXPECT_TRUE(output->table(table));
  ASSERT_TRUE(output->finish());
  EXPECT_EQ(read(R"(concat_ws('|', coalesce("user", '-'), day(first), n + 1, "N 2" * 2))"), "a\"b|24|4|1.0\n-|4.0\n");
}

TEST_F(ParquetOutputs, NothingFoundIsAFileWithoutRows) {
  ASSERT_TRUE(make_output(options_)->finish());
  EXPECT_EQ(read("raw"), "");
}

TEST_F(ParquetOutputs, AFolderThatIsNotThereIsAnError) {
  options_.file = "/nonexistent/yorozu/out.parquet";
  EXPECT_FALSE(make_output(options_)->finish());
}

}  // namespace
}  // namespace yorozu::answers
