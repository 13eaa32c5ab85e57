#include "net/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "net/openssl.h"

namespace yorozu::net {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr std::int64_t kDayUs = std::int64_t{24} * 3600 * 1'000'000;
constexpr Timestamp kNow{1'764'000'000'000'000};
constexpr Timestamp after_days(std::int64_t days) {
  return {kNow.us + days * kDayUs};
}
const ServerNames kNames{.dns = {"log.example.jp", "localhost"}, .addresses = {Address::loopback(), Address::v6({})}};

class CertificateTest : public ::testing::Test {
 protected:
  CertificateAuthority open(Timestamp now = kNow) {
    auto opened = CertificateAuthority::open(folder(), now);
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }
  std::filesystem::path folder() const { return temp_->path() / "data"; }
  static unsigned mode(const std::filesystem::path& path) {
    struct stat status{};
    ::stat(path.c_str(), &status);
    return status.st_mode & 0777U;
  }
  /// Whether OpenSSL accepts `issued` for `purpose` under the CA.
  static bool is_valid(const IssuedCertificate& issued, const std::string& ca_pem, int purpose, Timestamp now) {
    const openssl::Bio ca_bio = openssl::reader(ca_pem), bio = openssl::reader(issued.certificate_pem);
    const openssl::Certificate ca(PEM_read_bio_X509(ca_bio.get(), nullptr, nullptr, nullptr));
    const openssl::Certificate own(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    const openssl::Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), ca.get());
    const openssl::Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), own.get(), nullptr);
    X509_STORE_CTX_set_purpose(context.get(), purpose);
    X509_STORE_CTX_set_time(context.get(), 0, now.us / 1'000'000);
    X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT);
    const bool valid = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    return valid;
  }

  Result<TempDir> temp_ = TempDir::make();
};

TEST_F(CertificateTest, TheFirstStartMakesAnAuthorityAndTheNextFindsIt) {
  const CertificateAuthority first = open();
  EXPECT_EQ(mode(folder() / "keys"), 0700U);
  for (const char* file : {"keys/ca.key", "certs/ca.crt"}) EXPECT_EQ(mode(folder() / file), 0600U) << file;
  const CertificateAuthority second = open(after_days(100));
  EXPECT_EQ(first.fingerprint(), second.fingerprint());
  EXPECT_EQ(first.fingerprint().size(), 32 * 3 - 1);
}

TEST_F(CertificateTest, TheServersCertificateIsKeptUntilThirtyDaysBeforeItsEnd) {
  const CertificateAuthority authority = open();
  const auto first = authority.server_certificate(kNames, kNow);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(is_valid(*first, authority.certificate_pem(), X509_PURPOSE_SSL_SERVER, kNow));
  EXPECT_FALSE(is_valid(*first, authority.certificate_pem(), X509_PURPOSE_SSL_CLIENT, kNow));
  EXPECT_EQ(mode(folder() / "keys/server.key"), 0600U);
  EXPECT_EQ(authority.server_certificate(kNames, after_days(300))->certificate_pem, first->certificate_pem);
  const auto renewed = authority.server_certificate(kNames, after_days(380));
  EXPECT_NE(renewed->certificate_pem, first->certificate_pem);
  EXPECT_NE(renewed->key_pem, first->key_pem);
  EXPECT_TRUE(is_valid(*renewed, authority.certificate_pem(), X509_PURPOSE_SSL_SERVER, after_days(700)));
}

TEST_F(CertificateTest, ANewNameOrAddressGetsANewCertificate) {
  const CertificateAuthority authority = open();
  const auto first = authority.server_certificate(kNames, kNow);
  ServerNames fewer = kNames;
  fewer.dns.pop_back();
  EXPECT_EQ(authority.server_certificate(fewer, kNow)->certificate_pem, first->certificate_pem);
  ServerNames more = kNames;
  more.addresses.push_back(*parse_address("192.0.2.7"));
  const auto second = authority.server_certificate(more, kNow);
  EXPECT_NE(second->certificate_pem, first->certificate_pem);
}

TEST_F(CertificateTest, ACertificateFromBeforeTheClockWasSetBackIsReplaced) {
  const CertificateAuthority authority = open();
  const auto first = authority.server_certificate(kNames, kNow);
  EXPECT_NE(authority.server_certificate(kNames, after_days(-10))->certificate_pem, first->certificate_pem);
}

TEST_F(CertificateTest, AKeyThatDoesNotFitIsReplacedForTheServerAndRefusedForTheAuthority) {
  const CertificateAuthority authority = open();
  const auto server = authority.server_certificate(kNames, kNow);
  const auto client = authority.issue_client("fw-1", kNow);
  ASSERT_TRUE(write_file_atomic(folder() / "keys/server.key", client->key_pem));
  const auto again = authority.server_certificate(kNames, kNow);
  ASSERT_TRUE(again);
  EXPECT_NE(again->certificate_pem, server->certificate_pem);

  ASSERT_TRUE(write_file_atomic(folder() / "keys/ca.key", client->key_pem));
  EXPECT_EQ(CertificateAuthority::open(folder(), kNow).error().code, ErrorCode::Corrupt);
  std::filesystem::remove(folder() / "keys/ca.key");
  const auto lost = CertificateAuthority::open(folder(), kNow);
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().message, HasSubstr("bring the key back"));
  ASSERT_TRUE(write_file_atomic(folder() / "keys/ca.key", "garbage"));
  EXPECT_EQ(CertificateAuthority::open(folder(), kNow).error().code, ErrorCode::Corrupt);
}

TEST_F(CertificateTest, AStartThatEndedBetweenKeyAndCertificateIsFinished) {
  const std::string key = [&] {
    open();
    return *read_file(folder() / "keys/ca.key");
  }();
  std::filesystem::remove(folder() / "certs/ca.crt");
  open();
  EXPECT_EQ(*read_file(folder() / "keys/ca.key"), key);
}

TEST_F(CertificateTest, SendersGetTheirsWithAnyNameInAnyScript) {
  const CertificateAuthority authority = open();
  const auto client = authority.issue_client("第二工場 FW,O=x", kNow);
  ASSERT_TRUE(client) << client.error().message;
  EXPECT_TRUE(is_valid(*client, authority.certificate_pem(), X509_PURPOSE_SSL_CLIENT, after_days(900)));
  const openssl::Bio bio = openssl::reader(client->certificate_pem);
  const openssl::Certificate own(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  EXPECT_EQ(openssl::name_text(X509_get_subject_name(own.get())), "CN=第二工場 FW\\,O=x");
  for (const std::string& name : {std::string(), std::string(65, 'x'), std::string("a\nb"), std::string("\xff")})
    EXPECT_FALSE(authority.issue_client(name, kNow)) << name;
}

TEST(ServerNames, ThisMachineHasItsLoopbackAndNoLinkLocalAddress) {
  const ServerNames names = names_of_this_machine();
  EXPECT_THAT(names.dns, Contains("localhost"));
  EXPECT_THAT(names.addresses, Contains(Address::loopback()));
  for (const Address& address : names.addresses) EXPECT_EQ(address.scope(), 0U);
}

}  // namespace
}  // namespace yorozu::net
