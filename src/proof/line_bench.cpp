// Lines per second of one thread: written (the tail by the decoding thread, the rest by the committing one) and read.
#include <benchmark/benchmark.h>

#include "proof/line.h"

namespace yorozu::proof {
namespace {

std::string frame(std::string_view piece) {
  std::string raw = "<38>Nov 23 18:15:02 gate program[811]: ";
  while (raw.size() < 464) raw += piece;
  raw.resize(464);
  return raw;
}
const std::string kAscii = frame("src=192.0.2.10 dst=203.0.113.7 sport=40022 dport=443 action=accept policy=12 ");
const std::string kQuoted = frame(R"({"user":"tanaka","path":"C:\\Users\\tanaka\\a.txt"},)");
const std::string kJapanese = frame("ログオンに失敗したアカウント ");
const std::string kShiftJis = frame("\x83\x8d\x83O\x83I\x83\x93 ");

void write_tail(benchmark::State& state, const std::string& raw) {
  Buffer out;
  for (auto _ : state) {
    out.clear();
    append_line_tail({Timestamp{1790000000000000}, "syslog.udp", "192.0.2.10", {}, raw, {}}, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * raw.size()));
}
void read_line(benchmark::State& state, const std::string& raw) {
  Buffer tail, line;
  append_line_tail({Timestamp{1790000000000000}, "syslog.udp", "192.0.2.10", {}, raw, {}}, tail);
  append_line(123456789, tail.view(), line);
  for (auto _ : state) benchmark::DoNotOptimize(parse_line(line.view()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * raw.size()));
}

BENCHMARK_CAPTURE(write_tail, ascii, kAscii);
BENCHMARK_CAPTURE(write_tail, quoted, kQuoted);
BENCHMARK_CAPTURE(write_tail, japanese, kJapanese);
BENCHMARK_CAPTURE(write_tail, shift_jis, kShiftJis);
BENCHMARK_CAPTURE(read_line, ascii, kAscii);
BENCHMARK_CAPTURE(read_line, japanese, kJapanese);

}  // namespace
}  // namespace yorozu::proof

BENCHMARK_MAIN();
