#include <nlohmann/json.hpp>
#include <optional>

#include "app/answers/histogram_picture.h"
#include "app/answers/outputs.h"
#include "base/escape.h"
#include "hunt/text_table.h"
#include "query/table.h"

namespace yorozu::answers {

namespace {

constexpr std::size_t kWidestCell = 80;
/// Rows of `fields a, b` wait until columns can be measured, but not for ever.
constexpr std::size_t kRowsTogether = 1000;

/// A line of text as it is; documents (JSON, XML) as their fields, which is what a person wants to see of them.
std::string event_text(const archive::search::Row& row) {
  if (!row.raw.starts_with('{') && !row.raw.starts_with('<')) return row.raw;
  if (row.raw.size() > 1 && row.raw[0] == '<' && row.raw[1] >= '0' && row.raw[1] <= '9')
    return row.raw;  // syslog's <13>
  const auto fields = nlohmann::ordered_json::parse(row.fields, nullptr, false);
  if (!fields.is_object() || fields.empty()) return row.raw;
  std::string out;
  for (const auto& [name, value] : fields.items()) {
    out.append(out.empty() ? "" : " ¦ ").append(name).append(": ");
    out += value.is_string() ? value.get<std::string>() : value.dump();
  }
  return out;
}

class TableOutput final : public AnswerOutput {
 public:
  explicit TableOutput(OutputOptions options) : options_(std::move(options)) {}

  bool row(const archive::search::Row& row) override {
    if (!options_.columns.empty()) {
      if (!columns_) columns_.emplace(options_.columns, kWidestCell);
      columns_->add(cells_of(row, options_.columns));
      return columns_->rows() < kRowsTogether || write_columns();
    }
    std::string line = row.time.known() ? options_.zone.format(row.time) : "-";
    line += "  ";
    append_terminal(row.host.empty() ? row.input : row.host, line);
    line += "  ";
    append_terminal(event_text(row), line);
    return options_.write(line + '\n');
  }

  bool table(const query::Table& table) override {
    std::vector<std::string> headings;
    for (const query::Column& column : table.columns) headings.push_back(terminal_safe(column.name));
    hunt::TextTable text(headings, kWidestCell);
    const auto add = [&](const query::Table::Row& row) {
      std::vector<std::string> cells;
      for (const query::Cell& cell : row) cells.push_back(query::to_text(cell, options_.zone));
      text.add(std::move(cells));
    };
    for (const query::Table::Row& row : table.rows) add(row);
    if (!table.other.empty()) {
      query::Table::Row other = table.other;
      if (!other.empty() && std::holds_alternative<std::monostate>(other.front()))
        other.front() = std::string("(other)");
      add(other);
    }
    return options_.write(text.text());
  }

  bool histogram(const archive::search::Histogram& histogram) override {
    picture_ = histogram_picture(histogram, options_.zone, options_.picture_columns);
    return true;
  }

  Result<void> finish() override {
    write_columns();
    if (!picture_.empty()) options_.write("\n" + picture_);
    return {};
  }

 private:
  bool write_columns() {
    if (!columns_) return true;
    const std::string text = columns_->text();
    columns_.reset();
    return options_.write(text);
  }

  OutputOptions options_;
  std::optional<hunt::TextTable> columns_;
  std::string picture_;
};

}  // namespace

std::unique_ptr<AnswerOutput> make_table_output(OutputOptions options) {
  return std::make_unique<TableOutput>(std::move(options));
}

}  // namespace yorozu::answers
