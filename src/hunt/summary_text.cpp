// The summary on standard error: what a person reads first after a hunt.
#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "base/display_width.h"
#include "base/escape.h"
#include "hunt/summary.h"
#include "hunt/text_table.h"

namespace yorozu::hunt {

namespace {

using message::Id;

constexpr std::size_t kShown = 10;

class SummaryText {
 public:
  SummaryText(const HuntSummary& summary, const SummaryTextOptions& options) : s_(summary), options_(options) {}

  std::string text() {
    out_ += "\n";
    findings();
    if (s_.findings.total() > 0) {
      top_rules();
      hosts();
      tactics();
      noisy();
    }
    input();
    evidence();
    rules();
    return std::move(out_);
  }

 private:
  std::string_view say(Id id) const { return message::text(options_.lang, id); }
  template <class... Args>
  void line(Id id, const Args&... args) {
    out_ += message::format(options_.lang, id, args...) + "\n";
  }
  std::string time(Timestamp at) const { return at.known() ? options_.zone.format(at) : "-"; }
  void heading(Id id) {
    out_ += options_.color ? "\x1b[1m" : "";
    out_.append(say(id));
    out_ += options_.color ? "\x1b[0m\n" : "\n";
  }
  /// Two columns further in than its heading.
  void indented(const std::string& block) {
    for (std::size_t at = 0; at < block.size();) {
      const std::size_t end = std::min(block.find('\n', at), block.size());
      out_.append("  ").append(block, at, end - at).append("\n");
      at = end + 1;
    }
  }

  std::string levels(const LevelCounts& counts) const {
    std::string out;
    for (std::size_t level = kLevels; level-- > 0;) {
      if (counts[level] == 0) continue;
      out.append(out.empty() ? "" : ", ").append(level_word(static_cast<sigma::Level>(level), options_.lang));
      out.append(" ").append(std::to_string(counts[level]));
    }
    return out;
  }

  void findings() {
    if (s_.cancelled) line(Id::HuntCancelled);
    if (s_.findings.total() == 0) return line(Id::HuntNoFindings);
    line(Id::HuntFindings, s_.findings.total(), levels(s_.findings.by_level()));
    line(Id::HuntSeen, time(s_.findings.all().first), time(s_.findings.all().last));
  }

  void top_rules() {
    heading(Id::HuntTopRules);
    TextTable table({std::string(say(Id::HuntCount)), std::string(say(Id::HuntLevel)), std::string(say(Id::HuntRule)),
                     std::string(say(Id::HuntFirst)), std::string(say(Id::HuntLast))});
    const auto top = s_.findings.top_rules();
    for (const std::uint32_t rule : top) {
      if (table.rows() == kShown) break;
      const Tally& tally = s_.findings.by_rule()[rule];
      table.add({std::to_string(tally.count), std::string(level_word(s_.rules[rule].level, options_.lang)),
                 std::string(s_.rules[rule].title_in(options_.lang)), time(tally.first), time(tally.last)});
    }
    indented(table.text());
    if (top.size() > kShown) line(Id::HuntMore, top.size() - kShown);
  }

  void hosts() {
    heading(Id::HuntHosts);
    std::vector<std::pair<std::string, const HostTally*>> hosts;
    for (const auto& [host, tally] : s_.findings.by_host()) hosts.emplace_back(host, &tally);
    // The worst level first, then the number of findings.
    std::ranges::stable_sort(hosts, [](const auto& a, const auto& b) {
      return std::lexicographical_compare(b.second->by_level.rbegin(), b.second->by_level.rend(),
                                          a.second->by_level.rbegin(), a.second->by_level.rend());
    });
    TextTable table({std::string(say(Id::HuntHost)), std::string(say(Id::HuntFindingsOfHost)),
                     std::string(say(Id::HuntFirst)), std::string(say(Id::HuntLast))});
    for (const auto& [host, tally] : hosts) {
      if (table.rows() == kShown) break;
      table.add({host.empty() ? std::string(say(Id::HuntUnknownHost)) : host, levels(tally->by_level),
                 time(tally->first), time(tally->last)});
    }
    indented(table.text());
    if (hosts.size() > kShown) line(Id::HuntMore, hosts.size() - kShown);
  }

