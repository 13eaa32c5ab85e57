#include "codec/json/envelope.h"

#include <algorithm>
#include <array>
#include <string>

#include "codec/json/structure.h"
#include "codec/json/values.h"

namespace yorozu::codec::json {
namespace {

/// Members of one object, one after the other. Keys are as they are written: those looked for need no escapes.
class Members {
 public:
  explicit Members(std::string_view object) : rest_(object.substr(1)) {}

  /// False at the end, and where the object is broken.
  bool next(std::string_view& key, std::string_view& value) {
    skip_blanks();
    if (!rest_.empty() && (rest_.front() == ',' || rest_.front() == '}')) {
      is_whole_ = rest_.front() == '}';
      rest_.remove_prefix(1);
      if (is_whole_) return false;
      skip_blanks();
    }
    key = take_string();
    skip_blanks();
    if (key.size() < 2 || !rest_.starts_with(':')) return false;
    key = key.substr(1, key.size() - 2);
    rest_.remove_prefix(1);
    skip_blanks();
    value = take_value();
    return !value.empty();
  }
  bool is_whole() const { return is_whole_; }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view take_string() {
    if (!rest_.starts_with('"')) return {};
    const char* const end = rest_.data() + rest_.size();
    const StringEnd found = find_string_end(rest_.data() + 1, end);
    if (found.at == end || *found.at != '"') return {};
    return take(static_cast<std::size_t>(found.at - rest_.data()) + 1);
  }
  std::string_view take_value() {
    if (rest_.starts_with('"')) return take_string();
    if (rest_.starts_with('{') || rest_.starts_with('[')) return take(skip_container(rest_));
    return take(std::min(rest_.find_first_of(",} \t\r\n"), rest_.size()));
  }

  std::string_view rest_;
  bool is_whole_ = false;
};

bool has_member(std::string_view object, std::string_view wanted) {
  Members members(object);
  for (std::string_view key, value; members.next(key, value);)
    if (key == wanted) return true;
  return false;
}

Timestamp time_in(std::string_view value) {
  const bool is_text = value.starts_with('"');
  if (is_text) value = value.substr(1, value.size() - 2);
  return time_of(view(value, is_text ? event::ValueType::Utf8 : event::ValueType::JsonNumber)).value_or(Timestamp());
}

void append_member(std::string_view key, std::string_view value, std::string& out) {
  if (!out.ends_with('{')) out += ',';
  out.append("\"").append(key).append("\":").append(value);
}

}  // namespace

std::optional<OpenedEnvelope> open_hec_envelope(std::string_view text, Arena& arena) {
  constexpr std::array<std::string_view, 4> kMetadata = {"source", "sourcetype", "index", "fields"};
  OpenedEnvelope out;
  std::string_view event, host;
  std::string metadata = "{";
  Members members(text);
  for (std::string_view key, value; members.next(key, value);) {
    if (key == "event") event = value;
    if (key == "host") host = value;
    if (key == "time") out.time = time_in(value);
    if (std::ranges::find(kMetadata, key) != kMetadata.end()) append_member(key, value, metadata);
  }
  if (!members.is_whole() || !event.starts_with('{')) return std::nullopt;
  std::string document = "{";
  if (!host.empty() && !has_member(event, "host")) append_member("host", host, document);
  if (metadata.size() > 1 && !has_member(event, "hec")) append_member("hec", metadata + "}", document);
  std::string_view inside = event.substr(1);
  inside.remove_prefix(std::min(inside.find_first_not_of(" \t\r\n"), inside.size()));
  if (document.size() > 1 && inside != "}") document += ',';
  out.document = arena.copy(document.append(inside));
  return out;
}

}  // namespace yorozu::codec::json
