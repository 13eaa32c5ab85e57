/// Templates: parsed once by content, found again in every chunk.
///
/// Each chunk carries its own copy of the definitions it uses, and names inside them are offsets into that chunk, so
/// the bytes differ from chunk to chunk. What is equal is compared as it stands (under a mask that leaves the offsets
/// out); each name that is referred to is compared by its characters. A GUID alone is never trusted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "codec/evtx/layout.h"
#include "codec/evtx/parse.h"
#include "codec/evtx/tree.h"

namespace yorozu::codec::evtx {

struct Template {
  std::uint32_t id = 0;  ///< dense, from 0, within its store
  std::uint32_t slot_count = 0;
  Tree tree;
};

class TemplateStore {
 public:
  /// Beyond these everything is forgotten at the next chunk and learnt again.
  static constexpr std::size_t kMaxTemplates = 8192;
  static constexpr std::size_t kMaxBytes = std::size_t{32} << 20;
  /// Definitions parsed for one chunk, in bytes: many that overlap must not cost more than the chunk is worth.
  static constexpr std::size_t kParseBudget = 8 * kChunkSize;

  /// `chunk` stays until the next call. True when everything learnt so far was dropped: forget the ids.
  bool begin_chunk(ByteView chunk);
  ByteView chunk() const { return chunk_; }

  /// The definition at `offset` of the chunk; nullptr and `error()` when there is none. Valid until the next chunk.
  const Template* find(std::uint32_t offset) {
    const Known& known = known_[(offset >> 3U) % known_.size()];
    if (known.offset == offset && known.generation == generation_ && known.found != nullptr) return known.found;
    return find_slowly(offset);
  }
  const std::string& error() const { return error_; }
  std::size_t size() const { return templates_.size(); }

 private:
  /// One way a template's definition was seen to lie in a chunk.
  struct Layout {
    const Template* found = nullptr;
    std::vector<std::uint8_t> bytes, mask;
    std::vector<NameReference> names;
  };
  struct Known {
    std::uint32_t offset = 0;
    std::uint32_t generation = 0;
    const Template* found = nullptr;
  };
  static constexpr std::size_t kMaxLayouts = 32;  ///< of one GUID and size

  const Template* find_slowly(std::uint32_t offset);
  const Template* resolve(std::uint32_t offset);
  const Template* learn(std::uint32_t body, std::uint32_t size, const std::array<std::uint8_t, 20>& key);
  bool matches(const Layout& layout, std::uint32_t body) const;

  ByteView chunk_;
  std::uint32_t generation_ = 0;
  std::array<Known, 512> known_{};
  std::map<std::array<std::uint8_t, 20>, std::vector<Layout>> layouts_;
  std::unordered_map<std::string, std::unique_ptr<Template>> templates_;  ///< by what they say
  std::size_t bytes_ = 0;
  std::size_t budget_ = 0;
  std::string error_;
};

}  // namespace yorozu::codec::evtx
