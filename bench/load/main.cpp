// yorozu_load: see bench/README.md.
//   yorozu_load TARGET [--mix NAME] [--count N | --seconds S] [--rate N] ... sends
//   yorozu_load --check N < LINES                                            which of N messages are there
#include <curl/curl.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <string>

#include "base/time.h"
#include "number_check.h"
#include "run.h"

namespace {

using namespace yorozu;
using namespace yorozu::load;

int check(std::uint64_t count) {
  NumberCheck numbers(count);
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) numbers.add_line(line);
  fmt::print(R"({{"expected":{},"found":{},"missing":{},"twice":{},"foreign":{},"missing_ranges":"{}"}})"
             "\n",
             count, numbers.found(), numbers.missing(), numbers.twice(), numbers.foreign(), numbers.missing_ranges(20));
  return numbers.missing() == 0 ? 0 : 1;
}

int send(const RunOptions& options, const std::string& needles_file) {
  const auto result = run(options);
  if (!result) {
    fmt::print(stderr, "yorozu_load: {}\n", result.error().message);
    return 2;
  }
  if (!needles_file.empty()) std::ofstream(needles_file) << needle_list(result->needles);
  fmt::print(R"({{"sent":{},"bytes":{},"accepted":{},"refused":{},"repeated":{},"seconds":{:.3f},"per_second":{:.0f},)"
             R"("cpu_seconds":{:.3f},"needles":{}}})"
             "\n",
             result->sent, result->bytes, result->delivery.accepted, result->delivery.refused,
             result->delivery.repeated, result->seconds, static_cast<double>(result->sent) / result->seconds,
             result->cpu_seconds, result->needles.size());
  return result->delivery.refused == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  RunOptions options;
  std::string mix = "all", framing = "lf", needles, start;
  std::uint64_t check_count = 0;
  bool insecure = false;
  CLI::App app("Seeded load of log messages, for this machine's own loopback only");
  app.add_option("target", options.target, "file:PATH, tcp:HOST:PORT, udp:HOST:PORT or bulk:URL");
  app.add_option("--check", check_count, "read lines from standard input: which of the first N messages are there?");
  app.add_option("--mix", mix)->check(CLI::IsMember({"all", "windows", "firewall", "linux", "web", "wide"}));
  app.add_option("--seed", options.stream.seed);
  app.add_option("--count", options.count, "messages to send");
  app.add_option("--seconds", options.seconds, "or for how long");
  app.add_option("--rate", options.rate, "messages a second; 0: as fast as possible");
  app.add_option("--batch", options.batch, "messages in one write or request");
  app.add_option("--connections", options.connections);
  app.add_option("--framing", framing, "of tcp: ")->check(CLI::IsMember({"lf", "octets"}));
  app.add_option("--needles", needles, "file that lists the needles");
  app.add_option("--needle-every", options.stream.needle_every, "one needle in so many messages; 0: none");
  app.add_flag("--live", options.live, "times of now; else they begin at --start and the stream is the same each time");
  app.add_option("--start", start, "time of the first message");
  app.add_option("--token", options.sender.token, "of _bulk");
  app.add_option("--ca", options.sender.ca_file, "certificate to trust");
  app.add_flag("--insecure", insecure, "trust any certificate");
  CLI11_PARSE(app, argc, argv);

  if (check_count != 0) return check(check_count);
  const auto time = start.empty() ? std::nullopt : parse_time(start);
  if (options.target.empty() || (options.count == 0 && options.seconds <= 0) || (!start.empty() && !time)) {
    fmt::print(stderr, "{}", app.help());
    return 2;
  }
  if (time) options.start_us = time->us;
  options.sender.verify = !insecure;
  for (const Mix one : kAllMixes)
    if (to_string(one) == mix) options.stream.only = one;
  if (options.target.starts_with("tcp:"))
    options.stream.form = framing == "lf" ? Form::SyslogLf : Form::SyslogOctets;
  else if (options.target.starts_with("udp:"))
    options.stream.form = Form::Datagrams;
  else if (options.target.starts_with("bulk:"))
    options.stream.form = Form::Bulk;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  return send(options, needles);
}
