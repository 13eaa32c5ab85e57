#include "sigma/load.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/hash.h"
#include "sigma/correlation.h"
#include "sigma/detection.h"
#include "sigma/filter.h"
#include "sigma/metadata.h"
#include "sigma/resolve.h"
#include "sigma/yaml_tree.h"

namespace yorozu::sigma {
namespace {

/// What reading all documents one by one gives, before they are brought together.
struct Parsed {
  std::vector<Correlation> correlations;
  std::vector<Filter> filters;
};

class Loader {
 public:
  explicit Loader(const LoadOptions& options) : options_(options) {}

  void read(const RuleText& file);
  RuleSet finish();

 private:
  void read_document(const std::string& file, const YamlText& text);
  bool read_known(const YamlNode& document, const std::string& file, std::string_view text, Report& report);
  bool read_rule(const YamlNode& document, Metadata meta, std::string_view text, Report& report);
  void warn_about_repeated_ids();

  const LoadOptions& options_;
  RuleSet set_;
  Parsed parsed_;
};

std::string hash_of(std::string_view text) {
  return to_hex(sha256(as_bytes(text)));
}

bool Loader::read_rule(const YamlNode& document, Metadata meta, std::string_view text, Report& report) {
  Rule rule;
  rule.meta = std::move(meta);
  rule.logsource = parse_logsource(document, report);
  ModifierContext context{options_, report, rule.empty_placeholders};
  auto condition = parse_detection(*document.find("detection"), "", context);
  if (!condition || report.failed()) return false;
  rule.condition = *std::move(condition);
  rule.text_hash = hash_of(text);
  set_.rules.push_back(std::move(rule));
  return true;
}

/// One document of whatever kind. False: it became nothing.
bool Loader::read_known(const YamlNode& document, const std::string& file, std::string_view text, Report& report) {
  if (!document.is_mapping()) {
    report.error(document.span, "not-a-rule", "the document is not a map");
    return false;
  }
  if (const YamlNode* action = document.find("action")) {
    report.error(action->span, "old-action", "`action` (global, reset, repeat) is no part of Sigma any more",
                 "write each rule in full; several documents in one file are fine");
    return false;
  }
  const auto has = [&](std::string_view key) { return document.find(key) != nullptr; };
  const int kinds = int{has("detection")} + int{has("correlation")} + int{has("filter")};
  if (kinds != 1) {
    report.error(document.span, "not-a-rule",
                 kinds == 0 ? "the document has neither detection, correlation nor filter"
                            : "the document has more than one of detection, correlation and filter");
    return false;
  }
  const DocumentKind kind = has("detection")     ? DocumentKind::Rule
                            : has("correlation") ? DocumentKind::Correlation
                                                 : DocumentKind::Filter;
  Metadata meta = parse_metadata(document, kind, file, report);
  if (kind == DocumentKind::Rule) return read_rule(document, std::move(meta), text, report);
  if (kind == DocumentKind::Correlation) {
    auto correlation = parse_correlation(document, std::move(meta), report);
    if (!correlation) return false;
    correlation->text_hash = hash_of(text);
    parsed_.correlations.push_back(*std::move(correlation));
    return true;
  }
  auto filter = parse_filter(document, std::move(meta), options_, report);
  if (!filter) return false;
  parsed_.filters.push_back(*std::move(filter));
  return true;
}

void Loader::read_document(const std::string& file, const YamlText& text) {
  ++set_.documents;
  Report report(file, set_.diagnostics);
  const auto document = parse_document(text);
  if (!document) {
    report.error(document.error().span, document.error().code, document.error().message);
    ++set_.failed;
  } else if (!read_known(*document, file, text.text, report)) {
    ++set_.failed;
  }
}

void Loader::read(const RuleText& file) {
  const auto documents = split_documents(file.text);
  if (documents.empty())
    set_.diagnostics.push_back(
        {Diagnostic::Severity::Warning, file.file, {}, {}, "empty-file", "the file has no documents", {}});
  for (const YamlText& document : documents) read_document(file.file, document);
}

void Loader::warn_about_repeated_ids() {
  std::unordered_map<std::string, const Metadata*> seen;
  const auto look = [&](const Metadata& meta) {
    const auto [at, is_new] = seen.emplace(meta.id, &meta);
    if (!is_new)
      set_.diagnostics.push_back({Diagnostic::Severity::Warning,
                                  meta.file,
                                  meta.span,
                                  meta.id,
                                  "duplicate-id",
                                  "the id is already that of " + at->second->file,
                                  {}});
  };
  for (const Rule& rule : set_.rules) look(rule.meta);
  for (const Correlation& correlation : parsed_.correlations) look(correlation.meta);
  for (const Filter& filter : parsed_.filters) look(filter.meta);
}

RuleSet Loader::finish() {
  warn_about_repeated_ids();
  set_.filters = parsed_.filters.size();
  resolve_correlations(std::move(parsed_.correlations), set_);
  apply_filters(parsed_.filters, set_);
  return std::move(set_);
}

}  // namespace

RuleSet load(std::span<const RuleText> texts, const LoadOptions& options) {
  Loader loader(options);
  for (const RuleText& text : texts) loader.read(text);
  return loader.finish();
}

}  // namespace yorozu::sigma
