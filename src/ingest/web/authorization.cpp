#include "ingest/web/authorization.h"

#include "access/token_text.h"
#include "http/message.h"
#include "proof/base64.h"

namespace yorozu::ingest::web {

std::optional<std::string> token_in(std::string_view authorization) {
  const std::size_t blank = authorization.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = authorization.substr(0, blank);
  std::string_view rest = authorization.substr(blank);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  if (http::equal_without_case(scheme, "bearer") || http::equal_without_case(scheme, "splunk"))
    return std::string(rest);

  const bool is_api_key = http::equal_without_case(scheme, "apikey");
  if (!is_api_key && !http::equal_without_case(scheme, "basic")) return std::nullopt;
  const auto pair = proof::decode_base64(rest);
  if (!pair) return std::nullopt;
  const std::size_t colon = pair->find(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string token = pair->substr(colon + 1);
  if (is_api_key) {
    const auto parts = access::parse_token_text(token);
    if (!parts || parts->id != std::string_view(*pair).substr(0, colon)) return std::nullopt;
  }
  return token;
}

}  // namespace yorozu::ingest::web
