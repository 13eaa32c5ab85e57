// yorozu dump PATH...

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>

#include "app/command.h"
#include "app/input_arguments.h"
#include "hunt/dump.h"

namespace yorozu::app {

namespace {

using message::Id;

struct DumpArguments : InputArguments {
  hunt::RecordFormat format = hunt::RecordFormat::Json;
};

int run(const DumpArguments& arguments, const Console& console) {
  const auto span = time_span(arguments, console.lang);
  if (!span) return complain(span.error().message);
  auto input = open_input(arguments, console.lang);
  if (!input) return complain(input.error().message);
  auto output = hunt::Output::open(arguments.output);
  if (!output) return complain(output.error().message);

  hunt::DumpOptions options;
  options.pipeline.threads = thread_count(arguments);
  options.format = arguments.format;
  options.from = span->from;
  options.to = span->to;
  event::Schema schema;
  const auto files = hunt::dump(**input, schema, event::LogsourceMap::builtin(), options, *output);
  if (!files) return complain(files.error().message);
  if (!arguments.quiet) {
    std::uint64_t records = 0, damages = 0;
    for (const hunt::FileReport& file : *files) {
      records += file.records;
      damages += file.damages.size() + file.damages_not_listed;
    }
    std::fprintf(stderr, "%s\n", message::format(console.lang, Id::SearchDumpDone, records, damages).c_str());
  }
  return report_input(**input, *files, arguments, console.lang);
}

}  // namespace

void add_dump(CLI::App& app, const Console& console, Action& action) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  CLI::App* command = app.add_subcommand("dump", say(Id::SearchDump));
  auto arguments = std::make_shared<DumpArguments>();
  add_paths(*command, console, *arguments);
  const std::map<std::string, hunt::RecordFormat> formats = {
      {"json", hunt::RecordFormat::Json}, {"xml", hunt::RecordFormat::Xml}, {"fields", hunt::RecordFormat::Fields}};
  command->add_option("--format", arguments->format, say(Id::SearchDumpFormat))
      ->transform(CLI::CheckedTransformer(formats));
  add_input_arguments(*command, console, *arguments);
  command->callback([arguments, &action] { action = [arguments](const Console& c) { return run(*arguments, c); }; });
}

}  // namespace yorozu::app
