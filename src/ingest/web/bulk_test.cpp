#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/web/bulk_answer.h"
#include "ingest/web/bulk_body.h"
#include "ingest/web/bulk_input.h"
#include "ingest/web/test_intake.h"

namespace yorozu::ingest::web {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// "op index id source" of each action, or the error.
std::vector<std::string> parsed(std::string_view body, std::string_view index = "") {
  BulkBody bulk;
  if (const auto done = bulk.parse(body, index); !done) return {"error: " + done.error().message};
  std::vector<std::string> told;
  for (const BulkAction& a : bulk.actions())
    told.push_back(std::string(to_string(a.op)) + "|" + std::string(a.index) + "|" + std::string(a.id) + "|" +
                   std::string(a.source));
  return told;
}

TEST(BulkBody, ActionsAndTheirSources) {
  EXPECT_THAT(
      parsed("{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{\"x\":1}\n"
             " { \"create\" : { \"_index\" : \"b\" , \"_type\":\"_doc\", \"pipeline\":null } } \r\n{\"y\":2}\r\n"
             "{\"delete\":{\"_index\":\"a\",\"_id\":7}}\n\n"
             "{\"update\":{\"_id\":\"2\",\"_index\":\"a\"}}\n{\"doc\":{}}\n"),
      ElementsAre("index|a|1|{\"x\":1}", "create|b||{\"y\":2}", "delete|a|7|", "update|a|2|{\"doc\":{}}"));
}

TEST(BulkBody, TheIndexOfThePathIsTheDefault) {
  EXPECT_THAT(parsed("{\"index\":{}}\n{}\n{\"index\":{\"_index\":\"own\"}}\n{}\n", "logs"),
              ElementsAre("index|logs||{}", "index|own||{}"));
  EXPECT_THAT(parsed("{\"index\":{}}\n{}\n"), ElementsAre(HasSubstr("no index")));
}

TEST(BulkBody, TheSourceStaysAsItIs) {
  EXPECT_THAT(parsed("{\"create\":{\"_index\":\"a\"}}\nthis is \xff no JSON {\n{\"create\":{\"_index\":\"a\"}}\n  \n"),
              ElementsAre("create|a||this is \xff no JSON {", "create|a||  "));
}

TEST(BulkBody, AMissingLastLineEndIsForgivenAndAMissingSourceIsNot) {
  EXPECT_THAT(parsed("{\"create\":{\"_index\":\"a\"}}\n{\"x\":1}"), ElementsAre("create|a||{\"x\":1}"));
  EXPECT_THAT(parsed("{\"create\":{\"_index\":\"a\"}}\n"),
              ElementsAre(HasSubstr("ends behind the action in line [1]")));
  EXPECT_THAT(parsed(""), ElementsAre("error: request body is required"));
  EXPECT_THAT(parsed("\n\n"), ElementsAre("error: request body is required"));
}

TEST(BulkBody, AnActionLineThatMakesNoSenseRefusesAll) {
  for (const char* line :
       {"x", "{}", "[]", "{\"index\":{}", "{\"index\":1}", "{\"index\":{},\"create\":{}}", "{\"upsert\":{}}",
        "{\"index\":{}} x", "{\"index\":{\"_index\":}}", "{\"index\":{\"_index\":\"a}}"})
    EXPECT_THAT(parsed("{\"index\":{}}\n{}\n" + std::string(line) + "\n{}\n", "i"),
                ElementsAre(HasSubstr("Malformed action/metadata line [3]")))
        << line;
}

TEST(BulkBody, NamesAreUnescaped) {
  EXPECT_THAT(parsed(R"({"index":{"_index":"a\u002db","_id":"\u3042\ud83d\ude00\n"}})"
                     "\n{}\n"),
              ElementsAre("index|a-b|あ😀\n|{}"));
}

TEST(BulkAnswer, IsWhatElasticsearchSays) {
  std::string out;
  append_bulk_answer({{BulkOp::Create, ItemOutcome::Created, "logs", "1", 5},
                      {BulkOp::Create, ItemOutcome::AlreadyThere, "logs", "1", 0},
                      {BulkOp::Index, ItemOutcome::AlreadyThere, "logs", "1", 0}},
                     3, {}, out);
  EXPECT_EQ(out,
            R"({"took":3,"errors":true,"items":[{"create":{"_index":"logs","_id":"1","_version":1,"result":"created",)"
            R"("_shards":{"total":1,"successful":1,"failed":0},"_seq_no":5,"_primary_term":1,"status":201}},)"
            R"({"create":{"_index":"logs","_id":"1","status":409,"error":{"type":"version_conflict_engine_exception",)"
            R"j("reason":"[1]: version conflict, document already exists (current version [1])"}}},)j"
            R"({"index":{"_index":"logs","_id":"1","_version":2,"result":"updated",)"
            R"("_shards":{"total":1,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1,"status":200}}]})");
}

TEST(BulkAnswer, FilterPathLeavesOutWhatIsNotWanted) {
  const std::vector<BulkItem> items = {{BulkOp::Create, ItemOutcome::Created, "logs", "1", 5},
                                       {BulkOp::Index, ItemOutcome::Busy, "logs", "2", 6}};
  const auto filtered = [&](std::string_view path) {
    std::string out;
    append_bulk_answer(items, 3, FilterPath(path), out);
    return out;
  };
  EXPECT_EQ(filtered("errors,items.*.status"),
            R"({"errors":true,"items":[{"create":{"status":201}},{"index":{"status":429}}]})");
  EXPECT_THAT(filtered("errors,items.*.error,items.*.status"), HasSubstr(R"("status":429,"error":{"type":"es_rej)"));
  EXPECT_EQ(filtered("took"), R"({"took":3})");
  EXPECT_EQ(filtered("**.status"), R"({"items":[{"create":{"status":201}},{"index":{"status":429}}]})");
  EXPECT_EQ(filtered("-items"), R"({"took":3,"errors":true})");
  EXPECT_EQ(filtered("items.ind*._id"), R"({"items":[{"create":{}},{"index":{"_id":"2"}}]})");
}

class BulkTest : public WebTest {
 protected:
  SeenIds seen_;
  std::unique_ptr<BulkInput> input_;

  void SetUp() override {
    WebTest::SetUp();
    BulkOptions options;
    options.identity.cluster_uuid = "AAAAAAAAAAAAAAAAAAAAAA";
    input_ = std::make_unique<BulkInput>(*door_, intake_, *tokens_, seen_, options);
    ASSERT_TRUE(input_->start());
  }
  void TearDown() override { input_.reset(); }
};

TEST_F(BulkTest, FramesAreTheSourceLinesAndAnsweredInOrderAfterTheCommit) {
  intake_.hold();
  TestClient c = client();
  c.send("POST", "/_bulk",
         "{\"index\":{\"_index\":\"win\",\"_id\":\"e1\"}}\n{\"a\": "
         "1}\n{\"create\":{\"_index\":\"win\"}}\n{\"b\":\"\xff\"}\n"
         "{\"delete\":{\"_index\":\"win\",\"_id\":\"e1\"}}\n");
  intake_.wait_for_queued(1);
  EXPECT_THAT(intake_.raws(), IsEmpty());
  intake_.release();
  const TestAnswer answer = c.receive();
  EXPECT_EQ(answer.status, 200U);
  EXPECT_THAT(answer.head, HasSubstr("X-Elastic-Product: Elasticsearch"));
  EXPECT_THAT(answer.body, testing::MatchesRegex(R"(.*"errors":true,"items":\[.*"index".*"_id":"e1".*"status":201.*)"
                                                 R"("create".*"_id":"[A-Za-z0-9_-]{20}".*"status":201.*)"
                                                 R"("delete".*"status":400.*)"));
  const auto kept = intake_.kept();
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_EQ(kept[0].raw, "{\"a\": 1}");
  EXPECT_EQ(kept[0].via, R"({"token":")" + token_id_ + R"(","index":"win","id":"e1"})");
  EXPECT_EQ(kept[1].raw, "{\"b\":\"\xff\"}");
  EXPECT_EQ(kept[1].via, R"({"token":")" + token_id_ + R"(","index":"win"})");
  EXPECT_EQ(kept[0].input, "bulk");
  EXPECT_EQ(kept[0].peer, "127.0.0.1");
  EXPECT_EQ(input_->counters().received, 2U);
}

TEST_F(BulkTest, ARepeatedIdIsRecognisedAndOtherBytesAreANewEvent) {
  TestClient c = client();
  const std::string event = "{\"create\":{\"_index\":\"win\",\"_id\":\"e1\"}}\n{\"a\":1}\n";
  EXPECT_THAT(c.ask("POST", "/_bulk", event).body, HasSubstr("\"status\":201"));
  EXPECT_THAT(c.ask("POST", "/_bulk", event).body, HasSubstr("\"status\":409"));
  EXPECT_THAT(c.ask("POST", "/_bulk", "{\"index\":{\"_index\":\"win\",\"_id\":\"e1\"}}\n{\"a\":1}\n").body,
              HasSubstr("\"status\":200"));
  EXPECT_THAT(c.ask("POST", "/_bulk", "{\"create\":{\"_index\":\"win\",\"_id\":\"e1\"}}\n{\"a\":2}\n").body,
              HasSubstr("\"status\":201"));
  EXPECT_THAT(c.ask("POST", "/_bulk", "{\"create\":{\"_index\":\"web\",\"_id\":\"e1\"}}\n{\"a\":1}\n").body,
              HasSubstr("\"status\":201"));
  add_token("ingest.bulk");
  TestClient other = client();
  EXPECT_THAT(other.ask("POST", "/_bulk", event).body, HasSubstr("\"status\":201"));
  EXPECT_THAT(intake_.raws(), ElementsAre("{\"a\":1}", "{\"a\":2}", "{\"a\":1}", "{\"a\":1}"));
}

TEST_F(BulkTest, ARepeatWhileTheFirstIsBeingWrittenIsAskedToComeAgain) {
  const std::string event = "{\"create\":{\"_index\":\"win\",\"_id\":\"e1\"}}\n{\"a\":1}\n";
  intake_.hold();
  TestClient first = client(), second = client();
  first.send("POST", "/_bulk", event);
  intake_.wait_for_queued(1);
  EXPECT_THAT(second.ask("POST", "/_bulk", event).body, HasSubstr("\"status\":429"));
  intake_.release();
  EXPECT_THAT(first.receive().body, HasSubstr("\"status\":201"));
  EXPECT_THAT(second.ask("POST", "/_bulk", event).body, HasSubstr("\"status\":409"));
}

TEST_F(BulkTest, ARepeatWithinOneRequestSharesTheFateOfTheFirst) {
  TestClient c = client();
  const std::string event = "{\"create\":{\"_index\":\"win\",\"_id\":\"e1\"}}\n{\"a\":1}\n";
  EXPECT_THAT(c.ask("POST", "/_bulk?filter_path=items.*.status", event + event).body,
              HasSubstr(R"([{"create":{"status":201}},{"create":{"status":409}}])"));
  EXPECT_THAT(intake_.raws(), SizeIs(1));
}

TEST_F(BulkTest, AFullIntakeSaysLaterAndNothingElse) {
  intake_.set_room(0);
  TestClient c = client();
  const std::string event = "{\"create\":{\"_index\":\"win\",\"_id\":\"e1\"}}\n{\"a\":1}\n";
  const TestAnswer busy = c.ask("POST", "/_bulk", event);
  EXPECT_EQ(busy.status, 429U);
  EXPECT_THAT(busy.head, HasSubstr("Retry-After: 1"));
  EXPECT_THAT(busy.body, HasSubstr("es_rejected_execution_exception"));
  EXPECT_EQ(input_->counters().refused, 1U);
  intake_.set_room(-1);
  EXPECT_THAT(c.ask("POST", "/_bulk", event).body, HasSubstr("\"status\":201"));
}

TEST_F(BulkTest, WhatDoesNotFitAtOnceWaitsForRoom) {
  std::string body;
  for (int i = 0; i < 3000; ++i)
    body += "{\"create\":{\"_index\":\"win\"}}\n" + std::to_string(i) + std::string(700, 'x') + "\n";
  intake_.set_room(1);
  TestClient c = client();
  c.send("POST", "/_bulk", body);
  intake_.wait_for_waiting();
  intake_.set_room(-1);
  EXPECT_THAT(c.receive().body, HasSubstr("\"errors\":false"));
  const auto raws = intake_.raws();
  ASSERT_THAT(raws, SizeIs(3000));
  for (std::size_t i = 0; i < raws.size(); ++i) EXPECT_THAT(raws[i], testing::StartsWith(std::to_string(i) + "x"));
}

TEST_F(BulkTest, AStopEndsWhatWaitsForRoomWithItemsToRepeat) {
  std::string body;
  for (int i = 0; i < 3000; ++i) body += "{\"create\":{\"_index\":\"win\"}}\n" + std::string(700, 'x') + "\n";
  intake_.set_room(1);
  TestClient c = client();
  c.send("POST", "/_bulk", body);
  intake_.wait_for_waiting();
  input_->stop();
  const TestAnswer answer = c.receive();
  EXPECT_EQ(answer.status, 200U);
  EXPECT_THAT(answer.body, HasSubstr("\"status\":201"));
  EXPECT_THAT(answer.body, HasSubstr("\"status\":503"));
}

TEST_F(BulkTest, AFailedCommitIsNoSuccessAndForgetsTheId) {
  const std::string event = "{\"create\":{\"_index\":\"win\",\"_id\":\"e1\"}}\n{\"a\":1}\n";
  intake_.release(fail(ErrorCode::Overloaded, "disk full"));
  TestClient c = client();
  EXPECT_EQ(c.ask("POST", "/_bulk", event).status, 503U);
  intake_.release();
  EXPECT_THAT(c.ask("POST", "/_bulk", event).body, HasSubstr("\"status\":201"));
}

TEST_F(BulkTest, WithoutATokenForItNobodyIsServed) {
  TestClient nobody(door_->port());
  const TestAnswer unknown = nobody.ask("POST", "/_bulk", "{\"create\":{\"_index\":\"a\"}}\n{}\n");
  EXPECT_EQ(unknown.status, 401U);
  EXPECT_THAT(unknown.head, HasSubstr("WWW-Authenticate: Basic"));
  EXPECT_THAT(unknown.body, HasSubstr("security_exception"));
  EXPECT_EQ(nobody.ask("GET", "/").status, 401U);
  EXPECT_EQ(nobody.ask("GET", "/healthz").status, 200U);
  add_token("ingest.hec");
  TestClient other = client();
  EXPECT_EQ(other.ask("POST", "/_bulk", "{\"create\":{\"_index\":\"a\"}}\n{}\n").status, 403U);
  EXPECT_THAT(intake_.raws(), IsEmpty());
}

TEST_F(BulkTest, ARequestThatMakesNoSenseIsRefusedWhole) {
  TestClient c = client();
  const TestAnswer answer = c.ask("POST", "/_bulk", "{\"create\":{\"_index\":\"a\"}}\n{}\nnonsense\n{}\n");
  EXPECT_EQ(answer.status, 400U);
  EXPECT_THAT(answer.body, HasSubstr("Malformed action/metadata line [3]"));
  EXPECT_THAT(intake_.raws(), IsEmpty());
}

TEST_F(BulkTest, OneDocumentHasItsOwnRoutes) {
  TestClient c = client();
  const TestAnswer made = c.ask("POST", "/logs/_doc", "{\n\"pretty\": 1}");
  EXPECT_EQ(made.status, 201U);
  EXPECT_THAT(made.body, HasSubstr("\"result\":\"created\""));
  EXPECT_EQ(c.ask("PUT", "/logs/_doc/7", "{}").status, 201U);
  EXPECT_EQ(c.ask("PUT", "/logs/_doc/7", "{}").status, 200U);
  EXPECT_EQ(c.ask("PUT", "/logs/_create/7", "{}").status, 409U);
  EXPECT_THAT(intake_.raws(), ElementsAre("{\n\"pretty\": 1}", "{}"));
}

TEST_F(BulkTest, ALongSourceIsCutAndSaysSo) {
  TestClient c = client();
  EXPECT_EQ(c.ask("POST", "/a/_bulk", "{\"create\":{}}\n" + std::string(2'000'000, 'x') + "\n").status, 200U);
  ASSERT_THAT(intake_.kept(), SizeIs(1));
  EXPECT_EQ(intake_.kept()[0].raw.size(), std::size_t{1} << 20);
  EXPECT_EQ(intake_.kept()[0].cut, 2'000'000U);
}

TEST_F(BulkTest, AfterAStopTheAnswerIs503) {
  TestClient c = client();
  EXPECT_EQ(c.ask("GET", "/").status, 200U);
  c.send("POST", "/a/_bulk", "{\"create\":{}}\n{}\n");
  EXPECT_EQ(c.receive().status, 200U);
  TestClient late = client();
  EXPECT_EQ(late.ask("GET", "/").status, 200U);
  input_->stop();
  EXPECT_FALSE(input_->state().name.empty());
  EXPECT_EQ(late.ask("POST", "/a/_bulk", "{\"create\":{}}\n{}\n").status, 0U);  // idle connections are closed
}

TEST(SeenIds, TheWindowSlidesByCountAndByTime) {
  SeenIds seen({.ids = 1000, .window_us = 1'000'000});
  const auto print = [&](int i) { return seen.fingerprint("t", "i", std::to_string(i), "raw"); };
  for (int i = 0; i < 5000; ++i) {
    ASSERT_EQ(seen.claim(print(i), {i}), SeenIds::Verdict::New);
    seen.confirm(print(i), {i});
  }
  for (int i = 4000; i < 5000; ++i) EXPECT_EQ(seen.claim(print(i), {5000}), SeenIds::Verdict::Repeat) << i;
  EXPECT_EQ(seen.claim(print(0), {5000}), SeenIds::Verdict::New);
  EXPECT_LE(seen.size(), 1250U);
  EXPECT_EQ(seen.claim(print(4999), {5000 + 1'000'001}), SeenIds::Verdict::New);
  EXPECT_EQ(seen.size(), 0U);
}

TEST(SeenIds, PartsDoNotRunTogether) {
  const SeenIds seen;
  EXPECT_EQ(seen.fingerprint("t", "i", "a", "b"), seen.fingerprint("t", "i", "a", "b"));
  EXPECT_FALSE(seen.fingerprint("t", "i", "ab", "") == seen.fingerprint("t", "i", "a", "b"));
  EXPECT_FALSE(seen.fingerprint("ti", "", "a", "b") == seen.fingerprint("t", "i", "a", "b"));
  EXPECT_FALSE(SeenIds().fingerprint("t", "i", "a", "b") == seen.fingerprint("t", "i", "a", "b"));
}

TEST(SeenIds, ItIsRefilledFromCommittedLines) {
  SeenIds seen;
  seen.remember("t", "i", "1", "raw", {1000});
  EXPECT_EQ(seen.claim(seen.fingerprint("t", "i", "1", "raw"), {2000}), SeenIds::Verdict::Repeat);
  EXPECT_EQ(seen.claim(seen.fingerprint("t", "i", "1", "other"), {2000}), SeenIds::Verdict::New);
}

}  // namespace
}  // namespace yorozu::ingest::web
