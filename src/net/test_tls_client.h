/// The other side of a TLS connection, for tests: blocking, by OpenSSL. The server's certificate is checked against the
/// CA given.
#pragma once

#include <string>
#include <string_view>

#include "net/certificates.h"
#include "net/openssl.h"
#include "net/test_client.h"

namespace yorozu::net::testing {

class TlsTestClient {
 public:
  struct Options {
    std::string ca_pem = {};
    std::string certificate_pem = {}, key_pem = {};  ///< of the client; "": none
    int max_version = TLS1_3_VERSION, min_version = TLS1_2_VERSION;
  };
  TlsTestClient(const Endpoint& to, const Options& options) : client_(TestClient::tcp(to)) {
    SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
    SSL_CTX_set_min_proto_version(context_.get(), options.min_version);
    SSL_CTX_set_security_level(context_.get(), 0);  // else it would not even try an old version
    const openssl::Bio bio = openssl::reader(options.ca_pem);
    const openssl::Certificate ca(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (ca) X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), ca.get());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    if (!options.certificate_pem.empty()) {
      const openssl::Bio certificate_bio = openssl::reader(options.certificate_pem);
      const openssl::Certificate own(PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr));
      const openssl::Bio key_bio = openssl::reader(options.key_pem);
      const openssl::Key key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
      SSL_CTX_use_certificate(context_.get(), own.get());
      SSL_CTX_use_PrivateKey(context_.get(), key.get());
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), client_.descriptor());
    ready_ = SSL_connect(ssl_.get()) == 1;
    ERR_clear_error();
  }

  /// The handshake succeeded on this side. (In TLS 1.3 the server may still refuse our certificate: see is_refused.)
  bool is_ready() const { return ready_; }
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const int n = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  /// One read; "" when the peer has closed or refused.
  std::string receive() const {
    std::array<char, 16384> chunk;
    const int n = SSL_read(ssl_.get(), chunk.data(), static_cast<int>(chunk.size()));
    ERR_clear_error();
    return n > 0 ? std::string(chunk.data(), static_cast<std::size_t>(n)) : std::string();
  }
  bool is_refused() const { return !ready_ || receive().empty(); }
  std::string server_subject() const {
    return openssl::name_text(X509_get_subject_name(SSL_get0_peer_certificate(ssl_.get())));
  }
  std::string version() const { return SSL_get_version(ssl_.get()); }
  std::string alpn() const {
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  void close() const { SSL_shutdown(ssl_.get()); }

 private:
  TestClient client_;
  openssl::Context context_{SSL_CTX_new(TLS_client_method())};
  openssl::Connection ssl_;
  bool ready_ = false;
};

}  // namespace yorozu::net::testing
