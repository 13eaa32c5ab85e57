/// TLS of a server: 1.2 and 1.3, no renegotiation, no resumption (connections of logs are long). Client certificates
/// may be asked for, as RFC 5425 wants it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "net/stream.h"

struct ssl_ctx_st;

namespace yorozu::net {

enum class ClientCertificate {
  None,      ///< not asked for
  Optional,  ///< checked when the client shows one
  Required,  ///< no connection without
};

struct TlsOptions {
  std::string certificate_pem = {};  ///< the server's, then those that lead to its CA
  std::string key_pem = {};
  ClientCertificate client_certificate = ClientCertificate::None;
  std::string client_ca_pem = {};  ///< who may have issued client certificates
  std::string alpn = {};           ///< the one protocol offered ("http/1.1"); "": none
};

/// The certificate may be exchanged while connections are open; these keep theirs. Thread-safe.
class TlsServer {
 public:
  /// Errors: InvalidInput, what is wrong with certificate, key or CA.
  static Result<std::unique_ptr<TlsServer>> make(const TlsOptions& options);
  Result<void> replace(const TlsOptions& options);
  /// For new connections. Whoever keeps it longer than the call takes a reference (SSL_CTX_up_ref), as SSL_new does.
  std::shared_ptr<ssl_ctx_st> context() const;

 private:
  explicit TlsServer(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;  ///< guarded by mutex_
};

/// The server's side of one connection; begin() does the handshake.
std::unique_ptr<Stream> make_tls_stream(Fd socket, const TlsServer& server);

}  // namespace yorozu::net
