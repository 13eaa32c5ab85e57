/// The keys met so far, as a tree: one node for each path of keys. A document is then a list of (node, value), and all
/// that follows from a path (its name, what it is for) is found out once a node.
///
/// Looking up a key costs one comparison when the same key came after the last one in the document before, which is
/// nearly always; else a hash. Bounded: forget() empties a tree that has grown past its limit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"

namespace yorozu::codec::json {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kRoot = 0;

class KeyTree {
 public:
  static constexpr std::size_t kLimit = 1U << 15;      ///< nodes kept from one document to the next
  static constexpr std::size_t kHardLimit = 1U << 17;  ///< nodes within one document; more keys share kRoot
  static constexpr std::size_t kMaxPath = 1024;

  struct Node {
    NodeIndex parent = kRoot;
    std::string_view key;        ///< as written, escapes included
    std::uint64_t features = 0;  ///< see profile.h
    bool keeps_text = false;     ///< an object or array here is also a value of its own: its JSON text
    std::string path;            ///< keys unescaped, joined with dots, wrappers of exporters removed
  };

  KeyTree();

  /// `key`: between the quotes, as written. The last call's answer is the guess for this one.
  NodeIndex child(NodeIndex parent, std::string_view key) {
    const NodeIndex guess = next_[last_];
    if (parents_[guess] == parent && guess != kRoot && nodes_[guess].key == key) return last_ = guess;
    return find_child(parent, key);
  }
  void start_document() { last_ = kRoot; }
  const Node& node(NodeIndex index) const { return nodes_[index]; }
  std::size_t size() const { return nodes_.size(); }
  bool is_full() const { return nodes_.size() > kLimit; }
  /// All indices given out are void.
  void forget();

 private:
  NodeIndex find_child(NodeIndex parent, std::string_view key);
  void grow_table();

  NodeIndex last_ = kRoot;
  std::vector<Node> nodes_;
  std::vector<NodeIndex> parents_;  ///< of nodes_, packed for the guess
  std::vector<NodeIndex> next_;     ///< the node that came after this one last time
  std::vector<NodeIndex> table_;    ///< open addressing over (parent, key); kRoot: empty
  Arena keys_;
};

}  // namespace yorozu::codec::json
