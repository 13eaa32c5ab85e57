// The report in one file: a frame (report/report.html), its style and script, and the data as JSON, which the script
// puts into the page as text. Nothing is fetched: the content security policy allows exactly this script and this
// style, by their hashes. At most kMaxRows rows are kept, the most severe first; counts and the chart are of
// everything.
#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/assert.h"
#include "base/embedded.h"
#include "base/escape.h"
#include "base/hash.h"
#include "base/json_writer.h"
#include "hunt/report_chart.h"
#include "hunt/row_output.h"
#include "hunt/summary.h"

namespace yorozu::embedded {
std::span<const File> report_files();
}

namespace yorozu::hunt {

namespace {

constexpr std::size_t kMaxRows = 20'000;
constexpr std::size_t kMaxRowBytes = std::size_t{12} << 20;
constexpr std::size_t kMaxListed = 200;

std::string_view report_file(std::string_view ending) {
  for (const embedded::File& file : embedded::report_files())
    if (file.name.ends_with(ending)) return file.text();
  YOROZU_ASSERT(false, "the build embeds all three files");
}

/// "sha256-..." as a content security policy names a script or style.
std::string policy_hash(std::string_view text) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const Sha256 hash = sha256(as_bytes(text));
  std::string out = "sha256-";
  for (std::size_t i = 0; i < hash.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return at < hash.size() ? std::uint32_t{hash[at]} : 0U; };
    const std::uint32_t bits = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    for (const int shift : {18, 12, 6, 0}) out.push_back(kDigits[bits >> shift & 63]);
  }
  out.back() = '=';  // 32 bytes: the last group has two
  return out;
}

/// JSON that may stand inside <script>: no `<` is left that could end it, and no `&` or line separator that old parsers
/// trip over.
std::string safe_in_script(std::string_view json) {
  std::string out;
  out.reserve(json.size() + json.size() / 16);
  for (const char c : json) {
    if (c == '<')
      out += "\\u003c";
    else if (c == '>')
      out += "\\u003e";
    else if (c == '&')
      out += "\\u0026";
    else
      out.push_back(c);
  }
  return out;
}

/// Fills the {{names}} of the frame.
std::string filled(std::string_view frame, const std::map<std::string_view, std::string_view>& values) {
  std::string out;
  for (std::size_t at = 0; at < frame.size();) {
    const std::size_t begin = frame.find("{{", at), end = frame.find("}}", begin);
    out.append(frame.substr(at, begin - at));
    if (begin == std::string_view::npos) break;
    out.append(values.at(frame.substr(begin + 2, end - begin - 2)));
    at = end + 2;
  }
  return out;
}

struct ReportText {
  std::string_view name, en, ja;
};
constexpr ReportText kTexts[] = {
#define MESSAGE(name, en, ja) {#name, en, ja},
#include "message/report.def"
#undef MESSAGE
};

/// Names in the order in which they were first asked for.
class Numbered {
 public:
  std::uint64_t of(std::string_view name) {
    const auto [found, is_new] = numbers_.try_emplace(std::string(name), names_.size());
    if (is_new) names_.push_back(found->first);
    return found->second;
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::unordered_map<std::string, std::uint64_t> numbers_;
  std::vector<std::string> names_;
};

/// The most severe rows, in the order they came.
class KeptRows {
 public:
  void add(const Row& row, sigma::Level level) {
    const auto of = static_cast<std::size_t>(level);
    std::size_t lowest = 0;
    while (lowest < kLevels && rows_[lowest].empty()) ++lowest;
    if (full() && of <= lowest) return;
    std::string bytes;
    pack(row, bytes);
    bytes_ += bytes.size();
    ++count_;
    rows_[of].push_back({sequence_++, std::move(bytes)});
    while (over() && lowest <= of) {
      if (rows_[lowest].empty()) {
        ++lowest;
        continue;
      }
      bytes_ -= rows_[lowest].back().bytes.size();
      --count_;
      rows_[lowest].pop_back();
    }
  }
  /// Calls `each` with every kept row, in order.
  template <class F>
  void for_each(F&& each) const {
    std::vector<const Kept*> all;
    for (const auto& level : rows_)
      for (const Kept& kept : level) all.push_back(&kept);
    std::ranges::sort(all, {}, &Kept::sequence);
    for (const Kept* kept : all) {
      Row row;
      if (unpack(kept->bytes, row)) each(row);
    }
  }

 private:
  struct Kept {
    std::uint64_t sequence;
    std::string bytes;
  };
  bool full() const { return count_ >= kMaxRows || bytes_ >= kMaxRowBytes; }
  bool over() const { return count_ > kMaxRows || bytes_ > kMaxRowBytes; }

