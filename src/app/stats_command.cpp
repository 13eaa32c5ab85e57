// yorozu stats PATH...

#include <CLI/CLI.hpp>
#include <map>

#include "app/command.h"
#include "app/input_arguments.h"
#include "base/try.h"
#include "hunt/output.h"
#include "hunt/rule_source.h"
#include "hunt/stats.h"
#include "hunt/stats_report.h"
#include "sigma/load.h"

namespace yorozu::app {

namespace {

using message::Id;

struct StatsArguments : InputArguments {
  std::vector<std::string> rules;
  hunt::StatsFormat format = hunt::StatsFormat::Table;
  std::size_t rows = 20;
};

Result<std::shared_ptr<const detect::CompiledRules>> compile_rules(const StatsArguments& arguments,
                                                                   event::Schema& schema,
                                                                   const event::LogsourceMap& logsources) {
  TRY_ASSIGN(const hunt::RuleSource source, hunt::read_rules(arguments.rules));
  detect::CompileOptions options;
  options.threads = thread_count(arguments);
  return detect::compile(sigma::load(source.texts), schema, logsources, options);
}

int run(const StatsArguments& arguments, const Console& console) {
  const auto span = time_span(arguments, console.lang);
  if (!span) return complain(span.error().message);
  auto input = open_input(arguments, console.lang);
  if (!input) return complain(input.error().message);
  auto output = hunt::Output::open(arguments.output);
  if (!output) return complain(output.error().message);

  event::Schema schema;
  const event::LogsourceMap& logsources = event::LogsourceMap::builtin();
  const auto rules = compile_rules(arguments, schema, logsources);
  if (!rules) return complain(rules.error().message);
  hunt::StatsOptions options;
  options.pipeline.threads = thread_count(arguments);
  options.from = span->from;
  options.to = span->to;
  const auto result = hunt::gather_statistics(**input, schema, logsources, *rules, options);
  if (!result) return complain(result.error().message);
  output->write(hunt::render_stats({result->statistics, result->pivots, **input, result->files}, arguments.format,
                                   console.lang, span->zone, arguments.rows));
  if (const auto written = output->finish(); !written) return complain(written.error().message);
  return report_input(**input, result->files, arguments, console.lang);
}

}  // namespace

void add_stats(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* command = app.add_subcommand("stats", say(Id::SearchStats));
  auto arguments = std::make_shared<StatsArguments>();
  add_paths(*command, console, *arguments);
  const std::map<std::string, hunt::StatsFormat> formats = {
      {"table", hunt::StatsFormat::Table}, {"json", hunt::StatsFormat::Json}, {"csv", hunt::StatsFormat::Csv}};
  command->add_option("--format", arguments->format, say(Id::SearchStatsFormat))
      ->transform(CLI::CheckedTransformer(formats));
  command->add_option("--rules", arguments->rules, say(Id::SearchStatsRules))->allow_extra_args(false);
  command->add_option("--rows", arguments->rows, say(Id::SearchStatsRows));
  add_input_arguments(*command, console, *arguments);
  command->callback([arguments, &action] { action = [arguments](const Console& c) { return run(*arguments, c); }; });
}

}  // namespace yorozu::app
