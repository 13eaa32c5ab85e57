// yorozu rules explain RULE, and rules why RULE EVENT.
#include <algorithm>
#include <cstdio>

#include "app/input_arguments.h"
#include "app/rules_command.h"
#include "base/escape.h"
#include "detect/engine.h"
#include "hunt/pipeline.h"
#include "hunt/rule_hits.h"
#include "sigma/explain.h"
#include "sigma/explain_words.h"

namespace yorozu::app {

namespace {

using message::Id;
using message::Lang;

std::string say(Lang lang, Id id) {
  return std::string(message::text(lang, id));
}

/// The tree of tests, a line each, with what decided it. Colour would not be enough: marks and words are there anyway.
class Tree {
 public:
  explicit Tree(Lang lang) : lang_(lang) {}

  void add(const detect::Verdict& verdict, std::size_t depth) {
    const sigma::Node& node = *verdict.node;
    line(depth, std::string(verdict.result ? "✓ " : "✗ ") + label(node) + words(node));
    if (node.kind == sigma::Node::Kind::Test) values(verdict, depth);
    for (const detect::Verdict& child : verdict.children) add(child, depth + 1);
  }
  std::string take() { return std::move(out_); }

 private:
  static std::string label(const sigma::Node& node) { return node.label.empty() ? "" : node.label + ": "; }

  std::string words(const sigma::Node& node) const {
    switch (node.kind) {
      case sigma::Node::Kind::And:
        return say(lang_, Id::RulesWhyAll);
      case sigma::Node::Kind::Or:
        return say(lang_, Id::RulesWhyOne);
      case sigma::Node::Kind::Not:
        return say(lang_, Id::RulesWhyNot);
      case sigma::Node::Kind::Constant:
        return say(lang_, node.constant ? Id::RulesWhyAlways : Id::RulesWhyNever);
      case sigma::Node::Kind::Test:
        break;
    }
    const sigma::Words test = sigma::words_of(*node.test, lang_);
    return message::format(lang_, test.verb, test.field, test.value);
  }

  void values(const detect::Verdict& verdict, std::size_t depth) {
    const std::string called =
        verdict.event_field.empty() ? "" : " " + message::format(lang_, Id::RulesWhyCalled, verdict.event_field);
    if (verdict.node->test->field.empty()) return;  // a keyword looks at everything
    if (verdict.values.empty()) return line(depth + 2, say(lang_, Id::RulesWhyAbsent) + called);
    for (const std::string& value : verdict.values)
      line(depth + 2, message::format(lang_, Id::RulesWhyValue, "\"" + value + "\"") + called);
  }

  void line(std::size_t depth, std::string_view words) {
    out_.append(2 * depth, ' ');
    append_terminal(words, out_);
    out_ += '\n';
  }

  Lang lang_;
  std::string out_;
};

std::string place_of(const event::Event& event, Lang lang) {
  if (event.record_id != event::kNoRecordId) return message::format(lang, Id::RulesWhyRecord, event.record_id);
  if (event.line != 0) return message::format(lang, Id::RulesWhyLine, event.line);
  return message::format(lang, Id::RulesWhyPosition, event.position);
}

std::string render(const detect::CompiledRules& rules, const detect::Why& why, const event::Event& event,
                   const event::EventBatch& batch, const std::string& file, Lang lang) {
  const sigma::Metadata& meta = detect::rules_of(rules).rules[0].meta;
  const std::string& title = lang == Lang::Ja && !meta.title_ja.empty() ? meta.title_ja : meta.title;
  std::string out = terminal_safe(message::format(lang, Id::RulesWhyRule, title, meta.id)) + "\n";
  std::string where = file + ", " + place_of(event, lang);
  if (event.time.known()) where += ", " + format_rfc3339(event.time);
  out += terminal_safe(message::format(lang, Id::RulesWhyEvent, where, batch.host_of(event))) + "\n";
  if (!why.logsource_detail.empty() || !why.logsource_matches)
    out += terminal_safe((why.logsource_matches ? "✓ " : "✗ ") +
                         message::format(lang, Id::RulesWhyLogsource, why.logsource_detail)) +
           "\n";
  Tree tree(lang);
  if (why.root.node != nullptr) tree.add(why.root, 0);
  out += tree.take();
  const Id result = !why.logsource_matches ? Id::RulesWhyOtherEvents
                    : why.root.result      ? Id::RulesWhyMatches
                                           : Id::RulesWhyDoesNot;
  return out + say(lang, result) + "\n";
}

struct Answer final : hunt::UnitOutput {
  int worth = 0;  ///< 0: none; 1: some event; 2: one that the rule sees; 3: one that it matches, or that was asked for
  std::string text;
};

/// Answers for the event that was asked for, or for the best of those in the unit.
class WhyJob final : public hunt::UnitJob {
 public:
  WhyJob(const detect::CompiledRules& rules, const RulesWhyArguments& arguments, Lang lang)
      : rules_(rules), arguments_(arguments), lang_(lang) {}

