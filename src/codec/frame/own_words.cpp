#include "codec/frame/own_words.h"

#include "base/text.h"
#include "codec/text/pattern_table.h"
#include "codec/text/syslog.h"

namespace yorozu::codec {

const std::vector<OwnWord>& own_words() {
  static const std::vector<OwnWord> words = [] {
    // Of Suricata's and Snort's alert lines, and of W3C's `blocked`.
    std::vector<OwnWord> out = {{"alert", ""}, {"allowed", ""}, {"blocked", ""}, {"true", ""}, {"false", ""}};
    const auto add = [&](std::string_view text, std::string_view witness) {
      out.push_back({normal_form(text), normal_form(witness)});
    };
    for (std::size_t i = 0; !text::facility_name(i).empty(); ++i) add(text::facility_name(i), "");
    for (std::size_t i = 0; !text::severity_name(i).empty(); ++i) add(text::severity_name(i), "");
    for (const text::PatternList& list : text::PatternTable::builtin().lists())
      for (const text::DeclaredPattern& pattern : list.patterns)
        for (const auto& [field, constant] : pattern.constants) add(constant, pattern.pattern.witness());
    return out;
  }();
  return words;
}

}  // namespace yorozu::codec