  void tactics() {
    std::string text;
    for (std::size_t i = 0; i < s_.findings.tactics().size(); ++i) {
      if (s_.findings.by_tactic()[i] == 0) continue;
      text.append(text.empty() ? "" : ", ").append(tactic_name(s_.findings.tactics()[i], options_.lang));
      text.append(" ").append(std::to_string(s_.findings.by_tactic()[i]));
    }
    if (!text.empty()) line(Id::HuntTactics, terminal_safe(text));
  }

  void noisy() {
    for (const std::uint32_t rule : s_.findings.noisy_rules())
      line(Id::HuntNoisy, terminal_safe(s_.rules[rule].title_in(options_.lang)), s_.findings.by_rule()[rule].count);
  }

  void input() {
    heading(Id::HuntInput);
    const double mib = static_cast<double>(s_.input.bytes_total()) / (1024 * 1024);
    out_ += "  " + message::format(options_.lang, Id::HuntRead, s_.result.files.size(), mib, s_.records(), s_.seconds) +
            "\n";
    std::size_t shown = 0;
    for (const Input::Problem& problem : s_.input.problems())
      if (shown++ < kShown)
        out_ += "  " + terminal_safe(problem.name) + ": " + terminal_safe(problem.error.message) + "\n";
    if (shown > kShown) line(Id::HuntMore, shown - kShown);
  }

  /// Damage, missing records and clocks set back: each may be somebody's work.
  void evidence() {
    if (s_.damages() + s_.gaps() + s_.time_steps() == 0) return;
    heading(Id::HuntEvidence);
    std::size_t left = kShown;
    const auto item = [&](std::uint32_t file, const std::string& text) {
      if (left == 0) return;
      --left;
      out_ += "  " + terminal_safe(s_.input.file(file).name) + ": " + terminal_safe(text) + "\n";
    };
    const auto format = [&](Id id, const auto&... args) { return message::format(options_.lang, id, args...); };
    for (std::uint32_t i = 0; i < s_.result.files.size(); ++i) {
      const FileReport& file = s_.result.files[i];
      for (const RecordGap& gap : file.gaps)
        item(i, format(Id::HuntGap, gap.first, gap.last, time(gap.before), time(gap.after)));
      for (const codec::TimeStep& step : file.time_steps)
        item(i, format(Id::HuntTimeStep, step.record_id, time(step.before), time(step.after)));
      for (const codec::Damage& damage : file.damages)
        item(i, format(Id::HuntDamage, codec::to_string(damage.kind), damage.offset, damage.detail));
    }
    const std::uint64_t all = s_.damages() + s_.gaps() + s_.time_steps();
    if (all > kShown) line(Id::HuntMore, all - kShown);
  }

  void rules() {
    heading(Id::HuntRules);
    out_ += "  " + message::format(options_.lang, Id::HuntRulesLoaded, s_.loaded, s_.failed.size()) + "\n";
    for (std::size_t i = 0; i < s_.failed.size() && i < kShown; ++i)
      out_ += "  " + terminal_safe(s_.failed[i].file) + ":" + std::to_string(s_.failed[i].span.line) + ": " +
              terminal_safe(s_.failed[i].reason) + "\n";
    if (s_.failed.size() > kShown) line(Id::HuntMore, s_.failed.size() - kShown);
    constexpr std::array kReasons = {Id::HuntUnknownLogsource, Id::HuntNoSuchEvents, Id::HuntFieldNeverSeen,
                                     Id::HuntEmptyPlaceholder, Id::HuntNeverTrue,    Id::HuntMemberCannotFire};
    std::map<std::size_t, std::size_t> count;
    for (const detect::CannotFire& rule : s_.result.cannot_fire) ++count[static_cast<std::size_t>(rule.reason)];
    for (const auto& [reason, n] : count)
      out_ += "  " + message::format(options_.lang, Id::HuntCannotFire, n, say(kReasons[reason])) + "\n";
  }

  const HuntSummary& s_;
  const SummaryTextOptions& options_;
  std::string out_;
};

}  // namespace

std::string summary_text(const HuntSummary& summary, const SummaryTextOptions& options) {
  return SummaryText(summary, options).text();
}

}  // namespace yorozu::hunt
