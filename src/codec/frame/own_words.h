/// What decoders write into values themselves, in normal form: names of severities and facilities, constants of the
/// declared patterns, a few results. Every other value stands in its frame as it is, or spelled as its format spells
/// it. A search that looks at frames before it decodes them must know these.
#pragma once

#include <string>
#include <vector>

namespace yorozu::codec {

struct OwnWord {
  std::string text;
  std::string witness;  ///< stands, in any case, in every message that gets it; "": nothing certain does
};
/// Audit records are left out: their values are translated in many ways.
const std::vector<OwnWord>& own_words();

}  // namespace yorozu::codec
