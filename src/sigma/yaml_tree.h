/// YAML as a tree in which every node knows where it stands. Built on libyaml's events (YAML 1.1), bounded on every
/// side.
///
/// A stream is cut into documents at its `---` and `...` lines first, so that one broken document does not take the
/// others with it. Scalars stay text; `plain` tells 4688 from '4688'. Merge keys (`<<`) are resolved, tags are ignored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sigma/rule.h"

namespace yorozu::sigma {

struct YamlEntry;

struct YamlNode {
  enum class Kind : std::uint8_t { Scalar, Sequence, Mapping } kind = Kind::Scalar;
  bool plain = false;              ///< of a Scalar: written without quotes, not a block
  Span span;                       ///< where it begins
  std::string text;                ///< of a Scalar
  std::vector<YamlNode> items;     ///< of a Sequence
  std::vector<YamlEntry> entries;  ///< of a Mapping, in document order

  bool is_scalar() const { return kind == Kind::Scalar; }
  bool is_sequence() const { return kind == Kind::Sequence; }
  bool is_mapping() const { return kind == Kind::Mapping; }
  /// A plain scalar that YAML reads as null: nothing, ~, null.
  bool is_null() const;
  /// The value of the last entry of that key; nullptr when there is none, or this is no mapping.
  const YamlNode* find(std::string_view key) const;
};

struct YamlEntry {
  YamlNode key;  ///< always a Scalar
  YamlNode value;
  bool repeated = false;  ///< the same key stands above it in this mapping
};

struct YamlLimits {
  static constexpr std::size_t kMaxDocumentBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMaxNodes = 200'000;  ///< of a document, counted after aliases are put in
  static constexpr std::size_t kMaxKeys = 1024;      ///< of one mapping
  static constexpr int kMaxDepth = 64;
};

/// One document's text, before it is parsed.
struct YamlText {
  std::string_view text;
  std::uint32_t first_line = 1;  ///< of `text`, in the file
};

struct YamlError {
  Span span;
  std::string code;  ///< "yaml-syntax", "yaml-limit", "yaml-alias"
  std::string message;
};

/// The documents of a stream; those without content (blank, comments, directives) are left out. Views into `stream`.
std::vector<YamlText> split_documents(std::string_view stream);

/// One document. Lines of spans are those of the file.
std::expected<YamlNode, YamlError> parse_document(const YamlText& document);

}  // namespace yorozu::sigma
