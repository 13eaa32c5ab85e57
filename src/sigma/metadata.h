/// What rules, correlations and filters have in common, read and checked as a linter would.
#pragma once

#include <string>

#include "sigma/report.h"
#include "sigma/yaml_tree.h"

namespace yorozu::sigma {

enum class DocumentKind : std::uint8_t { Rule, Correlation, Filter };

/// Reads the metadata of `document`, whose file is `file`. A missing title is an error; everything else that is wrong
/// is a warning and keeps its default. Keys that nobody defined are allowed: authors have their own.
Metadata parse_metadata(const YamlNode& document, DocumentKind kind, const std::string& file, Report& report);

/// Lower-case attributes; an error when none of product, category and service is stated.
Logsource parse_logsource(const YamlNode& document, Report& report);

bool is_uuid(std::string_view text);
/// YYYY-MM-DD, a day that exists.
bool is_date(std::string_view text);

}  // namespace yorozu::sigma
