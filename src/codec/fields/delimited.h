/// Fields between delimiters, quoted as RFC 4180 says: one record at a time.
#pragma once

#include <string_view>
#include <vector>

#include "base/arena.h"

namespace yorozu::codec::fields {

/// The fields of `record` (no line end behind it) into `fields` (cleared first). A field that begins with a quote ends
/// at the next lone quote, "" inside is one quote (copied to the arena then); text between the closing quote and the
/// next delimiter is kept. A quote that never closes takes the rest. At most 16,384 fields: the rest is in the last
/// one.
void split_delimited(std::string_view record, char delimiter, Arena& arena, std::vector<std::string_view>& fields);

}  // namespace yorozu::codec::fields
