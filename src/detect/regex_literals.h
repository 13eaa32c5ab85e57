/// Literals that a regular expression cannot match without.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yorozu::detect {

/// Any match of `pattern` (RE2 syntax) contains one of these texts, folded; empty when nothing is certain. Careful, not
/// clever: only runs of plain characters, groups and alternations are looked at.
std::vector<std::string> regex_literals(std::string_view pattern);

}  // namespace yorozu::detect
