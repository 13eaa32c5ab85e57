// Decoding and matching of sample logs on one thread, from memory: events a second with all rules, and where it goes.
//   detect_bench --rules DIR [--runs N] [--decode-only] [--top] PATH...
#include <chrono>
#include <cstdio>
#include <map>

#include "corpus.h"
#include "detect/engine.h"
#include "event/logsource.h"
#include "hunt/rule_source.h"

namespace {

using namespace yorozu;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Arguments {
  std::vector<std::string> rules, paths;
  int runs = 3;
  bool decode_only = false, top = false;
};

Arguments parse(int argc, char** argv) {
  Arguments out;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--rules" && i + 1 < argc)
      out.rules.emplace_back(argv[++i]);
    else if (word == "--runs" && i + 1 < argc)
      out.runs = std::stoi(argv[++i]);
    else if (word == "--decode-only")
      out.decode_only = true;
    else if (word == "--top")
      out.top = true;
    else
      out.paths.push_back(word);
  }
  return out;
}

struct Totals {
  std::uint64_t events = 0, hits = 0, bytes = 0;
  std::map<std::uint32_t, std::uint64_t> by_rule;
};

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  event::Schema schema;
  const event::LogsourceMap& map = event::LogsourceMap::builtin();
  auto start = Clock::now();
  const auto source = hunt::read_rules(arguments.rules);
  if (!source) {
    std::fprintf(stderr, "%s\n", source.error().message.c_str());
    return 2;
  }
  std::printf("read %zu rule files in %.3f s\n", source->texts.size(), seconds_since(start));
  start = Clock::now();
  sigma::RuleSet rules = sigma::load(source->texts);
  std::printf("parsed %zu rules in %.3f s\n", rules.rules.size(), seconds_since(start));
  start = Clock::now();
  const auto compiled = detect::compile(std::move(rules), schema, map, {.threads = 1});
  if (!compiled) {
    std::fprintf(stderr, "%s\n", compiled.error().message.c_str());
    return 2;
  }
  std::printf("compiled in %.3f s on one thread\n", seconds_since(start));
  const auto corpus = bench::read_corpus(arguments.paths, {".evtx", ".json", ".jsonl"});
  detect::Matcher matcher(*compiled);
  event::EventBatch batch;
  std::map<codec::Format, std::unique_ptr<codec::UnitDecoder>> decoders;
  for (int run = 0; run < arguments.runs; ++run) {
    Totals totals;
    const std::function<void(const detect::Match&)> count = [&](const detect::Match& match) {
      ++totals.hits;
      if (arguments.top) ++totals.by_rule[match.rule];
    };
    double best = 0;
    start = Clock::now();
    for (const bench::CorpusFile& file : corpus) {
      auto& decoder = decoders[file.format];
      if (!decoder) decoder = codec::make_decoder(file.format, schema, map, {});
      totals.bytes += file.bytes.size();
      bench::for_each_batch(file, *decoder, batch, [&](const event::EventBatch& events) {
        totals.events += events.events.size();
        if (!arguments.decode_only) matcher.match(events, count);
      });
    }
    best = seconds_since(start);
    std::printf("%llu events, %llu hits, %.3f s: %.0f events/s, %.0f MB/s, %.0f ns/event\n",
                static_cast<unsigned long long>(totals.events), static_cast<unsigned long long>(totals.hits), best,
                static_cast<double>(totals.events) / best, static_cast<double>(totals.bytes) / best / 1e6,
                best * 1e9 / static_cast<double>(std::max<std::uint64_t>(totals.events, 1)));
    if (run + 1 == arguments.runs && arguments.top)
      for (const auto& [rule, hits] : totals.by_rule)
        std::printf("%8llu %s\n", static_cast<unsigned long long>(hits),
                    detect::rules_of(**compiled).rules[rule].meta.title.c_str());
  }
  return 0;
}
