// Hosts, addresses, users and devices, a page at a time in order of name.

#include <algorithm>

#include "api/cursor.h"
#include "api/handlers.h"
#include "base/json_writer.h"

namespace yorozu::api {
namespace {

using message::Id;

struct NamedKind {
  std::string_view word;  ///< in the address
  inventory::Kind kind;
};
constexpr std::array<NamedKind, inventory::kKinds> kNames = {{{"hosts", inventory::Kind::Host},
                                                              {"addresses", inventory::Kind::Address},
                                                              {"public-addresses", inventory::Kind::PublicAddress},
                                                              {"users", inventory::Kind::User},
                                                              {"devices", inventory::Kind::Device},
                                                              {"senders", inventory::Kind::Sender}}};

void write(const inventory::Asset& asset, JsonWriter& json) {
  json.begin_object().key("name").value(asset.name);
  json.key("first").value(format_rfc3339(asset.first)).key("last").value(format_rfc3339(asset.last));
  json.key("events").value(asset.events);
  json.key("first_seq").value(asset.first_seq).key("last_seq").value(asset.last_seq);
  json.key("by").begin_array();
  for (const inventory::SeenBy& by : asset.by) {
    json.begin_object().key("input").value(by.input).key("class").value(to_string(by.source_class));
    json.key("first").value(format_rfc3339(by.first)).key("last").value(format_rfc3339(by.last));
    json.key("events").value(by.events).end_object();
  }
  json.end_array().end_object();
}

}  // namespace

http::Response list_assets(Context& context, const Call& call) {
  const auto* const named = std::ranges::find(kNames, call.parameter(0), &NamedKind::word);
  if (named == kNames.end())
    return make_problem(call.asker, Problem::NotFound,
                        message::format(call.asker.lang, Id::ApiNotFound, "/inventory/" + call.parameter(0)));
  auto parameters = Parameters::of_query(call.head.query);
  if (!parameters) return call.problem(parameters.error());
  inventory::Page page;
  page.limit = parameters->number("limit", 1, 1000, 100);
  page.seen_since = parameters->time("seen_since", call.now).value_or(Timestamp::none());
  const auto cursor = parameters->text("cursor", 2 * kMaxPosition);
  if (const auto bad = parameters->problem()) return call.problem(*bad);
  const std::string question = "inventory " + call.parameter(0);
  if (cursor) {
    const auto position = read_cursor(context.cursor_key, question, *cursor);
    if (!position) return call.problem(Problem::BadCursor, Id::ApiBadCursor);
    page.after = *position;
  }
  const auto assets = context.services.inventory.list(named->kind, page);
  if (!assets) return make_problem(call.asker, assets.error(), "inventory");
  const auto total = context.services.inventory.total(named->kind);
  if (!total) return make_problem(call.asker, total.error(), "inventory");
  const InventoryLag lag = context.services.inventory.lag();

  std::string body;
  JsonWriter json(body);
  json.begin_object().key("assets").begin_array();
  for (const inventory::Asset& asset : *assets) write(asset, json);
  json.end_array();
  json.key("total").value(total->names).key("events_not_listed").value(total->events_not_listed);
  json.key("lag_lines").value(lag.lines).key("problem").value(lag.problem);
  json.key("next");
  if (assets->size() < page.limit || assets->back().name.size() > kMaxPosition)
    json.null();
  else
    json.value(make_cursor(context.cursor_key, question, assets->back().name));
  json.end_object();
  return json_response(std::move(body));
}

}  // namespace yorozu::api
