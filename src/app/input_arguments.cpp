#include "app/input_arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <thread>

#include "base/escape.h"
#include "base/try.h"

namespace yorozu::app {

namespace {

using message::Id;

constexpr std::size_t kDamagesShown = 20;

Result<Timestamp> bound(std::string_view flag, const std::string& text, const TimeZone& zone, message::Lang lang) {
  if (text.empty()) return Timestamp::none();
  if (const auto time = zone.parse(text)) return *time;
  return fail(ErrorCode::InvalidInput, message::format(lang, Id::InputBadTime, flag, text));
}

/// `complaint`: about a name that is no zone.
template <Id complaint>
Result<TimeZone> zone_of(const std::string& name, message::Lang lang) {
  auto zone = TimeZone::named(name == "utc" ? "UTC" : name);
  if (!zone) return fail(ErrorCode::InvalidInput, message::format(lang, complaint, name));
  return zone;
}

void print_line(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
}

}  // namespace

void add_paths(CLI::App& command, const Console& console, InputArguments& arguments) {
  command.add_option("PATH", arguments.paths, std::string(message::text(console.lang, Id::InputPaths)))->required();
}

void add_input_arguments(CLI::App& command, const Console& console, InputArguments& arguments) {
  const auto say = [&](Id id) { return std::string(message::text(console.lang, id)); };
  command.add_option("-o,--output", arguments.output, say(Id::InputOutput));
  command.add_option("--from", arguments.from, say(Id::InputFrom));
  command.add_option("--to", arguments.to, say(Id::InputTo));
  command.add_option("--tz", arguments.zone, say(Id::InputZone));
  command.add_option("--log-tz", arguments.log_zone, say(Id::InputLogZone));
  command.add_option("--threads", arguments.threads, say(Id::InputThreads))->check(CLI::Range(1, 256));
  command.add_flag("--carve", arguments.carve, say(Id::InputCarve));
  command.add_flag("-q,--quiet", arguments.quiet, say(Id::InputQuiet));
}

unsigned thread_count(const InputArguments& arguments) {
  if (arguments.threads > 0) return arguments.threads;
  return std::max(1U, std::thread::hardware_concurrency());
}

Result<TimeSpan> time_span(const InputArguments& arguments, message::Lang lang) {
  TRY_ASSIGN(TimeZone zone, zone_of<Id::InputBadZone>(arguments.zone, lang));
  TRY_ASSIGN(const Timestamp from, bound("--from", arguments.from, zone, lang));
  TRY_ASSIGN(const Timestamp to, bound("--to", arguments.to, zone, lang));
  return TimeSpan{std::move(zone), from, to};
}

Result<std::unique_ptr<hunt::Input>> open_input(const InputArguments& arguments, message::Lang lang) {
  hunt::InputOptions options;
  TRY_ASSIGN(options.zone, zone_of<Id::InputBadLogZone>(arguments.log_zone, lang));
  options.carve = arguments.carve;
  return hunt::Input::open(arguments.paths, options);
}

int report_input(const hunt::Input& input, const std::vector<hunt::FileReport>& files, const InputArguments& arguments,
                 message::Lang lang) {
  for (const hunt::Input::Problem& problem : input.problems())
    print_line(
        message::format(lang, Id::InputProblem, terminal_safe(problem.name), terminal_safe(problem.error.message)));
  std::size_t shown = 0;
  for (std::size_t i = 0; i < files.size() && !arguments.quiet; ++i)
    for (const codec::Damage& damage : files[i].damages)
      if (shown++ < kDamagesShown)
        print_line(message::format(lang, Id::SearchDamage,
                                   terminal_safe(input.file(static_cast<std::uint32_t>(i)).name),
                                   codec::to_string(damage.kind), damage.offset, terminal_safe(damage.detail)));
  if (input.file_count() > 0) return kDone;
  return complain(message::text(lang, Id::InputNothingReadable));
}

int complain(std::string_view text) {
  print_line("yorozu: " + terminal_safe(text));
  return kUsage;
}

}  // namespace yorozu::app
