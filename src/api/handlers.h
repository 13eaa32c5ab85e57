/// The functions of the table of routes, by the file they stand in.
#pragma once

#include "api/route_table.h"

namespace yorozu::api {

// search_routes.cpp
void post_search(Context& context, const Call& call, const http::Reply& reply);
void get_search(Context& context, const Call& call, const http::Reply& reply);
void get_histogram(Context& context, const Call& call, const http::Reply& reply);

// tail_route.cpp
std::expected<std::unique_ptr<http::SocketSession>, http::Response> open_tail(Context& context, const Call& call,
                                                                              const http::SocketSender& sender);

// event_routes.cpp
http::Response get_event(Context& context, const Call& call);

// saved_search_routes.cpp
http::Response list_saved_searches(Context& context, const Call& call);
http::Response add_saved_search(Context& context, const Call& call);
http::Response get_saved_search(Context& context, const Call& call);
http::Response put_saved_search(Context& context, const Call& call);
http::Response delete_saved_search(Context& context, const Call& call);

// status_routes.cpp
http::Response get_status(Context& context, const Call& call);
http::Response get_sources(Context& context, const Call& call);
http::Response get_archive(Context& context, const Call& call);
http::Response get_health(Context& context, const Call& call);
http::Response get_readiness(Context& context, const Call& call);
http::Response get_description(Context& context, const Call& call);

// rule_routes.cpp
http::Response list_rules(Context& context, const Call& call);
http::Response get_rule(Context& context, const Call& call);
http::Response list_blind_rules(Context& context, const Call& call);
http::Response explain_match(Context& context, const Call& call);

// inventory_routes.cpp
http::Response list_assets(Context& context, const Call& call);

// metrics.cpp
http::Response get_metrics(Context& context, const Call& call);

}  // namespace yorozu::api
