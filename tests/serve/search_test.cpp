// Questions on the live server, while it takes in, seals, loses the processes that answer, and starts again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <set>
#include <thread>

#include "control_client.h"
#include "running_server.h"
#include "sender.h"

namespace yorozu::test {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string line_about(const std::string& text) {
  return "<38>1 - web1 app 1 - - " + text;
}

class Search : public testing::Test {
 protected:
  // Without decoders and indexer every child of the supervisor besides the server answers questions.
  Search() : server_({"relp.enabled=true", "upload.enabled=false", "index.enabled=false", "search.children=1"}) {}
  void SetUp() override { ASSERT_TRUE(server_.start()) << server_.own_log(); }

  std::vector<std::string> found(const std::string& query) const {
    return search(server_.data(), {{"query", query}}).raws();
  }
  /// Children of the supervisor besides the server.
  static std::set<pid_t> query_children(const json& status) {
    const std::string supervisor = std::to_string(status["supervisor_pid"].get<pid_t>());
    std::ifstream children("/proc/" + supervisor + "/task/" + supervisor + "/children");
    std::set<pid_t> out;
    for (pid_t pid = 0; children >> pid;) out.insert(pid);
    out.erase(status["pid"].get<pid_t>());
    return out;
  }
  pid_t query_child() const {
    EXPECT_TRUE(eventually([&] { return searches()["children"] == 1; }));
    const auto children = query_children(server_.status());
    return children.empty() ? 0 : *children.begin();
  }
  json searches() const { return server_.status()["searches"]; }

