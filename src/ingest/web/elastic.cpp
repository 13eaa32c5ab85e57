#include "ingest/web/elastic.h"

#include <array>

#include "base/glob.h"
#include "base/json_writer.h"

namespace yorozu::ingest::web {
namespace {

constexpr std::size_t kMaxFilterPath = 1024;
constexpr std::uint64_t kMaxSetupBody = std::uint64_t{32} << 20;  // templates of Winlogbeat have some megabytes

/// What Elasticsearch 8 has built in; modules of Beats refuse a server that lacks what their pipelines want.
constexpr auto kProcessors = std::to_array<std::string_view>({"append",
                                                              "attachment",
                                                              "bytes",
                                                              "circle",
                                                              "community_id",
                                                              "convert",
                                                              "csv",
                                                              "date",
                                                              "date_index_name",
                                                              "dissect",
                                                              "dot_expander",
                                                              "drop",
                                                              "enrich",
                                                              "fail",
                                                              "fingerprint",
                                                              "foreach",
                                                              "geoip",
                                                              "grok",
                                                              "gsub",
                                                              "html_strip",
                                                              "inference",
                                                              "join",
                                                              "json",
                                                              "kv",
                                                              "lowercase",
                                                              "network_direction",
                                                              "pipeline",
                                                              "redact",
                                                              "registered_domain",
                                                              "remove",
                                                              "rename",
                                                              "reroute",
                                                              "script",
                                                              "set",
                                                              "set_security_user",
                                                              "sort",
                                                              "split",
                                                              "terminate",
                                                              "trim",
                                                              "uppercase",
                                                              "uri_parts",
                                                              "urldecode",
                                                              "user_agent"});

/// "": there is no such thing.
using Answer = std::function<std::string(const http::RequestHead&)>;

/// Routes of the handshake, one line each below.
class Handshake {
 public:
  Handshake(http::Router& router, const Admit& admit) : router_(router), admit_(admit) {}

  void add(std::string methods, std::string pattern, Answer body) {
    http::Route route;
    route.methods = std::move(methods);
    route.pattern = std::move(pattern);
    route.max_body = kMaxSetupBody;
    route.admit = admit_;
    route.refuse = elastic_refusal;
    route.answer = [body = std::move(body)](const http::Request& request, const http::Reply& reply) {
      std::string text = body(request.head);
      if (text.empty())
        reply(elastic_error(request.head, 404, "resource_not_found_exception", "not known here: " + request.head.path));
      else
        reply(elastic_response(request.head, 200, std::move(text)));
    };
    router_.add(std::move(route));
  }
  /// Something with a name that always exists, may be made again and may be taken away.
  void add_thing(const std::string& pattern, const Answer& shown) {
    add("GET", pattern, shown);
    add("PUT,POST,DELETE", pattern, [](const http::RequestHead&) { return std::string(R"({"acknowledged":true})"); });
  }

 private:
  http::Router& router_;
  const Admit& admit_;
};

Answer constant(std::string body) {
  return [body = std::move(body)](const http::RequestHead&) { return body; };
}

/// {"NAME":CONTENT}
Answer named(std::string content) {
  return [content = std::move(content)](const http::RequestHead& head) {
    std::string body;
    JsonWriter(body).begin_object().key(head.parameters.at(0)).raw(content).end_object();
    return body;
  };
}
/// {"LIST":[{"name":NAME,"KIND":{}}]}
Answer listed(std::string list, std::string kind) {
  return [list = std::move(list), kind = std::move(kind)](const http::RequestHead& head) {
    std::string body;
    JsonWriter json(body);
    json.begin_object().key(list).begin_array().begin_object().key("name").value(head.parameters.at(0));
    json.key(kind).begin_object().end_object().end_object().end_array().end_object();
    return body;
  };
}

std::string root_answer(const ElasticIdentity& identity) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.key("name").value(identity.node).key("cluster_name").value("yorozu");
  json.key("cluster_uuid").value(identity.cluster_uuid).key("version").begin_object();
  json.key("number").value(kElasticVersion).key("build_flavor").value("default").key("build_type").value("deb");
  json.key("build_hash").value("unknown").key("build_date").value("2025-07-23T00:00:00.000000000Z");
  json.key("build_snapshot").value(false).key("lucene_version").value("9.12.2");
  json.key("minimum_wire_compatibility_version").value("7.17.0");
  json.key("minimum_index_compatibility_version").value("7.0.0").end_object();
  json.key("tagline").value("You Know, for Search").end_object();
  return body;
}

std::string nodes_answer(const ElasticIdentity& identity) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("_nodes").raw(R"({"total":1,"successful":1,"failed":0})").key("cluster_name").value("yorozu");
  json.key("nodes").begin_object().key(identity.cluster_uuid).begin_object();
  json.key("name").value(identity.node).key("version").value(kElasticVersion);
  json.key("roles").raw(R"(["data","ingest","master"])");
  json.key("http").begin_object().key("publish_address").value(identity.publish_address);
  json.key("max_content_length_in_bytes").value(104857600).end_object();
  json.key("ingest").begin_object().key("processors").begin_array();
  for (const std::string_view processor : kProcessors) json.begin_object().key("type").value(processor).end_object();
  json.end_array().end_object();
  json.end_object().end_object().end_object();
  return body;
}

