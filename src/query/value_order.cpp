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

Sortable sortable(const Cell& cell) {
  Sortable out;
  if (const auto* text = std::get_if<std::string>(&cell)) {
    out.text = *text;
    out.reading = read_value(*text, TimeZone::utc());
  } else if (const auto* whole = std::get_if<std::int64_t>(&cell)) {
    out.reading.kind = Reading::Kind::Number;
    out.reading.number = static_cast<double>(*whole);
  } else if (const auto* number = std::get_if<double>(&cell)) {
    out.reading.kind = Reading::Kind::Number;
    out.reading.number = *number;
  } else if (const auto* time = std::get_if<Timestamp>(&cell)) {
    out.reading.kind = Reading::Kind::Time;
    out.reading.time = *time;
  } else {
    out.reading.kind = Reading::Kind::Nothing;
  }
  return out;
}

int compare(const Sortable& a, const Sortable& b) {
  if (a.reading.kind != b.reading.kind) return order(a.reading.kind, b.reading.kind);
  return a.reading.kind == Reading::Kind::Nothing ? 0 : compare_like(a.reading, a.text, b.reading, b.text);
}

bool comes_first(int order, const Sortable& a, const Sortable& b, bool descending) {
  const bool nothing = a.reading.kind == Reading::Kind::Nothing || b.reading.kind == Reading::Kind::Nothing;
  return descending && !nothing ? order > 0 : order < 0;
}

int compare(const Cell& a, const Cell& b) {
  return compare(sortable(a), sortable(b));
}

}  // namespace yorozu::query
