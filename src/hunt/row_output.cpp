#include "hunt/row_output.h"

namespace yorozu::hunt {

std::optional<OutputFormat> parse_output_format(std::string_view word) {
  if (word == "table") return OutputFormat::Table;
  if (word == "jsonl") return OutputFormat::Jsonl;
  if (word == "csv") return OutputFormat::Csv;
  if (word == "html") return OutputFormat::Html;
  if (word == "navigator") return OutputFormat::Navigator;
  if (word == "timesketch") return OutputFormat::Timesketch;
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) out.append(out.empty() ? "" : between).append(part);
  return out;
}

std::unique_ptr<RowOutput> make_output(const OutputOptions& options, const RuleTable& rules, const Input& input,
                                       TextOutput& out) {
  switch (options.format) {
    case OutputFormat::Table:
      return detail::make_table(options, rules, input, out);
    case OutputFormat::Jsonl:
      return detail::make_jsonl(rules, input, out);
    case OutputFormat::Csv:
      return detail::make_csv(rules, input, out);
    case OutputFormat::Html:
      return detail::make_html(options, rules, input, out);
    case OutputFormat::Navigator:
      return detail::make_navigator(rules, out);
    case OutputFormat::Timesketch:
      return detail::make_timesketch(rules, input, out);
  }
  return nullptr;
}

}  // namespace yorozu::hunt
