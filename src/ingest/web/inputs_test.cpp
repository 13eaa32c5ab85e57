#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/web/authorization.h"
#include "ingest/web/hec_input.h"
#include "ingest/web/json_cursor.h"
#include "ingest/web/json_input.h"
#include "ingest/web/test_intake.h"
#include "ingest/web/upload_input.h"
#include "proof/base64.h"

namespace yorozu::ingest::web {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

TEST(Authorization, EachSchemeCarriesTheToken) {
  const std::string token = "yrz_abcdefghijkl_" + std::string(52, 'a');
  EXPECT_EQ(token_in("Bearer x"), "x");
  EXPECT_EQ(token_in("splunk   x  "), "x");
  EXPECT_EQ(token_in("Basic dXNlcjpwYXNzOndvcmQ="), "pass:word");
  const auto api_key = [](const std::string& pair) {
    Buffer encoded;
    proof::append_base64(pair, encoded);
    return token_in("ApiKey " + std::string(encoded.view()));
  };
  EXPECT_EQ(api_key("abcdefghijkl:" + token), token);
  EXPECT_EQ(api_key("bbcdefghijkl:" + token), std::nullopt) << "the id is another one's";
  EXPECT_EQ(api_key("abcdefghijkl:short"), std::nullopt);
  for (const char* wrong : {"", "Bearer", "Basic !!!", "Basic dXNlcg==", "Digest x", "yrz_x"})
    EXPECT_EQ(token_in(wrong), std::nullopt) << wrong;
}

TEST(JsonCursor, ValuesAreFoundAndBrokenOnesAreNot) {
  const auto value = [](std::string_view text) { return JsonCursor(text).value(); };
  EXPECT_EQ(value(" {\"a\":[1,{\"b\":\"]}\\\"\"}]} x"), "{\"a\":[1,{\"b\":\"]}\\\"\"}]}");
  EXPECT_EQ(value("-1.5e3,"), "-1.5e3");
  EXPECT_EQ(value("\"a\\\\\""), "\"a\\\\\"");
  for (const char* broken : {"", " ", "{", "[1", "\"a", "\"a\\", "{]", "]", ",", "[\"\\"})
    EXPECT_EQ(value(broken), std::nullopt) << broken;
  const std::string deep(10000, '[');
  EXPECT_EQ(value(deep + std::string(10000, ']')), std::nullopt);
}

std::string told(const HecParsed& parsed) {
  std::string text = std::to_string(static_cast<int>(parsed.code)) + "@" + std::to_string(parsed.bad_event);
  for (const HecEvent& event : parsed.events) text.append(" ").append(event.object);
  return text;
}

TEST(HecBody, ObjectsStandOneBehindTheOther) {
  EXPECT_EQ(told(parse_hec_events("{\"event\":1}{\"event\":{\"a\":\"}\"}}\r\n {\"event\":\"x\"} ", {})),
            "0@0 {\"event\":1} {\"event\":{\"a\":\"}\"}} {\"event\":\"x\"}");
  EXPECT_EQ(told(parse_hec_events("", {})), "5@0");
  EXPECT_EQ(told(parse_hec_events("{\"event\":1}{\"host\":\"a\"}", {})), "12@1");
  EXPECT_EQ(told(parse_hec_events("{\"event\":\"\"}", {})), "13@0");
  EXPECT_EQ(told(parse_hec_events("{\"event\":1}{\"event\":", {})), "6@1");
  EXPECT_EQ(told(parse_hec_events("[{\"event\":1}]", {})), "6@0");
}

class HecTest : public WebTest {
 protected:
  std::unique_ptr<HecInput> input_;
  void SetUp() override {
    WebTest::SetUp();
    input_ = std::make_unique<HecInput>(*door_, intake_, *tokens_, HecOptions{});
    ASSERT_TRUE(input_->start());
  }
  void TearDown() override { input_.reset(); }
};

TEST_F(HecTest, AnEventObjectIsAFrameWithItsMetadataBeside) {
  TestClient c = client("Splunk");
  const std::string event =
      R"({"time": 1764000000.123, "host":"ws1","source":"s","sourcetype":"st","index":"main","event":{"a":1},)"
      R"("fields":{"k":"v"}})";
  const TestAnswer answer = c.ask("POST", "/services/collector/event", event + "\n" + R"({"event":"x"})");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, R"({"text":"Success","code":0})");
  const auto kept = intake_.kept();
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_EQ(kept[0].raw, event);
  EXPECT_EQ(kept[0].via, R"({"token":")" + token_id_ +
                             R"(","host":"ws1","source":"s","sourcetype":"st","index":"main","time":"1764000000.123",)"
                             R"("fields":"{\"k\":\"v\"}"})");
  EXPECT_EQ(kept[1].via, R"({"token":")" + token_id_ + R"("})");
  EXPECT_EQ(kept[0].input, "hec");
}

