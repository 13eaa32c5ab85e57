/// A sigma::RuleSet as bytes, so that a later start need not parse YAML. Not a format for exchange: one program writes
/// and the same program reads (detect/cache.h), layout in docs/formats/rule-cache.md.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sigma/rule.h"

namespace yorozu::detect {

std::string encode_rules(const sigma::RuleSet& rules);

/// Corrupt: not what encode_rules writes. Any bytes are safe to give: lengths, kinds, depth and references are checked,
/// and memory stays in proportion to the input.
Result<sigma::RuleSet> decode_rules(std::string_view bytes);

}  // namespace yorozu::detect
