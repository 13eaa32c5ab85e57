// yorozu rules check|list|explain|why|test
#include "app/rules_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "app/input_arguments.h"
#include "app/server_connection.h"
#include "base/escape.h"
#include "base/try.h"
#include "sigma/load.h"

namespace yorozu::app {

namespace {

using message::Id;

/// Adds a subcommand whose arguments live as long as the action that uses them.
template <class Arguments, class Add, class Run>
void subcommand(CLI::App& rules, const char* name, std::string help, Action& action, Add add, Run run) {
  CLI::App* command = rules.add_subcommand(name, std::move(help));
  auto arguments = std::make_shared<Arguments>();
  add(*command, *arguments);
  command->callback([arguments, &action, run] {
    action = [arguments, run](const Console& console) { return run(*arguments, console); };
  });
}

/// Documents of a file that a person named, or those that go by that id, name or title.
void find_rule(const sigma::RuleSet& set, const std::string& wanted, bool is_file, std::vector<ChosenRule>& out) {
  const auto is_it = [&](const sigma::Metadata& meta) {
    return is_file || meta.id == wanted || meta.name == wanted || meta.title == wanted || meta.title_ja == wanted;
  };
  for (std::uint32_t i = 0; i < set.correlations.size(); ++i)
    if (is_it(set.correlations[i].meta)) out.push_back({{}, true, i});
  if (is_file && !out.empty()) return;  // a correlation and its rules in one file: the correlation is meant
  for (std::uint32_t i = 0; i < set.rules.size(); ++i)
    if (is_it(set.rules[i].meta)) out.push_back({{}, false, i});
}

const sigma::Metadata& meta_of(const sigma::RuleSet& set, const ChosenRule& chosen) {
  return chosen.is_correlation ? set.correlations[chosen.index].meta : set.rules[chosen.index].meta;
}

}  // namespace

void add_rules(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* rules = app.add_subcommand("rules", say(Id::RulesHelp));
  rules->require_subcommand(1);
  const auto add_lists = [&](CLI::App& c, RulesArguments& a) {
    c.add_option("--lists", a.lists, say(Id::RulesHelpLists));
  };
  const auto add_paths = [&](CLI::App& c, RulesArguments& a) {
    c.add_option("PATH", a.rules, say(Id::RulesHelpPaths));
    c.add_option("--rules", a.rules, say(Id::RulesHelpRules))->allow_extra_args(false);
    add_lists(c, a);
  };
  const auto add_source = [&](CLI::App& c, RulesArguments& a, Id help) {
    c.add_option("--rules", a.rules, say(help))->allow_extra_args(false);
    add_lists(c, a);
  };
  const auto add_format = [&](CLI::App& c, RulesArguments& a, const char* text_name) {
    const std::map<std::string, RulesFormat> formats = {{text_name, RulesFormat::Text}, {"json", RulesFormat::Json}};
    c.add_option("--format", a.format, say(Id::RulesHelpFormat))->transform(CLI::CheckedTransformer(formats));
  };

  subcommand<RulesArguments>(
      *rules, "check", say(Id::RulesHelpCheck), action,
      [&](CLI::App& c, auto& a) {
        add_paths(c, a);
        add_format(c, a, "text");
      },
      run_rules_check);
  subcommand<RulesListArguments>(
      *rules, "list", say(Id::RulesHelpList), action,
      [&](CLI::App& c, auto& a) {
        add_paths(c, a);
        add_format(c, a, "table");
        c.add_option("--logsource", a.logsource, say(Id::RulesHelpLogsource));
        c.add_option("--level", a.level, say(Id::RulesHelpLevel));
        c.add_option("--tag", a.tag, say(Id::RulesHelpTag));
      },
      run_rules_list);
  subcommand<RulesExplainArguments>(
      *rules, "explain", say(Id::RulesHelpExplain), action,
      [&](CLI::App& c, auto& a) {
        c.add_option("RULE", a.rule, say(Id::RulesHelpRule))->required();
        add_source(c, a, Id::RulesHelpRules);
      },
      run_rules_explain);
  subcommand<RulesWhyArguments>(
      *rules, "why", say(Id::RulesHelpWhy), action,
      [&](CLI::App& c, auto& a) {
        c.add_option("RULE", a.rule, say(Id::RulesHelpRule))->required();
        c.add_option("EVENT", a.events, say(Id::RulesHelpEvent))->required();
        c.add_option("--record", a.record, say(Id::RulesHelpRecord));
        add_source(c, a, Id::RulesHelpRules);
      },
      run_rules_why);
  subcommand<RulesTestArguments>(
      *rules, "test", say(Id::RulesHelpTest), action,
      [&](CLI::App& c, auto& a) {
        c.add_option("FOLDER", a.folder, say(Id::RulesHelpFolder))->required();
        c.add_option("--threads", a.threads, say(Id::RulesHelpThreads));
        add_source(c, a, Id::RulesHelpTestRules);
      },
      run_rules_test);
  subcommand<RulesUpdateArguments>(
      *rules, "update", say(Id::RulesHelpUpdate), action,
      [&](CLI::App& c, auto& a) {
        c.add_option("--from", a.from, say(Id::RulesHelpFrom))->required();
        c.add_option("--sha256", a.sha256, say(Id::RulesHelpSha256));
        c.add_option("--key", a.key, say(Id::RulesHelpKey));
        c.add_flag("--dry-run", a.dry_run, say(Id::RulesHelpDryRun));
        add_data_option(c, console, a.data);
      },
      run_rules_update);
}

Result<LoadedRules> load_rules(const RulesArguments& arguments) {
  LoadedRules out;
  sigma::LoadOptions options;
  if (!arguments.lists.empty()) {
    TRY_ASSIGN(options.placeholders, hunt::read_lists(arguments.lists));
  }
  TRY_ASSIGN(out.source, hunt::read_rules(arguments.rules));
  out.set = sigma::load(out.source.texts, options);
  return out;
}

std::optional<ChosenRule> choose_rule(const RulesExplainArguments& arguments, const Console& console) {
  RulesArguments from = arguments;
  std::error_code error;
  const bool is_file = std::filesystem::is_regular_file(arguments.rule, error);
  if (is_file && from.rules.empty()) from.rules = {arguments.rule};
  auto loaded = load_rules(from);
  if (!loaded) {
    complain(loaded.error().message);
    return std::nullopt;
  }
  std::vector<ChosenRule> found;
  const bool only_it = is_file && arguments.rules.empty();
  find_rule(loaded->set, arguments.rule, only_it, found);
  if (is_file && !only_it)  // named as a file among others that its correlation needs
    for (std::uint32_t i = 0; i < loaded->set.rules.size(); ++i)
      if (loaded->set.rules[i].meta.file == arguments.rule) found.push_back({{}, false, i});
  if (found.size() == 1) {
    found[0].set = std::move(loaded->set);
    return std::move(found[0]);
  }
  if (found.empty() && only_it && !loaded->set.diagnostics.empty()) {
    complain(message::text(console.lang, Id::RulesFailed));
    for (const sigma::Diagnostic& diagnostic : loaded->set.diagnostics)
      std::fprintf(stderr, "%s", diagnostic_line(diagnostic).c_str());
    return std::nullopt;
  }
  const std::string name = terminal_safe(arguments.rule);
  complain(found.empty() ? message::format(console.lang, Id::RulesNoSuchRule, name)
                         : message::format(console.lang, Id::RulesSeveralRules, name, found.size()));
  for (const ChosenRule& one : found) {
    const sigma::Metadata& meta = meta_of(loaded->set, one);
    std::fprintf(stderr, "  %s  %s\n", terminal_safe(meta.id).c_str(), terminal_safe(meta.title).c_str());
  }
  return std::nullopt;
}

std::string_view to_string(sigma::Diagnostic::Severity severity) {
  switch (severity) {
    case sigma::Diagnostic::Severity::Error:
      return "error";
    case sigma::Diagnostic::Severity::Warning:
      return "warning";
    case sigma::Diagnostic::Severity::Note:
      break;
  }
  return "note";
}

std::string diagnostic_line(const sigma::Diagnostic& d) {
  std::string line = d.file;
  if (d.span.line != 0) line += ":" + std::to_string(d.span.line);
  if (d.span.line != 0 && d.span.column != 0) line += ":" + std::to_string(d.span.column);
  line += ": " + std::string(to_string(d.severity)) + ": " + d.message + " [" + d.code + "]";
  std::string out = terminal_safe(line) + "\n";
  if (!d.hint.empty()) out += "    " + terminal_safe(d.hint) + "\n";
  return out;
}

std::string logsource_text(const sigma::Logsource& logsource) {
  std::string out;
  for (const std::string* part : {&logsource.product, &logsource.category, &logsource.service}) {
    if (part->empty()) continue;
    if (!out.empty()) out += '/';
    out += *part;
  }
  return out;
}

std::string safe_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    append_terminal(text.substr(0, end), out);
    out += '\n';
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace yorozu::app
