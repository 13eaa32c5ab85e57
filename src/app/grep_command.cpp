// yorozu grep EXPR PATH...

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "app/command.h"
#include "app/input_arguments.h"
#include "app/query_error.h"
#include "hunt/grep.h"
#include "query/parse.h"

namespace yorozu::app {

namespace {

using message::Id;

struct GrepArguments : InputArguments {
  std::string expression;
  std::vector<std::string> fields;
  hunt::GrepFormat format = hunt::GrepFormat::Line;
  std::uint64_t limit = UINT64_MAX;
  bool invert = false, count = false, files_only = false;
};

int run(const GrepArguments& arguments, const Console& console) {
  const auto expression = query::parse(arguments.expression);
  if (!expression) return explain_query_error(arguments.expression, expression.error(), console.lang);
  auto span = time_span(arguments, console.lang);
  if (!span) return complain(span.error().message);
  auto input = open_input(arguments, console.lang);
  if (!input) return complain(input.error().message);
  auto output = hunt::Output::open(arguments.output);
  if (!output) return complain(output.error().message);

  hunt::GrepOptions options;
  options.pipeline.threads = thread_count(arguments);
  options.format = arguments.format;
  options.from = span->from;
  options.to = span->to;
  options.zone = span->zone;
  options.fields = arguments.fields;
  options.limit = arguments.limit;
  options.invert = arguments.invert;
  options.count_only = arguments.count;
  options.files_only = arguments.files_only;
  options.color = arguments.output.empty() && isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;

  event::Schema schema;
  const auto result = hunt::grep(*expression, **input, schema, event::LogsourceMap::builtin(), options, *output);
  if (!result) return complain(result.error().message);
  if (console.progress && !arguments.quiet)
    std::fprintf(stderr, "%s\n", message::format(console.lang, Id::SearchGrepDone, result->matched).c_str());
  return report_input(**input, result->files, arguments, console.lang);
}

}  // namespace

void add_grep(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* command = app.add_subcommand("grep", say(Id::SearchGrep));
  auto arguments = std::make_shared<GrepArguments>();
  command->add_option("EXPR", arguments->expression, say(Id::SearchGrepExpression))->required();
  add_paths(*command, console, *arguments);
  const std::map<std::string, hunt::GrepFormat> formats = {{"line", hunt::GrepFormat::Line},
                                                           {"jsonl", hunt::GrepFormat::Jsonl},
                                                           {"fields", hunt::GrepFormat::Fields},
                                                           {"raw", hunt::GrepFormat::Raw}};
  command->add_option("--format", arguments->format, say(Id::SearchGrepFormat))
      ->transform(CLI::CheckedTransformer(formats));
  command->add_option("--fields", arguments->fields, say(Id::SearchGrepFields))
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--limit", arguments->limit, say(Id::SearchGrepLimit));
  command->add_flag("-v,--invert", arguments->invert, say(Id::SearchGrepInvert));
  command->add_flag("-c,--count", arguments->count, say(Id::SearchGrepCount));
  command->add_flag("-l,--files-with-matches", arguments->files_only, say(Id::SearchGrepFiles));
  add_input_arguments(*command, console, *arguments);
  command->callback([arguments, &action] { action = [arguments](const Console& c) { return run(*arguments, c); }; });
}

}  // namespace yorozu::app
