/// Questions that find themselves: the audit log keeps the text of every search, so a search for `failed` made twice
/// would find, and count, the first one.
#pragma once

#include <string>
#include <string_view>

namespace yorozu::query {

/// The query with `NOT input:yorozu.audit` added, unless it has no condition or names `input`, `class`, `seq` or a
/// field of the audit log (`action`, `detail...`): who asks for the audit log gets it. A text that is no query comes
/// back as it is, for whoever reports its mistake.
std::string without_audit_records(std::string_view text);

}  // namespace yorozu::query
