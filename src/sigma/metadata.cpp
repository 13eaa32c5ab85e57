#include "sigma/metadata.h"

#include <algorithm>
#include <array>

#include "base/time.h"

namespace yorozu::sigma {
namespace {

constexpr std::size_t kMaxTitle = 256;
constexpr auto kStatuses =
    std::to_array<std::string_view>({"stable", "test", "experimental", "deprecated", "unsupported"});
constexpr auto kRelations =
    std::to_array<std::string_view>({"derived", "obsolete", "merged", "renamed", "similar", "correlation"});

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_tag(std::string_view tag) {
  const auto in_namespace = [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-'; };
  const std::size_t point = tag.find('.');
  if (point == std::string_view::npos || point == 0 || point + 1 == tag.size()) return false;
  return std::ranges::all_of(tag.substr(0, point), in_namespace) &&
         std::ranges::all_of(tag.substr(point + 1), [&](char c) { return in_namespace(c) || c == '.'; });
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

class MetadataParser {
 public:
  MetadataParser(const YamlNode& document, Report& report) : document_(document), report_(report) {}

  Metadata parse(DocumentKind kind, const std::string& file);

 private:
  std::string text(std::string_view key);
  std::vector<std::string> list(std::string_view key);
  std::string date(std::string_view key);
  void read_title(Metadata& meta);
  void read_id(Metadata& meta);
  void read_status(Metadata& meta);
  void read_level(Metadata& meta, DocumentKind kind);
  void read_tags(Metadata& meta);
  void check_taxonomy();
  void check_related();
  void check_repeated_keys();
  Span span_of(std::string_view key) const {
    const YamlNode* node = document_.find(key);
    return node != nullptr ? node->span : document_.span;
  }

  const YamlNode& document_;
  Report& report_;
};

std::string MetadataParser::text(std::string_view key) {
  const YamlNode* node = document_.find(key);
  if (node == nullptr || node->is_null()) return {};
  if (node->is_scalar()) return node->text;
  report_.warning(node->span, "bad-metadata", "`" + std::string(key) + "` should be text");
  return {};
}

std::vector<std::string> MetadataParser::list(std::string_view key) {
  const YamlNode* node = document_.find(key);
  std::vector<std::string> out;
  if (node == nullptr || node->is_null()) return out;
  if (node->is_scalar()) out.push_back(node->text);
  bool fine = !node->is_mapping();
  for (const YamlNode& item : node->items) {
    fine = fine && item.is_scalar();
    if (item.is_scalar() && !item.is_null()) out.push_back(item.text);
  }
  if (!fine) report_.warning(node->span, "bad-metadata", "`" + std::string(key) + "` should be a list of texts");
  return out;
}

std::string MetadataParser::date(std::string_view key) {
  std::string value = text(key);
  if (!value.empty() && !is_date(value))
    report_.warning(span_of(key), "bad-date", "`" + std::string(key) + "` is no date", "write it as YYYY-MM-DD");
  return value;
}

void MetadataParser::read_title(Metadata& meta) {
  meta.title = text("title");
  if (meta.title.empty()) report_.error(span_of("title"), "no-title", "the document has no title");
  if (meta.title.size() > kMaxTitle)
    report_.warning(span_of("title"), "long-title", "the title is longer than 256 characters");
}

void MetadataParser::read_id(Metadata& meta) {
  meta.id = lower(text("id"));
  if (meta.id.empty()) {
    meta.id = meta.file + ":" + std::to_string(meta.span.line);
    report_.warning(document_.span, "no-id", "the document has no id", "give it a random UUID");
  } else if (!is_uuid(meta.id)) {
    report_.warning(span_of("id"), "bad-id", "`id` is no UUID");
  }
}

void MetadataParser::read_status(Metadata& meta) {
  meta.status = text("status");
  if (!meta.status.empty() && std::ranges::find(kStatuses, meta.status) == kStatuses.end())
    report_.warning(span_of("status"), "unknown-status", "'" + meta.status + "' is not a Sigma status",
                    "stable, test, experimental, deprecated or unsupported");
}

void MetadataParser::read_level(Metadata& meta, DocumentKind kind) {
  const std::string word = text("level");
  if (word.empty()) {
    if (kind != DocumentKind::Filter)
      report_.note(document_.span, "no-level", "the document has no level; it counts as medium");
    return;
  }
  const auto level = parse_level(lower(word));
  if (!level) {
    report_.warning(span_of("level"), "unknown-level", "'" + word + "' is not a Sigma level; it counts as medium",
                    "informational, low, medium, high or critical");
    return;
  }
  meta.level = *level;
  meta.has_level = true;
}

void MetadataParser::read_tags(Metadata& meta) {
  meta.tags = list("tags");
  for (const std::string& tag : meta.tags)
    if (!is_tag(tag)) report_.warning(span_of("tags"), "bad-tag", "'" + tag + "' is not of the form namespace.name");
}

void MetadataParser::check_taxonomy() {
  const std::string taxonomy = text("taxonomy");
  if (!taxonomy.empty() && taxonomy != "sigma")
    report_.warning(span_of("taxonomy"), "other-taxonomy",
                    "fields are named after '" + taxonomy + "'; they are looked up as they are written");
}

void MetadataParser::check_related() {
  const YamlNode* related = document_.find("related");
  if (related == nullptr || related->is_null()) return;
  if (!related->is_sequence())
    report_.warning(related->span, "bad-metadata", "`related` should be a list of ids with their types");
  for (const YamlNode& item : related->items) {
    const YamlNode* type = item.find("type");
    if (type == nullptr || std::ranges::find(kRelations, type->text) == kRelations.end())
      report_.warning(item.span, "bad-metadata", "an entry of `related` without one of the known types");
  }
}

void MetadataParser::check_repeated_keys() {
  for (const YamlEntry& entry : document_.entries) {
    if (!entry.repeated) continue;
    const std::string& key = entry.key.text;
    const std::string message = "the key '" + key + "' stands twice in this document";
    if (key == "detection" || key == "correlation" || key == "filter" || key == "logsource" || key == "id")
      report_.error(entry.key.span, "duplicate-key", message);
    else
      report_.warning(entry.key.span, "duplicate-key", message + "; the last one counts");
  }
}

Metadata MetadataParser::parse(DocumentKind kind, const std::string& file) {
  Metadata meta;
  meta.file = file;
  meta.span = document_.span;
  read_title(meta);
  report_.set_rule(meta.title);
  check_repeated_keys();
  read_id(meta);
  if (is_uuid(meta.id)) report_.set_rule(meta.id);
  read_status(meta);
  read_level(meta, kind);
  read_tags(meta);
  check_taxonomy();
  check_related();
  meta.name = text("name");
  meta.title_ja = text("title_ja");
  meta.description = text("description");
  meta.description_ja = text("description_ja");
  meta.author = text("author");
  meta.license = text("license");
  meta.date = date("date");
  meta.modified = date("modified");
  meta.references = list("references");
  meta.falsepositives = list("falsepositives");
  meta.fields = list("fields");
  meta.regression_tests_path = text("regression_tests_path");
  return meta;
}

}  // namespace

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i != 4 && i != 7 && !is_digit(text[i])) return false;
  const auto number = [&](std::size_t at, std::size_t n) {
    int value = 0;
    for (const char c : text.substr(at, n)) value = value * 10 + (c - '0');
    return value;
  };
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  CivilTime civil;
  civil.year = number(0, 4);
  civil.month = month;
  civil.day = day;
  return to_civil(from_civil(civil)).day == day;
}

Metadata parse_metadata(const YamlNode& document, DocumentKind kind, const std::string& file, Report& report) {
  return MetadataParser(document, report).parse(kind, file);
}

Logsource parse_logsource(const YamlNode& document, Report& report) {
  Logsource out;
  const YamlNode* logsource = document.find("logsource");
  if (logsource == nullptr || !logsource->is_mapping()) {
    report.error(document.span, "no-logsource", "the document has no logsource");
    return out;
  }
  const auto attribute = [&](std::string_view key) -> std::string {
    const YamlNode* node = logsource->find(key);
    if (node == nullptr || node->is_null()) return {};
    if (node->is_scalar()) return node->text;
    report.error(node->span, "bad-logsource", "`" + std::string(key) + "` must be text");
    return {};
  };
  out.product = lower(attribute("product"));
  out.category = lower(attribute("category"));
  out.service = lower(attribute("service"));
  out.definition = attribute("definition");
  if (out.product.empty() && out.category.empty() && out.service.empty() && !report.failed())
    report.error(logsource->span, "bad-logsource", "the logsource states no product, category or service");
  return out;
}

}  // namespace yorozu::sigma
