/// Sample logs held in memory and decoded again and again: what the measurements of the engine run on.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "codec/decoder.h"
#include "codec/formats/formats.h"
#include "held_out.h"

namespace yorozu::bench {

struct CorpusFile {
  std::string name;
  std::string bytes;
  codec::Format format = codec::Format::Text;
};

/// Files below `paths` whose names end with one of `endings`, sorted by name; at most `limit` bytes each.
inline std::vector<CorpusFile> read_corpus(const std::vector<std::string>& paths,
                                           const std::vector<std::string>& endings,
                                           std::uint64_t limit = std::uint64_t{4} << 30) {
  std::vector<std::filesystem::path> found;
  for (const std::string& path : paths) {
    if (std::filesystem::is_regular_file(path)) found.emplace_back(path);
    if (!std::filesystem::is_directory(path)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      const std::string name = entry.path().filename().string();
      if (entry.is_regular_file() &&
          std::ranges::any_of(endings, [&](const std::string& ending) { return name.ends_with(ending); }))
        found.push_back(entry.path());
    }
  }
  std::ranges::sort(found);
  std::vector<CorpusFile> out;
  for (const auto& path : found) {
    auto bytes = read_file(path, limit);
    if (!bytes || bytes->empty()) continue;
    const codec::Format format =
        codec::detect_format(as_bytes(*bytes).first(std::min<std::size_t>(bytes->size(), 65536)));
    out.push_back({path.string(), *std::move(bytes), format});
  }
  return out;
}

/// Calls `use(batch)` for each unit of the file; the batch is void afterwards.
template <class F>
void for_each_batch(const CorpusFile& file, codec::UnitDecoder& decoder, event::EventBatch& batch, F&& use) {
  const codec::DecodeOptions options;
  const auto splitter = codec::make_splitter(file.format, options);
  ByteView rest = as_bytes(file.bytes);
  std::uint64_t offset = 0;
  while (!rest.empty()) {
    const ByteView window = rest.first(std::min(rest.size(), splitter->largest_record()));
    const bool at_end = window.size() == rest.size();
    std::size_t size = splitter->cut(window, at_end);
    if (size == 0) size = window.size();
    codec::Unit unit{rest.first(size), offset, 1, size == rest.size()};
    codec::UnitReport report;
    batch.clear();
    decoder.decode(unit, batch, report);
    use(batch);
    rest = rest.subspan(size);
    offset += size;
  }
}

}  // namespace yorozu::bench
