#include "sigma/yaml_tree.h"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/bytes.h"

namespace yorozu::sigma {

bool YamlNode::is_null() const {
  return kind == Kind::Scalar && plain &&
         (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

const YamlNode* YamlNode::find(std::string_view key) const {
  const YamlNode* found = nullptr;
  for (const YamlEntry& entry : entries)
    if (entry.key.text == key) found = &entry.value;
  return found;
}

namespace {

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) && (line.size() == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

bool has_content(std::string_view line) {
  const std::size_t at = line.find_first_not_of(" \t\r");
  return at != std::string_view::npos && line[at] != '#' && line[0] != '%';
}

/// Events of one document become nodes; the stack holds the collections that are still open.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::uint32_t first_line) : first_line_(first_line) {}

  std::expected<YamlNode, YamlError> build(std::string_view text);

 private:
  struct Open {
    YamlNode node;
    std::optional<YamlNode> key;  // of a mapping: read, its value not yet
    std::string anchor;
  };
  struct Anchored {
    YamlNode node;
    std::size_t size;
  };

  Span span_of(const yaml_mark_t& mark) const {
    return {first_line_ + static_cast<std::uint32_t>(mark.line), static_cast<std::uint32_t>(mark.column) + 1};
  }
  bool fail(Span span, std::string code, std::string message) {
    error_ = YamlError{span, std::move(code), std::move(message)};
    return false;
  }
  bool count(Span span, std::size_t nodes) {
    nodes_ += nodes;
    return nodes_ <= YamlLimits::kMaxNodes || fail(span, "yaml-limit", "the document has too many nodes");
  }
  bool take(const yaml_event_t& event);
  bool open(YamlNode::Kind kind, const yaml_char_t* anchor, Span span);
  bool close();
  bool scalar(const yaml_event_t& event);
  bool alias(const yaml_event_t& event);
  bool add(YamlNode node);
  bool add_entry(Open& parent, YamlNode value);
  void merge(YamlNode& into, const YamlNode& from);
  void remember(const std::string& anchor, const YamlNode& node);
  static std::size_t size_of(const YamlNode& node);

  std::uint32_t first_line_;
  std::size_t nodes_ = 0;
  std::vector<Open> open_;
  std::map<std::string, Anchored, std::less<>> anchors_;
  std::optional<YamlNode> root_;
  std::optional<YamlError> error_;
};

std::size_t TreeBuilder::size_of(const YamlNode& node) {
  std::size_t size = 1;
  for (const YamlNode& item : node.items) size += size_of(item);
  for (const YamlEntry& entry : node.entries) size += 1 + size_of(entry.value);
  return size;
}

void TreeBuilder::remember(const std::string& anchor, const YamlNode& node) {
  if (!anchor.empty()) anchors_.insert_or_assign(anchor, Anchored{node, size_of(node)});
}

bool TreeBuilder::open(YamlNode::Kind kind, const yaml_char_t* anchor, Span span) {
  if (open_.size() >= YamlLimits::kMaxDepth) return fail(span, "yaml-limit", "nested too deeply");
  Open& opened = open_.emplace_back();
  opened.node.kind = kind;
  opened.node.span = span;
  if (anchor != nullptr) opened.anchor = reinterpret_cast<const char*>(anchor);
  return count(span, 1);
}

bool TreeBuilder::close() {
  Open closed = std::move(open_.back());
  open_.pop_back();
  remember(closed.anchor, closed.node);
  return add(std::move(closed.node));
}

bool TreeBuilder::scalar(const yaml_event_t& event) {
  YamlNode node;
  node.span = span_of(event.start_mark);
  node.text.assign(reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length);
  node.plain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  if (event.data.scalar.anchor != nullptr) remember(reinterpret_cast<const char*>(event.data.scalar.anchor), node);
  return count(node.span, 1) && add(std::move(node));
}

bool TreeBuilder::alias(const yaml_event_t& event) {
  const Span span = span_of(event.start_mark);
  const std::string_view name = reinterpret_cast<const char*>(event.data.alias.anchor);
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) return fail(span, "yaml-alias", "no anchor named '" + std::string(name) + "' above");
  return count(span, found->second.size) && add(found->second.node);
}

void TreeBuilder::merge(YamlNode& into, const YamlNode& from) {
  for (const YamlNode& item : from.items)
    if (item.is_mapping()) merge(into, item);
  for (const YamlEntry& entry : from.entries)
    if (into.entries.size() <= YamlLimits::kMaxKeys && into.find(entry.key.text) == nullptr)
      into.entries.push_back(entry);
}

bool TreeBuilder::add_entry(Open& parent, YamlNode value) {
  if (!parent.key) {
    if (!value.is_scalar()) return fail(value.span, "yaml-syntax", "a key must be a plain word, not a list or map");
    parent.key = std::move(value);
    return true;
  }
  if (parent.key->plain && parent.key->text == "<<" && !value.is_scalar()) {
    merge(parent.node, value);
  } else {
    const bool repeated = parent.node.find(parent.key->text) != nullptr;
    parent.node.entries.push_back({*std::move(parent.key), std::move(value), repeated});
  }
  const Span span = parent.key->span;
  parent.key.reset();
  return parent.node.entries.size() <= YamlLimits::kMaxKeys ||
         fail(span, "yaml-limit", "more than 1,024 keys in one map");
}

bool TreeBuilder::add(YamlNode node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return true;
  }
  Open& parent = open_.back();
  if (parent.node.is_mapping()) return add_entry(parent, std::move(node));
  parent.node.items.push_back(std::move(node));
  return true;
}

bool TreeBuilder::take(const yaml_event_t& event) {
  switch (event.type) {
    case YAML_SCALAR_EVENT:
      return scalar(event);
    case YAML_ALIAS_EVENT:
      return alias(event);
    case YAML_SEQUENCE_START_EVENT:
      return open(YamlNode::Kind::Sequence, event.data.sequence_start.anchor, span_of(event.start_mark));
    case YAML_MAPPING_START_EVENT:
      return open(YamlNode::Kind::Mapping, event.data.mapping_start.anchor, span_of(event.start_mark));
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return close();
    case YAML_DOCUMENT_START_EVENT:
      return !root_ || fail(span_of(event.start_mark), "yaml-syntax", "a second document where one was expected");
    default:
      return true;
  }
}

std::expected<YamlNode, YamlError> TreeBuilder::build(std::string_view text) {
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) throw std::bad_alloc();
  const std::unique_ptr<yaml_parser_t, decltype(&yaml_parser_delete)> owner(&parser, &yaml_parser_delete);
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser, as_bytes(text).data(), text.size());
  for (bool more = true; more;) {
    yaml_event_t event;
    if (yaml_parser_parse(&parser, &event) == 0) {
      const bool marked = parser.problem_mark.line != 0 || parser.problem_mark.column != 0;
      const char* problem = parser.problem != nullptr ? parser.problem : "not YAML";
      return std::unexpected(YamlError{span_of(marked ? parser.problem_mark : parser.mark), "yaml-syntax", problem});
    }
    more = take(event) && event.type != YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
  }
  if (error_) return std::unexpected(*std::move(error_));
  if (!root_) return std::unexpected(YamlError{{first_line_, 1}, "yaml-syntax", "the document is empty"});
  return *std::move(root_);
}

}  // namespace

