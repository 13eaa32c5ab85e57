// Figures for Prometheus: text exposition format 0.0.4. Names end in their unit; counters in _total.

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "api/handlers.h"

namespace yorozu::api {
namespace {

/// Label value: backslash, quote and line feed escaped.
std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

class Exposition {
 public:
  /// Begins a metric; its samples follow.
  Exposition& metric(std::string_view name, std::string_view kind, std::string_view help) {
    name_ = "yorozu_" + std::string(name);
    out_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name_, help, name_, kind);
    return *this;
  }
  template <class Number>
  Exposition& sample(Number value, std::string_view label = {}, std::string_view label_value = {}) {
    if (label.empty())
      out_ += fmt::format("{} {}\n", name_, value);
    else
      out_ += fmt::format("{}{{{}=\"{}\"}} {}\n", name_, label, escaped(label_value), value);
    return *this;
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    metric(name, "counter", help).sample(value);
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    metric(name, "gauge", help).sample(value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_, name_;
};

constexpr double kSecondUs = 1e6;

void write_inputs(const std::vector<InputStatus>& inputs, Exposition& out) {
  const auto of_each = [&](std::string_view name, std::string_view kind, std::string_view help, const auto& value) {
    out.metric(name, kind, help);
    for (const InputStatus& input : inputs) out.sample(value(input), "input", input.name);
  };
  using Field = std::uint64_t InputStatus::*;
  constexpr std::pair<const char*, Field> kCounters[] = {{"received", &InputStatus::received},
                                                         {"decoded", &InputStatus::decoded},
                                                         {"undecoded", &InputStatus::undecoded},
                                                         {"dropped", &InputStatus::dropped},
                                                         {"dropped_by_kernel", &InputStatus::dropped_by_kernel},
                                                         {"refused", &InputStatus::refused}};
  for (const auto& [name, field] : kCounters)
    of_each(fmt::format("input_{}_total", name), "counter", fmt::format("Messages of an input: {}", name),
            [wanted = field](const InputStatus& input) { return input.*wanted; });
  of_each("input_bytes_total", "counter", "Bytes that an input took in",
          [](const InputStatus& input) { return input.bytes; });
  of_each("input_connections", "gauge", "Connections open now", [](const InputStatus& i) { return i.connections; });
  of_each("input_up", "gauge", "1: the input runs", [](const InputStatus& i) { return i.problem.empty() ? 1 : 0; });
  of_each("input_lag_seconds", "gauge", "How far an input is behind its source",
          [](const InputStatus& i) { return static_cast<double>(i.lag_us) / kSecondUs; });
  of_each(
      "input_last_seen_timestamp_seconds", "gauge", "When the last message came; 0: none yet",
      [](const InputStatus& i) { return i.last_seen.known() ? static_cast<double>(i.last_seen.us) / kSecondUs : 0.0; });
}

void write_pipeline(const ingest::PipelineStatus& from, Exposition& out) {
  out.counter("lines_total", "Lines made durable since the start", from.lines);
  out.counter("findings_total", "Findings of rules", from.findings);
  out.counter("findings_suppressed_total", "Findings beyond the limit of their rule", from.suppressed);
  out.counter("commits_total", "Groups of lines made durable", from.commits);
  out.counter("failed_commits_total", "Groups that could not be made durable at once", from.failed_commits);
  out.gauge("queue_bytes", "Messages that wait to be decoded", from.queued_bytes);
  out.metric("durable_seconds", "gauge", "From received to durable, by quantile")
      .sample(static_cast<double>(from.durable_p50_us) / kSecondUs, "quantile", "0.5")
      .sample(static_cast<double>(from.durable_p99_us) / kSecondUs, "quantile", "0.99");
  out.gauge("correlation_bytes", "Memory of correlations", from.correlation_bytes);
  out.counter("correlation_groups_dropped_total", "Groups dropped for lack of memory", from.correlation_groups_dropped);
}

void write_archive(const Status& from, Exposition& out) {
  out.gauge("archive_next_seq", "Number that the next line gets", from.archive.next_seq);
  out.gauge("archive_segments", "Sealed segments", from.segments);
  out.gauge("archive_segment_bytes", "Bytes of sealed segments on disk", from.segment_bytes);
  out.gauge("archive_raw_bytes", "Bytes of the lines in sealed segments", from.raw_bytes);
  out.gauge("archive_unsealed_bytes", "Bytes of lines that are not sealed yet", from.archive.unsealed_bytes);
  out.gauge("archive_damages", "Damages found", from.damages);
  out.gauge("disk_bytes", "Bytes of the disk", from.archive.space.total);
  out.gauge("disk_free_bytes", "Bytes that are free", from.archive.space.free);
  out.gauge("index_segments", "Segments that should be indexed", from.index.segments);
  out.gauge("index_segments_indexed", "Segments that are", from.index.segments_indexed);
  out.gauge("index_bytes", "Bytes of the index on disk", from.index.bytes);
}

void write_searches(const SearchCounts& from, Exposition& out) {
  out.gauge("searches_running", "Searches that run now", from.running);
  out.metric("searches_total", "counter", "Searches, by how they went")
      .sample(from.finished, "result", "finished")
      .sample(from.cancelled, "result", "cancelled")
      .sample(from.failed, "result", "failed")
      .sample(from.refused, "result", "refused");
}

void write_api(const Counters& from, Exposition& out) {
  out.metric("api_answers_total", "counter", "Answers of the API, by class of their status");
  for (std::size_t i = 2; i < from.answers.size(); ++i)
    out.sample(from.answers[i].load(), "status", fmt::format("{}xx", i));
  out.counter("api_rate_limited_total", "Requests beyond a rate limit", from.rate_limited);
  out.gauge("tails_open", "Tails open now", static_cast<std::uint64_t>(std::max<std::int64_t>(0, from.tails)));
  out.counter("tails_total", "Tails opened", from.tails_opened);
  out.counter("tails_too_slow_total", "Tails let go because their client did not read", from.tails_too_slow);
}

}  // namespace

http::Response get_metrics(Context& context, const Call&) {
  const Status status = context.services.status.status();
  Exposition out;
  out.metric("build_info", "gauge", "Always 1; the version is in the label").sample(1, "version", status.version);
  out.metric("uptime_seconds", "gauge", "Since the server started")
      .sample(static_cast<double>(status.now.us - status.started.us) / kSecondUs);
  write_inputs(status.inputs, out);
  write_pipeline(status.pipeline, out);
  write_archive(status, out);
  out.metric("rules", "gauge", "Rules in force, by kind")
      .sample(status.rules.rules, "kind", "rule")
      .sample(status.rules.correlations, "kind", "correlation")
      .sample(status.rules.not_understood, "kind", "not_understood");
  write_searches(status.searches, out);
  write_api(*context.counters, out);
  out.gauge("inventory_lag_lines", "Lines that the inventory has not seen yet", context.services.inventory.lag().lines);
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = out.take();
  return response;
}

}  // namespace yorozu::api