TEST_F(HecTest, RawLinesAreFramesOfTheirOwnInput) {
  TestClient c = client("Splunk");
  EXPECT_EQ(c.ask("POST", "/services/collector/raw?host=fw&sourcetype=asa&channel=1", "a\r\n\nb").status, 200U);
  EXPECT_THAT(intake_.raws(), ElementsAre("a", "b"));
  EXPECT_EQ(intake_.kept()[0].input, "hec.raw");
  EXPECT_EQ(intake_.kept()[0].via, R"({"token":")" + token_id_ + R"(","host":"fw","sourcetype":"asa"})");
}

TEST_F(HecTest, AnAckIdIsGivenAfterTheCommitAndStaysTrue) {
  intake_.hold();
  TestClient c = client("Splunk");
  const std::string channel = "X-Splunk-Request-Channel: FE0ECFAD-13D5-401B-847D-77833BD77131\r\n";
  c.send("POST", "/services/collector", R"({"event":1})", channel);
  intake_.wait_for_queued(1);
  intake_.release();
  const std::string body = c.receive().body;
  ASSERT_THAT(body, HasSubstr("\"ackId\":"));
  const std::string id = body.substr(body.find("ackId") + 7, body.size() - body.find("ackId") - 8);
  const std::string later = std::to_string(std::stoull(id) + 1);
  EXPECT_EQ(c.ask("POST", "/services/collector/ack", "{\"acks\":[" + id + "," + later + "]}", channel).body,
            "{\"acks\":{\"" + id + "\":true,\"" + later + "\":false}}");
  EXPECT_THAT(c.ask("POST", "/services/collector/ack", "{\"acks\":[1]}").body, HasSubstr("\"code\":10"));
  EXPECT_THAT(c.ask("POST", "/services/collector/ack", "{\"acks\":[x]}", channel).body, HasSubstr("\"code\":6"));
}

TEST_F(HecTest, WhatGoesWrongHasSplunksNumber) {
  TestClient c = client("Splunk");
  const auto code = [&](std::string_view target, std::string_view body) {
    const TestAnswer answer = c.ask("POST", target, body);
    return std::to_string(answer.status) + answer.body.substr(answer.body.find("\"code\""));
  };
  EXPECT_EQ(code("/services/collector", ""), "400\"code\":5}");
  EXPECT_EQ(code("/services/collector", R"({"event":1}{"a":)"), "400\"code\":6,\"invalid-event-number\":1}");
  EXPECT_EQ(code("/services/collector", R"({"a":1})"), "400\"code\":12,\"invalid-event-number\":0}");
  EXPECT_THAT(intake_.raws(), IsEmpty());
  c.authorization = "";
  EXPECT_EQ(code("/services/collector", R"({"event":1})"), "401\"code\":2}");
  EXPECT_EQ(code("/services/collector?token=" + token_, R"({"event":1})"), "400\"code\":16}");
  c.authorization = "Digest x";
  EXPECT_EQ(code("/services/collector", R"({"event":1})"), "401\"code\":3}");
  c.authorization = "Splunk 12345678-1234-1234-1234-123456789012";
  EXPECT_EQ(code("/services/collector", R"({"event":1})"), "403\"code\":4}");
  ASSERT_TRUE(tokens_->revoke(token_id_));
  c.authorization = "Splunk " + token_;
  EXPECT_EQ(code("/services/collector", R"({"event":1})"), "403\"code\":1}");
}