std::vector<YamlText> split_documents(std::string_view stream) {
  if (stream.starts_with("\xEF\xBB\xBF")) stream.remove_prefix(3);
  std::vector<YamlText> documents;
  std::size_t begin = 0;
  std::uint32_t begin_line = 1;
  std::uint32_t line_number = 1;
  bool content = false;
  const auto finish = [&](std::size_t end) {
    if (content) documents.push_back({stream.substr(begin, end - begin), begin_line});
    content = false;
  };
  for (std::size_t at = 0; at < stream.size(); ++line_number) {
    const std::size_t end = std::min(stream.find('\n', at), stream.size());
    const std::string_view line = stream.substr(at, end - at);
    const std::size_t next = std::min(end + 1, stream.size());
    const bool starts = is_marker(line, "---");
    if (starts || is_marker(line, "...")) {
      finish(at);
      begin = starts ? at : next;  // `---` stays: content may follow on its line
      begin_line = starts ? line_number : line_number + 1;
      content = starts && has_content(line.substr(3));
    } else if (!line.empty() && has_content(line)) {
      content = true;
    }
    at = next;
  }
  finish(stream.size());
  return documents;
}

std::expected<YamlNode, YamlError> parse_document(const YamlText& document) {
  if (document.text.size() > YamlLimits::kMaxDocumentBytes)
    return std::unexpected(YamlError{{document.first_line, 1}, "yaml-limit", "the document is larger than 1 MiB"});
  return TreeBuilder(document.first_line).build(document.text);
}

}  // namespace yorozu::sigma
