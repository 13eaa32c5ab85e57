#include "app/answers/output.h"

#include <gtest/gtest.h>

#include "query/table.h"

namespace yorozu::answers {
namespace {

namespace search = archive::search;

class Outputs : public ::testing::Test {
 protected:
  Outputs() {
    row_.seq = 7;
    row_.time = row_.received = *parse_time("2026-11-24T10:00:00Z");
    row_.input = "syslog.udp";
    row_.host = "web1";
    row_.source_class = "auth";
    row_.raw = "<38>sshd: Failed password\x1b[31m";
    row_.fields = R"({"user":"bob","port":22})";
    table_.columns = {{"user"}, {"first", true}, {"count"}};
    table_.rows = {{std::string("=cmd"), *parse_time("2026-11-24T10:00:00Z"), std::int64_t{3}}, {{}, {}, 1.5}};
  }
  OutputOptions options(Format format) {
    OutputOptions out;
    out.format = format;
    out.zone = *TimeZone::named("Asia/Tokyo");
    out.write = [this](std::string_view text) {
      written_ += text;
      return true;
    };
    return out;
  }
  std::string written(OutputOptions options, bool as_table = false) {
    written_.clear();
    const auto output = make_output(std::move(options));
    if (as_table)
      output->table(table_);
    else
      output->row(row_);
    EXPECT_TRUE(output->finish());
    return written_;
  }

  search::Row row_;
  query::Table table_;
  std::string written_;
};

TEST_F(Outputs, TableShowsControlCharactersAndLocalTimes) {
  EXPECT_EQ(written(options(Format::Table)),
            "2026-11-24 19:00:00.000 +09:00  web1  <38>sshd: Failed password\\x1b[31m\n");
  EXPECT_EQ(written(options(Format::Table), true),
            "user  first                           count\n"
            "=cmd  2026-11-24 19:00:00.000 +09:00  3\n"
            "                                      1.5\n");
}

TEST_F(Outputs, TableShowsFieldsOfDocumentsAndTheColumnsAskedFor) {
  row_.raw = R"({"message":"x"})";
  EXPECT_EQ(written(options(Format::Table)), "2026-11-24 19:00:00.000 +09:00  web1  user: bob ¦ port: 22\n");
  OutputOptions columns = options(Format::Table);
  columns.columns = {"port", "user", "none"};
  EXPECT_EQ(written(columns), "port  user  none\n  22  bob\n");
}

TEST_F(Outputs, JsonLinesCarryTheRowAndObjectsOfTables) {
  EXPECT_EQ(written(options(Format::Jsonl)),
            R"({"seq":7,"time":"2026-11-24T10:00:00.000000Z","received":"2026-11-24T10:00:00.000000Z",)"
            R"("input":"syslog.udp","host":"web1","class":"auth","raw":"<38>sshd: Failed password\u001b[31m",)"
            R"("fields":{"user":"bob","port":22}})"
            "\n");
  EXPECT_EQ(written(options(Format::Jsonl), true),
            "{\"user\":\"=cmd\",\"first\":\"2026-11-24T10:00:00.000000Z\",\"count\":3}\n"
            "{\"user\":null,\"first\":null,\"count\":1.5}\n");
}

TEST_F(Outputs, CsvHasAMarkForExcelAndRunsNothing) {
  EXPECT_EQ(written(options(Format::Csv), true),
            "\xEF\xBB\xBFuser,first,count\r\n\"'=cmd\",2026-11-24 19:00:00.000 +09:00,3\r\n,,1.5\r\n");
  OutputOptions columns = options(Format::Csv);
  columns.columns = {"user"};
  EXPECT_EQ(written(columns), "\xEF\xBB\xBFuser\r\nbob\r\n");
}

TEST_F(Outputs, RawIsTheMessageByteForByte) {
  EXPECT_EQ(written(options(Format::Raw)), "<38>sshd: Failed password\x1b[31m\n");
  row_.raw_b64 = "k/o=";
  EXPECT_EQ(written(options(Format::Raw)), "\x93\xfa\n");
}

}  // namespace
}  // namespace yorozu::answers
