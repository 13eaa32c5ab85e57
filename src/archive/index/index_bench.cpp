// index_bench INDEX ARCHIVE [SEGMENTS]: builds the index of the newest SEGMENTS segments of an archive (which is only
// read) and says how fast, how large, and in how much memory.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "archive/index/index_catalogue.h"
#include "archive/index/segment_indexer.h"

int main(int argc, char** argv) {
  using namespace yorozu::archive;
  namespace fs = std::filesystem;
  if (argc < 3) {
    std::fprintf(stderr, "usage: index_bench INDEX ARCHIVE [SEGMENTS]\n");
    return 2;
  }
  const fs::path index_folder = argv[1], archive_folder = argv[2];
  const std::size_t most = argc > 3 ? static_cast<std::size_t>(std::atol(argv[3])) : 30;
  Disk& disk = real_disk();
  auto found = find_files(disk, archive_folder);
  if (!found || !disk.make_folders(index_folder)) return 1;
  std::vector<SegmentFile> segments;
  for (const auto& group : found->stored.segments) segments.insert(segments.end(), group.begin(), group.end());
  std::ranges::sort(segments, std::greater<>(), &SegmentFile::name);
  segments.resize(std::min(most, segments.size()));

  index::SegmentIndexer indexer(disk, archive_folder, index_folder);
  std::uint64_t events = 0, evidence = 0, index_bytes = 0, columns_bytes = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (const SegmentFile& segment : segments) {
    const auto entry = indexer.build(segment, [] { return false; });
    if (!entry) {
      std::fprintf(stderr, "%s: %s\n", segment.path.c_str(), entry.error().message.c_str());
      continue;
    }
    events += entry->events;
    evidence += entry->segment_bytes;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  for (const auto& file : fs::recursive_directory_iterator(index_folder))
    if (file.is_regular_file())
      (file.path().extension() == index::kColumnsSuffix ? columns_bytes : index_bytes) += file.file_size();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double processor = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  const auto per_event = [&](std::uint64_t bytes) { return static_cast<double>(bytes) / static_cast<double>(events); };
  std::printf("%zu segments, %llu events in %.2f s (%.2f s of processor): %.0f events/s of processor\n",
              segments.size(), static_cast<unsigned long long>(events), seconds, processor,
              static_cast<double>(events) / processor);
  std::printf("bytes an event: evidence %.1f, filters and counts %.1f, columns %.1f; peak memory %ld MiB\n",
              per_event(evidence), per_event(index_bytes), per_event(columns_bytes), usage.ru_maxrss / 1024);
  return 0;
}
