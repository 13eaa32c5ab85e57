#include "codec/fields/json_payload.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace yorozu::codec::fields {
namespace {

using event::Value;
using event::ValueType;

constexpr int kDeepest = 32;

struct Member {
  std::string name;
  Value value;
};

Value value_of(std::string_view text, ValueType type) {
  Value value = event::utf8_value(text);
  value.type = type;
  return value;
}

/// Reads strictly (RFC 8259); a member at a time goes to `members`.
class Reader {
 public:
  Reader(std::string_view text, std::vector<Member>& members) : rest_(text), members_(members) {}

  bool read() {
    skip_blanks();
    if (!object("", 0)) return false;
    skip_blanks();
    return rest_.empty();
  }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
  bool skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// The inside of a string, escapes as they are.
  bool string(std::string_view& inside, bool& has_escapes) {
    if (!skip('"')) return false;
    has_escapes = false;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '\\') {
        has_escapes = true;
        ++i;
      } else if (rest_[i] == '"') {
        inside = rest_.substr(0, i);
        rest_.remove_prefix(i + 1);
        return true;
      } else if (static_cast<unsigned char>(rest_[i]) < 0x20) {
        return false;
      }
    }
    return false;
  }

  bool object(const std::string& prefix, int depth) {
    if (depth > kDeepest || !skip('{')) return false;
    skip_blanks();
    if (skip('}')) return true;
    while (true) {
      skip_blanks();
      std::string_view key;
      bool escaped = false;
      if (!string(key, escaped)) return false;
      skip_blanks();
      if (!skip(':')) return false;
      std::string name = prefix.empty() ? std::string(key) : prefix + "." + std::string(key);
      if (!value(name, depth)) return false;
      skip_blanks();
      if (skip('}')) return true;
      if (!skip(',')) return false;
    }
  }

  bool array(const std::string& name, int depth) {
    if (depth > kDeepest || !skip('[')) return false;
    skip_blanks();
    if (skip(']')) return true;
    while (true) {
      if (!value(name, depth)) return false;
      skip_blanks();
      if (skip(']')) return true;
      if (!skip(',')) return false;
    }
  }

  bool value(const std::string& name, int depth) {
    skip_blanks();
    if (rest_.starts_with('{')) return object(name, depth + 1);
    if (rest_.starts_with('[')) return array(name, depth + 1);
    if (rest_.starts_with('"')) {
      std::string_view inside;
      bool escaped = false;
      if (!string(inside, escaped)) return false;
      add(name, value_of(inside, escaped ? ValueType::JsonEscaped : ValueType::Utf8));
      return true;
    }
    const std::string_view word = rest_.substr(0, rest_.find_first_of(",]} \t\r\n"));
    rest_.remove_prefix(word.size());
    if (word == "null") {
      add(name, Value{});
    } else if (word == "true" || word == "false") {
      add(name, value_of(word, ValueType::JsonBool));
    } else {
      if (word.empty() || word.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return false;
      add(name, value_of(word, ValueType::JsonNumber));
    }
    return true;
  }

  void add(const std::string& name, const Value& what) {
    if (members_.size() < kMaxFields) members_.push_back({name, what});
  }

  std::string_view rest_;
  std::vector<Member>& members_;
};

std::string_view find(const std::vector<Member>& members, std::string_view name) {
  const auto found = std::ranges::find(members, name, &Member::name);
  return found == members.end() || found->value.is_null() ? std::string_view() : as_text(found->value.bytes());
}

}  // namespace

bool read_json_payload(std::string_view text, Record& out) {
  if (!text.starts_with('{')) return false;
  std::vector<Member> members;
  if (!Reader(text, members).read() || members.empty()) return false;
  for (const Member& member : members) out.add(member.name, member.value);
  const bool is_eve =
      !find(members, "event_type").empty() && (!find(members, "flow_id").empty() || !find(members, "src_ip").empty());
  if (is_eve) out.source("suricata", "", "eve", event::SourceClass::Ids);
  for (const std::string_view name : {"timestamp", "@timestamp", "time", "ts"}) {
    const std::string_view stated = find(members, name);
    if (const auto time = parse_time(stated); time && stated.size() > 10) {
      names_zone(stated) ? out.sure_time(time) : out.local_time(time);
      break;
    }
    if (const auto time = epoch_time(stated)) {
      out.sure_time(time);
      break;
    }
  }
  return true;
}

}  // namespace yorozu::codec::fields
