/// Entity tags (RFC 9110 sections 8.8.3 and 13): answers that have not changed are not sent again, and nobody
/// overwrites what he has not seen. Pure.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace yorozu::http {

/// A strong tag made of the bytes: `"0123456789abcdef"`, quotes included.
std::string entity_tag(std::string_view body);
/// Whether a list of If-Match or If-None-Match names `tag` or is `*`. `Weak`: W/ does not matter.
enum class TagComparison { Strong, Weak };
bool names_tag(std::string_view list, std::string_view tag, TagComparison comparison);

/// Puts an ETag on an answer 200 and makes it 304 when the client has it already.
void make_conditional(const RequestHead& head, Response& response);

}  // namespace yorozu::http
