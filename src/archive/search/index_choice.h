/// What the index says to one question: segments and blocks that cannot hold a match, and counts that need no look at
/// the evidence. It only ever leaves out; what it does not know is read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "archive/index/index_catalogue.h"
#include "archive/search/token_need.h"
#include "base/time.h"
#include "proof/segment.h"

namespace yorozu::archive::search {

/// What a question asks of times and tokens.
struct IndexQuestion {
  Timestamp from, to;
  TokenNeed tokens;
};

class IndexChoice {
 public:
  IndexChoice(index::IndexCatalogue catalogue, IndexQuestion question);

  const index::IndexCatalogue& catalogue() const { return catalogue_; }

  enum class Verdict : std::uint8_t { Read, LeftOutByTime, LeftOutByFilter };

  /// What is known of that segment; nullptr: nothing that can be used.
  const index::SegmentEntry* entry_of(const SegmentFile& segment) const;
  /// The same by path.
  bool knows_all_of(const std::string& path) const;
  Verdict look_at(const SegmentFile& segment);
  /// For each block of an open segment the same. Blocks that are not those of the index are read.
  std::vector<Verdict> look_at_blocks(const SegmentFile& segment, const std::vector<proof::SegmentBlock>& blocks);

  /// Every event of the segment is within the times asked for, or the counts by minute tell which are.
  bool counts_are_exact(const index::SegmentEntry& entry) const;
  bool is_within(std::int64_t minute) const;

  /// Segments that could not be judged and why, a line for each reason.
  std::vector<std::string> not_indexed() const;

 private:
  const index::IndexedSegment* find(const SegmentFile& segment) const;
  bool is_outside(Timestamp first, Timestamp last) const;
  bool may_hold(const index::IndexedSegment& segment, const index::FilterPlace& filter);

  index::IndexCatalogue catalogue_;
  IndexQuestion question_;
  std::map<std::string, const index::IndexedSegment*> by_path_;
  std::string filter_problem_;
};

}  // namespace yorozu::archive::search
