// From frames to durable lines with findings, without any network: what the live engine itself can take in.
//   pipeline_bench --data FOLDER [--rules DIR]... [--input NAME] [--seconds N] [--workers N] [--batch N] FILE...
// FILE: lines, each a frame; given round and round from memory. FOLDER is made and left behind.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "archive/archive.h"
#include "detect/cache.h"
#include "event/logsource.h"
#include "hunt/rule_source.h"
#include "ingest/pipeline.h"

namespace {

using namespace yorozu;
using Clock = std::chrono::steady_clock;

struct Arguments {
  std::vector<std::string> rules, files;
  std::string data, input = "syslog.tcp";
  int seconds = 10;
  unsigned workers = 2;
  std::size_t batch = 256;
};

Arguments parse(int argc, char** argv) {
  Arguments out;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] { return std::string(i + 1 < argc ? argv[++i] : ""); };
    if (word == "--rules")
      out.rules.push_back(value());
    else if (word == "--data")
      out.data = value();
    else if (word == "--input")
      out.input = value();
    else if (word == "--seconds")
      out.seconds = std::stoi(value());
    else if (word == "--workers")
      out.workers = static_cast<unsigned>(std::stoul(value()));
    else if (word == "--batch")
      out.batch = std::stoul(value());
    else
      out.files.push_back(word);
  }
  return out;
}

Timestamp now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int complain(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  std::vector<std::string> lines;
  for (const std::string& file : arguments.files) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
      if (!line.empty()) lines.push_back(line);
  }
  if (lines.empty() || arguments.data.empty()) return complain("usage: pipeline_bench --data FOLDER [...] FILE...");

  event::Schema schema;
  const event::LogsourceMap& map = event::LogsourceMap::builtin();
  const auto source = hunt::read_rules(arguments.rules);
  if (!source) return complain(source.error().message);
  const auto rules = detect::make_ready(source->texts, {}, schema, map, {2, detect::default_cache_folder()});
  if (!rules) return complain(rules.error().message);
  auto archive =
      archive::Archive::open(archive::real_disk(), std::filesystem::path(arguments.data) / "archive", {}, now);
  if (!archive) return complain(archive.error().message);
  ingest::PipelineOptions options;
  options.workers = arguments.workers;
  auto pipeline = ingest::Pipeline::open(**archive, schema, map, rules->rules, options, now);
  if (!pipeline) return complain(pipeline.error().message);

  ingest::InputCounters counters;
  const auto start = Clock::now();
  const double cpu = processor_seconds();
  std::uint64_t sent = 0, bytes = 0;
  std::size_t at = 0;
  while (Clock::now() - start < std::chrono::seconds(arguments.seconds)) {
    ingest::FrameBatch batch;
    batch.input = arguments.input;
    batch.peer = "192.0.2.1";
    batch.source_class = event::SourceClass::Server;
    batch.stream = sent;
    batch.counters = &counters;
    const Timestamp received = now();
    for (std::size_t i = 0; i < arguments.batch; ++i) {
      batch.add(received, lines[at]);
      at = at + 1 == lines.size() ? 0 : at + 1;
    }
    bytes += batch.bytes;
    while (!(*pipeline)->try_push(batch)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    sent += arguments.batch;
  }
  (*pipeline)->stop();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const double used = processor_seconds() - cpu;
  const ingest::PipelineStatus status = (*pipeline)->status();
  const auto events = static_cast<double>(sent);
  std::printf("%zu rules, %u workers, input %s, mean frame %.0f bytes\n", status.rules, arguments.workers,
              arguments.input.c_str(), static_cast<double>(bytes) / events);
  std::printf("%.0f events/s, %.1f MB/s, %.2f us of processor an event, %llu findings, %llu told in sums\n",
              events / seconds, static_cast<double>(bytes) / seconds / 1e6, used / events * 1e6,
              static_cast<unsigned long long>(status.findings), static_cast<unsigned long long>(status.suppressed));
  std::printf("received to durable p50 %.1f ms, p99 %.1f ms; %llu commits, %.0f lines each; decoded %.1f %%\n",
              static_cast<double>(status.durable_p50_us) / 1e3, static_cast<double>(status.durable_p99_us) / 1e3,
              static_cast<unsigned long long>(status.commits),
              static_cast<double>(status.lines) / static_cast<double>(status.commits),
              100.0 * static_cast<double>(counters.decoded.load()) / events);
  return 0;
}
