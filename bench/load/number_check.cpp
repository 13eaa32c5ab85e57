#include "number_check.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "message.h"

namespace yorozu::load {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<std::uint64_t> number_in(std::string_view line) {
  for (std::size_t at = 0; at < line.size();) {
    if (!is_digit(line[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < line.size() && is_digit(line[end])) ++end;
    if (end - at == kNumberWidth && line[at] == '7') {
      std::uint64_t number = 0;
      std::from_chars(line.data() + at, line.data() + end, number);
      return number - kFirstNumber;
    }
    at = end;
  }
  return std::nullopt;
}

}  // namespace

void NumberCheck::add_line(std::string_view line) {
  const auto number = number_in(line);
  if (!number || *number >= seen_.size()) {
    ++foreign_;
  } else if (seen_[*number]) {
    ++twice_;
  } else {
    seen_[*number] = true;
    ++found_;
  }
}

std::string NumberCheck::missing_ranges(std::size_t most) const {
  std::string out;
  for (std::size_t at = 0; at < seen_.size() && most > 0; ++at) {
    if (seen_[at]) continue;
    std::size_t end = at;
    while (end + 1 < seen_.size() && !seen_[end + 1]) ++end;
    if (!out.empty()) out += ' ';
    out += end == at ? std::to_string(at) : fmt::format("{}-{}", at, end);
    at = end;
    --most;
  }
  return out;
}

}  // namespace yorozu::load