  std::unique_ptr<hunt::UnitOutput> run(const hunt::Work&, const event::EventBatch& batch) override {
    auto answer = std::make_unique<Answer>();
    const bool any = arguments_.record == UINT64_MAX;
    for (const event::Event& event : batch.events) {
      if (answer->worth == 3) break;
      if (!any && hunt::record_number(event) != arguments_.record) continue;
      const detect::Why why = detect::why(rules_, 0, event, batch);
      const int worth = !any || (why.logsource_matches && why.root.result) ? 3 : why.logsource_matches ? 2 : 1;
      if (worth <= answer->worth) continue;
      answer->worth = worth;
      answer->text = render(rules_, why, event, batch, arguments_.events, lang_);
    }
    return answer;
  }

 private:
  const detect::CompiledRules& rules_;
  const RulesWhyArguments& arguments_;
  Lang lang_;
};

int why_one(sigma::Rule rule, const RulesWhyArguments& arguments, const Console& console) {
  sigma::RuleSet alone;
  alone.rules.push_back(std::move(rule));
  event::Schema schema;
  const auto compiled = detect::compile(std::move(alone), schema, event::LogsourceMap::builtin());
  if (!compiled) return complain(compiled.error().message);
  auto input = hunt::Input::open({arguments.events}, {});
  if (!input) return complain(input.error().message);
  Answer best;
  const auto reports = hunt::run_pipeline(
      **input, schema, event::LogsourceMap::builtin(), {},
      [&] { return std::make_unique<WhyJob>(**compiled, arguments, console.lang); },
      [&](std::uint32_t, std::unique_ptr<hunt::UnitOutput> any) {
        auto& answer = static_cast<Answer&>(*any);
        if (answer.worth > best.worth) best = std::move(answer);
      });
  if (!reports) return complain(reports.error().message);
  for (const hunt::Input::Problem& problem : (*input)->problems())
    complain(terminal_safe(problem.name + ": " + problem.error.message));
  if (best.worth == 0)
    return complain(message::format(console.lang, Id::RulesNoEvent, terminal_safe(arguments.events)));
  print(best.text);
  return kDone;
}

/// The plain rules below a correlation, each once.
void collect_rules(const sigma::RuleSet& set, const sigma::Correlation& correlation, std::vector<std::uint32_t>& out) {
  for (const sigma::Correlation::Member& member : correlation.members) {
    if (member.is_correlation)
      collect_rules(set, set.correlations[member.index], out);
    else if (std::ranges::find(out, member.index) == out.end())
      out.push_back(member.index);
  }
}

}  // namespace

int run_rules_explain(const RulesExplainArguments& arguments, const Console& console) {
  const auto chosen = choose_rule(arguments, console);
  if (!chosen) return kUsage;
  print(safe_lines(chosen->is_correlation
                       ? sigma::explain(chosen->set.correlations[chosen->index], chosen->set, console.lang)
                       : sigma::explain(chosen->set.rules[chosen->index], console.lang)));
  return kDone;
}

int run_rules_why(const RulesWhyArguments& arguments, const Console& console) {
  const auto chosen = choose_rule(arguments, console);
  if (!chosen) return kUsage;
  if (!chosen->is_correlation) return why_one(chosen->set.rules[chosen->index], arguments, console);
  const sigma::Correlation& correlation = chosen->set.correlations[chosen->index];
  print(message::format(console.lang, Id::RulesWhyCorrelation, terminal_safe(correlation.meta.title)) + "\n\n");
  std::vector<std::uint32_t> rules;
  collect_rules(chosen->set, correlation, rules);
  int status = kUsage;
  for (const std::uint32_t rule : rules) {
    if (why_one(chosen->set.rules[rule], arguments, console) == kDone) status = kDone;
    print("\n");
  }
  return status;
}

}  // namespace yorozu::app
