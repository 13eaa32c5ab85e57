// yorozu hunt PATH... The order matters: everything that writes is opened first, then the sandbox closes, and only then
// is anything read that somebody else wrote: rules, lists, logs.
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "app/input_arguments.h"
#include "app/progress.h"
#include "app/sandbox.h"
#include "base/escape.h"
#include "base/try.h"
#include "detect/cache.h"
#include "detect/engine.h"
#include "hunt/hunt.h"
#include "hunt/output.h"
#include "hunt/row_output.h"
#include "hunt/rule_source.h"
#include "hunt/summary.h"
#include "sigma/load.h"

namespace yorozu::app {

namespace {

using message::Id;

struct HuntArguments : InputArguments {
  std::vector<std::string> rules, include, exclude;
  std::string lists, min_level, fail_level, format = "table", summary;
  bool group = false, verbose = false;
};

/// The arguments, understood.
struct HuntPlan {
  hunt::RowFilter filter;
  std::optional<sigma::Level> fail_level;
  hunt::OutputOptions output;
  hunt::Grouping grouping = hunt::Grouping::None;
};

std::atomic<bool> interrupted = false;

void on_interrupt(int) {
  interrupted = true;
  std::signal(SIGINT, SIG_DFL);  // the second one ends the program at once
}

Result<sigma::Level> level_of(const char* flag, const std::string& word, message::Lang lang) {
  if (const auto level = sigma::parse_level(word)) return *level;
  return fail(ErrorCode::InvalidInput, message::format(lang, Id::HuntBadLevel, flag, word));
}

Result<std::vector<hunt::Selector>> selectors(const char* flag, const std::vector<std::string>& words,
                                              message::Lang lang) {
  std::vector<hunt::Selector> out;
  for (const std::string& word : words) {
    auto selector = hunt::parse_selector(word);
    if (!selector) return fail(ErrorCode::InvalidInput, message::format(lang, Id::HuntBadSelector, flag, word));
    out.push_back(std::move(*selector));
  }
  return out;
}

unsigned terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

Result<HuntPlan> plan(const HuntArguments& arguments, message::Lang lang) {
  HuntPlan out;
  TRY_ASSIGN(TimeSpan span, time_span(arguments, lang));
  out.filter.from = span.from;
  out.filter.to = span.to;
  if (!arguments.min_level.empty()) {
    TRY_ASSIGN(out.filter.min_level, level_of("--min-level", arguments.min_level, lang));
  }
  if (!arguments.fail_level.empty()) {
    TRY_ASSIGN(out.fail_level, level_of("--fail-level", arguments.fail_level, lang));
  }
  TRY_ASSIGN(out.filter.include, selectors("--include", arguments.include, lang));
  TRY_ASSIGN(out.filter.exclude, selectors("--exclude", arguments.exclude, lang));
  const auto format = hunt::parse_output_format(arguments.format);
  if (!format) return fail(ErrorCode::InvalidInput, message::format(lang, Id::HuntBadFormat, arguments.format));
  out.output.format = *format;
  out.output.lang = lang;
  out.output.zone = span.zone;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  out.output.now = {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
  if (arguments.output.empty() && isatty(STDOUT_FILENO) == 1) {
    out.output.width = terminal_width();
    const char* no_color = std::getenv("NO_COLOR");
    out.output.color = no_color == nullptr || *no_color == '\0';
  }
  if (arguments.group) out.grouping = hunt::Grouping::SameRuleHostFields;
  return out;
}

/// Everything that is written to.
struct OpenedFiles {
  hunt::Output output;
  std::optional<hunt::Output> summary;
  hunt::HuntFiles temporary;
};

Result<OpenedFiles> open_files(const HuntArguments& arguments, const HuntPlan& plan) {
  TRY_ASSIGN(hunt::Output output, hunt::Output::open(arguments.output));
  std::optional<hunt::Output> summary;
  if (!arguments.summary.empty()) {
    TRY_ASSIGN(hunt::Output file, hunt::Output::open(arguments.summary));
    summary.emplace(std::move(file));
  }
  TRY_ASSIGN(hunt::HuntFiles temporary,
             hunt::HuntFiles::open(std::filesystem::temp_directory_path(), thread_count(arguments), plan.grouping));
  return OpenedFiles{std::move(output), std::move(summary), std::move(temporary)};
}

struct ReadyRules {
  std::shared_ptr<const detect::CompiledRules> compiled;
  hunt::RuleTable table;
  std::vector<hunt::FailedRule> failed;
};

/// Of compiled rules; made now, because the sandbox lets nothing be made elsewhere. Empty: nowhere to keep them.
std::vector<std::filesystem::path> make_cache_folder() {
  const auto folder = detect::default_cache_folder();
  if (!folder) return {};
  std::error_code error;
  if (std::filesystem::create_directories(*folder, error))
    std::filesystem::permissions(*folder, std::filesystem::perms::owner_all, error);
  if (!std::filesystem::is_directory(*folder, error)) return {};
  return {*folder};
}

std::string_view to_string(detect::Ready::Cache cache) {
  constexpr std::string_view kWords[] = {"off", "used", "written", "rejected and written anew", "unusable"};
  return kWords[static_cast<std::size_t>(cache)];
}

Result<ReadyRules> ready_rules(const HuntArguments& arguments, event::Schema& schema,
                               const event::LogsourceMap& logsources, message::Lang lang) {
  TRY_ASSIGN(const hunt::RuleSource source, hunt::read_rules(arguments.rules));
  sigma::LoadOptions load;
  if (!arguments.lists.empty()) {
    TRY_ASSIGN(load.placeholders, hunt::read_lists(arguments.lists));
  }
  TRY_ASSIGN(detect::Ready ready, detect::make_ready(source.texts, load, schema, logsources,
                                                     {thread_count(arguments), detect::default_cache_folder()}));
  if (arguments.verbose) {
    const std::string detail = std::string(to_string(ready.cache)) + (ready.detail.empty() ? "" : ", " + ready.detail);
    std::fprintf(stderr, "%s\n", message::format(lang, Id::HuntCacheWas, terminal_safe(detail)).c_str());
  }
  const sigma::RuleSet& rules = detect::rules_of(*ready.rules);
  ReadyRules out;
  for (const auto& [name, error] : source.problems) out.failed.push_back({name, "", {}, "unreadable", error.message});
  std::ranges::move(hunt::failed_rules(rules.diagnostics), std::back_inserter(out.failed));
  if (rules.rules.empty()) {
    const std::string why = out.failed.empty() ? "" : ": " + out.failed.front().file + ": " + out.failed.front().reason;
    return fail(ErrorCode::InvalidInput, std::string(message::text(lang, Id::HuntNoRules)) + why);
  }
  out.table = hunt::make_rule_table(rules);
  out.compiled = std::move(ready.rules);
  return out;
}

/// Counts rows on their way to the output.
class CountingSink final : public hunt::RowSink {
 public:
  CountingSink(hunt::Findings& findings, hunt::RowSink& next) : findings_(findings), next_(next) {}
  Result<void> row(const hunt::Row& row) override {
    findings_.add(row);
    return next_.row(row);
  }

 private:
  hunt::Findings& findings_;
  hunt::RowSink& next_;
};

int exit_status(const hunt::HuntSummary& summary, const HuntPlan& plan, message::Lang lang) {
  if (summary.input.file_count() == 0) {
    for (const hunt::Input::Problem& problem : summary.input.problems())
      complain(message::format(lang, Id::InputProblem, problem.name, problem.error.message));
    return complain(message::text(lang, Id::InputNothingReadable));
  }
  if (!plan.fail_level) return kDone;
  for (auto level = static_cast<std::size_t>(*plan.fail_level); level < hunt::kLevels; ++level)
    if (summary.findings.by_level()[level] > 0) return kFindings;
  return kDone;
}

/// Writes what is left to write: the end of the report, then the summaries.
Result<void> finish(const HuntArguments& arguments, const HuntPlan& plan, const Console& console, OpenedFiles& files,
                    hunt::RowOutput& rows, const hunt::HuntSummary& summary) {
  TRY(rows.finish(summary));
  if (files.summary) {
    files.summary->write(hunt::summary_json(summary));
    TRY(files.summary->finish());
  }
  if (!arguments.quiet)
    std::fputs(hunt::summary_text(summary, {console.lang, plan.output.zone, console.color}).c_str(), stderr);
  return {};
}

Result<int> hunt_files(const HuntArguments& arguments, const HuntPlan& plan, OpenedFiles& files,
                       const Console& console) {
  const auto start = std::chrono::steady_clock::now();
  event::Schema schema;
  const event::LogsourceMap& logsources = event::LogsourceMap::builtin();
  TRY_ASSIGN(const std::unique_ptr<hunt::Input> input, open_input(arguments, console.lang));
  TRY_ASSIGN(ReadyRules rules, ready_rules(arguments, schema, logsources, console.lang));

  hunt::TextOutput text(files.output);
  const auto rows = hunt::make_output(plan.output, rules.table, *input, text);
  hunt::Findings findings(rules.table);
  CountingSink sink(findings, *rows);
  hunt::HuntProgress progress;
  hunt::Hunt hunt(std::move(files.temporary), rules.compiled, rules.table, schema, logsources,
                  {thread_count(arguments), plan.filter, &interrupted});
  std::optional<ProgressLine> line;
  if (console.progress && !arguments.quiet) line.emplace(*input, progress, console.lang);
  TRY_ASSIGN(const hunt::HuntResult result, hunt.run(*input, sink, progress));
  line.reset();

  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  const hunt::HuntSummary summary{rules.table,        *input,         result,     findings, std::move(rules.failed),
                                  rules.table.size(), passed.count(), interrupted};
  TRY(finish(arguments, plan, console, files, *rows, summary));
  return exit_status(summary, plan, console.lang);
}

int run(const HuntArguments& arguments, const Console& console) {
  const auto understood = plan(arguments, console.lang);
  if (!understood) return complain(understood.error().message);
  auto files = open_files(arguments, *understood);
  if (!files) return complain(files.error().message);
  std::signal(SIGINT, on_interrupt);
  const SandboxReport sandbox = enter_sandbox(make_cache_folder());
  if (arguments.verbose)
    std::fprintf(stderr, "%s\n", message::format(console.lang, Id::HuntSandboxOn, sandbox.detail).c_str());
  const auto status = hunt_files(arguments, *understood, *files, console);
  return status ? *status : complain(status.error().message);
}

}  // namespace

void add_hunt(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* command = app.add_subcommand("hunt", say(Id::HuntDescription));
  auto arguments = std::make_shared<HuntArguments>();
  add_paths(*command, console, *arguments);
  const auto repeatable = [&](const char* flag, std::vector<std::string>& words, Id id) {
    command->add_option(flag, words, say(id))->allow_extra_args(false);  // one word each: what follows may be a PATH
  };
  repeatable("--rules", arguments->rules, Id::HuntArgRules);
  command->add_option("--lists", arguments->lists, say(Id::HuntArgLists));
  command->add_option("--format", arguments->format, say(Id::HuntArgFormat));
  command->add_option("--summary", arguments->summary, say(Id::HuntArgSummary));
  command->add_option("--min-level", arguments->min_level, say(Id::HuntArgMinLevel));
  command->add_option("--fail-level", arguments->fail_level, say(Id::HuntArgFailLevel));
  repeatable("--include", arguments->include, Id::HuntArgInclude);
  repeatable("--exclude", arguments->exclude, Id::HuntArgExclude);
  command->add_flag("--group", arguments->group, say(Id::HuntArgGroup));
  add_input_arguments(*command, console, *arguments);
  command->add_flag("--verbose", arguments->verbose, say(Id::HuntArgVerbose));
  command->callback([arguments, &action] { action = [arguments](const Console& c) { return run(*arguments, c); }; });
}

}  // namespace yorozu::app
