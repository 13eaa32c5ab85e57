/// Where JSON documents begin and end, without reading them.
#pragma once

#include <cstddef>
#include <string_view>

namespace yorozu::codec::json {

struct StringEnd {
  const char* at;  ///< the closing quote; or a line feed, which no JSON string may hold; or `end`
  bool has_escapes = false;
  bool has_control_characters = false;
};
/// `from`: behind the opening quote.
StringEnd find_string_end(const char* from, const char* end);

/// A JSON number (RFC 8259 section 6).
bool is_number(std::string_view text);

/// text[0] is '{' or '['. Length of the object or array; 0 when it does not end.
std::size_t skip_container(std::string_view text);

/// Exporters put all events into one object: {"Records":[ ... ]}. Length of such a beginning, bracket included; 0 when
/// text does not begin like that.
std::size_t wrapper_length(std::string_view text);

/// Position behind the last document of `text` that is surely whole; `text` starts between documents. 0: none.
std::size_t after_last_document(std::string_view text, bool at_file_start);

}  // namespace yorozu::codec::json
