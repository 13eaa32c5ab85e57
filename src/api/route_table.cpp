#include "api/route_table.h"

#include <array>

#include "api/handlers.h"

namespace yorozu::api {

std::span<const ApiRoute> route_table() {
  using enum Admit;
  using enum access::Scope;
  static constexpr auto table = std::to_array<ApiRoute>({
      {"POST", "/api/v1/search", Token, Search, &post_search, "Search events"},
      {"GET", "/api/v1/search", Token, Search, &get_search, "Search events, with the query in the address"},
      {"GET", "/api/v1/histogram", Token, Search, &get_histogram, "Count matching events over time"},
      {"GET", "/api/v1/tail", Token, Search, &open_tail, "Follow matching events as they are kept"},
      {"GET", "/api/v1/events/{seq}", Token, Search, &get_event, "One event and those around it"},
      {"GET", "/api/v1/saved-searches", Token, Search, &list_saved_searches, "Saved searches"},
      {"POST", "/api/v1/saved-searches", Token, SearchSave, &add_saved_search, "Save a search"},
      {"GET", "/api/v1/saved-searches/{id}", Token, Search, &get_saved_search, "One saved search"},
      {"PUT", "/api/v1/saved-searches/{id}", Token, SearchSave, &put_saved_search, "Make or replace a saved search"},
      {"DELETE", "/api/v1/saved-searches/{id}", Token, SearchSave, &delete_saved_search, "Remove a saved search"},
      {"GET", "/api/v1/status", Token, Status, &get_status, "What the server does"},
      {"GET", "/api/v1/sources", Token, Status, &get_sources, "Devices, and the inputs they come in by"},
      {"GET", "/api/v1/archive", Token, Status, &get_archive, "What is kept, for how long, and what is damaged"},
      {"GET", "/api/v1/rules", Token, Rules, &list_rules, "Rules in force"},
      {"GET", "/api/v1/rules/cannot-fire", Token, Rules, &list_blind_rules, "Rules that cannot fire here, and why"},
      {"GET", "/api/v1/rules/{id}", Token, Rules, &get_rule, "One rule"},
      {"POST", "/api/v1/rules/{id}/why", Token, Rules, &explain_match, "Why a rule does or does not match an event"},
      {"GET", "/api/v1/inventory/{kind}", Token, Inventory, &list_assets, "What was seen in the logs"},
      {"GET", "/api/v1/openapi.yaml", Everybody, {}, &get_description, "This description"},
      {"GET", "/metrics", TokenOrLoopback, Status, &get_metrics, "Figures for Prometheus"},
      {"GET", "/healthz", Everybody, {}, &get_health, "Whether the server answers"},
      {"GET", "/readyz", Everybody, {}, &get_readiness, "Whether the server takes in and keeps events"},
  });
  return table;
}

}  // namespace yorozu::api
