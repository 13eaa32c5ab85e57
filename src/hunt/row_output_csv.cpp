// Two tables with commas: one for people who open it in a spreadsheet (with a byte order mark, or Excel takes it for
// Shift_JIS), one as Timesketch imports it (no mark; its importer wants exactly message, datetime, timestamp_desc, and
// takes further columns as they are).
#include <string>
#include <string_view>

#include "base/escape.h"
#include "hunt/row_output.h"

namespace yorozu::hunt {

namespace {

std::string number_text(std::uint64_t n, bool known) {
  return known ? std::to_string(n) : std::string();
}
std::string time_text(Timestamp time) {
  return time.known() ? format_rfc3339(time) : std::string();
}

class CommaTable : public RowOutput {
 public:
  CommaTable(const RuleTable& rules, const Input& input, TextOutput& out) : rules_(rules), input_(input), out_(out) {}
  Result<void> finish(const HuntSummary&) override { return out_.flush(); }

  CommaTable& cell(std::string_view text) {
    if (!first_) out_.buffer().push_back(',');
    first_ = false;
    append_csv(text, out_.buffer());
    return *this;
  }
  Result<void> end_line() {
    out_.buffer() += "\r\n";
    first_ = true;
    return out_.pass_on();
  }
  /// Columns that both tables end with.
  void append_place(const Row& row) {
    const RuleEntry& rule = rules_[row.rule];
    cell(row.host).cell(rule.title).cell(rule.title_ja).cell(rule.id);
    cell(joined(rule.tactics, "; ")).cell(joined(rule.techniques, "; "));
    cell(fields_in_line(row.fields)).cell(row.channel);
    cell(number_text(row.event_id, row.event_id != event::kNoEventId));
    cell(number_text(row.record_id, row.record_id != event::kNoRecordId)).cell(number_text(row.line, row.line != 0));
    cell(input_.file(row.file).name);
    cell(std::to_string(rule.is_correlation ? row.events_total : row.count));
  }
  static constexpr std::string_view kPlaceColumns =
      "host,rule_title,rule_title_ja,rule_id,tactics,techniques,fields,channel,event_id,record_id,line,file,count";

  const RuleTable& rules_;
  const Input& input_;
  TextOutput& out_;

 private:
  bool first_ = true;
};

class Csv final : public CommaTable {
 public:
  Csv(const RuleTable& rules, const Input& input, TextOutput& out) : CommaTable(rules, input, out) {
    out_.buffer().append("\xEF\xBB\xBF").append("time,last,level,").append(kPlaceColumns).append("\r\n");
  }
  Result<void> row(const Row& row) override {
    cell(time_text(row.time)).cell(time_text(row.last)).cell(sigma::to_string(rules_[row.rule].level));
    append_place(row);
    return end_line();
  }
};

class Timesketch final : public CommaTable {
 public:
  Timesketch(const RuleTable& rules, const Input& input, TextOutput& out) : CommaTable(rules, input, out) {
    out_.buffer().append("message,datetime,timestamp_desc,level,").append(kPlaceColumns).append("\r\n");
  }
  /// Timesketch refuses lines without a time: such rows stand at the beginning of the epoch and say so.
  Result<void> row(const Row& row) override {
    const RuleEntry& rule = rules_[row.rule];
    std::string message(sigma::to_string(rule.level));
    message.append(": ").append(rule.title).append(" [").append(row.host.empty() ? "-" : row.host).append("] ");
    cell(message + fields_in_line(row.fields));
    cell(row.time.known() ? format_rfc3339(row.time) : "1970-01-01T00:00:00.000000Z");
    cell(!row.time.known() ? "No time in the log" : rule.is_correlation ? "Correlation completed" : "Event Logged");
    cell(sigma::to_string(rule.level));
    append_place(row);
    return end_line();
  }
};

}  // namespace

std::unique_ptr<RowOutput> detail::make_csv(const RuleTable& rules, const Input& input, TextOutput& out) {
  return std::make_unique<Csv>(rules, input, out);
}

std::unique_ptr<RowOutput> detail::make_timesketch(const RuleTable& rules, const Input& input, TextOutput& out) {
  return std::make_unique<Timesketch>(rules, input, out);
}

}  // namespace yorozu::hunt
