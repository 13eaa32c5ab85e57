/// Stored bytes that are read at positions: a file of the archive, or memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/result.h"

namespace yorozu::proof {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// As many bytes as there are up to to.size(); fewer only at the end.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> to) const = 0;
  virtual Result<std::uint64_t> size() const = 0;
};

/// Bytes that outlive it.
class MemorySource : public ByteSource {
 public:
  explicit MemorySource(ByteView bytes) : bytes_(bytes) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> to) const override {
    if (offset >= bytes_.size()) return 0;
    const ByteView from = bytes_.subspan(offset, std::min<std::size_t>(to.size(), bytes_.size() - offset));
    std::ranges::copy(from, to.begin());
    return from.size();
  }
  Result<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  ByteView bytes_;
};

}  // namespace yorozu::proof
