#include "net/tls.h"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "base/try.h"
#include "net/openssl.h"

namespace yorozu::net {
namespace {

using namespace openssl;

Result<std::vector<Certificate>> read_certificates(std::string_view pem, std::string_view what) {
  std::vector<Certificate> certificates;
  const Bio bio = reader(pem);
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) certificates.emplace_back(next);
  ERR_clear_error();  // "no start line" is how the end looks
  if (certificates.empty()) return fail(ErrorCode::InvalidInput, std::string(what) + ": no certificate in it");
  return certificates;
}

Result<void> use_certificate(SSL_CTX* context, const TlsOptions& options) {
  TRY_ASSIGN(auto chain, read_certificates(options.certificate_pem, "server certificate"));
  const Bio bio = reader(options.key_pem);
  // No password is ever asked for on a terminal.
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr));
  if (!key) return failed("server key", ErrorCode::InvalidInput);
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1)
    return failed("server certificate", ErrorCode::InvalidInput);
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return failed("server key", ErrorCode::InvalidInput);
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
      return failed("certificate chain", ErrorCode::InvalidInput);
  return {};
}

Result<void> ask_for_client_certificates(SSL_CTX* context, const TlsOptions& options) {
  if (options.client_certificate == ClientCertificate::None) return {};
  TRY_ASSIGN(const auto authorities, read_certificates(options.client_ca_pem, "CA of client certificates"));
  for (const Certificate& authority : authorities) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
  }
  const bool required = options.client_certificate == ClientCertificate::Required;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  return {};
}

/// `argument`: the one protocol we speak, length first. Others are told so.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void* argument) {
  const auto& ours = *static_cast<const std::string*>(argument);
  unsigned char* selected = nullptr;
  const int result = SSL_select_next_proto(&selected, size, reinterpret_cast<const unsigned char*>(ours.data()),
                                           static_cast<unsigned int>(ours.size()), offered, offered_size);
  *chosen = selected;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Result<std::shared_ptr<ssl_ctx_st>> make_context(const TlsOptions& options) {
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) return failed("TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);  // an idle connection holds no buffers
  // What 1.2 may use: forward secrecy and authenticated encryption.
  SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  TRY(use_certificate(context.get(), options));
  TRY(ask_for_client_certificates(context.get(), options));
  const auto alpn = std::make_shared<std::string>();  // lives as long as the context that points to it
  if (!options.alpn.empty()) {
    alpn->push_back(static_cast<char>(options.alpn.size()));
    alpn->append(options.alpn);
    SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, alpn.get());
  }
  return std::shared_ptr<ssl_ctx_st>(context.release(), [alpn](SSL_CTX* freed) { SSL_CTX_free(freed); });
}

class TlsStream : public Stream {
 public:
  TlsStream(Fd socket, const TlsServer& server)
      : socket_(std::move(socket)), context_(server.context()), ssl_(SSL_new(context_.get())) {
    if (!ssl_) return;
    SSL_set_fd(ssl_.get(), socket_.get());
    SSL_set_accept_state(ssl_.get());
  }

  StreamResult begin() override {
    if (!ssl_) return {};
    return outcome([&] { return SSL_do_handshake(ssl_.get()); });
  }
  StreamResult read(std::span<char> to) override {
    std::size_t filled = 0;
    while (filled < to.size()) {  // a call gives one record at most
      std::size_t n = 0;
      const StreamResult result =
          outcome([&] { return SSL_read_ex(ssl_.get(), to.data() + filled, to.size() - filled, &n); });
      if (result.state != StreamState::Ready) {
        // What stopped us is found again by the next call.
        return filled > 0 ? StreamResult{.state = StreamState::Ready, .bytes = filled} : result;
      }
      filled += n;
    }
    return {.state = StreamState::Ready, .bytes = filled};
  }
  StreamResult write(std::string_view bytes) override {
    std::size_t n = 0;
    StreamResult result = outcome([&] { return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &n); });
    result.bytes = n;
    return result;
  }
  void end() override {
    if (!broken_) {
      ERR_clear_error();
      SSL_shutdown(ssl_.get());
    }
    ::shutdown(socket_.get(), SHUT_WR);
  }
  std::string peer_subject() const override {
    const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
    return certificate == nullptr ? std::string() : name_text(X509_get_subject_name(certificate));
  }
  std::string problem() const override { return problem_; }
  int descriptor() const override { return socket_.get(); }

 private:
  template <class Call>
  StreamResult outcome(Call&& call) {
    ERR_clear_error();
    errno = 0;
    const int result = call();
    if (result == 1) return {.state = StreamState::Ready};
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return {.state = StreamState::WantRead};
      case SSL_ERROR_WANT_WRITE:
        return {.state = StreamState::WantWrite};
      case SSL_ERROR_ZERO_RETURN:
        return {.state = StreamState::Ended};
      case SSL_ERROR_SYSCALL:
        problem_ = errno != 0 ? std::generic_category().message(errno) : "closed by the peer";
        break;
      default:
        problem_ = last_error();
        if (const long verify = SSL_get_verify_result(ssl_.get()); verify != X509_V_OK)
          problem_.append(": ").append(X509_verify_cert_error_string(verify));
    }
    broken_ = true;  // SSL_shutdown must not be called after a fatal error
    return {.state = StreamState::Failed};
  }

  Fd socket_;
  std::shared_ptr<ssl_ctx_st> context_;  // shared: the server may have exchanged its own meanwhile
  Connection ssl_;
  std::string problem_ = "no memory for a TLS connection";
  bool broken_ = false;
};

}  // namespace

Result<std::unique_ptr<TlsServer>> TlsServer::make(const TlsOptions& options) {
  TRY_ASSIGN(auto context, make_context(options));
  return std::unique_ptr<TlsServer>(new TlsServer(std::move(context)));
}

Result<void> TlsServer::replace(const TlsOptions& options) {
  TRY_ASSIGN(auto context, make_context(options));
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
  return {};
}

std::shared_ptr<ssl_ctx_st> TlsServer::context() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

std::unique_ptr<Stream> make_tls_stream(Fd socket, const TlsServer& server) {
  return std::make_unique<TlsStream>(std::move(socket), server);
}

}  // namespace yorozu::net
