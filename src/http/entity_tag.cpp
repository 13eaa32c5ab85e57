#include "http/entity_tag.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace yorozu::http {

std::string entity_tag(std::string_view body) {
  return fmt::format("\"{:016x}\"", hash64(body));
}

bool names_tag(std::string_view list, std::string_view tag, TagComparison comparison) {
  if (list == "*") return true;
  while (true) {
    while (list.starts_with(' ') || list.starts_with('\t') || list.starts_with(',')) list.remove_prefix(1);
    const bool is_weak = list.starts_with("W/");
    if (is_weak) list.remove_prefix(2);
    if (!list.starts_with('"')) return false;
    const std::size_t end = list.find('"', 1);
    if (end == std::string_view::npos) return false;
    if (list.substr(0, end + 1) == tag && (!is_weak || comparison == TagComparison::Weak)) return true;
    list.remove_prefix(end + 1);
  }
}

void make_conditional(const RequestHead& head, Response& response) {
  if (response.status != 200 || response.stream) return;
  const std::string tag =
      response.headers.find("ETag") ? std::string(*response.headers.find("ETag")) : entity_tag(response.body);
  if (!response.headers.find("ETag")) response.headers.add("ETag", tag);
  const auto known = head.headers.find("if-none-match");
  if (!known || !names_tag(*known, tag, TagComparison::Weak)) return;
  response.status = 304;
  response.content_type.clear();
  response.body.clear();
}

}  // namespace yorozu::http
