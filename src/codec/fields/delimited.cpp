#include "codec/fields/delimited.h"

#include <algorithm>
#include <string>

namespace yorozu::codec::fields {
namespace {

constexpr std::size_t kMaxColumns = 16384;

/// Takes a quoted field off the front of `rest` (which begins with the quote), up to the delimiter, which stays.
std::string_view take_quoted(std::string_view& rest, char delimiter, Arena& arena) {
  std::size_t at = 1;
  bool has_doubled = false;
  while (true) {
    const std::size_t quote = rest.find('"', at);
    if (quote == std::string_view::npos) {
      const std::string_view field = rest.substr(1);
      rest = {};
      return field;
    }
    if (quote + 1 < rest.size() && rest[quote + 1] == '"') {
      has_doubled = true;
      at = quote + 2;
      continue;
    }
    at = quote;
    break;
  }
  const std::string_view inside = rest.substr(1, at - 1);
  const std::size_t end = std::min(rest.find(delimiter, at + 1), rest.size());
  const std::string_view whole = rest.substr(0, end);
  rest.remove_prefix(end);
  if (at + 1 != end) return whole;  // text behind the quotes: not quoted after all, so nothing is taken off it
  if (!has_doubled) return inside;
  std::string text;
  text.reserve(inside.size());
  for (std::size_t i = 0; i < inside.size(); ++i) {
    text.push_back(inside[i]);
    if (inside[i] == '"') ++i;  // the second of two
  }
  return arena.copy(text);
}

}  // namespace

void split_delimited(std::string_view record, char delimiter, Arena& arena, std::vector<std::string_view>& fields) {
  fields.clear();
  std::string_view rest = record;
  while (true) {
    if (fields.size() + 1 == kMaxColumns) {
      fields.push_back(rest);
      return;
    }
    if (rest.starts_with('"')) {
      fields.push_back(take_quoted(rest, delimiter, arena));
    } else {
      const std::size_t end = std::min(rest.find(delimiter), rest.size());
      fields.push_back(rest.substr(0, end));
      rest.remove_prefix(end);
    }
    if (rest.empty()) return;
    rest.remove_prefix(1);  // the delimiter; what follows is a field, also an empty one
  }
}

}  // namespace yorozu::codec::fields
