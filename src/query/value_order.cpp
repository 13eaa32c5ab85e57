#include "query/value_order.h"

#include <cmath>

#include "event/value.h"

namespace yorozu::query {

namespace {

template <class T>
int order(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

}  // namespace

Reading read_value(std::string_view text, const TimeZone& zone) {
  Reading out;
  if (const auto number = event::to_number(event::utf8_value(text)); number && std::isfinite(*number)) {
    out.kind = Reading::Kind::Number;
    out.number = *number;
  } else if (const auto time = zone.parse(text)) {
    out.kind = Reading::Kind::Time;
    out.time = *time;
  } else if (const auto address = parse_address(text)) {
    out.kind = Reading::Kind::Address;
    out.address = *address;
  }
  return out;
}

int compare_like(const Reading& a, std::string_view a_text, const Reading& b, std::string_view b_text) {
  if (a.kind == b.kind) {
    if (a.kind == Reading::Kind::Number) return order(a.number, b.number);
    if (a.kind == Reading::Kind::Time) return order(a.time, b.time);
    if (a.kind == Reading::Kind::Address) return order(a.address, b.address);
  }
  return order(a_text, b_text);
}

}  // namespace yorozu::query