  RunningServer server_;
};

TEST_F(Search, ALineIsFoundAsSoonAsItWasAcknowledgedAndWhenItIsSealed) {
  RelpSender sender(server_.port("relp"));
  for (int i = 0; i < 20; ++i) {
    const std::string word = "needle" + std::to_string(i);
    ASSERT_TRUE(sender.send(line_about(word)));
    ASSERT_THAT(found(word), ElementsAre(line_about(word)));
  }
  ASSERT_EQ(server_.command({"archive", "seal"}).status, 0);
  ASSERT_TRUE(eventually([&] { return server_.status()["archive"]["segments"] >= 1; }));
  EXPECT_THAT(found("needle7"), ElementsAre(line_about("needle7")));
  EXPECT_THAT(found("nothing-like-it"), IsEmpty());
}

TEST(IndexedSearch, LinesAreFoundByTheIndexAsTheyWereWithoutIt) {
  RunningServer server({"relp.enabled=true"});
  ASSERT_TRUE(server.start()) << server.own_log();
  RelpSender sender(server.port("relp"));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(sender.send(line_about("needle" + std::to_string(i))));
  const json question = {{"query", "needle7"}, {"explain", true}};
  const Found before = search(server.data(), question);
  ASSERT_THAT(before.raws(), ElementsAre(line_about("needle7")));
  ASSERT_EQ(server.command({"archive", "seal"}).status, 0);
  ASSERT_TRUE(eventually([&] {
    const json index = server.status()["index"];
    return index["segments"] >= 2 && index["segments_indexed"] == index["segments"];
  })) << server.status()["index"]
      << server.own_log();
  const Found after = search(server.data(), question);
  EXPECT_EQ(after.rows, before.rows);
  EXPECT_EQ(server.stop(), 0) << server.own_log();
}

TEST_F(Search, AWrongQueryIsAnswerAndNoHarm) {
  const Found wrong = search(server_.data(), {{"query", "\"unclosed"}});
  EXPECT_FALSE(wrong.error.is_null());
  EXPECT_EQ(wrong.answer["ok"], true);
  EXPECT_EQ(search(server_.data(), {{"query", "x"}, {"nosuch", 1}}).answer["error"]["code"], "invalid input");
  EXPECT_EQ(search(server_.data(), {{"query", "x"}}).answer["ok"], true);
}

TEST_F(Search, EverySearchOfAPersonStandsInTheAuditLog) {
  search(server_.data(), {{"query", "who asked this"}});
  const std::string audit = server_.tail({"--format", "raw"});
  EXPECT_THAT(audit, HasSubstr("\"action\":\"search\""));
  EXPECT_THAT(audit, HasSubstr("who asked this"));
  EXPECT_THAT(found("\"who asked this\""), IsEmpty()) << "a question does not find earlier ones";
  EXPECT_THAT(found("\"who asked this\" input:yorozu.audit"), SizeIs(2)) << "unless it names them; never itself";
}

TEST_F(Search, AChildThatCrashesCostsItsOwnQuestionOnly) {
  const pid_t child = query_child();
  ASSERT_EQ(kill(child, SIGSTOP), 0);
  ControlClient asking(server_.data());
  asking.send({{"do", "search"}, {"search", {{"query", "x"}}}});
  ASSERT_TRUE(eventually([&] { return searches()["running"] == 1; }));
  ASSERT_EQ(kill(child, SIGKILL), 0);
  json last;
  while (auto line = asking.next()) {
    last = std::move(*line);
    if (last.contains("ok")) break;
  }
  EXPECT_EQ(last["error"]["code"], "internal error") << last;
  EXPECT_EQ(search(server_.data(), {{"query", "x"}}).answer["ok"], true) << "by the child that came in its place";
  EXPECT_NE(query_child(), child);
  EXPECT_EQ(searches()["failed"], 1);
}

TEST_F(Search, AClientThatGoesCancelsAndAChildThatDoesNotListenIsReplaced) {
  const pid_t child = query_child();
  ASSERT_EQ(kill(child, SIGSTOP), 0);  // it listens to nothing but SIGKILL now
  {
    const ControlClient asking(server_.data());
    asking.send({{"do", "search"}, {"search", {{"query", "x"}}}});
    ASSERT_TRUE(eventually([&] { return searches()["running"] == 1; }));
  }
  EXPECT_TRUE(eventually([&] { return searches()["cancelled"] == 1; })) << searches();
  EXPECT_EQ(search(server_.data(), {{"query", "x"}}).answer["ok"], true);
  EXPECT_NE(query_child(), child);
}

TEST_F(Search, WhoHasToWaitIsToldHowLong) {
  const pid_t child = query_child();
  ASSERT_EQ(kill(child, SIGSTOP), 0);
  ControlClient first(server_.data()), second(server_.data());
  first.send({{"do", "search"}, {"search", {{"query", "x"}}}});
  ASSERT_TRUE(eventually([&] { return searches()["running"] == 1; }));
  second.send({{"do", "search"}, {"search", {{"query", "x"}}}});
  EXPECT_EQ(second.next().value_or(json()), (json{{"queued", {{"position", 1}}}}));
  kill(child, SIGCONT);
  for (ControlClient* const client : {&first, &second}) {
    json last;
    while (auto line = client->next()) {
      last = std::move(*line);
      if (last.contains("ok")) break;
    }
    EXPECT_EQ(last["ok"], true);
  }
}

TEST_F(Search, IntakeGoesOnWhileQueryChildrenAreKilledAgainAndAgain) {
  const json status = server_.status();
  RelpSender sender(server_.port("relp"));
  std::jthread killing([&](const std::stop_token& stop) {
    for (; !stop.stop_requested(); std::this_thread::sleep_for(std::chrono::milliseconds(10)))
      for (const pid_t child : query_children(status)) kill(child, SIGKILL);
  });
  int answered = 0;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(sender.send(line_about("line" + std::to_string(i)))) << i;
    if (i % 20 == 0) answered += search(server_.data(), {{"query", "line0"}}).answer.contains("ok") ? 1 : 0;
  }
  EXPECT_EQ(answered, 10) << "an answer or an error, never silence";
  killing.request_stop();
  killing.join();
  EXPECT_EQ(server_.status()["pid"], status["pid"]) << "the server is none the worse";
  EXPECT_THAT(found("line199"), ElementsAre(line_about("line199")));
}

TEST_F(Search, AnswersAfterTheServerWasKilled) {
  RelpSender sender(server_.port("relp"));
  ASSERT_TRUE(sender.send(line_about("before the end")));
  ASSERT_TRUE(server_.kill_server());
  EXPECT_THAT(found("\"before the end\""), Contains(line_about("before the end")));
}

