// Matches per second of one thread. Argument: number of groups. Matches come in order, as hunt feeds them.
#include <benchmark/benchmark.h>

#include "detect/correlation_test_support.h"

namespace {

using namespace yorozu;
using namespace yorozu::detect;
using namespace yorozu::detect::testing;

void run(benchmark::State& state, const sigma::RuleSet& set) {
  const auto groups = static_cast<std::uint64_t>(state.range(0));
  Correlator correlator(set, {});
  const Stream names(set);
  std::vector<std::string> users;
  for (std::uint64_t i = 0; i < groups; ++i) users.push_back("DOMAIN\\user" + std::to_string(i));
  std::uint64_t findings = 0, n = 0;
  const Correlator::Sink sink = [&](CorrelationFinding&&) { ++findings; };
  for (auto _ : state) {
    const Fields fields{{"User", users[n * 7919 % groups]}, {"n", std::to_string(n % 50)}};
    correlator.push(names.make(static_cast<std::uint32_t>(n % 3), {at(0).us + static_cast<std::int64_t>(n) * 1000},
                               fields, {0, n, n}),
                    sink);
    ++n;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(n));
  state.counters["findings"] = static_cast<double>(findings);
  state.counters["MB"] = static_cast<double>(correlator.counters().peak_bytes) / 1e6;
}

void BM_EventCount(benchmark::State& state) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "x", Type::EventCount, {"a", "b", "c"}, 5 * kMinute, {{Op::GreaterOrEqual, 10}});
  run(state, set);
}
void BM_ValueCount(benchmark::State& state) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "x", Type::ValueCount, {"a", "b", "c"}, 5 * kMinute, {{Op::GreaterOrEqual, 10}}).fields = {"n"};
  run(state, set);
}
void BM_ValueAverage(benchmark::State& state) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "x", Type::ValueAverage, {"a", "b", "c"}, 5 * kMinute, {{Op::Greater, 49}}).fields = {"n"};
  run(state, set);
}
void BM_ValueMedian(benchmark::State& state) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "x", Type::ValueMedian, {"a", "b", "c"}, 5 * kMinute, {{Op::Greater, 49}}).fields = {"n"};
  run(state, set);
}
void BM_TemporalOrdered(benchmark::State& state) {
  auto set = rules_named({"a", "b", "c"});
  correlate(set, "x", Type::TemporalOrdered, {"a", "b", "c"}, kMinute);
  run(state, set);
}

}  // namespace

BENCHMARK(BM_EventCount)->Arg(10)->Arg(1000)->Arg(100000);
BENCHMARK(BM_ValueCount)->Arg(10)->Arg(1000)->Arg(100000);
BENCHMARK(BM_ValueAverage)->Arg(1000);
BENCHMARK(BM_ValueMedian)->Arg(10)->Arg(1000);
BENCHMARK(BM_TemporalOrdered)->Arg(10)->Arg(1000);

BENCHMARK_MAIN();
