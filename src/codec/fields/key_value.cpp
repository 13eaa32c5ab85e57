#include "codec/fields/key_value.h"

#include <algorithm>
#include <string>

namespace yorozu::codec::fields {
namespace {

bool is_key_character(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '@' || c == '/' || c == '[' ||
         c == ']';
}

}  // namespace

std::optional<Pair> take_pair(std::string_view& rest, char separator) {
  std::size_t at = 0;
  while (at < rest.size() && (rest[at] == ' ' || rest[at] == '\t' || rest[at] == separator)) ++at;
  std::size_t end = at;
  while (end < rest.size() && is_key_character(rest[end])) ++end;
  if (end == at || end - at > kLongestName || end >= rest.size() || rest[end] != '=') return std::nullopt;
  Pair pair;
  pair.key = rest.substr(at, end - at);
  at = end + 1;
  if (at < rest.size() && rest[at] == '"') {
    pair.is_quoted = true;
    for (end = at + 1; end < rest.size() && rest[end] != '"'; ++end)
      if (rest[end] == '\\' && end + 1 < rest.size()) {
        pair.has_escapes = true;
        ++end;
      }
    end = std::min(end, rest.size());
    pair.value = rest.substr(at + 1, end - at - 1);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return pair;
  }
  for (end = at; end < rest.size() && rest[end] != ' ' && rest[end] != '\t' && rest[end] != separator;) ++end;
  pair.value = rest.substr(at, end - at);
  rest.remove_prefix(end);
  return pair;
}

std::string_view text_of(const Pair& pair, Arena& arena) {
  if (!pair.has_escapes) return pair.value;
  std::string text;
  text.reserve(pair.value.size());
  for (std::size_t i = 0; i < pair.value.size(); ++i) {
    if (pair.value[i] == '\\' && i + 1 < pair.value.size() && (pair.value[i + 1] == '"' || pair.value[i + 1] == '\\'))
      ++i;
    text.push_back(pair.value[i]);
  }
  return arena.copy(text);
}

bool read_key_value(std::string_view text, Record& out) {
  std::size_t pairs = 0;
  std::string_view rest = text;
  while (take_pair(rest)) ++pairs;
  const bool is_all = rest.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (pairs < 2 || !is_all) return false;
  rest = text;
  while (const auto pair = take_pair(rest)) {
    std::string_view value = text_of(*pair, out.arena);
    if (!pair->is_quoted && value.ends_with(',')) value.remove_suffix(1);  // "a=1, b=2"
    if (!out.add(pair->key, value)) break;
    static constexpr std::array<std::string_view, 6> kTimes = {"time", "ts", "timestamp", "date", "t", "@timestamp"};
    if (std::ranges::find(kTimes, pair->key) == kTimes.end()) continue;
    if (const auto time = parse_time(value); time && value.size() > 10)
      names_zone(value) ? out.sure_time(time) : out.local_time(time);
    else
      out.sure_time(epoch_time(value));
  }
  return true;
}

}  // namespace yorozu::codec::fields