TEST_F(HecTest, AFullIntakeIsBusy) {
  intake_.set_room(0);
  TestClient c = client("Splunk");
  const TestAnswer answer = c.ask("POST", "/services/collector", R"({"event":1})");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.body, R"({"text":"Server is busy","code":9})");
  EXPECT_THAT(answer.head, HasSubstr("Retry-After"));
}

TEST_F(HecTest, HealthNeedsNoToken) {
  TestClient c(door_->port());
  EXPECT_EQ(c.ask("GET", "/services/collector/health").body, R"({"text":"HEC is healthy","code":17})");
  EXPECT_EQ(c.ask("GET", "/services/collector/health/1.0").status, 200U);
}

class JsonLinesTest : public WebTest {
 protected:
  std::unique_ptr<JsonInput> input_;
  void SetUp() override {
    WebTest::SetUp();
    input_ = std::make_unique<JsonInput>(*door_, intake_, *tokens_, JsonOptions{});
    ASSERT_TRUE(input_->start());
  }
  void TearDown() override { input_.reset(); }
};

TEST_F(JsonLinesTest, EachLineIsAFrame) {
  TestClient c = client();
  const TestAnswer answer = c.ask("POST", "/ingest/json", "{\"a\":1}\r\n\n{\"b\":2}");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, "{\"accepted\":2}");
  EXPECT_THAT(intake_.raws(), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_EQ(intake_.kept()[0].via, R"({"token":")" + token_id_ + R"("})");
  EXPECT_EQ(c.ask("POST", "/ingest/json", "\n").body, "{\"accepted\":0}");
}

TEST_F(JsonLinesTest, RefusalsAreProblemsThatSayHowMuchWasTaken) {
  intake_.set_room(0);
  TestClient c = client();
  const TestAnswer busy = c.ask("POST", "/ingest/json", "{}\n");
  EXPECT_EQ(busy.status, 429U);
  EXPECT_THAT(busy.head, HasSubstr("application/problem+json"));
  EXPECT_THAT(busy.body, HasSubstr("\"accepted\":0"));
  c.authorization = "Bearer nothing";
  const TestAnswer unknown = c.ask("POST", "/ingest/json", "{}\n");
  EXPECT_EQ(unknown.status, 401U);
  EXPECT_THAT(unknown.head, HasSubstr("WWW-Authenticate: Bearer"));
}

class UploadTest : public WebTest {
 protected:
  std::filesystem::path uploads_;
  std::vector<Upload> seen_;  // on the worker's thread, before the answer
  std::vector<std::string> contents_;
  Result<UploadCounts> outcome_ = UploadCounts{3, 1};
  std::unique_ptr<UploadInput> input_;

  void SetUp() override {
    WebTest::SetUp();
    uploads_ = folder_->path() / "uploads";
    UploadOptions options;
    options.folder = uploads_;
    options.max_file_bytes = 10'000'000;
    options.max_open_bytes = 12'000'000;
    std::filesystem::create_directories(uploads_);
    ASSERT_TRUE(write_file_atomic(uploads_ / "upload-left-over", "x"));
    input_ = std::make_unique<UploadInput>(
        *door_, *tokens_,
        [this](const Upload& upload, const std::function<void(Result<UploadCounts>)>& done) {
          seen_.push_back(upload);
          contents_.push_back(read_file(upload.file).value_or("unreadable"));
          done(outcome_);
        },
        options);
    ASSERT_TRUE(input_->start());
  }
  void TearDown() override { input_.reset(); }
  bool is_folder_empty() const { return std::filesystem::is_empty(uploads_); }
};

