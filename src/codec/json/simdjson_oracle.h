/// For tests: simdjson's on-demand reader for the same job as parse.h. Strict: documents that are not well formed are
/// refused. Every value is consumed, since what nobody consumes is skipped without a look at its grammar.
#pragma once

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <string>

#include "codec/json/parse.h"
#include "codec/json/structure.h"
#include "codec/json/values.h"

namespace yorozu::codec::json::oracle {

using event::ValueType;
namespace ondemand = simdjson::ondemand;

inline std::string_view trimmed(std::string_view token) {
  while (!token.empty() &&
         (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t'))
    token.remove_suffix(1);
  return token;
}

class Reader {
 public:
  Reader(const char* end, Collector& out) : end_(end), out_(out) {}

  bool object(ondemand::object object, NodeIndex node, int depth) {
    for (auto field : object) {
      ondemand::raw_json_string key;
      if (field.key().get(key) != simdjson::SUCCESS) return false;
      const StringEnd found = find_string_end(key.raw(), end_);
      if (found.at == end_ || *found.at != '"') return false;
      const NodeIndex child = out_.tree().child(node, {key.raw(), static_cast<std::size_t>(found.at - key.raw())});
      ondemand::value inner;
      if (field.value().get(inner) != simdjson::SUCCESS || !value(inner, child, depth + 1)) return false;
    }
    return true;
  }

 private:
  bool value(ondemand::value& value, NodeIndex node, int depth) {
    const std::string_view token = trimmed(value.raw_json_token());
    if (token.empty()) return false;
    switch (token.front()) {
      case '{':
      case '[':
        return container(value, std::to_address(token.begin()), node, depth);
      case '"': {
        ondemand::raw_json_string consumed;
        if (token.size() < 2 || token.back() != '"' || value.get_raw_json_string().get(consumed) != simdjson::SUCCESS)
          return false;
        const std::string_view inside = token.substr(1, token.size() - 2);
        const bool escapes = std::memchr(inside.data(), '\\', inside.size()) != nullptr;
        out_.put(node, view(inside, escapes ? ValueType::JsonEscaped : ValueType::Utf8));
        return true;
      }
      case 'n': {
        bool is_null = false;
        out_.put(node, event::Value{});
        return value.is_null().get(is_null) == simdjson::SUCCESS && is_null && token == "null";
      }
      case 't':
      case 'f': {
        bool is_true = false;
        out_.put(node, view(token, ValueType::JsonBool));
        return value.get_bool().get(is_true) == simdjson::SUCCESS && (token == "true" || token == "false");
      }
      default: {
        ondemand::number number;
        out_.put(node, view(token, ValueType::JsonNumber));
        return value.get_number().get(number) == simdjson::SUCCESS && is_number(token);
      }
    }
  }

  bool container(ondemand::value& value, const char* start, NodeIndex node, int depth) {
    if (depth >= kMaxDepth) return false;
    if (*start == '{') {
      ondemand::object inner;
      if (value.get_object().get(inner) != simdjson::SUCCESS || !object(inner, node, depth)) return false;
    } else {
      ondemand::array inner;
      if (value.get_array().get(inner) != simdjson::SUCCESS) return false;
      for (auto element : inner) {
        ondemand::value item;
        if (element.get(item) != simdjson::SUCCESS || !this->value(item, node, depth + 1)) return false;
      }
    }
    if (!out_.tree().node(node).keeps_text) return true;
    const std::size_t length = skip_container({start, static_cast<std::size_t>(end_ - start)});
    if (length == 0) return false;
    out_.put(node, view({start, length}, ValueType::Utf8));
    return true;
  }

  const char* end_;
  Collector& out_;
};

/// False when `document` is not well formed or nested too deeply; `out` is then void. Its values point into `padded`,
/// which gets the document and what simdjson wants behind it.
inline bool parse(std::string_view document, std::string& padded, Collector& out) {
  out.start();
  padded.assign(document);
  padded.append(simdjson::SIMDJSON_PADDING, ' ');
  ondemand::parser parser;
  ondemand::document read;
  if (parser.iterate(simdjson::padded_string_view(padded.data(), document.size(), padded.size())).get(read) !=
      simdjson::SUCCESS)
    return false;
  ondemand::object object;
  if (read.get_object().get(object) != simdjson::SUCCESS) return false;
  if (!Reader(padded.data() + document.size(), out).object(object, kRoot, 0)) return false;
  return read.current_location().error() == simdjson::OUT_OF_BOUNDS;  // nothing stands behind the object
}

}  // namespace yorozu::codec::json::oracle
