// Bytes of UTF-16 per second to UTF-8: values as event logs have them, and long runs.
#include <benchmark/benchmark.h>

#include <string>

#include "base/text.h"

namespace yorozu {
namespace {

std::string utf16_of(std::string_view piece, std::size_t characters) {
  std::string text;
  while (text.size() < characters) text += piece;
  return utf16le_from_utf8(text);
}

template <class Convert>
void run(benchmark::State& state, std::string_view piece, Convert convert) {
  const std::string utf16 = utf16_of(piece, static_cast<std::size_t>(state.range(0)));
  Buffer out;
  for (auto _ : state) {
    out.clear();
    convert(as_bytes(utf16), out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(utf16.size()));
}
void convert(benchmark::State& state, std::string_view piece) {
  run(state, piece, append_utf8);
}
void convert_and_fold(benchmark::State& state, std::string_view piece) {
  run(state, piece, append_utf8_folded);
}

constexpr std::string_view kPath = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
constexpr std::string_view kJapanese = "ログオンに失敗したアカウント";

BENCHMARK_CAPTURE(convert, ascii, kPath)->Arg(20)->Arg(60)->Arg(4096);
BENCHMARK_CAPTURE(convert_and_fold, ascii, kPath)->Arg(20)->Arg(60)->Arg(4096);
BENCHMARK_CAPTURE(convert_and_fold, japanese, kJapanese)->Arg(60)->Arg(4096);

void fold_utf8(benchmark::State& state) {
  std::string text;
  while (text.size() < static_cast<std::size_t>(state.range(0))) text += kPath;
  Buffer out;
  for (auto _ : state) {
    out.clear();
    append_folded(text, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(fold_utf8)->Arg(60)->Arg(4096);

}  // namespace
}  // namespace yorozu

BENCHMARK_MAIN();
