#include "codec/text/zeek_tsv.h"

#include <algorithm>

#include "codec/text/scan.h"

namespace yorozu::codec::text {
namespace {

template <class F>
void for_each_part(std::string_view text, char separator, F&& each) {
  while (true) {
    const std::size_t end = text.find(separator);
    each(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

/// "1692146028.495991" in microseconds.
Timestamp epoch_time(std::string_view text) {
  std::int64_t value = 0;
  std::size_t at = 0, decimals = 0;
  for (; at < text.size() && at < 11 && is_digit(text[at]); ++at) value = value * 10 + (text[at] - '0');
  if (at == 0) return {};
  if (at < text.size() && text[at] == '.')
    for (++at; at < text.size() && decimals < 6 && is_digit(text[at]); ++at, ++decimals)
      value = value * 10 + (text[at] - '0');
  for (; decimals < 6; ++decimals) value *= 10;
  return {value};
}

event::Value bool_value(bool yes) {
  event::Value value = event::utf8_value(yes ? "true" : "false");
  value.type = event::ValueType::JsonBool;
  return value;
}

}  // namespace

ZeekColumns::ZeekColumns(std::string_view header, const Vocabulary& words) {
  std::vector<std::string_view> types;
  for_each_part(header, '\n', [&](std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t end = std::min(line.find_first_of("\t "), line.size());
    const std::string_view key = line.substr(0, end);
    const std::string_view value = line.substr(std::min(end + 1, line.size()));
    if (key == "#separator") {
      if (value.size() == 4 && value.starts_with("\\x")) {
        const auto hex = [](char c) { return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10; };
        separator_ = static_cast<char>(hex(value[2]) * 16 + hex(value[3]));
      }
    } else if (key == "#unset_field") {
      unset_ = value;
    } else if (key == "#path") {
      logsource_ = words.logsources.id_of("zeek", "", value).value_or(words.zeek);
    } else if (key == "#fields") {
      columns_.clear();
      for_each_part(value, separator_, [&](std::string_view name) {
        if (name == "ts") time_column_ = columns_.size();
        if (columns_.size() < kMaxLineFields) columns_.push_back({words.id(name), false});
      });
    } else if (key == "#types") {
      for_each_part(value, separator_, [&](std::string_view type) { types.push_back(type); });
    }
  });
  for (std::size_t i = 0; i < std::min(types.size(), columns_.size()); ++i) columns_[i].is_bool = types[i] == "bool";
}

bool ZeekColumns::read(std::string_view line, LineRecord& out) const {
  std::size_t n = 0;
  for_each_part(line, separator_, [&](std::string_view text) {
    if (n < columns_.size()) {
      const Column& column = columns_[n];
      if (text == unset_)
        out.add(column.name, event::Value{});
      else if (column.is_bool && (text == "T" || text == "F"))
        out.add(column.name, bool_value(text == "T"));
      else
        out.add(column.name, text);
      if (n == time_column_) out.time = epoch_time(text);
    }
    ++n;
  });
  if (n != columns_.size()) {
    out.clear();
    return false;
  }
  out.logsource = logsource_;
  return true;
}

}  // namespace yorozu::codec::text
