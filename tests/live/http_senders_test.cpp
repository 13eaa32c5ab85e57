/// curl, rsyslog's omelasticsearch and the official Elasticsearch client send to our HTTP inputs over TLS, as a firm
/// would set them up: the CA's certificate and a token. Every document has to come out of the intake, in whole and
/// once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <set>

#include "base/file.h"
#include "ingest/web/bulk_input.h"
#include "ingest/web/hec_input.h"
#include "ingest/web/json_input.h"
#include "ingest/web/test_intake.h"
#include "ingest/web/upload_input.h"
#include "live/real_program.h"
#include "net/certificates.h"
#include "net/tls.h"

namespace yorozu::live {
namespace {

using namespace std::chrono_literals;
using namespace ingest::web;  // NOLINT(google-build-using-namespace): this file is about nothing else
using ::testing::HasSubstr;
using ::testing::SizeIs;

class HttpSenders : public WebTest {
 protected:
  Result<net::CertificateAuthority> authority_ = fail(ErrorCode::NotFound, "not made yet");
  std::unique_ptr<net::TlsServer> tls_;
  SeenIds seen_;
  std::unique_ptr<Door> secure_;
  std::unique_ptr<BulkInput> bulk_;
  std::unique_ptr<HecInput> hec_;
  std::unique_ptr<JsonInput> json_;
  std::unique_ptr<UploadInput> upload_;
  std::uint64_t uploaded_ = 0;

  static Timestamp clock() {
    return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count()};
  }
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    WebTest::SetUp();
    authority_ = net::CertificateAuthority::open(folder_->path(), clock());
    ASSERT_TRUE(authority_) << authority_.error().message;
    const auto own =
        authority_->server_certificate({.dns = {"localhost"}, .addresses = {net::Address::loopback()}}, clock());
    ASSERT_TRUE(own) << own.error().message;
    auto tls =
        net::TlsServer::make({.certificate_pem = own->certificate_pem, .key_pem = own->key_pem, .alpn = "http/1.1"});
    ASSERT_TRUE(tls) << tls.error().message;
    tls_ = std::move(*tls);
    ASSERT_TRUE(write_file_atomic(file("ca.crt"), authority_->certificate_pem()));

    DoorOptions options;
    options.address = {net::Address::loopback(), 0};
    options.make_stream = [this](Fd socket) { return net::make_tls_stream(std::move(socket), *tls_); };
    options.now = clock;
    secure_ = std::make_unique<Door>(loop_, std::move(options));
    BulkOptions bulk;
    bulk.identity.cluster_uuid = "AAAAAAAAAAAAAAAAAAAAAA";
    bulk_ = std::make_unique<BulkInput>(*secure_, intake_, *tokens_, seen_, bulk);
    hec_ = std::make_unique<HecInput>(*secure_, intake_, *tokens_, HecOptions{});
    json_ = std::make_unique<JsonInput>(*secure_, intake_, *tokens_, JsonOptions{});
    UploadOptions upload;
    upload.folder = folder_->path() / "uploads";
    upload_ = std::make_unique<UploadInput>(
        *secure_, *tokens_,
        [this](const Upload& whole, const std::function<void(Result<UploadCounts>)>& done) {
          uploaded_ = whole.bytes;
          done(UploadCounts{1, 0});
        },
        upload);
    for (ingest::Input* input : {static_cast<ingest::Input*>(bulk_.get()), static_cast<ingest::Input*>(hec_.get()),
                                 static_cast<ingest::Input*>(json_.get()), static_cast<ingest::Input*>(upload_.get())})
      ASSERT_TRUE(input->start());
  }
  void TearDown() override {
    program_.reset();  // before the inputs: it would try again and again
    upload_.reset();
    json_.reset();
    hec_.reset();
    bulk_.reset();
    if (HasFailure()) std::cerr << "---- program:\n" << read_file(file("program.log")).value_or("").substr(0, 4000);
  }
  std::string file(const std::string& name) const { return (folder_->path() / name).string(); }
  std::string url(const std::string& path = "") const {
    return "https://localhost:" + std::to_string(secure_->port()) + path;
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(file(name)) << text; }

