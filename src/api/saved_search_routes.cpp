// Saved searches. A version is an entity tag: whoever changes one says which one he has seen.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>

#include "api/handlers.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "http/entity_tag.h"
#include "query/parse.h"
#include "query/query.h"

namespace yorozu::api {
namespace {

using message::Id;

constexpr std::size_t kMaxName = 200, kMaxTime = 64;

void write(const SavedSearch& search, JsonWriter& json) {
  json.begin_object();
  json.key("id").value(search.id).key("name").value(search.name).key("query").value(search.query);
  json.key("from").value(search.from).key("to").value(search.to);
  json.key("version").value(search.version);
  json.key("changed").value(search.changed.known() ? format_rfc3339(search.changed) : "");
  json.key("changed_by").value(search.changed_by);
  json.end_object();
}

std::string tag_of(std::uint64_t version) {
  return fmt::format("\"{}\"", version);
}

http::Response answer(const SavedSearch& search, unsigned status) {
  std::string body;
  JsonWriter json(body);
  write(search, json);
  http::Response response = json_response(std::move(body), status);
  response.headers.add("ETag", tag_of(search.version));
  return response;
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool is_name(std::string_view name) {
  for (std::size_t at = 0; at < name.size();) {
    const char32_t c = next_code_point(name, at);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return false;
  }
  return !name.empty();
}

std::expected<SavedSearch, http::Response> read(const Call& call) {
  const std::string_view type = call.head.headers.value_or("content-type");
  if (!http::equal_without_case(type.substr(0, type.find(';')), "application/json"))
    return std::unexpected(call.problem(Problem::UnsupportedMedia, Id::ApiNotJson));
  auto parameters = Parameters::of_json(call.body);
  if (!parameters) return std::unexpected(call.problem(Problem::BadBody, Id::ApiBodyNotJson));
  SavedSearch search;
  search.name = parameters->required_text("name", kMaxName);
  search.query = parameters->required_text("query", query::kMaxQueryBytes);
  parameters->time("from", call.now);
  parameters->time("to", call.now);
  search.from = parameters->text("from", kMaxTime).value_or("");
  search.to = parameters->text("to", kMaxTime).value_or("");
  search.changed_by = call.head.principal;
  if (const auto bad = parameters->problem()) return std::unexpected(call.problem(*bad));
  if (!is_name(search.name))
    return std::unexpected(call.problem(
        BadParameter{"name", BadParameter::Reason::Malformed, "1 to 200 bytes without control characters"}));
  if (const auto parsed = query::parse_query(search.query); !parsed)
    return std::unexpected(make_query_problem(call.asker, search.query, parsed.error()));
  return search;
}

/// Out of If-Match and If-None-Match; Conflict: they name no version that can be there.
Result<std::optional<std::uint64_t>> expected_version(const http::RequestHead& head) {
  if (head.headers.value_or("if-none-match") == "*") return std::uint64_t{0};
  const auto wanted = head.headers.find("if-match");
  if (!wanted || *wanted == "*") return std::nullopt;
  std::uint64_t version = 0;
  const char* const end = wanted->data() + wanted->size();
  if (!wanted->starts_with('"') || !wanted->ends_with('"') || wanted->size() < 3 ||
      std::from_chars(wanted->data() + 1, end - 1, version).ptr != end - 1)
    return fail(ErrorCode::Conflict, "If-Match");
  return version;
}

http::Response put(Context& context, const Call& call, SavedSearch search) {
  const auto expected = expected_version(call.head);
  if (!expected) return make_problem(call.asker, expected.error(), {});
  const std::string thing = "saved search " + search.id;
  const auto made = context.services.saved.put(std::move(search), *expected);
  if (!made) return make_problem(call.asker, made.error(), thing);
  http::Response response = answer(*made, made->version == 1 ? 201 : 200);
  if (response.status == 201) response.headers.add("Location", "/api/v1/saved-searches/" + made->id);
  return response;
}

http::Response bad_id(const Call& call) {
  return call.problem(BadParameter{"id", BadParameter::Reason::Malformed, "1 to 64 of a-z, 0-9 and -"});
}

}  // namespace

http::Response list_saved_searches(Context& context, const Call& call) {
  const auto searches = context.services.saved.list();
  if (!searches) return make_problem(call.asker, searches.error(), {});
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("saved_searches").begin_array();
  for (const SavedSearch& search : *searches) write(search, json);
  json.end_array().end_object();
  return json_response(std::move(body));
}

http::Response add_saved_search(Context& context, const Call& call) {
  auto search = read(call);
  if (!search) return std::move(search).error();
  std::random_device random;
  search->id = fmt::format("{:08x}{:08x}", random(), random());
  return put(context, call, std::move(*search));
}

http::Response get_saved_search(Context& context, const Call& call) {
  if (!is_id(call.parameter(0))) return bad_id(call);
  const auto search = context.services.saved.get(call.parameter(0));
  if (!search) return make_problem(call.asker, search.error(), "saved search " + call.parameter(0));
  return answer(*search, 200);
}

http::Response put_saved_search(Context& context, const Call& call) {
  if (!is_id(call.parameter(0))) return bad_id(call);
  auto search = read(call);
  if (!search) return std::move(search).error();
  search->id = call.parameter(0);
  return put(context, call, std::move(*search));
}

http::Response delete_saved_search(Context& context, const Call& call) {
  if (!is_id(call.parameter(0))) return bad_id(call);
  const auto expected = expected_version(call.head);
  if (!expected) return make_problem(call.asker, expected.error(), {});
  const auto removed = context.services.saved.remove(call.parameter(0), *expected);
  if (!removed) return make_problem(call.asker, removed.error(), "saved search " + call.parameter(0));
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace yorozu::api
