// Three neighbouring units of each literal, its probe, are looked for at 32 places at once: two table look-ups by
// shuffling say for a byte which of eight buckets of literals know it, and what all three bytes agree on is compared in
// full. The upper bytes of the units must be zero. Places need no alignment, since values in a record have none.
//
// Simple case folding makes ASCII of two more characters, U+212A (k) and U+017F (s). Probes have neither letter, so
// that they look the same in every spelling; the full comparison takes any unit for them.
#include "detect/keyword_filter.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string_view>

#include "detect/event_texts.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace yorozu::detect {

namespace {

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}
bool has_other_spellings(char c) {
  return c == 'k' || c == 's';
}

/// How common a character is in logs, roughly: it only decides how often a full comparison is made.
unsigned commonness(char c) {
  constexpr std::string_view kOften = "eatiornscldm0123456789\\-", kSometimes = "upgfhvbwy.{}_/ ";
  if (kOften.find(c) != kOften.npos) return 4;
  return kSometimes.find(c) != kSometimes.npos ? 2 : 1;
}

std::string_view without_sentinels(std::string_view literal) {
  if (literal.starts_with(EventTexts::kBegin)) literal.remove_prefix(1);
  if (literal.ends_with(EventTexts::kEnd)) literal.remove_suffix(1);
  return literal;
}

}  // namespace

std::shared_ptr<const KeywordFilter> KeywordFilter::make(const std::vector<std::string>& literals) {
#ifdef __AVX2__
  std::vector<Literal> chosen;
  for (const std::string& whole : literals) {
    const std::string_view text = without_sentinels(whole);
    const auto is_plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && (c & 0x80) == 0; };
    if (!std::ranges::all_of(text, is_plain)) return nullptr;
    unsigned best = std::numeric_limits<unsigned>::max();
    Literal literal{std::string(text), 0};
    for (std::size_t i = 0; i + kProbe <= text.size(); ++i) {
      const std::string_view probe = text.substr(i, kProbe);
      if (std::ranges::any_of(probe, has_other_spellings)) continue;
      unsigned sum = 0;
      for (const char c : probe) sum += commonness(c);
      if (sum >= best) continue;
      best = sum;
      literal.probe = i;
    }
    if (best == std::numeric_limits<unsigned>::max()) return nullptr;
    chosen.push_back(std::move(literal));
  }
  // Neighbours in order share their first bytes, so a bucket of neighbours lets fewer strangers pass.
  std::ranges::sort(chosen, {}, [](const Literal& l) { return l.text.substr(l.probe); });
  auto out = std::make_shared<KeywordFilter>();
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const std::size_t bucket = i * kBuckets / chosen.size();
    const auto bit = static_cast<std::uint8_t>(1U << bucket);
    for (std::size_t k = 0; k < kProbe; ++k) {
      const char c = chosen[i].text[chosen[i].probe + k];
      const auto mark = [&](char spelling) {
        const auto byte = static_cast<std::uint8_t>(spelling);
        out->low_[k][byte & 15U] |= bit;
        out->high_[k][byte >> 4U] |= bit;
      };
      mark(c);
      if (is_letter(c)) mark(static_cast<char>(c - ('a' - 'A')));
    }
    out->buckets_[bucket].push_back(std::move(chosen[i]));
  }
  return out;
#else
  static_cast<void>(literals);
  return nullptr;
#endif
}

bool KeywordFilter::verify(ByteView bytes, std::size_t at, std::uint8_t buckets) const {
  const auto is_at = [bytes](const Literal& literal, std::size_t begin) {
    if (literal.text.size() * 2 > bytes.size() - begin) return false;
    for (std::size_t i = 0; i < literal.text.size(); ++i) {
      const char c = literal.text[i];
      const auto unit = load_le<std::uint16_t>(bytes.data() + begin + 2 * i);
      const bool same = unit == static_cast<unsigned char>(c) ||
                        (is_letter(c) && unit == static_cast<unsigned char>(c - ('a' - 'A')));
      if (!same && !has_other_spellings(c)) return false;
    }
    return true;
  };
  for (unsigned rest = buckets; rest != 0; rest &= rest - 1)
    for (const Literal& literal : buckets_[static_cast<std::size_t>(std::countr_zero(rest))])
      if (at >= 2 * literal.probe && is_at(literal, at - 2 * literal.probe)) return true;
  return false;
}

bool KeywordFilter::may_contain(ByteView bytes) const {
#ifdef __AVX2__
  constexpr std::size_t kStep = 32, kWindow = kStep + 2 * kProbe - 1;
  const auto table = [](const std::array<std::uint8_t, 16>& of) {
    return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(of.data())));
  };
  const __m256i low0 = table(low_[0]), low1 = table(low_[1]), low2 = table(low_[2]);
  const __m256i high0 = table(high_[0]), high1 = table(high_[1]), high2 = table(high_[2]);
  const __m256i half = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
  const auto load = [](const std::uint8_t* from) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); };
  const auto buckets_of = [&](__m256i text, __m256i low, __m256i high) {
    return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(text, half)),
                            _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(text, 4), half)));
  };
  // `from`: kWindow bytes that stand at `place` of `bytes`.
  const auto found_in = [&](const std::uint8_t* from, std::size_t place) {
    const __m256i upper = _mm256_or_si256(load(from + 1), load(from + 3));
    __m256i agreed = buckets_of(load(from), low0, high0);
    agreed = _mm256_and_si256(agreed, buckets_of(load(from + 2), low1, high1));
    agreed = _mm256_and_si256(agreed, buckets_of(load(from + 4), low2, high2));
    agreed = _mm256_and_si256(agreed, _mm256_cmpeq_epi8(upper, zero));
    const auto none = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(agreed, zero)));
    if (none == 0xFFFFFFFF) [[likely]]
      return false;
    alignas(32) std::uint8_t of_place[kStep];
    _mm256_store_si256(reinterpret_cast<__m256i*>(of_place), agreed);
    for (std::uint32_t rest = ~none; rest != 0; rest &= rest - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(rest));
      if (verify(bytes, place + i, of_place[i])) return true;
    }
    return false;
  };
  std::size_t at = 0;
  for (; bytes.size() - at >= kWindow; at += kStep)
    if (found_in(bytes.data() + at, at)) return true;
  if (at == bytes.size()) return false;
  alignas(32) std::uint8_t last[2 * kStep + kWindow] = {};
  std::memcpy(last, bytes.data() + at, bytes.size() - at);
  for (std::size_t i = 0; at + i < bytes.size(); i += kStep)
    if (found_in(last + i, at + i)) return true;
  return false;
#else
  static_cast<void>(bytes);
  return true;
#endif
}

}  // namespace yorozu::detect
