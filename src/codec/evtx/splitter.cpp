#include <algorithm>
#include <cstring>

#include "codec/evtx/evtx.h"
#include "codec/evtx/unit_walk.h"

namespace yorozu::codec::evtx {

namespace {

constexpr std::size_t kUnitSize = kChunksPerUnit * kChunkSize;

class ChunkSplitter final : public Splitter {
 public:
  std::size_t cut(ByteView window, bool at_end) override {
    std::size_t head = 0;
    if (at_start_) {
      if (window.size() < kFileHeaderSize + kChunkSize && !at_end) return 0;
      // A headerless dump begins with a chunk; anything else is a header, whole or damaged.
      if (!has_chunk_magic(window)) head = std::min(kFileHeaderSize, window.size());
    }
    const std::size_t chunks = std::min(kChunksPerUnit, (window.size() - head) / kChunkSize);
    if (chunks == 0 && !at_end) return 0;
    at_start_ = false;
    if (chunks == 0 || (at_end && chunks < kChunksPerUnit)) return window.size();
    return head + chunks * kChunkSize;
  }
  std::size_t largest_record() const override { return kFileHeaderSize + kUnitSize; }

 private:
  bool at_start_ = true;
};

class CarvingSplitter final : public Splitter {
 public:
  std::size_t cut(ByteView window, bool at_end) override {
    if (at_end && window.size() <= kUnitSize) return window.size();
    const ByteView seen = window.first(std::min(window.size(), kUnitSize));
    // Behind the last whole chunk anything may be the start of the next header.
    std::size_t safe = 0;
    while (true) {
      const ChunkPlace place = carve_next(seen, safe);
      if (place.at == seen.size()) {
        const std::size_t tail = kChunkHeaderSize;  // less than a header: cannot be judged yet
        if (seen.size() > safe + tail) safe = seen.size() - tail;
        return safe;
      }
      if (seen.size() - place.at < kChunkSize) return place.at == 0 ? safe : std::max(safe, place.at);
      safe = place.at + place.size;
    }
  }
  std::size_t largest_record() const override { return kUnitSize; }
};

}  // namespace

bool looks_like_evtx(ByteView head) {
  return head.size() >= sizeof kFileMagic &&
         (std::memcmp(head.data(), kFileMagic, sizeof kFileMagic) == 0 || has_chunk_magic(head));
}

std::unique_ptr<Splitter> make_splitter(const DecodeOptions& options) {
  if (options.carve) return std::make_unique<CarvingSplitter>();
  return std::make_unique<ChunkSplitter>();
}

}  // namespace yorozu::codec::evtx
