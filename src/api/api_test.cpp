/// What programs see: searches, tails, saved searches, state, rules, figures.
#include <regex>
#include <set>

#include "api/test_api.h"
#include "http/request_parser.h"
#include "http/websocket_frame.h"
#include "net/test_client.h"

namespace yorozu::api {
namespace {

using http::testing::TestAnswer;
using http::testing::TestClient;
using net::testing::eventually;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class Api : public testing::ApiTest {
 protected:
  void add_events(int n) {
    for (int i = 1; i <= n; ++i) events_.add("event " + std::to_string(i) + (i % 2 == 0 ? " right" : " left"));
  }
  static std::vector<std::string> kinds_of(const TestAnswer& answer) {
    std::vector<std::string> kinds;
    std::istringstream lines(answer.body);
    for (std::string line; std::getline(lines, line);) kinds.push_back(json::parse(line).begin().key());
    return kinds;
  }
  static std::vector<std::uint64_t> seqs_of(const json& rows) {
    std::vector<std::uint64_t> seqs;
    for (const json& row : rows) seqs.push_back(row["seq"]);
    return seqs;
  }
};

TEST_F(Api, ASearchIsAStreamOfLinesNewestFirst) {
  add_events(4);
  const TestAnswer answer = ask("POST", "/api/v1/search", R"({"query":"right","histogram":true})");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.header("Content-Type"), "application/jsonl");
  EXPECT_THAT(kinds_of(answer), ElementsAre("row", "row", "progress", "histogram", "done"));
  EXPECT_LT(answer.body.find("event 4"), answer.body.find("event 2"));
  EXPECT_EQ(ask("GET", "/api/v1/search?q=right&histogram=true").body, answer.body);
}

TEST_F(Api, PagesFollowEachOtherUntilNothingIsLeft) {
  add_events(5);
  std::vector<std::uint64_t> all;
  std::string cursor;
  for (int pages = 0; pages < 3; ++pages) {
    const TestAnswer answer = ask("GET", "/api/v1/search?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor), {},
                                  "Accept: application/json\r\n");
    const json page = json_of(answer);
    for (const std::uint64_t seq : seqs_of(page["rows"])) all.push_back(seq);
    events_.add("event that came meanwhile");
    if (page["next"].is_null()) break;
    cursor = page["next"];
  }
  EXPECT_THAT(all, ElementsAre(5, 4, 3, 2, 1));
  EXPECT_EQ(ask("GET", "/api/v1/search?q=other&cursor=" + cursor, {}, "Accept: application/json\r\n").status, 400U)
      << "a cursor is good for its own question";
}

TEST_F(Api, APageOfManyBytesEndsEarlyAndTheNextOneGoesOn) {
  for (int i = 0; i < 6; ++i) events_.add(std::string(3'000'000, 'x'));
  const json page = json_of(ask("GET", "/api/v1/search?limit=10", {}, "Accept: application/json\r\n"));
  EXPECT_THAT(seqs_of(page["rows"]), ElementsAre(6, 5));
  const std::string next = page["next"];
  EXPECT_THAT(seqs_of(json_of(
                  ask("GET", "/api/v1/search?limit=10&cursor=" + next, {}, "Accept: application/json\r\n"))["rows"]),
              ElementsAre(4, 3));
}

TEST_F(Api, ASearchEndsWhenItsClientGoesAway) {
  add_events(1);
  search_.is_endless = true;
  for (const char* accept : {"application/jsonl", "application/json"}) {
    {
      TestClient c = client(admin_);
      c.send("GET", "/api/v1/search", {}, std::string("Accept: ") + accept + "\r\n");
      ASSERT_TRUE(eventually([&] { return search_.running == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return search_.running == 0; })) << accept;
  }
  EXPECT_EQ(search_.cancelled, 2);
}

TEST_F(Api, ASearchThatBreaksSaysSoInItsLastLine) {
  add_events(1);
  search_.is_broken = true;
  EXPECT_THAT(kinds_of(ask("GET", "/api/v1/search")), ElementsAre("row", "progress", "error"));
  std::mutex mutex;
  std::string told;
  ApiOptions options{.requests_per_address = 0, .requests_per_token = 0};
  options.report = [&](std::string_view id, std::string_view why) {
    const std::lock_guard lock(mutex);
    told = std::string(id) + " " + std::string(why);
  };
  open(std::move(options));
  const TestAnswer answer = client(admin_).ask("GET", "/api/v1/search", {}, "Accept: application/json\r\n");
  EXPECT_EQ(answer.status, 500U);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(told, answer.header("X-Request-Id") + " the search ended before its answer did");
}

TEST_F(Api, TooManySearchesAreToldToComeLater) {
  search_.is_full = true;
  const TestAnswer answer = ask("GET", "/api/v1/search");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.header("Retry-After"), "1");
}

TEST_F(Api, AWrongQueryHasItsPlaceInBothLanguages) {
  const TestAnswer english = ask("GET", "/api/v1/search?q=a%20%22b");
  EXPECT_EQ(english.status, 400U);
  const json problem = json_of(english);
  EXPECT_EQ(problem["type"], "urn:yorozu:problem:bad-query");
  EXPECT_EQ(problem["position"], 2);
  EXPECT_EQ(problem["reason"], "unclosed_quote");
  EXPECT_EQ(problem["request_id"], english.header("X-Request-Id"));
  EXPECT_THAT(problem["detail"].get<std::string>(), HasSubstr("position 3"));
  EXPECT_THAT(ask("GET", "/api/v1/search?q=a%20%22b", {}, "Accept-Language: ja,en;q=0.5\r\n").body,
              HasSubstr("検索式の3文字目"));
}

TEST_F(Api, WhatIsNotKnownIsRefusedAndNamed) {
  EXPECT_THAT(ask("GET", "/api/v1/search?query=a").body, HasSubstr("no parameter query"));
  EXPECT_THAT(ask("GET", "/api/v1/search?limit=0").body, HasSubstr("from 1 to"));
  EXPECT_EQ(ask("GET", "/api/v1/search?from=yesterday").status, 400U);
  EXPECT_EQ(ask("GET", "/api/v1/search?zone=Mars").status, 400U);
  EXPECT_EQ(ask("POST", "/api/v1/search", "[]").status, 400U);
  EXPECT_EQ(ask("POST", "/api/v1/search", R"({"query":{}})").status, 400U);
  EXPECT_EQ(ask("POST", "/api/v1/search", "{}", "Content-Type: text/plain\r\n").status, 415U);
  EXPECT_EQ(ask("GET", "/api/v1/search", {}, "Accept: text/html\r\n").status, 406U);
  EXPECT_EQ(ask("POST", "/api/v1/search", std::string(300'000, 'x')).status, 413U);
}

TEST_F(Api, AHistogramCountsAllThatMatches) {
  add_events(4);
  const json histogram = json_of(ask("GET", "/api/v1/histogram?q=right&from=now-24h"));
  EXPECT_EQ(histogram["buckets"][0][1], 2);
}

TEST_F(Api, AnEventComesWithThoseAroundIt) {
  add_events(5);
  const json found = json_of(ask("GET", "/api/v1/events/2?before=5&after=2"));
  EXPECT_EQ(found["event"]["seq"], 2);
  EXPECT_THAT(seqs_of(found["before"]), ElementsAre(1));
  EXPECT_THAT(seqs_of(found["after"]), ElementsAre(3, 4));
  EXPECT_EQ(ask("GET", "/api/v1/events/9").status, 404U);
  EXPECT_EQ(ask("GET", "/api/v1/events/x").status, 400U);
  EXPECT_EQ(ask("GET", "/api/v1/events/2?before=101").status, 400U);
}

class ApiTail : public Api {
 protected:
  TestClient tail(const std::string& target, const std::string& headers = {}) const {
    TestClient c = client(headers.empty() ? admin_ : "");
    c.send("GET", target, {},
           "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
               headers);
    return c;
  }
  static std::string message(TestClient& c) {
    const std::string head = c.take(2);
    if (head.size() < 2) return "";
    std::size_t size = static_cast<unsigned char>(head[1]);
    if (size == 126) {
      const std::string more = c.take(2);
      size = static_cast<std::size_t>(static_cast<unsigned char>(more[0])) << 8 | static_cast<unsigned char>(more[1]);
    }
    return c.take(size);
  }
};

TEST_F(ApiTail, EventsArriveAsTheyAreKept) {
  add_events(3);
  TestClient c = tail("/api/v1/tail?q=right");
  EXPECT_EQ(c.receive_head().status, 101U);
  add_events(2);
  const json line = json::parse(message(c));
  EXPECT_EQ(line["row"]["seq"], 5);
  TestClient from = tail("/api/v1/tail?from_seq=1");
  EXPECT_EQ(from.receive_head().status, 101U);
  EXPECT_EQ(json::parse(message(from))["row"]["seq"], 1);
}

TEST_F(ApiTail, ABrowserShowsItsTokenAmongTheProtocols) {
  TestClient c = tail("/api/v1/tail", "Sec-WebSocket-Protocol: yorozu.v1, " + admin_ + "\r\n");
  const TestAnswer answer = c.receive_head();
  EXPECT_EQ(answer.status, 101U);
  EXPECT_EQ(answer.header("Sec-WebSocket-Protocol"), "yorozu.v1");
  EXPECT_EQ(tail("/api/v1/tail", "Sec-WebSocket-Protocol: yorozu.v1, yrz_no\r\n").receive().status, 401U);
}

TEST_F(ApiTail, ItEndsWithItsClient) {
  {
    TestClient c = tail("/api/v1/tail");
    EXPECT_EQ(c.receive_head().status, 101U);
    EXPECT_EQ(tail_.running, 1);
  }
  EXPECT_TRUE(eventually([&] { return tail_.running == 0; }));
}

TEST_F(ApiTail, OneThatDoesNotReadIsLetGoAndCounted) {
  TestClient c = tail("/api/v1/tail");
  EXPECT_EQ(c.receive_head().status, 101U);
  for (int i = 0; i < 200; ++i) events_.add(std::string(60'000, 'x'));
  EXPECT_TRUE(eventually([&] { return tail_.running == 0; }));
  EXPECT_THAT(ask("GET", "/metrics").body, HasSubstr("yorozu_tails_too_slow_total 1\n"));
}

TEST_F(ApiTail, AskedWronglyItIsAnsweredInHttp) {
  EXPECT_EQ(ask("GET", "/api/v1/tail").status, 426U);
  EXPECT_EQ(tail("/api/v1/tail?q=%22").receive().status, 400U);
  EXPECT_EQ(tail("/api/v1/tail?q=a%20%7C%20stats%20count").receive().status, 400U);
  open({.tails = 0});
  EXPECT_EQ(tail("/api/v1/tail").receive().status, 503U);
}

TEST_F(Api, SavedSearchesHaveVersions) {
  const std::string path = "/api/v1/saved-searches/failed-logons";
  EXPECT_EQ(ask("GET", path).status, 404U);
  const TestAnswer made = ask("PUT", path, R"({"name":"失敗したログオン","query":"failed","from":"now-24h"})");
  EXPECT_EQ(made.status, 201U);
  EXPECT_EQ(made.header("ETag"), "\"1\"");
  EXPECT_EQ(made.header("Location"), path);
  EXPECT_EQ(ask("PUT", path, R"({"name":"a","query":"b"})", "If-None-Match: *\r\n").status, 412U);
  EXPECT_EQ(ask("PUT", path, R"({"name":"a","query":"b"})", "If-Match: \"1\"\r\n").status, 200U);
  EXPECT_EQ(ask("PUT", path, R"({"name":"a","query":"c"})", "If-Match: \"1\"\r\n").status, 412U);
  EXPECT_EQ(ask("PUT", path, R"({"name":"a","query":"(c"})").status, 400U);
  EXPECT_EQ(ask("PUT", path, R"({"name":"","query":"c"})").status, 400U);
  const TestAnswer read = ask("GET", path);
  EXPECT_EQ(json_of(read)["query"], "b");
  EXPECT_EQ(ask("GET", path, {}, "If-None-Match: " + read.header("ETag") + "\r\n").status, 304U);
  EXPECT_EQ(json_of(ask("GET", "/api/v1/saved-searches"))["saved_searches"].size(), 1U);
  EXPECT_EQ(ask("DELETE", path, {}, "If-Match: \"1\"\r\n").status, 412U);
  EXPECT_EQ(ask("DELETE", path).status, 204U);
  EXPECT_EQ(ask("DELETE", path).status, 404U);
  EXPECT_EQ(ask("GET", "/api/v1/saved-searches/UPPER").status, 400U);
}

TEST_F(Api, ARepeatedPostMakesOneSavedSearch) {
  const std::string key = "Idempotency-Key: k1\r\n";
  const TestAnswer first = ask("POST", "/api/v1/saved-searches", R"({"name":"a","query":"b"})", key);
  EXPECT_EQ(first.status, 201U);
  const TestAnswer again = ask("POST", "/api/v1/saved-searches", R"({"name":"a","query":"b"})", key);
  EXPECT_EQ(again.status, 201U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(ask("POST", "/api/v1/saved-searches", R"({"name":"a","query":"c"})", key).status, 422U);
  EXPECT_EQ(ask("POST", "/api/v1/saved-searches", R"({"name":"a","query":"b"})").status, 201U);
  EXPECT_EQ(json_of(ask("GET", "/api/v1/saved-searches"))["saved_searches"].size(), 2U);
}

TEST_F(Api, PolledAnswersAreSentWhenTheyChanged) {
  for (const char* path : {"/api/v1/status", "/api/v1/sources", "/api/v1/archive", "/api/v1/rules",
                           "/api/v1/rules/cannot-fire", "/api/v1/inventory/hosts", "/api/v1/openapi.yaml"}) {
    const TestAnswer first = ask("GET", path);
    EXPECT_EQ(first.status, 200U) << path;
    const TestAnswer second = ask("GET", path, {}, "If-None-Match: " + first.header("ETag") + "\r\n");
    EXPECT_EQ(second.status, 304U) << path;
    EXPECT_EQ(second.body, "");
  }
}

TEST_F(Api, TheArchiveShowsWhatGoesNext) {
  const json archive = json_of(ask("GET", "/api/v1/archive"));
  EXPECT_EQ(archive["groups"][0]["group"], "network");
  EXPECT_EQ(archive["groups"][0]["expiries"].size(), 1U);
  EXPECT_EQ(archive["groups"][3]["keep_days"], 0);
  EXPECT_EQ(archive["damages"][0]["kind"], "torn-tail");
}

TEST_F(Api, RulesHavePagesAndWords) {
  const json first = json_of(ask("GET", "/api/v1/rules?limit=1"));
  EXPECT_EQ(first["rules"][0]["title"], "Shell");
  const json second = json_of(ask("GET", "/api/v1/rules?limit=1&cursor=" + first["next"].get<std::string>()));
  EXPECT_EQ(second["rules"][0]["title"], "DNS");
  EXPECT_TRUE(second["next"].is_null());
  EXPECT_EQ(json_of(ask("GET", "/api/v1/rules?level=high"))["total"], 1);
  EXPECT_EQ(ask("GET", "/api/v1/rules?level=loud").status, 400U);
  EXPECT_THAT(json_of(ask("GET", std::string("/api/v1/rules/") + testing::kRuleId))["words"].get<std::string>(),
              HasSubstr("cmd.exe"));
  EXPECT_EQ(ask("GET", "/api/v1/rules/none").status, 404U);
  const json blind = json_of(ask("GET", "/api/v1/rules/cannot-fire"));
  EXPECT_EQ(blind["reasons"]["no-such-events"], 1);
  EXPECT_EQ(blind["rules"][0]["title"], "DNS");
}

TEST_F(Api, ARuleSaysWhyItMatches) {
  const std::string path = std::string("/api/v1/rules/") + testing::kRuleId + "/why";
  const auto event = [](const char* image) {
    const json document = {{"Event",
                            {{"System", {{"Channel", "Microsoft-Windows-Sysmon/Operational"}, {"EventID", 1}}},
                             {"EventData", {{"Image", image}}}}}};
    return json{{"raw", document.dump()}, {"input", "json"}}.dump();
  };
  const json yes = json_of(ask("POST", path, event("C:\\Windows\\cmd.exe")));
  EXPECT_EQ(yes["matches"], true) << yes;
  EXPECT_THAT(yes.dump(), HasSubstr("C:\\\\Windows\\\\cmd.exe"));
  EXPECT_EQ(json_of(ask("POST", path, event("C:\\a.exe")))["matches"], false);
  events_.add("<34>Oct 11 22:14:15 fw1 su: failed");
  EXPECT_EQ(json_of(ask("POST", path, R"({"seq":1})"))["logsource"]["matches"], false);
  EXPECT_EQ(ask("POST", path, R"({"seq":2})").status, 404U);
  EXPECT_EQ(ask("POST", path, "{}").status, 400U);
}

TEST_F(Api, TheInventoryHasPages) {
  const json first = json_of(ask("GET", "/api/v1/inventory/hosts?limit=2"));
  EXPECT_EQ(first["assets"][1]["name"], "beta");
  const std::string next = first["next"];
  const json second = json_of(ask("GET", "/api/v1/inventory/hosts?limit=2&cursor=" + next));
  EXPECT_EQ(second["assets"][0]["name"], "gamma");
  EXPECT_TRUE(second["next"].is_null());
  EXPECT_EQ(ask("GET", "/api/v1/inventory/users?cursor=" + next).status, 400U);
  EXPECT_EQ(ask("GET", "/api/v1/inventory/cars").status, 404U);
}

TEST_F(Api, ReadinessNamesWhatStandsInTheWay) {
  EXPECT_EQ(ask("GET", "/healthz").status, 200U);
  EXPECT_EQ(ask("GET", "/readyz").status, 200U);
  state_.is_disk_full = true;
  const TestAnswer full = ask("GET", "/readyz");
  EXPECT_EQ(full.status, 503U);
  EXPECT_EQ(json_of(full)["obstacles"], json::array({"disk"}));
}

TEST_F(Api, RatesAreLimitedByTokenAndByAddress) {
  open({.requests_per_address = 0, .requests_per_token = 2});
  EXPECT_EQ(ask("GET", "/api/v1/status").header("RateLimit"), "\"token\";r=1;t=0");
  EXPECT_EQ(ask("GET", "/api/v1/status").status, 200U);
  const TestAnswer limited = ask("GET", "/api/v1/status");
  EXPECT_EQ(limited.status, 429U);
  EXPECT_EQ(limited.header("Retry-After"), "30");
  EXPECT_EQ(client(token("status")).ask("GET", "/api/v1/status").status, 200U);
  now_us_ += 60'000'000;
  EXPECT_EQ(ask("GET", "/api/v1/status").status, 200U);

  open({.requests_per_address = 3, .requests_per_token = 0});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client("yrz_guess").ask("GET", "/api/v1/status").status, 401U);
  EXPECT_EQ(ask("GET", "/api/v1/status").status, 429U) << "guessing tokens is slow";
}

/// Metrics of the exposition: name of each sample, checked as it is read.
std::set<std::string> exported(const std::string& text) {
  static const std::regex line(R"re(^([a-z_]+)(\{[a-z]+="([^"\\\n]|\\.)*"\})? (-?[0-9.e+-]+)$)re");
  std::set<std::string> names, typed;
  std::istringstream lines(text);
  for (std::string each; std::getline(lines, each);) {
    std::smatch parts;
    if (each.starts_with("# TYPE ")) {
      const std::string name = each.substr(7, each.find(' ', 7) - 7);
      EXPECT_TRUE(typed.insert(name).second) << each;
      EXPECT_EQ(each.ends_with(" counter"), name.ends_with("_total")) << each;
    } else if (!each.starts_with("# HELP ")) {
      EXPECT_TRUE(std::regex_match(each, parts, line)) << each;
      if (!parts.empty()) names.insert(parts[1]);
    }
  }
  EXPECT_EQ(names, typed);
  return names;
}

TEST_F(Api, MetricsReadAsPrometheusReadsThemAndTheDashboardAsksForNoOthers) {
  const TestAnswer answer = ask("GET", "/metrics");
  EXPECT_EQ(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("yorozu_input_received_total{input=\"syslog.udp\"} 10\n"));
  const std::set<std::string> names = exported(answer.body);
  const auto dashboard = read_file(YOROZU_SOURCE_DIR "/docs/grafana/yorozu.json");
  ASSERT_TRUE(dashboard);
  const json board = json::parse(*dashboard);
  EXPECT_GT(board["panels"].size(), 8U);
  std::size_t asked = 0;
  const std::regex metric("yorozu_[a-z_]+");
  for (const json& panel : board["panels"])
    for (const json& target : panel.value("targets", json::array())) {
      const std::string expression = target["expr"];
      for (auto at = std::sregex_iterator(expression.begin(), expression.end(), metric); at != std::sregex_iterator();
           ++at, ++asked)
        EXPECT_TRUE(names.contains(at->str())) << at->str();
    }
  EXPECT_GT(asked, 10U);
}

TEST_F(Api, HeadHasTheHeadersOfGet) {
  const TestAnswer answer = ask("HEAD", "/api/v1/status");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_NE(answer.header("ETag"), "");
}

TEST_F(Api, ItGoesWhileSearchesAndTailsAreOpen) {
  add_events(1);
  search_.is_endless = true;
  TestClient c = client(admin_);
  c.send("GET", "/api/v1/search");
  ASSERT_TRUE(eventually([&] { return search_.running == 1; }));
  TearDown();
  EXPECT_EQ(search_.running, 0);
}

}  // namespace
}  // namespace yorozu::api