std::string index_made(const http::RequestHead& head) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("acknowledged").value(true).key("shards_acknowledged").value(true);
  json.key("index").value(head.parameters.at(0)).end_object();
  return body;
}

std::string data_stream_shown(const http::RequestHead& head) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("data_streams").begin_array().begin_object().key("name").value(head.parameters.at(0));
  json.key("timestamp_field").raw(R"({"name":"@timestamp"})").key("indices").raw("[]").key("generation").value(1);
  json.key("status").value("GREEN").end_object().end_array().end_object();
  return body;
}

}  // namespace

http::Response elastic_response(const http::RequestHead& head, unsigned status, std::string body) {
  constexpr std::string_view kCompatible = "application/vnd.elasticsearch+json";
  http::Response response;
  response.status = status;
  const std::string_view accepted = head.headers.value_or("accept");
  response.content_type = "application/json";
  if (accepted.find(kCompatible) != std::string_view::npos)
    response.content_type =
        std::string(kCompatible) +
        (accepted.find("compatible-with=7") != std::string_view::npos ? ";compatible-with=7" : ";compatible-with=8");
  response.headers.add("X-Elastic-Product", "Elasticsearch");
  response.body = std::move(body);
  return response;
}

http::Response elastic_error(const http::RequestHead& head, unsigned status, std::string_view type,
                             std::string_view reason) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("error").begin_object().key("root_cause").begin_array().begin_object();
  json.key("type").value(type).key("reason").value(reason).end_object().end_array();
  json.key("type").value(type).key("reason").value(reason).end_object().key("status").value(status).end_object();
  http::Response response = elastic_response(head, status, std::move(body));
  if (status == 401) response.headers.add("WWW-Authenticate", "Basic realm=\"yorozu\", ApiKey");
  if (status == 429 || status == 503) response.headers.add("Retry-After", "1");
  return response;
}

http::Response elastic_refusal(unsigned status, std::string_view reason) {
  const std::string_view type = status == 429   ? "es_rejected_execution_exception"
                                : status == 413 ? "content_too_long_exception"
                                                : "parse_exception";
  return elastic_error({}, status, type, reason);
}

