/// How Elasticsearch words things: errors, headers, and what clients ask before they send their first event. Pure.
///
/// Unmodified clients look whether their templates, policies, pipelines and aliases exist, and make them when not. Here
/// everything exists already, and whatever is made is acknowledged: none of it changes how events are kept.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "http/router.h"

namespace yorozu::ingest::web {

/// The version we answer with: the newest minor of 8, because Beats refuse a server that is older than they are.
inline constexpr std::string_view kElasticVersion = "8.19.0";

/// JSON with the headers that clients check (X-Elastic-Product, the media type they asked for).
http::Response elastic_response(const http::RequestHead& head, unsigned status, std::string body);
http::Response elastic_error(const http::RequestHead& head, unsigned status, std::string_view type,
                             std::string_view reason);
/// For what the server refuses by itself.
http::Response elastic_refusal(unsigned status, std::string_view reason);

/// What identifies this server to clients.
struct ElasticIdentity {
  std::string node = "yorozu";
  std::string cluster_uuid = "_na_";  ///< 22 characters, stays the same over restarts
  std::string publish_address;        ///< "192.0.2.1:9200", for clients that ask for the nodes
};

using Admit = std::function<std::optional<http::Response>(http::RequestHead&)>;
/// Every route of the handshake; `admit` is the same for all.
void add_handshake_routes(http::Router& router, const ElasticIdentity& identity, const Admit& admit);
/// Whether an index exists, and making it. Added last: it fits any path of one segment.
void add_index_routes(http::Router& router, const Admit& admit);

/// `filter_path` of Elasticsearch: which parts of an answer are wanted ("errors,items.*.error,items.*.status"; `*`
/// stands for one name, `**` for any number, a leading '-' leaves out).
class FilterPath {
 public:
  FilterPath() = default;
  explicit FilterPath(std::string_view comma_list);
  /// Of a value or, with all that is in it, an object: "items.create.status".
  bool wants(std::string_view path) const;

 private:
  std::vector<std::string> wanted_, unwanted_;
};

}  // namespace yorozu::ingest::web
