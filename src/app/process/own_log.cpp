#include "app/process/own_log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "base/escape.h"

namespace yorozu::process {

namespace {

using config::LogFormat;
using config::LogLevel;

std::string_view word(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
      break;
  }
  return "error";
}

/// syslog(3) priorities: debug 7, info 6, warning 4, err 3.
std::string_view priority(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return "<7>";
    case LogLevel::Info:
      return "<6>";
    case LogLevel::Warning:
      return "<4>";
    case LogLevel::Error:
      break;
  }
  return "<3>";
}

/// systemd names device and inode of the stream it gave us; anything else on standard error is a file or a terminal.
bool stderr_is_journal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat status{};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

void append_logfmt(std::string_view value, std::string& out) {
  const auto is_plain = [](char c) { return c > ' ' && c != '"' && c != '=' && c != '\\' && c < 0x7f; };
  if (!value.empty() && std::ranges::all_of(value, is_plain))
    out += value;
  else
    append_json_string(terminal_safe(value), out);
}

Timestamp wall_clock() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

}  // namespace

std::string log_line(LogFormat format, LogLevel level, Timestamp time, std::string_view event,
                     std::initializer_list<LogField> fields) {
  std::string out;
  const bool json = format == LogFormat::Json;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!out.empty()) out += json ? ',' : ' ';
    if (json)
      append_json_string(name, out);
    else
      out += name;
    out += json ? ':' : '=';
    if (json)
      append_json_string(value, out);
    else
      append_logfmt(value, out);
  };
  if (time.known()) add("time", format_rfc3339(time));
  add("level", word(level));
  add("event", event);
  for (const LogField& field : fields) add(field.name, field.value);
  return json ? "{" + out + "}" : out;
}

OwnLog::OwnLog(const config::Server& options)
    : format_(options.log_format), least_(options.log_level), to_journal_(stderr_is_journal()) {}

void OwnLog::debug(std::string_view event, std::initializer_list<LogField> fields) const {
  write(LogLevel::Debug, event, fields);
}
void OwnLog::info(std::string_view event, std::initializer_list<LogField> fields) const {
  write(LogLevel::Info, event, fields);
}
void OwnLog::warning(std::string_view event, std::initializer_list<LogField> fields) const {
  write(LogLevel::Warning, event, fields);
}
void OwnLog::error(std::string_view event, std::initializer_list<LogField> fields) const {
  write(LogLevel::Error, event, fields);
}

void OwnLog::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const {
  if (level < least_) return;
  std::string line(to_journal_ ? priority(level) : "");
  line += log_line(format_, level, to_journal_ ? Timestamp::none() : wall_clock(), event, fields) + "\n";
  // Nothing can be done about a standard error that takes nothing.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace yorozu::process
