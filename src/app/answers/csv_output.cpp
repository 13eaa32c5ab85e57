#include "app/answers/outputs.h"
#include "base/escape.h"
#include "query/table.h"

namespace yorozu::answers {

namespace {

class CsvOutput final : public AnswerOutput {
 public:
  explicit CsvOutput(OutputOptions options) : options_(std::move(options)) {}

  bool row(const archive::search::Row& row) override {
    if (!options_.columns.empty()) {
      head(options_.columns);
      return line(cells_of(row, options_.columns));
    }
    head({"seq", "time", "received", "input", "peer", "host", "class", "raw", "fields"});
    return line({std::to_string(row.seq), time(row.time), time(row.received), row.input, row.peer, row.host,
                 row.source_class, row.raw, row.fields});
  }

  bool table(const query::Table& table) override {
    std::vector<std::string> cells;
    for (const query::Column& column : table.columns) cells.push_back(column.name);
    head(cells);
    for (const query::Table::Row& row : table.rows) {
      cells.clear();
      for (const query::Cell& cell : row) cells.push_back(query::to_text(cell, options_.zone));
      if (!line(cells)) return false;
    }
    return true;
  }

  Result<void> finish() override { return {}; }

 private:
  std::string time(Timestamp time) const { return time.known() ? options_.zone.format(time) : std::string(); }

  void head(const std::vector<std::string>& columns) {
    if (has_head_) return;
    has_head_ = true;
    text_ = "\xEF\xBB\xBF";  // or Excel takes it for Shift_JIS
    line(columns);
  }
  bool line(const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) text_ += ',';
      append_csv(cells[i], text_);
    }
    text_ += "\r\n";
    const bool go_on = options_.write(text_);
    text_.clear();
    return go_on;
  }

  OutputOptions options_;
  std::string text_;
  bool has_head_ = false;
};

}  // namespace

std::unique_ptr<AnswerOutput> make_csv_output(OutputOptions options) {
  return std::make_unique<CsvOutput>(std::move(options));
}

}  // namespace yorozu::answers
