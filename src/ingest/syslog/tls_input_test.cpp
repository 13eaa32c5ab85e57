#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <ctime>
#include <mutex>
#include <thread>

#include "ingest/syslog/relp.h"
#include "ingest/syslog/stream_input.h"
#include "ingest/syslog/test_intake.h"
#include "net/certificates.h"
#include "net/test_tls_client.h"
#include "net/tls.h"

namespace yorozu::ingest::syslog {
namespace {

using namespace std::chrono_literals;
using net::testing::eventually;
using net::testing::TlsTestClient;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TestIntake;

class TlsInputTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);  // of the test's own clients
    now_ = {static_cast<std::int64_t>(std::time(nullptr)) * 1'000'000};
    authority_ = std::make_unique<net::CertificateAuthority>(*net::CertificateAuthority::open(temp_->path(), now_));
    const auto own = authority_->server_certificate({.dns = {"localhost"}, .addresses = {}}, now_);
    server_ = *net::TlsServer::make({.certificate_pem = own->certificate_pem,
                                     .key_pem = own->key_pem,
                                     .client_certificate = net::ClientCertificate::Required,
                                     .client_ca_pem = authority_->certificate_pem()});
  }
  void start(StreamOptions options = {}) {
    options.name = options.input = "syslog.tls";
    options.listen = net::Endpoint{.address = net::Address::loopback()};
    options.now = [] { return Timestamp{1'764'000'000'000'000}; };
    options.stream = [this](Fd socket) { return net::make_tls_stream(std::move(socket), *server_); };
    options.report = [this](std::string_view report) {
      const std::lock_guard lock(mutex_);
      reports_.emplace_back(report);
    };
    input_ = make_stream_input(std::move(options), loop_, intake_);
    ASSERT_TRUE(input_->start());
    address_ = *net::parse_endpoint(input_->state().address);
  }
  TlsTestClient connect(const std::string& name) const {
    const auto own = authority_->issue_client(name, now_);
    return TlsTestClient(
        address_,
        {.ca_pem = authority_->certificate_pem(), .certificate_pem = own->certificate_pem, .key_pem = own->key_pem});
  }
  std::vector<std::string> reports() {
    const std::lock_guard lock(mutex_);
    return reports_;
  }

  Result<TempDir> temp_ = TempDir::make();
  Timestamp now_;
  std::unique_ptr<net::CertificateAuthority> authority_;
  std::unique_ptr<net::TlsServer> server_;
  std::mutex mutex_;
  std::vector<std::string> reports_;
  net::IoLoop loop_{"test"};
  TestIntake intake_;
  std::unique_ptr<Input> input_;
  net::Endpoint address_;
};

TEST_F(TlsInputTest, TheNameInTheCertificateIsThePeer) {
  start();
  const TlsTestClient client = connect("fw-1");
  client.send("7 <1>one\n<1>two\n");
  ASSERT_TRUE(eventually([&] { return intake_.count() == 2; }));
  EXPECT_THAT(intake_.texts(), ElementsAre("<1>one", "<1>two"));
  EXPECT_EQ(intake_.frames().front().peer, "CN=fw-1");
  EXPECT_EQ(intake_.frames().front().input, "syslog.tls");
}

TEST_F(TlsInputTest, MuchAtOnceComesThroughBackpressureWhole) {
  start();
  intake_.set_room(1);
  const TlsTestClient client = connect("fw-1");
  constexpr std::size_t kFrames = 20000;
  std::thread sending([&] {
    std::string text;
    for (std::size_t i = 0; i < kFrames; ++i) text += "<1>" + std::to_string(i) + std::string(90, '.') + "\n";
    EXPECT_TRUE(client.send(text));
  });
  ASSERT_TRUE(eventually([&] { return intake_.refused() > 0; }));
  intake_.set_room(3);
  intake_.set_room(TestIntake::kEndless);
  sending.join();
  ASSERT_TRUE(eventually([&] { return intake_.count() == kFrames; })) << intake_.count();
  const auto texts = intake_.texts();
  for (std::size_t i = 0; i < kFrames; ++i)
    ASSERT_TRUE(texts[i].starts_with("<1>" + std::to_string(i) + ".")) << texts[i];
}

TEST_F(TlsInputTest, WhoIsRefusedIsReportedWithAddressAndReason) {
  start();
  EXPECT_TRUE(TlsTestClient(address_, {.ca_pem = authority_->certificate_pem()}).is_refused());
  ASSERT_TRUE(eventually([&] { return !reports().empty(); }));
  EXPECT_THAT(reports().front(), HasSubstr("syslog.tls: 127.0.0.1:"));
  EXPECT_THAT(reports().front(), HasSubstr("certificate"));
  EXPECT_EQ(input_->counters().connections, 0U);
}

TEST_F(TlsInputTest, AHandshakeThatStallsIsHungUpOnAndDisturbsNobody) {
  StreamOptions options;
  options.timeouts.handshake = 60ms;
  start(std::move(options));
  const auto stalled = net::testing::TestClient::tcp(address_);
  stalled.send("\x16\x03\x01");
  const TlsTestClient client = connect("fw-1");
  client.send("<1>one\n");
  EXPECT_TRUE(eventually([&] { return intake_.count() == 1; }));
  EXPECT_TRUE(stalled.is_closed_by_peer());
  EXPECT_TRUE(eventually([&] { return input_->counters().connections == 1; }));
}

TEST_F(TlsInputTest, RelpRunsOverTlsToo) {
  StreamOptions options;
  options.protocol = make_relp_protocol;
  start(std::move(options));
  const TlsTestClient client = connect("fw-1");
  client.send("1 open 14 relp_version=0\n");
  EXPECT_THAT(client.receive(), HasSubstr("1 rsp "));
  client.send("2 syslog 6 <1>one\n");
  EXPECT_EQ(client.receive(), "2 rsp 6 200 OK\n");
}

}  // namespace
}  // namespace yorozu::ingest::syslog
