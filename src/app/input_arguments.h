/// What every command that reads logs takes on its command line, and what becomes of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/command.h"
#include "base/result.h"
#include "base/time.h"
#include "hunt/file_report.h"
#include "hunt/input.h"

namespace yorozu::app {

struct InputArguments {
  std::vector<std::string> paths;
  std::string output, from, to, zone = "UTC", log_zone = "local";
  unsigned threads = 0;
  bool carve = false;
  bool quiet = false;
};

/// `paths` is added by the caller: grep has its expression in front.
void add_input_arguments(CLI::App& command, const Console& console, InputArguments& arguments);
void add_paths(CLI::App& command, const Console& console, InputArguments& arguments);

unsigned thread_count(const InputArguments& arguments);

struct TimeSpan {
  TimeZone zone = TimeZone::utc();
  Timestamp from, to;
};
/// --tz, --from and --to; the error is a message for the person, in their language.
Result<TimeSpan> time_span(const InputArguments& arguments, message::Lang lang);

/// The error of a wrong --log-tz is a message for the person, in their language.
Result<std::unique_ptr<hunt::Input>> open_input(const InputArguments& arguments, message::Lang lang);

/// Names files that could not be read, and the damages, on standard error. kUsage when nothing at all was readable.
int report_input(const hunt::Input& input, const std::vector<hunt::FileReport>& files, const InputArguments& arguments,
                 message::Lang lang);

/// Prints the message behind "yorozu: " on standard error; gives kUsage.
int complain(std::string_view text);

}  // namespace yorozu::app
