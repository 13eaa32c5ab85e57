#include "http/idempotency.h"

#include <iterator>

#include "base/hash.h"

namespace yorozu::http {
namespace {

std::string name_of(std::string_view scope, std::string_view key) {
  return std::string(scope).append("\n").append(key);
}

}  // namespace

void IdempotencyKeys::remove(Entries::iterator entry) {
  if (entry->answer) bytes_ -= entry->answer->body.size();
  by_name_.erase(entry->name);
  entries_.erase(entry);
}

/// What is still running is never pushed out: it would be done twice.
void IdempotencyKeys::make_room(Timestamp now) {
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto next = std::next(at);
    const bool is_old = now.us - at->since.us > kKeptUs;
    if (at->answer && (is_old || entries_.size() >= kMaxKeys || bytes_ > kMaxBytes)) remove(at);
    at = next;
  }
}

IdempotencyKeys::Begun IdempotencyKeys::begin(std::string_view scope, std::string_view key, std::string_view body,
                                              Timestamp now) {
  const std::lock_guard lock(mutex_);
  make_room(now);
  std::string name = name_of(scope, key);
  const std::uint64_t body_hash = hash64(body);
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    const Entry& entry = *found->second;
    if (entry.body_hash != body_hash) return {Outcome::OtherBody, {}};
    if (!entry.answer) return {Outcome::Running, {}};
    return {Outcome::Known, *entry.answer};
  }
  entries_.push_back({name, body_hash, now, std::nullopt});
  by_name_.emplace(std::move(name), std::prev(entries_.end()));
  return {};
}

void IdempotencyKeys::finish(std::string_view scope, std::string_view key, const Response& answer) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name_of(scope, key));
  if (found == by_name_.end()) return;
  found->second->answer = answer;
  bytes_ += answer.body.size();
}

void IdempotencyKeys::forget(std::string_view scope, std::string_view key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_name_.find(name_of(scope, key)); found != by_name_.end()) remove(found->second);
}

std::size_t IdempotencyKeys::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace yorozu::http
