#include "app/answers/outputs.h"
#include "archive/search/result_lines.h"
#include "base/json_writer.h"
#include "proof/base64.h"
#include "query/table.h"

namespace yorozu::answers {

namespace {

class LineOutput final : public AnswerOutput {
 public:
  explicit LineOutput(OutputOptions options) : options_(std::move(options)) {}

  bool row(const archive::search::Row& row) override {
    line_.clear();
    if (options_.format == Format::Jsonl)
      archive::search::append_row(row, line_);
    else
      append_raw(row);
    return write_line();
  }

  bool table(const query::Table& table) override {
    for (const query::Table::Row& row : table.rows) {
      line_.clear();
      if (options_.format == Format::Jsonl)
        append_object(table, row);
      else
        append_cells(row);
      if (!write_line()) return false;
    }
    return true;
  }

  Result<void> finish() override { return {}; }

 private:
  bool write_line() {
    line_ += '\n';
    return options_.write(line_);
  }
  void append_raw(const archive::search::Row& row) {
    const auto bytes = row.raw_b64.empty() ? std::nullopt : proof::decode_base64(row.raw_b64);
    line_ += bytes ? *bytes : row.raw;
  }
  void append_object(const query::Table& table, const query::Table::Row& row) {
    JsonWriter json(line_);
    json.begin_object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      json.key(table.columns[i].name);
      query::append_json(row[i], json);
    }
    json.end_object();
  }
  void append_cells(const query::Table::Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i)
      line_.append(i == 0 ? "" : "\t").append(query::to_text(row[i], options_.zone));
  }

  OutputOptions options_;
  std::string line_;
};

}  // namespace

std::unique_ptr<AnswerOutput> make_line_output(OutputOptions options) {
  return std::make_unique<LineOutput>(std::move(options));
}

}  // namespace yorozu::answers
