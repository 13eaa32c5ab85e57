/// Rules as the person names them: folders, archives and files of Sigma YAML, or the starter rules inside the program;
/// and the lists that placeholders stand for. Reads, does not parse: that is sigma/load.h.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/embedded.h"
#include "base/result.h"
#include "sigma/load.h"

namespace yorozu::hunt {

struct RuleSourceLimits {
  std::uint64_t max_file_bytes = std::uint64_t{8} << 20;
  std::uint64_t max_bytes = std::uint64_t{512} << 20;  ///< of all files together, unpacked
  std::size_t max_files = 200'000;
};

struct RuleSource {
  std::vector<sigma::RuleText> texts;  ///< in the order given; inside folders and archives by name
  struct Problem {
    std::string name;
    Error error;
  };
  std::vector<Problem> problems;  ///< files that could not be read
  /// YAML inside folders and archives that is no Sigma document at all (no detection, correlation, filter, logsource):
  /// left out. Files named one by one are always taken.
  std::vector<std::string> not_rules;
};

/// `given`: each a folder (.yml and .yaml below it), an archive (zip, 7z, tar, compressed or not) or one file; nothing:
/// the starter rules. Samples of our own rules (*.test.yml) are not rules. Errors: NotFound for a path that is not
/// there.
Result<RuleSource> read_rules(std::span<const std::string> given, const RuleSourceLimits& limits = {});

/// Files under rules/, by name.
std::span<const embedded::File> starter_rules();

using PlaceholderLists = std::map<std::string, std::vector<std::string>, std::less<>>;
/// YAML: a map from the name of a list to its values (`Administrators: [alice, "adm_*"]`; one value may stand alone).
/// Errors: InvalidInput with file and line.
Result<PlaceholderLists> read_lists(const std::string& path);
Result<PlaceholderLists> parse_lists(std::string_view yaml);

}  // namespace yorozu::hunt
