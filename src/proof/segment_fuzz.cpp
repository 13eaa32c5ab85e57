// Any bytes as a segment: whatever is read is whole lines within the limits, and the plain size is what the table says.
#include <cstdlib>

#include "proof/line.h"
#include "proof/segment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu::proof;
  const MemorySource source({data, size});
  auto reader = SegmentReader::open(source);
  if (!reader) return 0;
  const std::size_t blocks = reader->summary().blocks.size();
  if (reader->block_of(size) >= blocks) std::abort();
  for (std::size_t i = 0; i < blocks; ++i) {
    const auto text = reader->read_block(i);
    if (!text) continue;
    if (text->size() != reader->summary().blocks[i].plain_bytes || text->back() != '\n') std::abort();
    std::size_t bytes = 0;
    BlockLines lines(*text);
    while (const auto line = lines.next()) bytes += line->size() + 1;
    if (bytes != text->size()) std::abort();
  }
  return 0;
}
