/// The timeline as a person or another program wants it. One file a format (row_output_*.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "hunt/hunt.h"
#include "hunt/output.h"
#include "hunt/rule_table.h"
#include "message/message.h"

namespace yorozu::hunt {

struct HuntSummary;

enum class OutputFormat { Table, Jsonl, Csv, Html, Navigator, Timesketch };
std::optional<OutputFormat> parse_output_format(std::string_view word);

/// Text on its way out, handed on in large pieces. What goes wrong with the file comes out of flush().
class TextOutput {
 public:
  explicit TextOutput(Output& output) : output_(output) {}
  std::string& buffer() { return buffer_; }
  /// Hands on when enough has come together.
  Result<void> pass_on() {
    if (buffer_.size() >= kBlock) hand_on();
    return {};
  }
  Result<void> flush() {
    hand_on();
    return output_.finish();
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{64} * 1024;
  void hand_on() {
    output_.write(buffer_);
    buffer_.clear();
  }
  Output& output_;
  std::string buffer_;
};

struct OutputOptions {
  OutputFormat format = OutputFormat::Table;
  message::Lang lang = message::Lang::En;
  TimeZone zone = TimeZone::utc();  ///< of times for people: table, HTML
  Timestamp now;                    ///< of making the report
  unsigned width = 0;               ///< columns of the terminal; 0: not a terminal, nothing is cut
  bool color = false;
};

class RowOutput : public RowSink {
 public:
  /// After the last row.
  virtual Result<void> finish(const HuntSummary& summary) = 0;
};

/// All arguments outlive the output.
std::unique_ptr<RowOutput> make_output(const OutputOptions& options, const RuleTable& rules, const Input& input,
                                       TextOutput& out);

/// The row as the JSON object of docs/formats/hunt-jsonl.md, without a newline.
void append_row_json(const Row& row, const RuleTable& rules, const Input& input, std::string& out);
/// "a, b".
std::string joined(const std::vector<std::string>& parts, std::string_view between = ", ");

namespace detail {  // makers of single formats, for make_output
std::unique_ptr<RowOutput> make_table(const OutputOptions&, const RuleTable&, const Input&, TextOutput&);
std::unique_ptr<RowOutput> make_jsonl(const RuleTable&, const Input&, TextOutput&);
std::unique_ptr<RowOutput> make_csv(const RuleTable&, const Input&, TextOutput&);
std::unique_ptr<RowOutput> make_timesketch(const RuleTable&, const Input&, TextOutput&);
std::unique_ptr<RowOutput> make_navigator(const RuleTable&, TextOutput&);
std::unique_ptr<RowOutput> make_html(const OutputOptions&, const RuleTable&, const Input&, TextOutput&);
}  // namespace detail

}  // namespace yorozu::hunt
