#include "app/serve/requests.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/config/parse.h"
#include "app/config/write.h"
#include "app/serve/retention.h"
#include "app/serve/search_requests.h"
#include "app/serve/status.h"
#include "base/try.h"

namespace yorozu::serve {

namespace {

using nlohmann::json;

json segment_json(const archive::SegmentInfo& segment) {
  return {{"path", segment.path},
          {"group", to_string(segment.group)},
          {"first_seq", segment.first_seq},
          {"last_seq", segment.last_seq},
          {"lines", segment.lines},
          {"bytes", segment.bytes},
          {"raw_bytes", segment.raw_bytes},
          {"first_received", segment.first_received.known() ? format_rfc3339(segment.first_received) : ""},
          {"last_received", segment.last_received.known() ? format_rfc3339(segment.last_received) : ""}};
}

Result<json> archive_list(Parts& parts) {
  json segments = json::array(), damages = json::array();
  for (const archive::SegmentInfo& segment : parts.archive.segments()) segments.push_back(segment_json(segment));
  for (const archive::ArchiveDamage& damage : parts.archive.damages())
    damages.push_back({{"file", damage.file},
                       {"offset", damage.offset},
                       {"first_seq", damage.first_seq},
                       {"last_seq", damage.last_seq},
                       {"detail", damage.detail}});
  return json{{"segments", std::move(segments)}, {"damages", std::move(damages)}};
}

constexpr std::int64_t kSealWaitUs = 10'000'000;

Result<json> archive_seal(Parts& parts, const control::Call& call) {
  TRY(parts.audit.before("archive.seal", actor_of(call), json::object()));
  const std::size_t before = parts.archive.segments().size();
  TRY(parts.pipeline.seal());
  // Under full load something always waits for the sealer: then what is there by now is the answer.
  const auto sealed = parts.archive.wait_until_sealed(kSealWaitUs);
  if (!sealed && sealed.error().code != ErrorCode::Timeout) return std::unexpected(sealed.error());
  return json{{"segments", parts.archive.segments().size() - before}};
}

Result<inventory::Kind> kind_named(std::string_view word) {
  for (std::size_t i = 1; i <= inventory::kKinds; ++i)
    if (const auto kind = static_cast<inventory::Kind>(i); inventory::to_string(kind) == word) return kind;
  return fail(ErrorCode::InvalidInput, "no such kind of asset: " + std::string(word));
}

/// A page of one kind, in order of name.
Result<json> inventory_list(const Parts& parts, const json& request) {
  TRY_ASSIGN(const inventory::Kind kind, kind_named(request.value("kind", "host")));
  inventory::Page page;
  page.limit = std::clamp<std::size_t>(request.value("limit", std::size_t{1000}), 1, 1000);
  page.after = request.value("after", "");
  TRY_ASSIGN(const std::vector<inventory::Asset> assets, parts.inventory.list(kind, page));
  TRY_ASSIGN(const inventory::KindTotal total, parts.inventory.total(kind));
  json out = json::array();
  for (const inventory::Asset& asset : assets) {
    json inputs = json::array();
    for (const inventory::SeenBy& by : asset.by) inputs.push_back(by.input);
    out.push_back({{"name", asset.name},
                   {"first", format_rfc3339(asset.first)},
                   {"last", format_rfc3339(asset.last)},
                   {"events", asset.events},
                   {"first_seq", asset.first_seq},
                   {"last_seq", asset.last_seq},
                   {"inputs", std::move(inputs)}});
  }
  const inventory::Follower::Lag lag = parts.inventory_follower.lag();
  return json{{"assets", std::move(out)},
              {"total", total.names},
              {"events_not_listed", total.events_not_listed},
              {"lag_lines", lag.lines},
              {"problem", lag.problem}};
}

json token_json(const access::Token& token) {
  const auto time = [](Timestamp t) { return t.known() ? json(format_rfc3339(t)) : json(); };
  return {{"id", token.id},
          {"name", token.name},
          {"scopes", access::to_string(token.scopes)},
          {"created", time(token.created)},
          {"expires", time(token.expires)},
          {"last_used", time(token.last_used)},
          {"revoked", time(token.revoked)}};
}

/// The secret of a token is in the answer only, never in the audit line.
Result<access::NewToken> add_token(Parts& parts, const control::Call& call, const std::string& name,
                                   const std::string& scope_words, Timestamp expires) {
  TRY_ASSIGN(const access::ScopeSet scopes, access::parse_scopes(scope_words));
  json detail = {{"name", name}, {"scopes", access::to_string(scopes)}};
  if (expires.known()) detail["expires"] = format_rfc3339(expires);
  TRY(parts.audit.before("token.add", actor_of(call), detail));
  return parts.tokens.add(name, scopes, expires);
}

Result<json> token_add(Parts& parts, const json& request, const control::Call& call) {
  Timestamp expires = Timestamp::none();
  if (const std::string text = request.value("expires", ""); !text.empty()) {
    const auto parsed = parse_time(text);
    if (!parsed) return fail(ErrorCode::InvalidInput, "not a time: " + text);
    expires = *parsed;
  }
  TRY_ASSIGN(const access::NewToken made, add_token(parts, call, request.at("name").get<std::string>(),
                                                    request.at("scopes").get<std::string>(), expires));
  json out = token_json(made.token);
  out["token"] = made.text;
  return out;
}

Result<json> token_list(Parts& parts) {
  json tokens = json::array();
  for (const access::Token& token : parts.tokens.list()) tokens.push_back(token_json(token));
  return json{{"tokens", std::move(tokens)}};
}

Result<json> token_revoke(Parts& parts, const json& request, const control::Call& call) {
  const std::string id = request.at("id").get<std::string>();
  const auto tokens = parts.tokens.list();
  if (std::ranges::find(tokens, id, &access::Token::id) == tokens.end())
    return fail(ErrorCode::NotFound, "there is no token " + id);
  TRY(parts.audit.before("token.revoke", actor_of(call), {{"id", id}}));
  TRY(parts.tokens.revoke(id));
  return json::object();
}

json source_json(const config::Source& source) {
  return {{"name", source.name},
          {"kind", source.kind},
          {"input", source.input},
          {"networks", texts(source.networks)},
          {"class", to_string(source.source_class)}};
}

Result<config::Source> source_of(const json& request) {
  config::Source source;
  source.name = request.at("name").get<std::string>();
  source.kind = request.at("kind").get<std::string>();
  source.input = request.at("input").get<std::string>();
  for (const std::string& text : request.at("networks").get<std::vector<std::string>>()) {
    TRY_ASSIGN(const net::Network network, net::parse_network(text));
    source.networks.push_back(network);
  }
  const auto source_class = event::parse_source_class(request.value("class", "other"));
  if (!source_class) return fail(ErrorCode::InvalidInput, "class: there is no such source class");
  source.source_class = *source_class;
  return source;
}

/// The file is checked together with all others before it counts; one that does not pass leaves no trace.
Result<void> write_drop_in(Parts& parts, const config::Source& source) {
  std::error_code error;
  std::filesystem::create_directories(parts.folder.drop_ins(), error);
  const auto path = parts.folder.drop_ins() / ("source-" + source.name + ".toml");
  TRY(write_file_atomic(path, config::to_toml(source)));
  if (auto reloaded = parts.reload_config(); !reloaded) {
    std::filesystem::remove(path, error);
    (void)parts.reload_config();
    return std::unexpected(std::move(reloaded).error());
  }
  return {};
}

Result<json> sources_add(Parts& parts, const json& request, const control::Call& call) {
  TRY_ASSIGN(const config::Source source, source_of(request));
  const std::vector<config::NamedText> alone = {{"source", config::to_toml(source)}};
  if (const auto checked = config::parse(alone); !checked)
    return fail(ErrorCode::InvalidInput, checked.error().front().key + ": " + checked.error().front().message);
  for (const config::Source& other : parts.config().sources)
    if (other.name == source.name)
      return fail(ErrorCode::Conflict, "a source \"" + source.name + "\" is there already; give another --name");
  TRY(parts.audit.before("sources.add", actor_of(call), source_json(source)));
  TRY(write_drop_in(parts, source));
  TRY_ASSIGN(const std::vector<std::string> problems, parts.supervisor.reload_listeners());
  json out = source_json(source);
  out["problems"] = json::array();
  for (const std::string& problem : problems)
    if (problem.starts_with(source.input + ":")) out["problems"].push_back(problem);
  out["address"] = parts.inputs.address_of(source.input);
  out["ca"] = parts.ca_pem;
  if (const std::string scope = request.value("scope", ""); !scope.empty()) {
    TRY_ASSIGN(const access::NewToken made, add_token(parts, call, source.name, scope, Timestamp::none()));
    out["token"] = made.text;
  }
  return out;
}

Result<json> sources_list(Parts& parts) {
  json sources = json::array();
  for (const config::Source& source : parts.config().sources) sources.push_back(source_json(source));
  return json{{"sources", std::move(sources)}};
}

Result<json> sources_remove(Parts& parts, const json& request, const control::Call& call) {
  const std::string name = request.at("name").get<std::string>();
  const auto sources = parts.config().sources;
  if (std::ranges::find(sources, name, &config::Source::name) == sources.end())
    return fail(ErrorCode::NotFound, "there is no source " + name);
  const auto path = parts.folder.drop_ins() / ("source-" + name + ".toml");
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return fail(ErrorCode::Conflict, name + " stands in yorozu.toml: take it out there");
  TRY(parts.audit.before("sources.remove", actor_of(call), {{"name", name}}));
  std::filesystem::remove(path, error);
  if (error) return fail(ErrorCode::Io, path.string() + ": " + error.message());
  TRY(parts.reload_config());
  TRY(parts.supervisor.reload_listeners());
  return json::object();
}

json changes_json(const RuleChanges& changes) {
  return {{"added", changes.added}, {"changed", changes.changed},   {"removed", changes.removed},
          {"rules", changes.rules}, {"problems", changes.problems}, {"problem_count", changes.problem_count}};
}

Result<json> rules_update(Parts& parts, const json& request, control::Call& call) {
  const Fd file = call.take_file();
  if (!file) return fail(ErrorCode::InvalidInput, "the rules are missing");
  if (request.value("dry_run", false)) {
    TRY_ASSIGN(const RuleChanges changes, parts.rules.compare(file));
    return changes_json(changes);
  }
  TRY(parts.audit.before("rules.update", actor_of(call),
                         {{"from", request.value("from", "")},
                          {"sha256", request.value("sha256", "")},
                          {"checked", request.value("checked", "")}}));
  TRY_ASSIGN(const RuleChanges changes,
             parts.rules.update(file, [&](auto rules) { return parts.pipeline.reload(std::move(rules)); }));
  return changes_json(changes);
}

}  // namespace

std::vector<std::string> texts(const std::vector<net::Network>& networks) {
  std::vector<std::string> out;
  for (const net::Network& network : networks) out.push_back(network.text());
  return out;
}

Actor actor_of(const control::Call& call) {
  return {call.peer().uid, call.peer().pid, {}};
}

std::map<std::string, control::Handler> make_handlers(Parts& parts) {
  std::map<std::string, control::Handler> out;
  out["status"] = [&parts](const json&, control::Call&) -> Result<json> { return status(parts); };
  out["inventory.list"] = [&parts](const json& request, control::Call&) { return inventory_list(parts, request); };
  out["archive.list"] = [&parts](const json&, control::Call&) { return archive_list(parts); };
  out["archive.plan"] = [&parts](const json&, control::Call&) -> Result<json> {
    return retention_json(parts.folder, parts.archive.segments(), parts.config().archive, parts.now());
  };
  out["archive.seal"] = [&parts](const json&, control::Call& call) { return archive_seal(parts, call); };
  out["token.add"] = [&parts](const json& request, control::Call& call) { return token_add(parts, request, call); };
  out["token.list"] = [&parts](const json&, control::Call&) { return token_list(parts); };
  out["token.revoke"] = [&parts](const json& request, control::Call& call) {
    return token_revoke(parts, request, call);
  };
  // Two additions at a time would read each other's half-written state.
  const auto one_at_a_time = std::make_shared<std::mutex>();
  out["sources.add"] = [&parts, one_at_a_time](const json& request, control::Call& call) {
    const std::lock_guard lock(*one_at_a_time);
    return sources_add(parts, request, call);
  };
  out["sources.list"] = [&parts](const json&, control::Call&) { return sources_list(parts); };
  out["sources.remove"] = [&parts, one_at_a_time](const json& request, control::Call& call) {
    const std::lock_guard lock(*one_at_a_time);
    return sources_remove(parts, request, call);
  };
  out["rules.update"] = [&parts](const json& request, control::Call& call) {
    return rules_update(parts, request, call);
  };
  out["rules.blind"] = [&parts](const json&, control::Call&) -> Result<json> { return blind_rules(parts); };
  add_search_handlers(parts, out);
  return out;
}

}  // namespace yorozu::serve
