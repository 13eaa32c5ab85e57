/// How common a piece of text is in a field, from a table that is part of the program (src/detect/data). It decides
/// only which literals are searched for first, never what matches.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yorozu::detect {

class LiteralFrequency {
 public:
  static const LiteralFrequency& builtin();
  /// Text of the table; lines that are none are passed over.
  explicit LiteralFrequency(std::string_view table);
  /// Estimate of the share (0 .. 1) of the events with `field` whose folded value, between its sentinels, has
  /// `literal`.
  double of(std::string_view field, std::string_view literal) const;

 private:
  using Field = std::vector<std::pair<std::uint64_t, float>>;  ///< sorted
  std::map<std::string, Field, std::less<>> fields_;
};

}  // namespace yorozu::detect
