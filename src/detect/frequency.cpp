// The table says for each field which runs of two to four bytes are common, and how common. A literal is at most as
// common as the rarest run of bytes in it; what the table does not have is rare.
#include "detect/frequency.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

#include "base/embedded.h"

namespace yorozu::embedded {
std::span<const File> literal_frequency();
}

namespace yorozu::detect {

namespace {

constexpr std::size_t kGram = 4;
constexpr double kUnknown = 0.003, kCommon = 0.5;
constexpr double kLongWord = 8;  ///< bytes, sentinels included

/// Length in the top byte, so that runs of different length differ.
std::uint64_t gram_key(std::string_view bytes) {
  std::uint64_t out = bytes.size();
  for (const char c : bytes) out = out << 8 | static_cast<std::uint8_t>(c);
  return out;
}

std::uint64_t gram_of_hex(std::string_view hex) {
  std::uint64_t bytes = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), bytes, 16);
  return bytes | std::uint64_t{hex.size() / 2} << 4 * hex.size();
}

}  // namespace

LiteralFrequency::LiteralFrequency(std::string_view table) {
  Field* field = nullptr;
  while (!table.empty()) {
    const std::size_t end = std::min(table.find('\n'), table.size());
    std::string_view line = table.substr(0, end);
    table.remove_prefix(std::min(end + 1, table.size()));
    if (line.empty() || line.front() == '#') continue;
    const bool is_gram = line.front() == '\t';
    if (is_gram) line.remove_prefix(1);
    const std::size_t tab = line.find('\t');
    if (tab == line.npos) continue;
    double number = 0;
    std::from_chars(line.data() + tab + 1, line.data() + line.size(), number);
    if (!is_gram)
      field = &fields_[std::string(line.substr(0, tab))];
    else if (field != nullptr)
      field->emplace_back(gram_of_hex(line.substr(0, tab)), static_cast<float>(number / 100));
  }
  for (auto& [name, grams] : fields_) std::ranges::sort(grams);
}

const LiteralFrequency& LiteralFrequency::builtin() {
  static const LiteralFrequency instance(embedded::literal_frequency().front().text());
  return instance;
}

double LiteralFrequency::of(std::string_view field, std::string_view literal) const {
  const auto known = fields_.find(field);
  if (literal.size() < 3) return kCommon;
  if (known == fields_.end()) {  // short whole values are words like `true`
    const auto length = static_cast<double>(std::min<std::size_t>(literal.size(), 40));
    return length < kLongWord ? kCommon : kUnknown * std::pow(0.8, length - kLongWord);
  }
  const std::size_t size = std::min(kGram, literal.size());
  double rarest = 1, unknown = 0;
  for (std::size_t at = 0; at + size <= literal.size(); ++at) {
    const std::uint64_t key = gram_key(literal.substr(at, size));
    const auto found = std::ranges::lower_bound(known->second, key, {}, &Field::value_type::first);
    if (found == known->second.end() || found->first != key)
      ++unknown;
    else
      rarest = std::min<double>(rarest, found->second);
  }
  if (unknown == 0) return rarest;
  return std::min(rarest, kUnknown * std::pow(0.8, std::min(unknown, 20.0)));
}

}  // namespace yorozu::detect
