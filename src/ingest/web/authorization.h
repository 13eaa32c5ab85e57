/// What a client shows in `Authorization`, in each of the ways that senders of logs know. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yorozu::ingest::web {

/// The text of a token (access/token_text.h) out of
///   ApiKey base64(ID:TOKEN)     Elasticsearch's API keys; ID is the token's public id
///   Basic base64(ANY:TOKEN)     user name and password
///   Bearer TOKEN
///   Splunk TOKEN                HTTP Event Collector
/// nullopt: another scheme, or one that is not spelled like this. The token itself is not judged here.
std::optional<std::string> token_in(std::string_view authorization);

}  // namespace yorozu::ingest::web
