/// Values of fields on their way into tables.
#pragma once

#include <string_view>

#include "query/field_reader.h"
#include "query/table.h"

namespace yorozu::query {

/// At most `bytes` of it, cut on a character border.
std::string_view cut_value(std::string_view text, std::size_t bytes);
/// Times and sequence numbers as such, all else as text.
Cell cell_of(FieldReader::Fact fact, std::string_view text);

}  // namespace yorozu::query
