#include "codec/json/key_tree.h"

#include "base/hash.h"
#include "base/text.h"
#include "codec/json/profile.h"
#include "codec/json/values.h"

namespace yorozu::codec::json {

KeyTree::KeyTree() {
  forget();
}

void KeyTree::forget() {
  nodes_.clear();
  nodes_.emplace_back();
  parents_.assign(1, kRoot);
  next_.assign(1, kRoot);
  table_.assign(1024, kRoot);
  keys_.clear();
  last_ = kRoot;
}

void KeyTree::grow_table() {
  std::vector<NodeIndex> larger(table_.size() * 2, kRoot);
  for (NodeIndex i = 1; i < nodes_.size(); ++i) {
    std::size_t at = hash64(nodes_[i].key, parents_[i]) & (larger.size() - 1);
    while (larger[at] != kRoot) at = (at + 1) & (larger.size() - 1);
    larger[at] = i;
  }
  table_ = std::move(larger);
}

NodeIndex KeyTree::find_child(NodeIndex parent, std::string_view key) {
  std::size_t at = hash64(key, parent) & (table_.size() - 1);
  for (; table_[at] != kRoot; at = (at + 1) & (table_.size() - 1)) {
    const NodeIndex found = table_[at];
    if (parents_[found] == parent && nodes_[found].key == key) {
      next_[last_] = found;
      return last_ = found;
    }
  }
  if (nodes_.size() >= kHardLimit) return kRoot;
  const auto index = static_cast<NodeIndex>(nodes_.size());
  Node node;
  node.parent = parent;
  node.key = keys_.copy(key);
  std::string text = unescaped(key);
  if (!is_valid_utf8(text)) text = repair_utf8(text);
  node.path = parent == kRoot ? text : nodes_[parent].path.empty() ? text : nodes_[parent].path + "." + text;
  if (node.path.size() > kMaxPath) node.path.resize(kMaxPath);
  node.path.erase(0, wrapper_prefix(node.path));
  node.features = features_of(node.path);
  node.keeps_text = keeps_text(node.path);
  nodes_.push_back(std::move(node));
  parents_.push_back(parent);
  next_.push_back(kRoot);
  next_[last_] = index;
  table_[at] = index;
  if (nodes_.size() * 2 > table_.size()) grow_table();
  return last_ = index;
}

}  // namespace yorozu::codec::json
