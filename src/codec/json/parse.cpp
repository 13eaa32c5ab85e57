#include <cstring>

#include "codec/json/parse.h"
#include "codec/json/structure.h"
#include "codec/json/values.h"

namespace yorozu::codec::json {
namespace {

using event::ValueType;

class Reader {
 public:
  Reader(std::string_view text, Collector& out)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), out_(out) {}

  Parsed run() {
    object(kRoot, 0);
    result_.end = static_cast<std::size_t>(at_ - begin_);
    return result_;
  }

 private:
  bool stop(const char* why) {
    if (result_.problem == nullptr) {
      result_.problem = at_ >= end_ ? "ends within an object" : why;
      result_.ran_out = at_ >= end_;
    }
    return false;
  }
  void skip_blanks() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool next_is(char c) const { return at_ < end_ && *at_ == c; }

  /// at_ on the opening quote; leaves it behind the closing one.
  bool string(std::string_view& inside, bool& has_escapes) {
    const StringEnd found = find_string_end(at_ + 1, end_);
    has_escapes = found.has_escapes;
    result_.has_control_characters |= found.has_control_characters;
    inside = {at_ + 1, static_cast<std::size_t>(found.at - at_ - 1)};
    at_ = found.at;
    if (at_ == end_ || *at_ != '"') return stop("a string without its end");
    ++at_;
    return true;
  }

  bool object(NodeIndex node, int depth) {
    ++at_;
    skip_blanks();
    if (next_is('}')) {
      ++at_;
      return true;
    }
    while (true) {
      if (!next_is('"')) return stop("a key was expected");
      std::string_view key;
      bool escapes = false;
      if (!string(key, escapes)) return false;
      skip_blanks();
      if (!next_is(':')) return stop("a colon was expected");
      ++at_;
      skip_blanks();
      if (!value(out_.tree().child(node, key), depth + 1)) return false;
      skip_blanks();
      if (next_is('}')) break;
      if (!next_is(',')) return stop("a comma or the end of an object was expected");
      ++at_;
      skip_blanks();
    }
    ++at_;
    return true;
  }

  bool array(NodeIndex node, int depth) {
    ++at_;
    skip_blanks();
    if (next_is(']')) {
      ++at_;
      return true;
    }
    while (true) {
      if (!value(node, depth + 1)) return false;
      skip_blanks();
      if (next_is(']')) break;
      if (!next_is(',')) return stop("a comma or the end of an array was expected");
      ++at_;
      skip_blanks();
    }
    ++at_;
    return true;
  }

  bool container(NodeIndex node, int depth) {
    const char* const start = at_;
    if (depth >= kMaxDepth) {
      const std::size_t length = skip_container({start, static_cast<std::size_t>(end_ - start)});
      if (length == 0) {
        at_ = end_;
        return stop("");
      }
      at_ = start + length;
      out_.put(node, view({start, length}, ValueType::Utf8));
      return true;
    }
    if (!(*at_ == '{' ? object(node, depth) : array(node, depth))) return false;
    if (out_.tree().node(node).keeps_text)
      out_.put(node, view({start, static_cast<std::size_t>(at_ - start)}, ValueType::Utf8));
    return true;
  }

  bool value(NodeIndex node, int depth) {
    if (at_ == end_) return stop("");
    switch (*at_) {
      case '{':
      case '[':
        return container(node, depth);
      case '"': {
        std::string_view inside;
        bool escapes = false;
        const bool whole = string(inside, escapes);
        // What is there of a torn string is worth keeping.
        if (whole || !inside.empty()) out_.put(node, view(inside, escapes ? ValueType::JsonEscaped : ValueType::Utf8));
        return whole;
      }
      default:
        return scalar(node);
    }
  }

  bool scalar(NodeIndex node) {
    const char* const start = at_;
    while (at_ < end_ && *at_ != ',' && *at_ != '}' && *at_ != ']' && *at_ != ' ' && *at_ != '\n' && *at_ != '\r' &&
           *at_ != '\t')
      ++at_;
    const std::string_view text(start, static_cast<std::size_t>(at_ - start));
    if (text == "null") {
      out_.put(node, event::Value{});
    } else if (text == "true" || text == "false") {
      out_.put(node, view(text, ValueType::JsonBool));
    } else if (is_number(text)) {
      out_.put(node, view(text, ValueType::JsonNumber));
    } else {
      if (at_ < end_) at_ = start;
      return stop("a value was expected");
    }
    return true;
  }

  const char* const begin_;
  const char* at_;
  const char* const end_;
  Collector& out_;
  Parsed result_;
};

}  // namespace

Parsed parse(std::string_view text, Collector& out) {
  out.start();
  return Reader(text, out).run();
}

}  // namespace yorozu::codec::json