void add_handshake_routes(http::Router& router, const ElasticIdentity& identity, const Admit& admit) {
  Handshake to(router, admit);
  to.add("GET", "/", constant(root_answer(identity)));
  const std::string license =
      R"({"license":{"status":"active","uid":")" + identity.cluster_uuid +
      R"(","type":"basic","issue_date":"2025-01-01T00:00:00.000Z","issue_date_in_millis":1735689600000,)"
      R"("max_nodes":1000,"issued_to":"yorozu","issuer":"elasticsearch","start_date_in_millis":-1}})";
  to.add("GET", "/_license", constant(license));
  to.add("GET", "/_xpack/license", constant(license));
  to.add("GET", "/_xpack",
         constant(R"({"build":{},"license":{"type":"basic","mode":"basic","status":"active"},)"
                  R"("features":{"ilm":{"available":true,"enabled":true},)"
                  R"("monitoring":{"available":true,"enabled":false},)"
                  R"("security":{"available":true,"enabled":true}},"tagline":"You know, for X"})"));
  const std::string health = R"({"cluster_name":"yorozu","status":"green","timed_out":false,"number_of_nodes":1,)"
                             R"("number_of_data_nodes":1,"active_primary_shards":1,"active_shards":1,)"
                             R"("relocating_shards":0,"initializing_shards":0,"unassigned_shards":0,)"
                             R"("number_of_pending_tasks":0,"active_shards_percent_as_number":100.0})";
  to.add("GET", "/_cluster/health", constant(health));
  to.add("GET", "/_cluster/health/{index}", constant(health));
  to.add("GET", "/_cluster/settings", constant(R"({"persistent":{},"transient":{}})"));
  to.add("GET", "/_cat/health", constant("yorozu green 1 1 1 1 0 0 0 0 - 100.0%\n"));
  to.add("GET", "/_cat/templates/{name}",
         [](const http::RequestHead& head) { return head.parameters.at(0) + " [] 0 1\n"; });
  for (const char* path : {"/_nodes", "/_nodes/http", "/_nodes/ingest", "/_nodes/_local", "/_nodes/_all/http"})
    to.add("GET", path, constant(nodes_answer(identity)));
  to.add("GET", "/_security/_authenticate", [](const http::RequestHead& head) {
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("username").value(head.principal).key("roles").raw("[]").key("enabled").value(true);
    json.end_object();
    return body;
  });
  to.add("POST,PUT", "/_monitoring/bulk", constant(R"({"took":0,"ignored":true,"errors":false})"));

  to.add_thing("/_template/{name}", named("{}"));
  to.add_thing("/_index_template/{name}", listed("index_templates", "index_template"));
  to.add_thing("/_component_template/{name}", listed("component_templates", "component_template"));
  to.add_thing("/_ilm/policy/{name}", named(R"({"version":1,"policy":{"phases":{}}})"));
  to.add_thing("/_ingest/pipeline/{name}", named(R"({"processors":[]})"));
  to.add_thing("/_data_stream/{name}", data_stream_shown);
  to.add_thing("/_data_stream/{name}/_lifecycle", data_stream_shown);
  to.add("GET", "/_alias/{name}", named(R"({"aliases":{}})"));
  to.add("GET", "/{index}/_alias", named(R"({"aliases":{}})"));
  to.add_thing("/{index}/_alias/{name}", named(R"({"aliases":{}})"));
  to.add("GET", "/{index}/_mapping", named(R"({"mappings":{}})"));
  to.add("POST,GET", "/{index}/_refresh", constant(R"({"_shards":{"total":1,"successful":1,"failed":0}})"));
}

void add_index_routes(http::Router& router, const Admit& admit) {
  Handshake to(router, admit);
  const auto of_indexes = [](const Answer& answer) {
    return [answer](const http::RequestHead& head) {
      return head.parameters.at(0).starts_with('_') ? std::string() : answer(head);
    };
  };
  to.add("GET", "/{index}", of_indexes(named(R"({"aliases":{},"mappings":{},"settings":{}})")));
  to.add("PUT", "/{index}", of_indexes(index_made));
}

FilterPath::FilterPath(std::string_view comma_list) {
  if (comma_list.size() > kMaxFilterPath) return;  // everything is wanted
  while (!comma_list.empty()) {
    const std::size_t end = std::min(comma_list.find(','), comma_list.size());
    std::string_view path = comma_list.substr(0, end);
    comma_list.remove_prefix(std::min(end + 1, comma_list.size()));
    const bool is_unwanted = path.starts_with('-');
    if (is_unwanted) path.remove_prefix(1);
    if (!path.empty()) (is_unwanted ? unwanted_ : wanted_).emplace_back(path);
  }
}

namespace {

std::string_view take_name(std::string_view& path) {
  const std::size_t end = std::min(path.find('.'), path.size());
  const std::string_view name = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return name;
}

Glob glob_of(std::string_view pattern) {
  Glob glob;
  while (!pattern.empty()) {
    const std::size_t star = std::min(pattern.find('*'), pattern.size());
    if (star > 0) glob.pieces.push_back({Glob::Piece::Kind::Literal, std::string(pattern.substr(0, star))});
    if (star < pattern.size()) glob.pieces.push_back({Glob::Piece::Kind::AnyRun, {}});
    pattern.remove_prefix(std::min(star + 1, pattern.size()));
  }
  return glob;
}

/// A pattern takes what it names and everything inside.
bool fits(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return true;
  if (path.empty()) return false;
  std::string_view more = pattern;
  const std::string_view first = take_name(more);
  std::string_view inner = path;
  const std::string_view name = take_name(inner);
  if (first == "**") return fits(more, path) || fits(pattern, inner);
  return matches(glob_of(first), name) && fits(more, inner);
}

}  // namespace

bool FilterPath::wants(std::string_view path) const {
  for (const std::string& pattern : unwanted_)
    if (fits(pattern, path)) return false;
  if (wanted_.empty()) return true;
  for (const std::string& pattern : wanted_)
    if (fits(pattern, path)) return true;
  return false;
}

}  // namespace yorozu::ingest::web
