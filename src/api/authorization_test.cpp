/// Every route with every kind of token: who is let in is what the table says, and nobody else.
#include "api/route_table.h"
#include "api/test_api.h"

namespace yorozu::api {
namespace {

using access::Scope;

class Authorization : public testing::ApiTest {
 protected:
  static std::string target_of(const ApiRoute& route) {
    std::string target(route.path);
    for (std::size_t at = 0; (at = target.find('{')) != std::string::npos;)
      target.replace(at, target.find('}') - at + 1, "x");
    return target;
  }
  /// Status of the route with that token, as far as admission decides it.
  unsigned asked(const ApiRoute& route, const std::string& token, unsigned& status) const {
    const auto answer = client(token).ask(route.method, target_of(route));
    check(route.method, target_of(route), answer);
    return status = answer.status;
  }
  bool is_admitted(const ApiRoute& route, const std::string& token, unsigned refusal) const {
    unsigned status = 0;
    asked(route, token, status);
    if (status == refusal) return false;
    EXPECT_NE(status, 401U) << route.method << " " << route.path;
    EXPECT_NE(status, 403U) << route.method << " " << route.path;
    EXPECT_NE(status, 0U) << route.method << " " << route.path;
    return true;
  }
  static bool lets_in(const ApiRoute& route, Scope scope) {
    return route.admit == Admit::Everybody || access::ScopeSet().add(scope).allows(route.scope);
  }
};

TEST_F(Authorization, EveryRouteWithEveryScope) {
  for (const Scope scope : access::kAllScopes) {
    const std::string good = token(access::to_string(scope));
    for (const ApiRoute& route : route_table())
      EXPECT_EQ(is_admitted(route, good, 403), lets_in(route, scope))
          << access::to_string(scope) << ": " << route.method << " " << route.path;
  }
}

TEST_F(Authorization, NoRouteTakesNoTokenAWrongAnExpiredOrARevokedOne) {
  access::ScopeSet all;
  for (const Scope scope : access::kAllScopes) all.add(scope);
  const std::string expired = token(access::to_string(all), {now_us_ + 1});
  const std::string revoked = token(access::to_string(all));
  for (const access::Token& each : tokens_->list())
    if (revoked.find(each.id) != std::string::npos) {
      ASSERT_TRUE(tokens_->revoke(each.id));
    }
  now_us_ += 1'000'000;
  std::string wrong = admin_;
  wrong.back() = wrong.back() == 'a' ? 'q' : 'a';
  for (const ApiRoute& route : route_table()) {
    const bool is_open = route.admit == Admit::Everybody;
    for (const std::string& bad : {expired, revoked, wrong, std::string("yrz_"), std::string("x")})
      EXPECT_EQ(is_admitted(route, bad, 401), is_open) << route.method << " " << route.path << " " << bad;
    // The tests speak from this machine, where one route needs no token; one that is shown must be good all the same.
    EXPECT_EQ(is_admitted(route, "", 401), is_open || route.admit == Admit::TokenOrLoopback) << route.path;
  }
}

TEST_F(Authorization, OnlyTheBearerSchemeCounts) {
  http::testing::TestClient c = client("");
  c.authorization = "Basic " + admin_;
  EXPECT_EQ(c.ask("GET", "/api/v1/status").status, 401U);
  c.authorization = "bearer " + admin_;
  EXPECT_EQ(c.ask("GET", "/api/v1/status").status, 200U);
  c.authorization = "";
  EXPECT_EQ(c.ask("GET", "/api/v1/status?token=" + admin_).status, 401U);
}

TEST_F(Authorization, ARefusalNamesTheScopeAndHowToAskAndTheUseOfATokenIsNoted) {
  const auto refused = client(token("search")).ask("GET", "/api/v1/status");
  EXPECT_THAT(refused.body, ::testing::HasSubstr("scope status"));
  EXPECT_THAT(client("").ask("GET", "/api/v1/status").header("WWW-Authenticate"), ::testing::HasSubstr("Bearer"));
  ask("GET", "/api/v1/status");
  for (const access::Token& each : tokens_->list())
    if (admin_.find(each.id) != std::string::npos) {
      EXPECT_EQ(each.last_used.us, now_us_);
    }
}

TEST_F(Authorization, ASearchCarriesWhoAsked) {
  ask("GET", "/api/v1/search");
  EXPECT_NE(admin_.find(search_.last_principal()), std::string::npos);
  EXPECT_EQ(search_.last_principal().size(), 12U);
}

}  // namespace
}  // namespace yorozu::api
