/// Single JSON values: typed views, and what becomes of them when somebody asks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "event/value.h"

namespace yorozu::codec::json {

inline event::Value view(std::string_view text, event::ValueType type) {
  return {.data = reinterpret_cast<const std::uint8_t*>(text.data()),
          .size = static_cast<std::uint32_t>(text.size()),
          .type = type,
          .is_array = false,
          .detail = 0};
}

/// The inside of a JSON string without its escapes.
std::string unescaped(std::string_view inside);

/// Text of a value: the view itself, or an unescaped copy in `arena`.
std::string_view text_of(const event::Value& value, Arena& arena);

/// Texts that base/time.h reads, "\/Date(1583506012000)\/", and numbers since 1970 in seconds, milli-, micro- or
/// nanoseconds by their size (2001 to 2286).
std::optional<Timestamp> time_of(const event::Value& value);

/// Digits alone, as a number or as text.
std::optional<std::uint64_t> number_of(const event::Value& value);

}  // namespace yorozu::codec::json
