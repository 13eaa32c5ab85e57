#include "codec/audit/assembler.h"

#include <algorithm>
#include <utility>

namespace yorozu::codec::audit {

void AuditAssembler::add(std::string_view stream, const Stamp& record, std::uint64_t token, Timestamp now,
                         std::vector<Group>& complete) {
  if (stands_alone(record.type)) {
    complete.push_back({{token}});
    return;
  }
  const Streams::iterator own = stream_of(stream, record.node);
  own->newest = std::max(own->newest, record.time);
  auto found = std::ranges::find_if(
      own->open, [&](const Open& open) { return open.serial == record.serial && open.time == record.time; });
  if (found == own->open.end()) {
    ++own->begun;
    ++open_;
    own->open.push_back({record.time, record.serial, now, 0, {}});
    found = std::prev(own->open.end());
  }
  found->touched = now;
  found->begun_after = own->begun;
  found->group.tokens.push_back(token);
  if (record.type == "EOE" || found->group.tokens.size() >= kMaxRecords) {
    complete.push_back(std::move(found->group));
    own->open.erase(found);
    --open_;
  }
  close_old(*own, now, complete);
  if (own->open.empty()) forget(own);
  while (open_ > kMaxOpen) close_oldest(complete);
}

AuditAssembler::Streams::iterator AuditAssembler::stream_of(std::string_view name, std::string_view node) {
  key_.assign(name);
  key_ += '\0';
  key_ += node;
  const auto [known, is_new] = by_key_.try_emplace(key_);
  if (is_new)
    known->second = streams_.insert(streams_.end(), Stream{key_, {}, 0, {}});
  else
    streams_.splice(streams_.end(), streams_, known->second);
  return known->second;
}

void AuditAssembler::forget(Streams::iterator stream) {
  by_key_.erase(stream->key);
  streams_.erase(stream);
}

void AuditAssembler::close_old(Stream& stream, Timestamp now, std::vector<Group>& complete) {
  const auto is_old = [&](const Open& open) {
    const std::uint64_t later = stream.begun - open.begun_after;
    return later >= kDistance || open.touched.us + kTimeoutUs <= now.us ||
           (later >= kShortDistance && open.time.us + kTimeoutUs < stream.newest.us);
  };
  for (Open& open : stream.open)
    if (is_old(open)) complete.push_back(std::move(open.group));
  open_ -= std::erase_if(stream.open, [](const Open& open) { return open.group.tokens.empty(); });
}

void AuditAssembler::close_oldest(std::vector<Group>& complete) {
  Stream& silent = streams_.front();
  complete.push_back(std::move(silent.open.front().group));
  silent.open.erase(silent.open.begin());
  --open_;
  if (silent.open.empty()) forget(streams_.begin());
}

namespace {

/// Groups of all streams in the order in which their last records came: tokens grow with arrival.
void sort_by_arrival(std::vector<Group>& groups, std::size_t from) {
  std::sort(groups.begin() + static_cast<std::ptrdiff_t>(from), groups.end(),
            [](const Group& a, const Group& b) { return a.tokens.back() < b.tokens.back(); });
}

}  // namespace

void AuditAssembler::expire(Timestamp now, std::vector<Group>& complete) {
  const std::size_t from = complete.size();
  for (auto at = streams_.begin(); at != streams_.end();) {
    for (Open& group : at->open)
      if (group.touched.us + kTimeoutUs <= now.us) complete.push_back(std::move(group.group));
    open_ -= std::erase_if(at->open, [](const Open& group) { return group.group.tokens.empty(); });
    const auto next = std::next(at);
    if (at->open.empty()) forget(at);
    at = next;
  }
  sort_by_arrival(complete, from);
}

void AuditAssembler::flush(std::vector<Group>& complete) {
  const std::size_t from = complete.size();
  for (Stream& stream : streams_)
    for (Open& group : stream.open) complete.push_back(std::move(group.group));
  streams_.clear();
  by_key_.clear();
  open_ = 0;
  sort_by_arrival(complete, from);
}

Timestamp AuditAssembler::next_expiry() const {
  Timestamp next;
  for (const Stream& stream : streams_)
    for (const Open& group : stream.open)
      if (!next.known() || group.touched.us + kTimeoutUs < next.us) next = {group.touched.us + kTimeoutUs};
  return next;
}

}  // namespace yorozu::codec::audit
