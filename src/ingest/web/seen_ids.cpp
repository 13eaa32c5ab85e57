#include "ingest/web/seen_ids.h"

#include <sys/random.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/assert.h"

namespace yorozu::ingest::web {
namespace {

constexpr std::size_t kGenerations = 5;  // of which kGenerations - 1 full ones hold the whole window
constexpr std::size_t kFirstSlots = 1024;

bool is_free(const SeenIds::Fingerprint& slot) {
  return slot.words == std::array<std::uint32_t, 3>{};
}

std::size_t place_of(const SeenIds::Fingerprint& print, std::size_t slots) {
  return static_cast<std::size_t>(std::uint64_t{print.words[0]} * slots >> 32);
}

void append_with_length(std::string_view text, std::string& out) {
  const std::uint64_t size = text.size();
  out.append(reinterpret_cast<const char*>(&size), sizeof size).append(text);
}

}  // namespace

SeenIds::SeenIds(SeenLimits limits) : limits_(limits) {
  YOROZU_ASSERT(::getrandom(key_.data(), key_.size(), 0) == static_cast<ssize_t>(key_.size()),
                "up to 256 bytes are always given");
}

SeenIds::Fingerprint SeenIds::fingerprint(std::string_view token, std::string_view index, std::string_view id,
                                          std::string_view raw) const {
  std::string all;
  all.reserve(token.size() + index.size() + id.size() + raw.size() + 32);
  for (const std::string_view part : {token, index, id, raw}) append_with_length(part, all);
  const KeyedHash hash = keyed_hash(key_, as_bytes(all));
  Fingerprint print;
  std::memcpy(print.words.data(), hash.data(), sizeof print.words);
  if (is_free(print)) print.words[0] = 1;
  return print;
}

bool SeenIds::Generation::has(const Fingerprint& print) const {
  if (slots.empty()) return false;
  for (std::size_t at = place_of(print, slots.size()); !is_free(slots[at]); at = at + 1 == slots.size() ? 0 : at + 1)
    if (slots[at] == print) return true;
  return false;
}

void SeenIds::Generation::insert(const Fingerprint& print) {
  if ((size + 1) * 10 > slots.size() * 8) grow();
  std::size_t at = place_of(print, slots.size());
  while (!is_free(slots[at])) at = at + 1 == slots.size() ? 0 : at + 1;
  slots[at] = print;
  ++size;
}

void SeenIds::Generation::grow() {
  std::vector<Fingerprint> before(std::min(most_slots, std::max(kFirstSlots, slots.size() + slots.size() / 2)));
  before.swap(slots);
  size = 0;
  for (const Fingerprint& print : before)
    if (!is_free(print)) insert(print);
}

void SeenIds::forget_before(Timestamp time) {
  while (!generations_.empty() && generations_.front().last < time) generations_.pop_front();
}

SeenIds::Verdict SeenIds::claim(const Fingerprint& print, Timestamp now) {
  const std::lock_guard lock(mutex_);
  forget_before({now.us - limits_.window_us});
  if (std::any_of(generations_.rbegin(), generations_.rend(), [&](const Generation& g) { return g.has(print); }))
    return Verdict::Repeat;
  return on_its_way_.insert(print).second ? Verdict::New : Verdict::OnItsWay;
}

void SeenIds::confirm(const Fingerprint& print, Timestamp now) {
  const std::lock_guard lock(mutex_);
  on_its_way_.erase(print);
  const auto parts = static_cast<std::int64_t>(kGenerations - 1);
  const std::size_t full = (limits_.ids + kGenerations - 2) / (kGenerations - 1);
  if (generations_.empty() || generations_.back().size >= full ||
      now.us - generations_.back().first.us > limits_.window_us / parts) {
    generations_.push_back({{}, full * 10 / 8 + 2, 0, now, now});
    std::size_t newer = 0;
    for (std::size_t i = 1; i < generations_.size(); ++i) newer += generations_[i].size;
    if (newer >= limits_.ids) generations_.pop_front();
  }
  Generation& newest = generations_.back();
  newest.last = std::max(newest.last, now);
  if (!newest.has(print)) newest.insert(print);
}

void SeenIds::release(const Fingerprint& print) {
  const std::lock_guard lock(mutex_);
  on_its_way_.erase(print);
}

std::size_t SeenIds::size() const {
  const std::lock_guard lock(mutex_);
  std::size_t size = 0;
  for (const Generation& generation : generations_) size += generation.size;
  return size;
}

std::size_t SeenIds::bytes_held() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  for (const Generation& generation : generations_) bytes += generation.slots.capacity() * sizeof(Fingerprint);
  return bytes;
}

}  // namespace yorozu::ingest::web
