#include "archive/search/index_choice.h"

#include <algorithm>

#include "archive/search/minutes.h"

namespace yorozu::archive::search {
namespace {

/// Of a block that could not be read when the index was made nothing is known.
bool is_known(const index::BlockEntry& block) {
  return block.lines > 0;
}

}  // namespace

IndexChoice::IndexChoice(index::IndexCatalogue catalogue, IndexQuestion question)
    : catalogue_(std::move(catalogue)), question_(std::move(question)) {
  for (const index::IndexedSegment& segment : catalogue_.segments()) by_path_[segment.segment.path] = &segment;
}

const index::IndexedSegment* IndexChoice::find(const SegmentFile& segment) const {
  const auto found = by_path_.find(segment.path);
  return found == by_path_.end() || found->second->state != index::IndexState::Good ? nullptr : found->second;
}

bool IndexChoice::knows_all_of(const std::string& path) const {
  const auto found = by_path_.find(path);
  return found != by_path_.end() && entry_of(found->second->segment) != nullptr;
}

const index::SegmentEntry* IndexChoice::entry_of(const SegmentFile& segment) const {
  const index::IndexedSegment* found = find(segment);
  return found == nullptr || !std::ranges::all_of(found->entry->blocks, is_known) ? nullptr : found->entry;
}

bool IndexChoice::is_outside(Timestamp first, Timestamp last) const {
  if (!first.known() || !last.known()) return false;
  return (question_.from.known() && last < question_.from) || (question_.to.known() && first >= question_.to);
}

bool IndexChoice::may_hold(const index::IndexedSegment& segment, const index::FilterPlace& filter) {
  return question_.tokens.met([&](std::span<const index::Token> tokens) {
    const auto answer = segment.file->may_contain(filter, tokens);
    if (!answer) filter_problem_ = answer.error().message;
    return !answer || *answer;
  });
}

IndexChoice::Verdict IndexChoice::look_at(const SegmentFile& segment) {
  const index::IndexedSegment* found = find(segment);
  const index::SegmentEntry* entry = entry_of(segment);
  if (entry == nullptr) return Verdict::Read;
  if (is_outside(entry->first_time, entry->last_time)) return Verdict::LeftOutByTime;
  return may_hold(*found, entry->filter) ? Verdict::Read : Verdict::LeftOutByFilter;
}

std::vector<IndexChoice::Verdict> IndexChoice::look_at_blocks(const SegmentFile& segment,
                                                              const std::vector<proof::SegmentBlock>& blocks) {
  std::vector<Verdict> out(blocks.size(), Verdict::Read);
  const index::IndexedSegment* found = find(segment);
  if (found == nullptr || found->entry->blocks.size() != blocks.size()) return out;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const index::BlockEntry& block = found->entry->blocks[i];
    if (!is_known(block) || block.first_seq != blocks[i].first_seq) continue;
    if (is_outside(block.first_time, block.last_time))
      out[i] = Verdict::LeftOutByTime;
    else if (!may_hold(*found, block.filter))
      out[i] = Verdict::LeftOutByFilter;
  }
  return out;
}

bool IndexChoice::counts_are_exact(const index::SegmentEntry& entry) const {
  if (!entry.first_time.known()) return false;
  const std::int64_t first = minute_of(entry.first_time), last = minute_of(entry.last_time);
  const auto cuts_a_minute = [&](Timestamp bound) {
    return bound.known() && bound.us != minute_of(bound) * kMinuteUs && minute_of(bound) >= first &&
           minute_of(bound) <= last;
  };
  return !cuts_a_minute(question_.from) && !cuts_a_minute(question_.to);
}

bool IndexChoice::is_within(std::int64_t minute) const {
  const Timestamp last{minute * kMinuteUs + kMinuteUs - 1}, first{minute * kMinuteUs};
  return !(question_.from.known() && last < question_.from) && !(question_.to.known() && first >= question_.to);
}

std::vector<std::string> IndexChoice::not_indexed() const {
  std::map<std::string, std::uint64_t> reasons;
  for (const index::IndexedSegment& segment : catalogue_.segments())
    if (segment.state != index::IndexState::Good) ++reasons[segment.reason];
  std::vector<std::string> out;
  for (const auto& [reason, count] : reasons)
    out.push_back(std::to_string(count) + (count == 1 ? " segment: " : " segments: ") + reason);
  if (!filter_problem_.empty()) out.push_back("a filter was passed over: " + filter_problem_);
  return out;
}

}  // namespace yorozu::archive::search
