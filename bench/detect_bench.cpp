// Decoding and matching of sample logs on one thread, from memory: events a second with all rules, and where it goes.
//   detect_bench --rules DIR [--cache FOLDER] [--runs N] [--decode-only] [--held-out] [--top] [--by-class]
//                PATH...
// --held-out: only files that src/detect/data was not made from. --by-class: what matching costs for which events.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <map>

#include "corpus.h"
#include "detect/cache.h"
#include "detect/engine.h"
#include "event/logsource.h"
#include "hunt/rule_source.h"

namespace {

using namespace yorozu;
/// Time of this process on a processor: other work on the machine counts less.
struct Clock {
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<Clock, duration>;
  static time_point now() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Arguments {
  std::vector<std::string> rules, paths;
  std::optional<std::filesystem::path> cache;
  int runs = 3;
  bool decode_only = false, top = false, held_out = false, by_class = false;
};

Arguments parse(int argc, char** argv) {
  Arguments out;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--rules" && i + 1 < argc)
      out.rules.emplace_back(argv[++i]);
    else if (word == "--runs" && i + 1 < argc)
      out.runs = std::stoi(argv[++i]);
    else if (word == "--cache" && i + 1 < argc)
      out.cache = argv[++i];
    else if (word == "--decode-only")
      out.decode_only = true;
    else if (word == "--held-out")
      out.held_out = true;
    else if (word == "--top")
      out.top = true;
    else if (word == "--by-class")
      out.by_class = true;
    else
      out.paths.push_back(word);
  }
  return out;
}

/// What events of one channel and id cost, without decoding.
class ByClass {
 public:
  void match(event::EventBatch& batch, detect::Matcher& matcher,
             const std::function<void(const detect::Match&)>& count) {
    std::map<Key, std::vector<event::Event>> parts;
    for (const event::Event& event : batch.events) parts[{event.channel, event.event_id}].push_back(event);
    for (auto& [key, events] : parts) {
      batch.events = std::move(events);
      const auto before = matcher.counters();
      const auto start = std::chrono::steady_clock::now();
      matcher.match(batch, count);
      Cost& cost = costs_[key];
      cost.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const auto& after = matcher.counters();
      cost.events += batch.events.size();
      cost.scans += after.scans - before.scans;
      cost.bytes += after.bytes - before.bytes;
      cost.candidates += after.candidates - before.candidates;
      cost.tests += after.tests - before.tests;
    }
  }

  void print(const event::NameTable& names) const {
    std::vector<std::pair<Key, Cost>> sorted(costs_.begin(), costs_.end());
    std::ranges::sort(sorted, [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
    double all = 0;
    for (const auto& [key, cost] : sorted) all += cost.seconds;
    std::printf("share of time, ns/event, scans, bytes, candidates, tests an event, events, class\n");
    for (std::size_t i = 0; i < sorted.size() && i < 25; ++i) {
      const auto& [key, cost] = sorted[i];
      const auto each = [&cost](std::uint64_t n) { return static_cast<double>(n) / static_cast<double>(cost.events); };
      std::printf("%5.1f %% %7.0f %5.2f %6.0f %6.2f %6.2f %8llu  %s %u\n", 100 * cost.seconds / all,
                  1e9 * cost.seconds / static_cast<double>(cost.events), each(cost.scans), each(cost.bytes),
                  each(cost.candidates), each(cost.tests), static_cast<unsigned long long>(cost.events),
                  std::string(names.text(key.first)).c_str(), key.second);
    }
  }

 private:
  using Key = std::pair<event::NameId, std::uint32_t>;
  struct Cost {
    double seconds = 0;
    std::uint64_t events = 0, scans = 0, bytes = 0, candidates = 0, tests = 0;
  };
  std::map<Key, Cost> costs_;
};

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
  const auto ready =
      detect::make_ready(source->texts, {}, schema, map, {.threads = 1, .cache_folder = arguments.cache});
  if (!ready) {
    std::fprintf(stderr, "%s\n", ready.error().message.c_str());
    return 2;
  }
  const auto& compiled = ready->rules;
  std::printf("%zu rules ready in %.3f s on one thread, cache %d %s\n", detect::rules_of(*compiled).rules.size(),
              seconds_since(start), static_cast<int>(ready->cache), ready->detail.c_str());
  auto corpus = bench::read_corpus(arguments.paths, {".evtx", ".json", ".jsonl"});
  if (arguments.held_out)
    std::erase_if(corpus, [](const bench::CorpusFile& file) { return bench::is_for_tables(file.name); });
  detect::Matcher matcher(compiled);
  event::EventBatch batch;
  std::map<codec::Format, std::unique_ptr<codec::UnitDecoder>> decoders;
  ByClass by_class;
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
      bench::for_each_batch(file, *decoder, batch, [&](event::EventBatch& events) {
        totals.events += events.events.size();
        if (arguments.by_class && run > 0)  // plans are made in the first
          by_class.match(events, matcher, count);
        else if (!arguments.decode_only)
          matcher.match(events, count);
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
                    detect::rules_of(*compiled).rules[rule].meta.title.c_str());
  }
  if (arguments.by_class) by_class.print(schema.names);
  const auto& counters = matcher.counters();
  const auto each = [&](std::uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(std::max<std::uint64_t>(counters.events, 1));
  };
  std::printf("per event that has rules: %.2f scans, %.0f bytes scanned, %.2f candidates, %.2f tests\n",
              each(counters.scans), each(counters.bytes), each(counters.candidates), each(counters.tests));
  return 0;
}
