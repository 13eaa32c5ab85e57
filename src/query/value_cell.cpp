#include "query/value_cell.h"

#include <charconv>
#include <string>

namespace yorozu::query {

std::string_view cut_value(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

Cell cell_of(FieldReader::Fact fact, std::string_view text) {
  if (fact == FieldReader::Fact::Time || fact == FieldReader::Fact::Received) {
    if (const auto time = parse_time(text)) return *time;
  } else if (fact == FieldReader::Fact::Seq) {
    std::int64_t seq = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
    if (error == std::errc() && end == text.data() + text.size()) return seq;
  }
  return std::string(text);
}

}  // namespace yorozu::query
