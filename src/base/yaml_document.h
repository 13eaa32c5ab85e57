/// One small YAML file of our own making (tables that are data), with strict access: each error names its line. Rules,
/// which strangers write, are read by sigma/yaml_tree.h with its bounds.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/try.h"

struct yaml_document_s;
struct yaml_node_s;

namespace yorozu {

class YamlDocument {
 public:
  using Node = yaml_node_s;

  /// The first document of `yaml`. Errors: InvalidInput with line.
  static Result<std::unique_ptr<YamlDocument>> open(std::string_view yaml);
  ~YamlDocument();
  YamlDocument(const YamlDocument&) = delete;
  YamlDocument& operator=(const YamlDocument&) = delete;

  /// nullptr: nothing there. Nodes live as long as the document.
  const Node* root();

  static std::unexpected<Error> wrong(const Node& at, std::string what);
  static std::size_t line_of(const Node& at);  ///< from 1
  static bool is_scalar(const Node& at);
  static bool is_mapping(const Node& at);
  static Result<std::string> scalar(const Node& at);
  Result<std::vector<std::string>> scalars(const Node& at);

  /// `each(key, value)` and `each(item)` give Result<void>.
  template <class F>
  Result<void> for_each_pair(const Node& map, F&& each) {
    TRY_ASSIGN(const auto pairs, pairs_of(map));
    for (const auto& [key, value] : pairs) TRY(each(key, *value));
    return {};
  }
  template <class F>
  Result<void> for_each_item(const Node& list, F&& each) {
    TRY_ASSIGN(const auto items, items_of(list));
    for (const Node* item : items) TRY(each(*item));
    return {};
  }

 private:
  YamlDocument();
  Result<std::vector<std::pair<std::string_view, const Node*>>> pairs_of(const Node& map);
  Result<std::vector<const Node*>> items_of(const Node& list);

  std::unique_ptr<yaml_document_s> document_;
  bool loaded_ = false;
};

}  // namespace yorozu
