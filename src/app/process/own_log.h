/// The server's own log on standard error: one event a line, logfmt or JSON, written for the person on call. Under
/// systemd the priority stands in front, as sd-daemon(3) wants it, and the time is left to the journal.
///
/// Values are shown as they are given: a secret never gets into a Field. Thread-safe: one write() a line.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "app/config/config.h"
#include "base/time.h"

namespace yorozu::process {

struct LogField {
  std::string_view name;
  std::string value;
  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, const char* v) : name(n), value(v) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(v) {}
  LogField(std::string_view n, std::uint64_t v) : name(n), value(std::to_string(v)) {}
  LogField(std::string_view n, std::int64_t v) : name(n), value(std::to_string(v)) {}
  LogField(std::string_view n, int v) : name(n), value(std::to_string(v)) {}
};

class OwnLog {
 public:
  explicit OwnLog(const config::Server& options);
  void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void info(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void warning(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) const;

 private:
  void write(config::LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const;
  config::LogFormat format_;
  config::LogLevel least_;
  bool to_journal_;
};

/// The line without its end; `time` unknown: left out.
std::string log_line(config::LogFormat format, config::LogLevel level, Timestamp time, std::string_view event,
                     std::initializer_list<LogField> fields);

}  // namespace yorozu::process
