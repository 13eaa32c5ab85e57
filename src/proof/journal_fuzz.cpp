// Any bytes as a journal: every byte behind the header is in exactly one record or gap, in order, and all lines of a
// record can be taken out.
#include <cstdlib>

#include "proof/journal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yorozu::proof;
  const MemorySource source({data, size});
  auto reader = JournalReader::open(source);
  if (!reader) return 0;
  std::uint64_t at = 0;
  bool first = true;
  for (;;) {
    const auto step = reader->next();
    if (!step) std::abort();
    if (step->gap) {
      if ((!first && step->gap->offset != at) || step->gap->bytes == 0) std::abort();
      at = step->gap->offset + step->gap->bytes;
      first = false;
    }
    if (!step->record) break;
    if (!first && step->record->offset != at) std::abort();
    at = step->record->offset + step->record->bytes;
    first = false;
    RecordLines lines(step->record->lines);
    std::uint32_t count = 0;
    while (lines.next()) ++count;
    if (count != step->record->count) std::abort();
  }
  if (!first && at != reader->end()) std::abort();
  return 0;
}
