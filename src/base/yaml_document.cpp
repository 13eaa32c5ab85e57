#include "base/yaml_document.h"

#include <yaml.h>

namespace yorozu {
namespace {

std::string_view text_of(const yaml_node_t& node) {
  return {reinterpret_cast<const char*>(node.data.scalar.value), node.data.scalar.length};
}

}  // namespace

YamlDocument::YamlDocument() : document_(std::make_unique<yaml_document_t>()) {}

YamlDocument::~YamlDocument() {
  if (loaded_) yaml_document_delete(document_.get());
}

Result<std::unique_ptr<YamlDocument>> YamlDocument::open(std::string_view yaml) {
  std::unique_ptr<YamlDocument> self(new YamlDocument());
  yaml_parser_t parser;
  yaml_parser_initialize(&parser);
  yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(yaml.data()), yaml.size());
  self->loaded_ = yaml_parser_load(&parser, self->document_.get()) != 0;
  const std::string problem = parser.problem ? parser.problem : "no YAML";
  const std::size_t line = parser.problem_mark.line + 1;
  yaml_parser_delete(&parser);
  if (!self->loaded_) return fail(ErrorCode::InvalidInput, "line " + std::to_string(line) + ": " + problem);
  return self;
}

const YamlDocument::Node* YamlDocument::root() {
  return yaml_document_get_root_node(document_.get());
}

std::unexpected<Error> YamlDocument::wrong(const Node& at, std::string what) {
  return fail(ErrorCode::InvalidInput, "line " + std::to_string(line_of(at)) + ": " + std::move(what));
}

std::size_t YamlDocument::line_of(const Node& at) {
  return at.start_mark.line + 1;
}

bool YamlDocument::is_scalar(const Node& at) {
  return at.type == YAML_SCALAR_NODE;
}

bool YamlDocument::is_mapping(const Node& at) {
  return at.type == YAML_MAPPING_NODE;
}

Result<std::string> YamlDocument::scalar(const Node& at) {
  if (!is_scalar(at)) return wrong(at, "a single value is wanted here");
  return std::string(text_of(at));
}

Result<std::vector<std::string>> YamlDocument::scalars(const Node& at) {
  std::vector<std::string> out;
  TRY(for_each_item(at, [&](const Node& item) -> Result<void> {
    TRY_ASSIGN(out.emplace_back(), scalar(item));
    return {};
  }));
  return out;
}

Result<std::vector<std::pair<std::string_view, const YamlDocument::Node*>>> YamlDocument::pairs_of(const Node& map) {
  if (map.type != YAML_MAPPING_NODE) return wrong(map, "a mapping is wanted here");
  std::vector<std::pair<std::string_view, const Node*>> out;
  for (auto* pair = map.data.mapping.pairs.start; pair != map.data.mapping.pairs.top; ++pair) {
    const Node& key = *yaml_document_get_node(document_.get(), pair->key);
    if (!is_scalar(key)) return wrong(key, "a plain key is wanted here");
    out.emplace_back(text_of(key), yaml_document_get_node(document_.get(), pair->value));
  }
  return out;
}

Result<std::vector<const YamlDocument::Node*>> YamlDocument::items_of(const Node& list) {
  if (list.type != YAML_SEQUENCE_NODE) return wrong(list, "a list is wanted here");
  std::vector<const Node*> out;
  for (auto* item = list.data.sequence.items.start; item != list.data.sequence.items.top; ++item)
    out.push_back(yaml_document_get_node(document_.get(), *item));
  return out;
}

}  // namespace yorozu