TEST_F(UploadTest, AFileIsHandedOverWholeAndItsCopyRemoved) {
  EXPECT_TRUE(is_folder_empty());
  const std::string content(3'000'000, 'e');
  TestClient c = client();
  const TestAnswer answer = c.ask("POST", "/ingest/upload?name=..%2F..%2Fevil%20%E8%A1%A8.evtx", content);
  EXPECT_EQ(answer.status, 201U);
  EXPECT_EQ(answer.body, R"({"name":"../../evil 表.evtx","sha256":")" + to_hex(sha256(as_bytes(content))) +
                             R"(","bytes":3000000,"records":3,"damages":1})");
  ASSERT_THAT(contents_, SizeIs(1));
  EXPECT_EQ(contents_[0], content);
  EXPECT_EQ(seen_[0].token, token_id_);
  EXPECT_EQ(seen_[0].file.parent_path(), uploads_);
  input_.reset();
  EXPECT_TRUE(is_folder_empty());
}

TEST_F(UploadTest, AnEmptyFileIsAFileToo) {
  EXPECT_EQ(client().ask("POST", "/ingest/upload?name=a", "").status, 201U);
  EXPECT_THAT(contents_, ElementsAre(""));
}

TEST_F(UploadTest, LimitsNamesAndTokensAreCheckedBeforeTheBody) {
  EXPECT_EQ(client().ask("POST", "/ingest/upload?name=a", std::string(10'000'001, 'x')).status, 413U);
  EXPECT_EQ(client().ask("POST", "/ingest/upload", "x").status, 400U);
  EXPECT_EQ(client().ask("POST", "/ingest/upload?name=a%0Ab", "x").status, 400U);
  TestClient nobody(door_->port());
  EXPECT_EQ(nobody.ask("POST", "/ingest/upload?name=a", "x").status, 401U);
  EXPECT_THAT(contents_, IsEmpty());
}

TEST_F(UploadTest, WhatIsNotKeptIsNoSuccess) {
  outcome_ = fail(ErrorCode::Io, "secret detail");
  const TestAnswer trouble = client().ask("POST", "/ingest/upload?name=a", "x");
  EXPECT_EQ(trouble.status, 503U);
  EXPECT_THAT(trouble.body, Not(HasSubstr("secret")));
  outcome_ = fail(ErrorCode::InvalidInput, "no format that can be read");
  EXPECT_EQ(client().ask("POST", "/ingest/upload?name=a", "x").status, 415U);
}

TEST_F(UploadTest, ATornUploadLeavesNothingBehind) {
  {
    TestClient c = client();
    c.send("POST", "/ingest/upload?name=a", std::string(100'000, 'x'), "Transfer-Encoding: chunked\r\n");  // a mistake
  }
  {
    TestClient c = client();
    c.authorization += "\r\nX-Announced: more than comes";
    c.send("POST", "/ingest/upload?name=a", "");
  }
  input_.reset();
  EXPECT_TRUE(is_folder_empty());
}

TEST_F(WebTest, OneDoorServesSeveralInputs) {
  JsonInput json(*door_, intake_, *tokens_, JsonOptions{});
  HecInput hec(*door_, intake_, *tokens_, HecOptions{});
  ASSERT_TRUE(json.start());
  ASSERT_TRUE(hec.start());
  TestClient c = client();
  EXPECT_EQ(c.ask("POST", "/ingest/json", "{}").status, 200U);
  EXPECT_EQ(c.ask("POST", "/services/collector", "{\"event\":1}").status, 200U);
  json.stop();
  EXPECT_EQ(c.ask("POST", "/ingest/json", "{}").status, 503U);
  EXPECT_EQ(c.ask("POST", "/services/collector", "{\"event\":1}").status, 200U);
  EXPECT_EQ(json.counters().received, 1U);
  EXPECT_EQ(hec.counters().received, 2U);
}

}  // namespace
}  // namespace yorozu::ingest::web
