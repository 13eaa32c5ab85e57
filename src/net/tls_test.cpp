#include "net/tls.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <ctime>
#include <functional>
#include <optional>
#include <thread>

#include "net/certificates.h"
#include "net/socket.h"
#include "net/test_tls_client.h"

namespace yorozu::net {
namespace {

using testing::TlsTestClient;

/// Takes one connection, says "hello SUBJECT" and gives back what it read; waits by poll, as a loop would by Watch.
class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);                                          // the loop does this for its own thread
    now_ = {static_cast<std::int64_t>(std::time(nullptr)) * 1'000'000};  // OpenSSL checks by the real clock
    auto opened = CertificateAuthority::open(temp_->path(), now_);
    ASSERT_TRUE(opened) << opened.error().message;
    authority_ = std::make_unique<CertificateAuthority>(*std::move(opened));
    options_ = options_for(*authority_);
    auto listener = listen_tcp(Endpoint{.address = Address::loopback()});
    ASSERT_TRUE(listener);
    listener_ = *std::move(listener);
  }
  TlsOptions options_for(const CertificateAuthority& authority) const {
    const auto certificate = authority.server_certificate({.dns = {"localhost"}, .addresses = {}}, now_);
    return {.certificate_pem = certificate->certificate_pem,
            .key_pem = certificate->key_pem,
            .client_certificate = ClientCertificate::None,
            .client_ca_pem = authority.certificate_pem(),
            .alpn = {}};
  }
  void serve_one() {
    server_ = *TlsServer::make(options_);
    serving_ = std::thread([this] {
      pollfd waiting{.fd = listener_.get(), .events = POLLIN, .revents = 0};
      ::poll(&waiting, 1, 10000);
      const auto stream = make_tls_stream(Fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK)), *server_);
      if (!until_ready(*stream, [&] { return stream->begin(); })) {
        problem_ = stream->problem();
        stream->end();
        return;
      }
      const std::string hello = "hello " + stream->peer_subject();
      until_ready(*stream, [&] { return stream->write(hello); });
      std::string chunk(100000, '\0');
      while (const auto n = until_ready(*stream, [&] { return stream->read(chunk); })) received_ += chunk.substr(0, *n);
      stream->end();
    });
  }
  static std::optional<std::size_t> until_ready(const Stream& stream, const std::function<StreamResult()>& step) {
    while (true) {
      const StreamResult result = step();
      if (result.state == StreamState::Ready) return result.bytes;
      if (result.state == StreamState::Ended || result.state == StreamState::Failed) return std::nullopt;
      pollfd waiting{.fd = stream.descriptor(),
                     .events = static_cast<short>(result.state == StreamState::WantRead ? POLLIN : POLLOUT),
                     .revents = 0};
      if (::poll(&waiting, 1, 10000) <= 0) return std::nullopt;
    }
  }
  void TearDown() override {
    if (serving_.joinable()) serving_.join();
  }
  Endpoint address() const { return *local_endpoint(listener_); }

  Result<TempDir> temp_ = TempDir::make();
  Timestamp now_;
  std::unique_ptr<CertificateAuthority> authority_;
  TlsOptions options_;
  Fd listener_;
  std::unique_ptr<TlsServer> server_;
  std::thread serving_;
  std::string received_, problem_;  ///< of the serving thread; read after its end
};

TEST_F(TlsTest, CarriesBytesBothWays) {
  serve_one();
  const std::string sent(300000, 'x');
  {
    const TlsTestClient client(address(), {.ca_pem = authority_->certificate_pem()});
    ASSERT_TRUE(client.is_ready());
    EXPECT_EQ(client.receive(), "hello ");
    EXPECT_EQ(client.version(), "TLSv1.3");
    client.send(sent);
    client.close();
  }
  serving_.join();
  EXPECT_EQ(received_, sent);
}

TEST_F(TlsTest, TheClientsCertificateGivesItsName) {
  options_.client_certificate = ClientCertificate::Required;
  serve_one();
  const auto own = authority_->issue_client("router 7", now_);
  const TlsTestClient client(
      address(),
      {.ca_pem = authority_->certificate_pem(), .certificate_pem = own->certificate_pem, .key_pem = own->key_pem});
  EXPECT_EQ(client.receive(), "hello CN=router 7");
  client.close();
}

TEST_F(TlsTest, WithoutARequiredCertificateNobodyComesIn) {
  options_.client_certificate = ClientCertificate::Required;
  serve_one();
  EXPECT_TRUE(TlsTestClient(address(), {.ca_pem = authority_->certificate_pem()}).is_refused());
  serving_.join();
  EXPECT_NE(problem_.find("certificate"), std::string::npos) << problem_;
}

TEST_F(TlsTest, ACertificateOfAnotherAuthorityIsRefused) {
  options_.client_certificate = ClientCertificate::Optional;
  serve_one();
  const auto elsewhere = CertificateAuthority::open(temp_->path() / "elsewhere", now_);
  const auto foreign = elsewhere->issue_client("router 7", now_);
  EXPECT_TRUE(TlsTestClient(address(), {.ca_pem = authority_->certificate_pem(),
                                        .certificate_pem = foreign->certificate_pem,
                                        .key_pem = foreign->key_pem})
                  .is_refused());
  serving_.join();
  EXPECT_NE(problem_.find("certificate"), std::string::npos) << problem_;
}

TEST_F(TlsTest, AnOptionalCertificateMayBeMissing) {
  options_.client_certificate = ClientCertificate::Optional;
  serve_one();
  const TlsTestClient client(address(), {.ca_pem = authority_->certificate_pem()});
  EXPECT_EQ(client.receive(), "hello ");
  client.close();
}

TEST_F(TlsTest, Tls12IsSpokenAndOlderVersionsAreNot) {
  serve_one();
  {
    const TlsTestClient client(address(), {.ca_pem = authority_->certificate_pem(), .max_version = TLS1_2_VERSION});
    EXPECT_EQ(client.receive(), "hello ");
    EXPECT_EQ(client.version(), "TLSv1.2");
    client.close();
  }
  serving_.join();
  serve_one();
  EXPECT_TRUE(TlsTestClient(
                  address(),
                  {.ca_pem = authority_->certificate_pem(), .max_version = TLS1_1_VERSION, .min_version = TLS1_VERSION})
                  .is_refused());
}

TEST_F(TlsTest, BytesThatAreNoTlsEndTheConnection) {
  serve_one();
  const testing::TestClient client = testing::TestClient::tcp(address());
  client.send("<13>plain text into a TLS port\n");
  client.receive_to_end();
  serving_.join();
  EXPECT_NE(problem_, "");
}

TEST_F(TlsTest, ARenewedCertificateServesNewConnections) {
  serve_one();
  const CertificateAuthority other = *CertificateAuthority::open(temp_->path() / "other", now_);
  ASSERT_TRUE(server_->replace(options_for(other)));
  const TlsTestClient client(address(), {.ca_pem = other.certificate_pem()});
  EXPECT_TRUE(client.is_ready());
  client.close();
}

TEST_F(TlsTest, AKeyThatDoesNotFitIsSaid) {
  options_.key_pem = authority_->issue_client("other", now_)->key_pem;
  const auto server = TlsServer::make(options_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::InvalidInput);
  options_.certificate_pem = "nothing";
  EXPECT_NE(TlsServer::make(options_).error().message.find("server certificate"), std::string::npos);
}

}  // namespace
}  // namespace yorozu::net