  /// curl's output: "STATUS BODY".
  std::string curl(std::vector<std::string> arguments) const {
    const auto program = installed_program("curl");
    if (!program) return "no curl";
    std::vector<std::string> all = {program->string(), "-sS", "--cacert", file("ca.crt"), "-w", "\n%{http_code}"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::filesystem::remove(file("curl.log"));
    RealProgram run(all, {}, file("curl.log"));
    run.wait();
    return run.output();
  }
  std::unique_ptr<RealProgram> program_;
};

TEST_F(HttpSenders, CurlReachesEachInputOverTls) {
  if (!installed_program("curl")) GTEST_SKIP() << "no curl on this machine";
  const std::string bearer = "Authorization: Bearer " + token_;
  EXPECT_THAT(curl({url("/healthz")}), HasSubstr("200"));
  EXPECT_THAT(curl({url("/")}), HasSubstr("\n401"));
  EXPECT_THAT(curl({"-u", "elastic:" + token_, url("/")}), HasSubstr("You Know, for Search"));
  write("bulk", "{\"create\":{\"_index\":\"a\"}}\n{\"from\":\"bulk\"}\n");
  EXPECT_THAT(curl({"-H", bearer, "-H", "Content-Type: application/x-ndjson", "--data-binary", "@" + file("bulk"),
                    url("/_bulk")}),
              HasSubstr("\"status\":201"));
  EXPECT_THAT(
      curl({"-H", "Authorization: Splunk " + token_, "-d", R"({"event":"from hec"})", url("/services/collector")}),
      HasSubstr("Success"));
  EXPECT_THAT(curl({"-H", bearer, "-d", R"({"from":"json"})", url("/ingest/json")}), HasSubstr("\"accepted\":1"));
  EXPECT_THAT(intake_.raws(),
              ::testing::ElementsAre("{\"from\":\"bulk\"}", "{\"event\":\"from hec\"}", "{\"from\":\"json\"}"));

  write("big", std::string(5'000'000, 'x'));  // curl asks with Expect: 100-continue
  EXPECT_THAT(curl({"-H", bearer, "-T", file("big"), url("/ingest/upload?name=big.evtx")}), HasSubstr("\n201"));
  EXPECT_EQ(uploaded_, 5'000'000U);
  EXPECT_THAT(curl({"-T", file("big"), url("/ingest/upload?name=big.evtx")}), HasSubstr("\n401"));
}

TEST_F(HttpSenders, TheElasticsearchClientChecksTheProductAndSendsInBulk) {
  const auto node = installed_program("node");
  if (!node) GTEST_SKIP() << "no node on this machine";
  const auto client = real_part("elasticsearch-js", "fetched");
  if (!client) GTEST_SKIP() << "not fetched (scripts/elasticsearch_js.sh): @elastic/elasticsearch";
  for (const std::string gzip : {"0", "1"}) {
    const std::size_t before = intake_.raws().size();
    std::filesystem::remove(file("program.log"));
    program_ = std::make_unique<RealProgram>(
        std::vector<std::string>{node->string(), YOROZU_SOURCE_DIR "/tests/live/elasticsearch_js/send.cjs"},
        std::vector<std::string>{"CLIENT_FOLDER=" + client->parent_path().string(), "URL=" + url(),
                                 "CA=" + file("ca.crt"), "TOKEN_ID=" + token_id_, "TOKEN=" + token_, "COUNT=3000",
                                 "GZIP=" + gzip},
        file("program.log"));
    EXPECT_EQ(program_->wait(), 0);
    const std::size_t expected = gzip == "0" ? 3000 : 0;  // the second time all of them are known already
    EXPECT_THAT(program_->output(), HasSubstr("\"version\":\"8.19.0\""));
    EXPECT_THAT(program_->output(), HasSubstr("\"successful\":" + std::to_string(expected)));
    EXPECT_EQ(intake_.raws().size() - before, expected);
  }
  const auto raws = intake_.raws();
  EXPECT_THAT(std::set<std::string>(raws.begin(), raws.end()), SizeIs(3000));
}

TEST_F(HttpSenders, RsyslogSendsByOmelasticsearch) {
  const auto rsyslogd = real_part("rsyslog", "usr/sbin/rsyslogd");
  const auto modules = real_part("rsyslog", "usr/lib/x86_64-linux-gnu/rsyslog");
  if (!rsyslogd || !modules) GTEST_SKIP() << kNoPart << "rsyslog";
  std::string lines;
  for (int i = 0; i < 500; ++i) lines += "<13>Nov 24 10:02:03 ws1 app: number " + std::to_string(i) + "\n";
  write("input.log", lines);
  write("rsyslog.conf",
        "global(workDirectory=\"" + file("") + "\")\n" +
            "module(load=\"imfile\")\nmodule(load=\"omelasticsearch\")\n"
            "input(type=\"imfile\" file=\"" +
            file("input.log") +
            "\" tag=\"app:\")\n"
            "template(name=\"doc\" type=\"list\" option.json=\"on\") { constant(value=\"{\\\"message\\\":\\\"\")"
            " property(name=\"msg\") constant(value=\"\\\"}\") }\n"
            "action(type=\"omelasticsearch\" server=\"https://localhost\" serverport=\"" +
            std::to_string(secure_->port()) + "\" usehttps=\"on\" tls.cacert=\"" + file("ca.crt") +
            "\" uid=\"rsyslog\" pwd=\"" + token_ +
            "\" template=\"doc\" searchIndex=\"system\" bulkmode=\"on\" searchType=\"\""
            " queue.type=\"linkedlist\" action.resumeretrycount=\"-1\")\n");
  program_ = std::make_unique<RealProgram>(
      std::vector<std::string>{rsyslogd->string(), "-n", "-iNONE", "-f", file("rsyslog.conf"), "-M", modules->string()},
      std::vector<std::string>{"LD_LIBRARY_PATH=" + (modules->parent_path()).string()}, file("program.log"));
  const auto deadline = std::chrono::steady_clock::now() + 40s;
  while (intake_.raws().size() < 500 && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(50ms);
  const auto raws = intake_.raws();
  std::set<std::string> distinct(raws.begin(), raws.end());
  EXPECT_THAT(distinct, SizeIs(500));
  ASSERT_FALSE(raws.empty());
  EXPECT_THAT(*distinct.begin(), HasSubstr("number"));
  EXPECT_EQ(intake_.kept()[0].via, R"({"token":")" + token_id_ + R"(","index":"system"})");
}

}  // namespace
}  // namespace yorozu::live
