// One core over whole chunks held in memory: the file named by YOROZU_EVTX_BENCH, else the intact chunks of the samples
// under YOROZU_DATA, repeated to 256 MiB. Checksums are on.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "codec/evtx/chunk.h"
#include "codec/evtx/evtx.h"
#include "codec/evtx/render.h"
#include "codec/evtx/test_reading.h"
#include "codec/evtx/unit_walk.h"

namespace yorozu::codec::evtx {
namespace {

constexpr std::size_t kSampleSize = std::size_t{256} << 20U;

std::string sample_chunks(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".evtx") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::string chunks;
  for (const auto& path : paths) {
    const std::string bytes = load(path);
    for (std::size_t at = kFileHeaderSize; at + kChunkSize <= bytes.size(); at += kChunkSize) {
      const ByteView chunk = as_bytes(bytes).subspan(at, kChunkSize);
      const ChunkState state = inspect_chunk(chunk, true);
      if (state.magic && state.trusted_end && state.free_space > kChunkSize / 2) chunks += as_text(chunk);
    }
  }
  const std::string once = chunks;
  while (!once.empty() && chunks.size() < kSampleSize) chunks += once;
  return chunks;
}

const std::string& input() {
  static const std::string bytes = [] {
    if (const char* file = std::getenv("YOROZU_EVTX_BENCH"); file != nullptr) return load(file);
    const char* data = std::getenv("YOROZU_DATA");
    return data == nullptr ? std::string() : sample_chunks(std::filesystem::path(data) / "evtx");
  }();
  return bytes;
}

template <class F>
void run(benchmark::State& state, F&& unit_work) {
  const std::string& bytes = input();
  if (bytes.empty()) {
    state.SkipWithError("set YOROZU_EVTX_BENCH or YOROZU_DATA");
    return;
  }
  std::uint64_t records = 0;
  for (auto _ : state) {
    records = 0;
    for_each_unit(as_bytes(bytes), {}, [&](const Unit& unit) { records += unit_work(unit); });
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
  state.counters["records/s"] = benchmark::Counter(
      static_cast<double>(records) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void BM_WalkWithChecksums(benchmark::State& state) {
  run(state, [](const Unit& unit) {
    UnitReport report;
    std::uint64_t records = 0;
    for (const ChunkPlace& place : find_chunks(unit, {}, &report))
      if (const auto chunk = open_chunk(unit, place, {}, report))
        for_each_record(*chunk, report, [&](const Record& record) { records += record.size != 0; });
    return records;
  });
}
BENCHMARK(BM_WalkWithChecksums)->Unit(benchmark::kMillisecond);

void fields(benchmark::State& state, bool verify) {
  event::Schema schema;
  DecodeOptions options;
  options.verify_checksums = verify;
  const auto decoder = make_decoder(schema, event::LogsourceMap::builtin(), options);
  event::EventBatch batch;
  run(state, [&](const Unit& unit) {
    UnitReport report;
    batch.clear();
    decoder->decode(unit, batch, report);
    benchmark::DoNotOptimize(batch.values.data());
    return report.records;
  });
}
void BM_FieldsWithChecksums(benchmark::State& state) {
  fields(state, true);
}
BENCHMARK(BM_FieldsWithChecksums)->Unit(benchmark::kMillisecond);
void BM_FieldsWithoutChecksums(benchmark::State& state) {
  fields(state, false);
}
BENCHMARK(BM_FieldsWithoutChecksums)->Unit(benchmark::kMillisecond);

void lines(benchmark::State& state, bool json) {
  Renderer renderer({});
  Buffer out;
  std::uint64_t written = 0;
  run(state, [&](const Unit& unit) {
    UnitReport report;
    out.clear();
    if (json)
      renderer.append_json_lines(unit, out, report);
    else
      renderer.append_xml_lines(unit, out, report);
    written += out.size();
    return report.records;
  });
  state.counters["written/s"] = benchmark::Counter(static_cast<double>(written), benchmark::Counter::kIsRate);
}
void BM_JsonWithChecksums(benchmark::State& state) {
  lines(state, true);
}
BENCHMARK(BM_JsonWithChecksums)->Unit(benchmark::kMillisecond);
void BM_XmlWithChecksums(benchmark::State& state) {
  lines(state, false);
}
BENCHMARK(BM_XmlWithChecksums)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yorozu::codec::evtx

BENCHMARK_MAIN();
