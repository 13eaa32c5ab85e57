#include "ingest/web/seen_ids.h"

#include <sys/random.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "base/assert.h"
#include "base/bytes.h"

namespace yorozu::ingest::web {
namespace {

constexpr std::size_t kGenerations = 5;  // of which kGenerations - 1 full ones hold the whole window
constexpr std::size_t kFirstSlots = 1024;
constexpr std::string_view kTitle = "yorozu seen ids 1\n";
constexpr std::size_t kRoomForHeads = 64;  ///< of a table, and the checksum

bool is_free(const SeenIds::Fingerprint& slot) {
  return slot.words == std::array<std::uint32_t, 3>{};
}

std::size_t place_of(const SeenIds::Fingerprint& print, std::size_t slots) {
  return static_cast<std::size_t>(std::uint64_t{print.words[0]} * slots >> 32);
}

template <class Number>
void append_number(Number value, std::string& out) {
  static_assert(std::endian::native == std::endian::little);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_with_length(std::string_view text, std::string& out) {
  append_number(std::uint64_t{text.size()}, out);
  out.append(text);
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
  if ((size + 1) * 10 > slots.size() * 8)
    resize(std::min(most_slots, std::max(kFirstSlots, slots.size() + slots.size() / 2)));
  std::size_t at = place_of(print, slots.size());
  while (!is_free(slots[at])) at = at + 1 == slots.size() ? 0 : at + 1;
  slots[at] = print;
  ++size;
}

void SeenIds::Generation::resize(std::size_t slot_count) {
  std::vector<Fingerprint> before(slot_count);
  before.swap(slots);
  size = 0;
  for (const Fingerprint& print : before)
    if (!is_free(print)) insert(print);
}

std::size_t SeenIds::most_in_a_generation() const {
  return (limits_.ids + kGenerations - 2) / (kGenerations - 1);
}

SeenIds::Generation SeenIds::empty_generation(Timestamp first, Timestamp last) const {
  return {{}, most_in_a_generation() * 10 / 8 + 2, 0, first, last};
}

void SeenIds::forget_before(Timestamp time) {
  while (!generations_.empty() && generations_.front()->last < time) generations_.pop_front();
}

SeenIds::Verdict SeenIds::claim(const Fingerprint& print, Timestamp now) {
  const std::lock_guard lock(mutex_);
  forget_before({now.us - limits_.window_us});
  if (std::any_of(generations_.rbegin(), generations_.rend(), [&](const auto& g) { return g->has(print); }))
    return Verdict::Repeat;
  return on_its_way_.emplace(print, claims_begin_).second ? Verdict::New : Verdict::OnItsWay;
}

void SeenIds::confirm(const Fingerprint& print, Timestamp now) {
  const std::lock_guard lock(mutex_);
  on_its_way_.erase(print);
  const auto parts = static_cast<std::int64_t>(kGenerations - 1);
  if (generations_.empty() || generations_.back()->size >= most_in_a_generation() ||
      now.us - generations_.back()->first.us > limits_.window_us / parts) {
    generations_.push_back(std::make_shared<Generation>(empty_generation(now, now)));
    std::size_t newer = 0;
    for (std::size_t i = 1; i < generations_.size(); ++i) newer += generations_[i]->size;
    if (newer >= limits_.ids) generations_.pop_front();
  }
  Generation& newest = *generations_.back();
  newest.last = std::max(newest.last, now);
  if (!newest.has(print)) newest.insert(print);
}

void SeenIds::release(const Fingerprint& print) {
  const std::lock_guard lock(mutex_);
  on_its_way_.erase(print);
}

void SeenIds::claims_begin_at(std::uint64_t seq) {
  const std::lock_guard lock(mutex_);
  claims_begin_ = std::max(claims_begin_, seq);
}

SeenIds::Saved SeenIds::save(std::uint64_t end) const {
  Saved saved;
  saved.end = end;
  std::vector<std::shared_ptr<const Generation>> generations;
  {  // claims and commits wait meanwhile: what does not change any more is not copied here
    const std::lock_guard lock(mutex_);
    generations.assign(generations_.begin(), generations_.end());
    if (!generations.empty()) generations.back() = std::make_shared<Generation>(*generations_.back());
    for (const auto& [print, seq] : on_its_way_) saved.end = std::min(saved.end, seq);
  }
  std::string& out = saved.text;
  out = kTitle;
  out.append(as_text(key_));
  append_number(static_cast<std::uint32_t>(generations.size()), out);
  for (const auto& generation : generations) {
    append_number(generation->first.us, out);
    append_number(generation->last.us, out);
    append_number(static_cast<std::uint32_t>(generation->size), out);
    out.reserve(out.size() + generation->size * sizeof(Fingerprint) + kRoomForHeads);
    for (const Fingerprint& print : generation->slots)
      if (!is_free(print))
        for (const std::uint32_t word : print.words) append_number(word, out);
  }
  append_number(hash64(out), out);
  return saved;
}

Result<void> SeenIds::load(std::string_view text) {
  const auto corrupt = [](const char* what) { return fail(ErrorCode::Corrupt, what); };
  if (!text.starts_with(kTitle)) return corrupt("not a list of seen ids");
  ByteReader end(as_bytes(text.substr(text.size() - sizeof(std::uint64_t))));
  text.remove_suffix(end.remaining());
  if (hash64(text) != end.read<std::uint64_t>()) return corrupt("list of seen ids with a wrong checksum");

  ByteReader in(as_bytes(text));
  in.skip(kTitle.size());
  KeyedHash key = {};
  const ByteView key_bytes = in.take(key.size());
  std::copy(key_bytes.begin(), key_bytes.end(), key.begin());
  std::deque<std::shared_ptr<Generation>> generations;
  for (auto left = in.read<std::uint32_t>(); left > 0; --left) {
    const Timestamp first{in.read<std::int64_t>()}, last{in.read<std::int64_t>()};
    const std::size_t size = in.read<std::uint32_t>();
    if (!in.ok() || size > most_in_a_generation() || in.remaining() < size * sizeof(Fingerprint))
      return corrupt("list of seen ids that was cut off");
    Generation& generation = *generations.emplace_back(std::make_shared<Generation>(empty_generation(first, last)));
    generation.resize(std::min(generation.most_slots, std::max(kFirstSlots, size * 10 / 8 + 2)));
    for (std::size_t n = 0; n < size; ++n) {  // in the order of their slots: memory is walked through once
      Fingerprint print;
      for (std::uint32_t& word : print.words) word = in.read<std::uint32_t>();
      if (!is_free(print)) generation.insert(print);
    }
  }
  if (!in.ok() || in.remaining() > 0) return corrupt("list of seen ids of a wrong length");
  const std::lock_guard lock(mutex_);
  key_ = key;
  generations_ = std::move(generations);
  return {};
}

std::size_t SeenIds::size() const {
  const std::lock_guard lock(mutex_);
  std::size_t size = 0;
  for (const auto& generation : generations_) size += generation->size;
  return size;
}

std::size_t SeenIds::bytes_held() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  for (const auto& generation : generations_) bytes += generation->slots.capacity() * sizeof(Fingerprint);
  return bytes;
}

}  // namespace yorozu::ingest::web
