#include "app/answers/output.h"

#include <nlohmann/json.hpp>

#include "app/answers/outputs.h"

namespace yorozu::answers {

std::unique_ptr<AnswerOutput> make_output(OutputOptions options) {
  switch (options.format) {
    case Format::Table:
      return make_table_output(std::move(options));
    case Format::Csv:
      return make_csv_output(std::move(options));
    case Format::Parquet:
      return make_parquet_output(std::move(options));
    case Format::Jsonl:
    case Format::Raw:
      break;
  }
  return make_line_output(std::move(options));
}

std::vector<std::string> cells_of(const archive::search::Row& row, const std::vector<std::string>& columns) {
  std::vector<std::string> out;
  const auto fields = nlohmann::json::parse(row.fields, nullptr, false);
  for (const std::string& column : columns) {
    const auto found = fields.is_object() ? fields.find(column) : fields.end();
    if (!fields.is_object() || found == fields.end())
      out.emplace_back();
    else
      out.push_back(found->is_string() ? found->get<std::string>() : found->dump());
  }
  return out;
}

}  // namespace yorozu::answers
