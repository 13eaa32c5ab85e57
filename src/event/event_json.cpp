#include "event/event_json.h"

#include <algorithm>
#include <vector>

namespace yorozu::event {

namespace {

constexpr std::int64_t kLargestExact = std::int64_t{1} << 53;  // beyond this many readers of JSON lose digits

bool is_integer(ValueType type) {
  return type >= ValueType::Int8 && type <= ValueType::UInt64;
}

void append_single(const Value& value, JsonWriter& json) {
  if (value.is_null()) {
    json.null();
  } else if (value.type == ValueType::JsonBool) {
    json.value(value.size == 4);  // the token `true`; `false` has five letters
  } else if (value.type == ValueType::Bool) {
    json.value(to_int(value).value_or(0) != 0);
  } else if (value.type == ValueType::JsonNumber) {
    json.raw(as_text(value.bytes()));
  } else if (const auto number = is_integer(value.type) ? to_int(value) : std::nullopt;
             number && *number <= kLargestExact && *number >= -kLargestExact) {
    json.value(*number);
  } else {
    json.value(to_text(value));
  }
}

}  // namespace

void append_value(const Value& value, JsonWriter& json) {
  if (!value.is_array) return append_single(value, json);
  json.begin_array();
  for_each_element(value, [&](const Value& element) { append_single(element, json); });
  json.end_array();
}

void append_fields(const Event& event, const EventBatch& batch, const NameTable& names, std::string& out,
                   std::span<const std::uint16_t> only) {
  const std::span<const Value> values = batch.values_of(event);
  const std::vector<NameId>& shape = event.shape->names;
  std::vector<std::uint16_t> positions(only.begin(), only.end());
  if (only.empty())
    for (std::size_t i = 0; i < values.size() && i < kNoIndex; ++i) positions.push_back(static_cast<std::uint16_t>(i));
  std::erase_if(positions, [&](std::uint16_t at) { return values[at].is_null(); });

  JsonWriter json(out);
  json.begin_object();
  std::vector<bool> done(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (done[i]) continue;
    const NameId name = shape[positions[i]];
    json.key(names.text(name));
    const bool repeated = std::ranges::any_of(positions.begin() + static_cast<std::ptrdiff_t>(i) + 1, positions.end(),
                                              [&](std::uint16_t at) { return shape[at] == name; });
    if (!repeated) {
      append_value(values[positions[i]], json);
      continue;
    }
    json.begin_array();
    for (std::size_t j = i; j < positions.size(); ++j) {
      if (shape[positions[j]] != name) continue;
      done[j] = true;
      for_each_element(values[positions[j]], [&](const Value& element) { append_single(element, json); });
    }
    json.end_array();
  }
  json.end_object();
}

}  // namespace yorozu::event
