/// docs/openapi.yaml and the server, held together in both directions.
#include <set>

#include "api/route_table.h"
#include "api/test_api.h"

namespace yorozu::api {
namespace {

using testing::Description;
using testing::RequestMaker;

TEST(ApiDescription, ServerAndTextHaveTheSameRoutesScopesAndWords) {
  const Description& description = Description::instance();
  std::set<std::string> served, described;
  for (const std::string& name : description.operations()) described.insert(name);
  for (const ApiRoute& route : route_table()) {
    const std::string name = std::string(route.method) + " " + std::string(route.path);
    EXPECT_TRUE(served.insert(name).second) << name << " is there twice";
    if (!described.contains(name)) continue;  // told below
    const nlohmann::json& operation = description.operation(name);
    EXPECT_EQ(operation.value("summary", ""), route.summary) << name;
    const bool is_open = route.admit == Admit::Everybody;
    EXPECT_EQ(operation.value("x-scope", ""), is_open ? "" : access::to_string(route.scope)) << name;
    EXPECT_EQ(operation.value("x-loopback", false), route.admit == Admit::TokenOrLoopback) << name;
    EXPECT_EQ(operation.contains("security"), is_open) << name << ": only an open route says so";
  }
  EXPECT_EQ(served, described);
}

TEST(ApiDescription, EveryParameterOfAPathIsDescribedAndEveryReferenceLeadsSomewhere) {
  const Description& description = Description::instance();
  std::set<std::string> ids;
  for (const std::string& name : description.operations()) {
    EXPECT_TRUE(ids.insert(description.operation(name)["operationId"]).second) << name;
    std::set<std::string> in_path;
    for (const nlohmann::json& parameter : description.parameters(name))
      if (parameter["in"] == "path") in_path.insert("{" + parameter["name"].get<std::string>() + "}");
    for (std::size_t at = 0; (at = name.find('{', at)) != std::string::npos; ++at)
      EXPECT_EQ(in_path.erase(name.substr(at, name.find('}', at) - at + 1)), 1U) << name;
    EXPECT_TRUE(in_path.empty()) << name;
  }
  const auto walk = [&](const auto& self, const nlohmann::json& node) -> void {
    if (node.is_object() && node.contains("$ref")) {
      EXPECT_NO_THROW(description.resolved(node)) << node;
    }
    for (const nlohmann::json& child : node)
      if (child.is_structured()) self(self, child);
  };
  walk(walk, description.document());
}

TEST(ApiDescription, TheCheckSeesWhatDoesNotFit) {
  const Description& description = Description::instance();
  const nlohmann::json schema = {
      {"type", "object"},
      {"required", {"a"}},
      {"additionalProperties", false},
      {"properties",
       {{"a", {{"type", "integer"}, {"minimum", 1}}}, {"b", {{"type", "array"}, {"items", {{"type", "string"}}}}}}}};
  EXPECT_EQ(description.check(schema, {{"a", 1}, {"b", {"x"}}}), "");
  for (const char* wrong : {"{}", R"({"a":0})", R"({"a":"1"})", R"({"a":1,"c":2})", R"({"a":1,"b":[1]})", "[]"})
    EXPECT_NE(description.check(schema, nlohmann::json::parse(wrong)), "") << wrong;
  EXPECT_NE(description.check({{"tpye", "object"}}, {}), "") << "a keyword that is not known";
  EXPECT_NE(description.problem_with("GET /healthz", 200, "application/json", R"({"status":"bad"})"), "");
  EXPECT_NE(description.problem_with("GET /healthz", 201, "application/json", R"({"status":"ok"})"), "");
  EXPECT_NE(description.problem_with("GET /healthz", 200, "text/plain", "ok"), "");
}

class RandomRequests : public testing::ApiTest {};

TEST_F(RandomRequests, NeverGiveAnAnswerThatIsNotDescribed) {
  for (int i = 0; i < 20; ++i) events_.add("event " + std::to_string(i) + " error");
  const char* given = std::getenv("YOROZU_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20261125;
  RecordProperty("seed", std::to_string(seed));
  RequestMaker maker(seed);
  const Description& description = Description::instance();
  std::map<unsigned, int> statuses;
  for (int round = 0; round < 40; ++round)
    for (const std::string& name : description.operations()) {
      const RequestMaker::Made made = maker.make(description, name);
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + made.method + " " + made.target + "\n" + made.headers +
                   made.body);
      auto c = client(admin_);
      const auto answer = c.ask(made.method, made.target, made.body, made.headers);
      ++statuses[answer.status];
      EXPECT_LT(answer.status, 500U) << answer.body;
      check(made.method, made.target, answer);
      if (HasFailure()) return;
    }
  EXPECT_GT(statuses[200], 100);
  EXPECT_GT(statuses[400], 20);
}

}  // namespace
}  // namespace yorozu::api
