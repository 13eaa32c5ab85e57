// The timeline on a terminal: one line that says when, how bad, where and what; below it, indented, the values that
// matched and where the record is. Levels are words with a colour, so nothing is lost without colours.
#include <algorithm>
#include <array>
#include <string>

#include "base/display_width.h"
#include "base/escape.h"
#include "hunt/row_output.h"

namespace yorozu::hunt {

namespace {

constexpr std::size_t kHostWidth = 18;
constexpr std::size_t kNarrowest = 60;
constexpr std::string_view kIndent = "    ";
constexpr std::array<std::string_view, 5> kColors = {"\x1b[2m", "\x1b[36m", "\x1b[33m", "\x1b[1;31m", "\x1b[1;97;41m"};
constexpr std::string_view kDim = "\x1b[2m", kPlain = "\x1b[0m";

class Table final : public RowOutput {
 public:
  Table(const OutputOptions& options, const RuleTable& rules, const Input& input, TextOutput& out)
      : options_(options), rules_(rules), input_(input), out_(out) {
    for (std::size_t i = 0; i < kColors.size(); ++i)
      level_width_ = std::max(level_width_, display_width(level_word(static_cast<sigma::Level>(i), options_.lang)));
  }

  Result<void> row(const Row& row) override {
    head_line(row);
    detail_line(row);
    return out_.pass_on();
  }
  Result<void> finish(const HuntSummary&) override { return out_.flush(); }

 private:
  std::size_t width() const { return std::max<std::size_t>(options_.width, kNarrowest); }
  void colored(std::string_view color, std::string_view text) {
    if (!options_.color) {
      out_.buffer().append(text);
      return;
    }
    out_.buffer().append(color).append(text).append(kPlain);
  }
  /// What fits into what is left of the line; everything when the output is no terminal.
  std::string fitting(std::string text, std::size_t used) const {
    if (options_.width == 0) return text;
    return cut_to_width(std::move(text), width() > used ? width() - used : 1);
  }

  void head_line(const Row& row) {
    const RuleEntry& rule = rules_[row.rule];
    const std::string time = row.time.known() ? options_.zone.format(row.time) : std::string(30, ' ');
    const std::string level = padded(std::string(level_word(rule.level, options_.lang)), level_width_);
    const std::string host = padded(cut_to_width(terminal_safe(row.host), kHostWidth), kHostWidth);
    out_.buffer().append(time).append("  ");
    colored(kColors[static_cast<std::size_t>(rule.level)], level);
    out_.buffer().append("  ").append(host).append("  ");
    std::string what = terminal_safe(rule.title_in(options_.lang));
    if (row.count > 1) what += " (x" + std::to_string(row.count) + ")";
    if (const std::string attack = attack_of(rule); !attack.empty()) what += "  [" + attack + "]";
    out_.buffer().append(fitting(std::move(what), time.size() + level_width_ + kHostWidth + 6)).push_back('\n');
  }

  std::string attack_of(const RuleEntry& rule) const {
    std::string out;
    for (const std::string& tactic : rule.tactics)
      out.append(out.empty() ? "" : ", ").append(terminal_safe(tactic_name(tactic, options_.lang)));
    for (const std::string& technique : rule.techniques)
      out.append(out.empty() ? "" : " ").append(terminal_safe(technique));
    return out;
  }

  void detail_line(const Row& row) {
    std::string place = terminal_safe(input_.file(row.file).name);
    if (row.record_id != event::kNoRecordId)
      place += " #" + std::to_string(row.record_id);
    else if (row.line != 0)
      place += ":" + std::to_string(row.line);
    if (!row.events.empty()) {
      place = message::format(options_.lang, message::Id::HuntEventsOfCorrelation, row.events_total) + ", " + place;
    }
    const std::string fields = terminal_safe(fields_in_line(row.fields));
    out_.buffer().append(kIndent);
    const std::size_t used = kIndent.size() + display_width(place) + 4;
    if (!fields.empty()) out_.buffer().append(fitting(fields, std::min(used, width() / 2))).append("  ");
    colored(kDim, "(" + place + ")");
    out_.buffer().push_back('\n');
  }

  OutputOptions options_;
  const RuleTable& rules_;
  const Input& input_;
  TextOutput& out_;
  std::size_t level_width_ = 0;
};

}  // namespace

std::unique_ptr<RowOutput> detail::make_table(const OutputOptions& options, const RuleTable& rules, const Input& input,
                                              TextOutput& out) {
  return std::make_unique<Table>(options, rules, input, out);
}

}  // namespace yorozu::hunt