  std::array<std::vector<Kept>, kLevels> rows_;
  std::uint64_t sequence_ = 0;
  std::size_t count_ = 0, bytes_ = 0;
};

JsonWriter& write_ms(JsonWriter& json, Timestamp time) {
  return time.known() ? json.value(time.us / 1000) : json.null();
}

template <class Counts>
void write_numbers(JsonWriter& json, const Counts& counts) {
  json.begin_array();
  for (const auto n : counts) json.value(static_cast<std::uint64_t>(n));
  json.end_array();
}

void write_strings(JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

class Html final : public RowOutput {
 public:
  Html(const OutputOptions& options, const RuleTable& rules, const Input& input, TextOutput& out)
      : options_(options), rules_(rules), input_(input), out_(out) {}

  Result<void> row(const Row& row) override {
    kept_.add(row, rules_[row.rule].level);
    chart_.add(row.time, rules_[row.rule].level, row.count);
    return {};
  }

  Result<void> finish(const HuntSummary& summary) override {
    const std::string data = safe_in_script(data_json(summary));
    const std::string_view style = report_file(".css"), script = report_file(".js");
    const std::string style_hash = policy_hash(style), script_hash = policy_hash(script);
    out_.buffer() += filled(report_file(".html"), {{"lang", options_.lang == message::Lang::Ja ? "ja" : "en"},
                                                   {"title", message::text(options_.lang, message::Id::ReportTitle)},
                                                   {"style", style},
                                                   {"script", script},
                                                   {"style-hash", style_hash},
                                                   {"script-hash", script_hash},
                                                   {"data", data}});
    return out_.flush();
  }

 private:
  std::string data_json(const HuntSummary& s) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.key("lang").value(options_.lang == message::Lang::Ja ? "ja" : "en");
    json.key("zone").value(options_.zone.name());
    write_ms(json.key("made"), options_.now);
    json.key("cancelled").value(s.cancelled);
    write_texts(json);
    write_rules(json, s);
    write_hosts(json, s);  // numbers hosts, so before the rows
    write_rows(json);
    write_findings(json, s);
    write_evidence(json, s);
    write_basis(json, s);
    json.end_object();
    return out;
  }

  void write_texts(JsonWriter& json) const {
    json.key("strings").begin_object().key("en").begin_object();
    for (const ReportText& text : kTexts) json.key(text.name).value(text.en);
    json.end_object().key("ja").begin_object();
    for (const ReportText& text : kTexts) json.key(text.name).value(text.ja);
    json.end_object().end_object();
  }

  void write_rules(JsonWriter& json, const HuntSummary& s) {
    const std::vector<std::uint32_t> noisy = s.findings.noisy_rules();
    json.key("rules").begin_array();
    for (const std::uint32_t i : s.findings.top_rules()) {
      const RuleEntry& rule = rules_[i];
      const Tally& tally = s.findings.by_rule()[i];
      rule_numbers_.emplace(i, rule_numbers_.size());
      json.begin_object().key("id").value(rule.id).key("title").value(rule.title).key("titleJa").value(rule.title_ja);
      json.key("about").value(rule.description).key("aboutJa").value(rule.description_ja);
      json.key("file").value(rule.file).key("level").value(static_cast<unsigned>(rule.level));
      write_strings(json.key("tactics"), rule.tactics);
      write_strings(json.key("techniques"), rule.techniques);
      json.key("count").value(tally.count).key("noisy").value(std::ranges::find(noisy, i) != noisy.end());
      write_ms(json.key("first"), tally.first);
      write_ms(json.key("last"), tally.last);
      json.end_object();
    }
    json.end_array();
  }

  void write_hosts(JsonWriter& json, const HuntSummary& s) {
    json.key("tactics").begin_array();
    for (const std::string& tactic : s.findings.tactics()) json.value(tactic);
    json.end_array().key("tacticNames").begin_object();
    for (const std::string& tactic : s.findings.tactics())
      json.key(tactic).value(tactic_name(tactic, message::Lang::Ja));
    json.end_object().key("hosts").begin_array();
    for (const auto& [name, tally] : s.findings.by_host()) {
      hosts_.of(name);
      json.begin_object().key("name").value(name).key("count").value(tally.count);
      write_numbers(json.key("byLevel"), tally.by_level);
      write_numbers(json.key("byTactic"), tally.by_tactic);
      json.end_object();
    }
    // Rows of hosts beyond the bound of Findings share the last entry.
    further_host_ = hosts_.names().size();
    json.begin_object().key("name").value("…").key("count").value(s.findings.of_further_hosts());
    write_numbers(json.key("byLevel"), LevelCounts{});
    write_numbers(json.key("byTactic"), std::vector<std::uint64_t>(s.findings.tactics().size()));
    json.end_object().end_array();
  }

  void write_rows(JsonWriter& json) {
    Numbered files;
    json.key("rows").begin_array();
    kept_.for_each([&](const Row& row) {
      json.begin_array();
      write_ms(json, row.time);
      const std::uint64_t host = hosts_.of(row.host);
      json.value(rule_numbers_.at(row.rule)).value(std::min(host, further_host_));
      json.value(files.of(input_.file(row.file).name)).value(row.channel);
      row.event_id == event::kNoEventId ? json.null() : json.value(row.event_id);
      row.record_id == event::kNoRecordId ? json.null() : json.value(row.record_id);
      row.line == 0 ? json.null() : json.value(row.line);
      json.raw(row.fields).value(row.count);
      write_ms(json, row.last);
      if (row.events.empty()) {
        json.null();
      } else {
        json.begin_object().key("value").value(row.value).key("total").value(row.events_total);
        json.key("events").raw(row.events).end_object();
      }
      json.end_array();
    });
    json.end_array();
    write_strings(json.key("files"), files.names());
  }

  void write_findings(JsonWriter& json, const HuntSummary& s) const {
    json.key("findings").begin_object().key("total").value(s.findings.total()).key("rows").value(s.findings.rows());
    write_ms(json.key("first"), s.findings.all().first);
    write_ms(json.key("last"), s.findings.all().last);
    write_numbers(json.key("byLevel"), s.findings.by_level());
    write_numbers(json.key("byTactic"), s.findings.by_tactic());
    json.end_object();
    json.key("chart").begin_object().key("start").value(chart_.start().us / 1000);
    json.key("width").value(chart_.width_us() / 1000).key("counts").begin_array();
    for (const LevelCounts& bar : chart_.bars()) write_numbers(json, bar);
    json.end_array().end_object();
  }

  void write_evidence(JsonWriter& json, const HuntSummary& s) {
    Numbered files;
    const auto list = [&](const char* key, auto member, const auto& write) {
      std::size_t left = kMaxListed;
      json.key(key).begin_array();
      for (std::uint32_t i = 0; i < s.result.files.size(); ++i)
        for (const auto& element : s.result.files[i].*member) {
          if (left == 0) break;
          --left;
          json.begin_array().value(files.of(s.input.file(i).name));
          write(element);
          json.end_array();
        }
      json.end_array();
    };
    json.key("evidence").begin_object().key("total").value(s.damages() + s.gaps() + s.time_steps());
    list("gaps", &FileReport::gaps, [&](const RecordGap& gap) {
      json.value(gap.first).value(gap.last);
      write_ms(json, gap.before);
      write_ms(json, gap.after);
    });
    list("steps", &FileReport::time_steps, [&](const codec::TimeStep& step) {
      json.value(step.record_id);
      write_ms(json, step.before);
      write_ms(json, step.after);
    });
    list("damages", &FileReport::damages, [&](const codec::Damage& damage) {
      json.value(codec::to_string(damage.kind)).value(damage.offset).value(damage.detail);
    });
    write_strings(json.key("files"), files.names());
    json.end_object();
  }

  void write_basis(JsonWriter& json, const HuntSummary& s) const {
    json.key("input").begin_object().key("files").value(std::uint64_t{s.result.files.size()});
    json.key("bytes").value(s.input.bytes_total()).key("records").value(s.records()).key("seconds").value(s.seconds);
    json.key("unreadable").begin_array();
    const auto problems = s.input.problems();
    for (std::size_t i = 0; i < problems.size() && i < kMaxListed; ++i)
      json.begin_array().value(problems[i].name).value(problems[i].error.message).end_array();
    json.end_array().end_object();
    std::array<std::uint64_t, 6> reasons{};
    for (const detect::CannotFire& rule : s.result.cannot_fire) ++reasons[static_cast<std::size_t>(rule.reason)];
    json.key("ruleUse").begin_object().key("loaded").value(std::uint64_t{s.loaded});
    json.key("failedTotal").value(std::uint64_t{s.failed.size()});
    write_numbers(json.key("cannotFire"), reasons);
    json.key("failed").begin_array();
    for (std::size_t i = 0; i < s.failed.size() && i < kMaxListed; ++i)
      json.begin_array()
          .value(s.failed[i].file + ":" + std::to_string(s.failed[i].span.line))
          .value(s.failed[i].reason)
          .end_array();
    json.end_array().end_object();
  }

  OutputOptions options_;
  const RuleTable& rules_;
  const Input& input_;
  TextOutput& out_;
  KeptRows kept_;
  ReportChart chart_;
  std::unordered_map<std::uint32_t, std::uint64_t> rule_numbers_;  // index in "rules" of the page
  Numbered hosts_;
  std::uint64_t further_host_ = 0;
};

}  // namespace

std::unique_ptr<RowOutput> detail::make_html(const OutputOptions& options, const RuleTable& rules, const Input& input,
                                             TextOutput& out) {
  return std::make_unique<Html>(options, rules, input, out);
}

}  // namespace yorozu::hunt
