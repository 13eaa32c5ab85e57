// An index file of any bytes, and one whose checksums are right although its tables are any bytes: both are opened and
// every filter is asked.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "archive/index/index_file.h"

namespace {

using yorozu::ByteView;
using yorozu::archive::index::IndexFile;

class OwnBytes final : public yorozu::proof::ByteSource {
 public:
  explicit OwnBytes(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  yorozu::Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> to) const override {
    return yorozu::proof::MemorySource(bytes_).read_at(offset, to);
  }
  yorozu::Result<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  std::vector<std::uint8_t> bytes_;
};

void read(std::vector<std::uint8_t> bytes) {
  const auto file = IndexFile::open(std::make_unique<OwnBytes>(std::move(bytes)));
  if (!file) return;
  static_cast<void>(file->verify());
  const yorozu::archive::index::Token tokens[] = {1, 0x1234567890ABCDEF, UINT64_MAX};
  for (const auto& segment : file->segments()) {
    static_cast<void>(file->may_contain(segment.filter, tokens));
    for (const auto& block : segment.blocks) static_cast<void>(file->may_contain(block.filter, tokens));
  }
}

/// Sets the sums that stand in the last 64 bytes, as a forger would.
void forge(std::vector<std::uint8_t>& bytes) {
  using namespace yorozu::archive::index;
  if (bytes.size() < kTrailerBytes) return;
  const auto put = [&](std::size_t at, auto value) {
    std::memcpy(bytes.data() + bytes.size() - kTrailerBytes + at, &value, sizeof value);
  };
  const std::uint64_t inside = bytes.size() - kTrailerBytes;
  const std::uint64_t data = inside == 0 ? 0 : bytes[0] % (inside + 1);
  std::memcpy(bytes.data() + inside, kTrailerMagic.data(), kTrailerMagic.size());
  put(8, kIndexVersion);
  put(12, std::uint32_t{1});
  put(16, data);
  put(24, inside - data);
  put(32, yorozu::hash64(ByteView(bytes).subspan(data, inside - data)));
  put(56, yorozu::hash64(ByteView(bytes).subspan(inside, 56)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  read(bytes);
  forge(bytes);
  read(std::move(bytes));
  return 0;
}
