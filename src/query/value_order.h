/// What a text reads as, and the order of such readings: ranges of a query, `sort`, `min` and `max` share it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "query/address.h"
#include "query/table.h"

namespace yorozu::query {

struct Reading {
  enum class Kind : std::uint8_t { Number, Time, Address, Text, Nothing } kind = Kind::Text;
  double number = 0;
  Timestamp time;
  Address address{};
};

/// A finite number as event::to_number reads it, else a time (without zone: in `zone`), else an address, else text.
Reading read_value(std::string_view text, const TimeZone& zone);

/// -1, 0, 1: as numbers, times or addresses when both are of that kind, else as texts, byte for byte. Good for one
/// bound against many values; it is no order over mixed kinds.
int compare_like(const Reading& a, std::string_view a_text, const Reading& b, std::string_view b_text);

/// A value made ready for sorting. In order: numbers, times, addresses, texts, no value; a total order (equal numbers
/// are equal however they are written).
struct Sortable {
  Reading reading;
  std::string_view text;  ///< of a Text
};
/// Points into `cell`.
Sortable sortable(const Cell& cell);
int compare(const Sortable& a, const Sortable& b);
/// Whether a stands before b where `order`, not 0, is compare(a, b): no value is last in both directions.
bool comes_first(int order, const Sortable& a, const Sortable& b, bool descending);

}  // namespace yorozu::query
