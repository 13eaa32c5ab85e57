#include "sigma/date_part.h"

namespace yorozu::sigma {
namespace {

constexpr std::int64_t kDayUs = std::int64_t{86400} * 1'000'000;

/// ISO 8601: a week belongs to the year that has its Thursday, and is counted from that year's first of January.
std::int64_t iso_week(Timestamp time) {
  const CivilTime civil = to_civil(time);
  const int since_monday = (civil.weekday + 6) % 7;
  const Timestamp thursday{time.us + (3 - since_monday) * kDayUs};
  CivilTime new_year;
  new_year.year = to_civil(thursday).year;
  return (thursday.us - from_civil(new_year).us) / kDayUs / 7 + 1;
}

}  // namespace

std::int64_t part_of(Timestamp time, TimePart part) {
  const CivilTime civil = to_civil(time);
  switch (part) {
    case TimePart::Minute:
      return civil.minute;
    case TimePart::Hour:
      return civil.hour;
    case TimePart::Day:
      return civil.day;
    case TimePart::Month:
      return civil.month;
    case TimePart::Year:
      return civil.year;
    case TimePart::Week:
      break;
  }
  return iso_week(time);
}

bool holds(Comparison op, double left, double right) {
  switch (op) {
    case Comparison::Less:
      return left < right;
    case Comparison::LessOrEqual:
      return left <= right;
    case Comparison::Greater:
      return left > right;
    case Comparison::GreaterOrEqual:
      break;
  }
  return left >= right;
}

bool matches(const DatePart& wanted, Timestamp time) {
  const double part = static_cast<double>(part_of(time, wanted.part));
  return wanted.op ? holds(*wanted.op, part, wanted.value) : part == wanted.value;
}

}  // namespace yorozu::sigma