TEST_F(Search, SavedSearchesOutliveTheServer) {
  const json kept = {
      {"do", "saved.put"}, {"id", "logons"}, {"name", "Logons"}, {"query", "failed"}, {"from", "now-24h"}};
  EXPECT_EQ(ControlClient(server_.data()).ask(kept).back()["version"], 1);
  ASSERT_EQ(server_.stop(), 0) << server_.own_log();
  ASSERT_TRUE(server_.start()) << server_.own_log();
  const json listed = ControlClient(server_.data()).ask({{"do", "saved.list"}}).back();
  ASSERT_THAT(listed["searches"], SizeIs(1));
  EXPECT_EQ(listed["searches"][0]["query"], "failed");
  EXPECT_EQ(listed["searches"][0]["from"], "now-24h");
  EXPECT_EQ(ControlClient(server_.data()).ask({{"do", "saved.delete"}, {"id", "logons"}}).back()["ok"], true);
  EXPECT_EQ(ControlClient(server_.data()).ask({{"do", "saved.delete"}, {"id", "logons"}}).back()["error"]["code"],
            "not found");
}

/// What curl prints for a path of the API, with a token of that scope.
std::string api(const RunningServer& server, const std::string& scopes, const std::string& path,
                const std::string& body = "") {
  const Outcome made = server.command({"token", "add", "test", "--scopes", scopes});
  const std::string token = made.out.substr(0, made.out.find('\n'));
  const std::string command =
      "/usr/bin/curl -s --cacert " + server.data() + "/certs/ca.crt -H 'Accept: application/json'" +
      " -H 'Authorization: Bearer " + token + "'" +
      (body.empty() ? "" : " -H 'Content-Type: application/json' --data-binary '" + body + "'") +
      " 'https://127.0.0.1:" + std::to_string(server.port("console")) + path + "'";
  FILE* const pipe = popen(command.c_str(), "r");
  std::string out;
  char bytes[4096];
  for (std::size_t got = 0; (got = fread(bytes, 1, sizeof bytes, pipe)) != 0;) out.append(bytes, got);
  pclose(pipe);
  return out;
}

TEST_F(Search, TheApiAnswersAsTheControlSocketDoes) {
  if (access("/usr/bin/curl", X_OK) != 0) GTEST_SKIP() << "curl is not installed";
  RelpSender sender(server_.port("relp"));
  for (const char* text : {"needle one", "hay", "needle two"}) ASSERT_TRUE(sender.send(line_about(text)));
  const json page = json::parse(api(server_, "search", "/api/v1/search", R"({"query":"needle"})"));
  EXPECT_EQ(page["rows"], json(search(server_.data(), {{"query", "needle"}}).rows)) << page;
  ASSERT_THAT(page["rows"], SizeIs(2));
  EXPECT_THAT(server_.tail({"--format", "raw"}), HasSubstr("\"token\":")) << "the audit line names who asked";

  const json status = json::parse(api(server_, "status", "/api/v1/status"));
  EXPECT_EQ(status["version"], server_.status()["version"]);
  std::set<std::string> inputs;
  for (const json& input : status["inputs"]) inputs.insert(input["name"]);
  EXPECT_THAT(inputs, Contains("relp"));
  EXPECT_THAT(api(server_, "rules", "/api/v1/rules"), HasSubstr("Many failed SSH logons"));
  EXPECT_THAT(api(server_, "status", "/api/v1/rules"), HasSubstr("403")) << "not for this token";
  EXPECT_THAT(api(server_, "status", "/healthz"), HasSubstr("ok"));
  EXPECT_THAT(api(server_, "status", "/readyz"), HasSubstr("ready"));
  ASSERT_TRUE(eventually([&] { return api(server_, "inventory", "/api/v1/inventory/hosts").contains("web1"); }));
}

TEST_F(Search, ATailWithAQueryShowsRowsThatMatchAsTheyCome) {
  ControlClient tail(server_.data());
  tail.send({{"do", "tail"}, {"follow", true}, {"lines", 0}, {"query", "wanted"}});
  RelpSender sender(server_.port("relp"));
  ASSERT_TRUE(sender.send(line_about("of no interest")));
  ASSERT_TRUE(sender.send(line_about("wanted one")));
  ASSERT_TRUE(sender.send(line_about("wanted two")));
  EXPECT_EQ(tail.next().value_or(json())["row"]["raw"], line_about("wanted one"));
  EXPECT_EQ(tail.next().value_or(json())["row"]["raw"], line_about("wanted two"));
  const auto past = ControlClient(server_.data()).ask({{"do", "tail"}, {"lines", 100}, {"query", "wanted"}});
  EXPECT_THAT(past, SizeIs(3)) << "two rows and the answer";
}

}  // namespace
}  // namespace yorozu::test
