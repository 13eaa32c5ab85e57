// index_bench INDEX ARCHIVE: indexes an archive (which is only read) as the server's indexer does, and says how fast,
// how large, and in how much memory. A few hundred segments, hard links of a larger archive, are enough.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "archive/index/index_catalogue.h"
#include "archive/index/indexer.h"

int main(int argc, char** argv) {
  using namespace yorozu::archive;
  if (argc != 3) {
    std::fprintf(stderr, "usage: index_bench INDEX ARCHIVE\n");
    return 2;
  }
  const index::IndexerOptions options{.archive = argv[2], .index = argv[1]};
  const auto begin = std::chrono::steady_clock::now();
  const auto done =
      index::run_indexer(real_disk(), options, [] { return false; }, [](const index::IndexerProgress&) {});
  if (!done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return 1;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double processor = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;

  const auto opening = std::chrono::steady_clock::now();
  const auto catalogue = index::IndexCatalogue::open(real_disk(), options.index, options.archive);
  if (!catalogue) return 1;
  const double opened = std::chrono::duration<double>(std::chrono::steady_clock::now() - opening).count();
  double events = 0, evidence = 0, index_bytes = 0, columns_bytes = 0;
  for (const index::IndexedSegment& segment : catalogue->segments()) {
    evidence += static_cast<double>(segment.bytes);
    if (segment.entry != nullptr) events += static_cast<double>(segment.entry->events);
  }
  for (const auto& used : catalogue->used()) {
    index_bytes += static_cast<double>(std::filesystem::file_size(used.path));
    columns_bytes += static_cast<double>(used.file->columns().bytes);
  }
  std::printf("%llu segments with %llu events in %.2f s, %.2f s of processor: %.0f events/s of processor\n",
              static_cast<unsigned long long>(done->built), static_cast<unsigned long long>(done->built_events),
              seconds, processor, static_cast<double>(done->built_events) / processor);
  std::printf("bytes an event: evidence %.1f, filters and counts %.1f, columns %.1f\n", evidence / events,
              index_bytes / events, columns_bytes / events);
  std::printf("files in use: %zu; peak memory %ld MiB; catalogue of %zu segments opened in %.1f ms\n",
              catalogue->used().size(), usage.ru_maxrss / 1024, catalogue->segments().size(), opened * 1000);
  return 0;
}
