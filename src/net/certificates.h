/// The server's own certificate authority, for networks without one: made at first start, it signs the server's
/// certificate (renewed in time) and those that senders show (RFC 5425). ECDSA P-256, SHA-256.
///
/// Files, all mode 0600: DATA/keys/ca.key, DATA/keys/server.key, DATA/certs/ca.crt, DATA/certs/server.crt. Keys of
/// clients are handed out once and never kept.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/address.h"

namespace yorozu::net {

struct IssuedCertificate {
  std::string certificate_pem;  ///< itself, then the CA's
  std::string key_pem;
  Timestamp not_after;
};

/// What clients may call the server. Order does not matter.
struct ServerNames {
  std::vector<std::string> dns;
  std::vector<Address> addresses;
};
/// Host name, its full form when /etc/hosts has it, "localhost", and every address of the interfaces that are up. Asks
/// no resolver.
ServerNames names_of_this_machine();

class CertificateAuthority {
 public:
  /// Reads it, or makes it when neither key nor certificate is there. Errors: Corrupt when they do not belong together
  /// or one is missing (a new CA would lock out every sender that trusts the old one: that is a person's decision), Io.
  static Result<CertificateAuthority> open(const std::filesystem::path& data_folder, Timestamp now);

  /// The stored one while it is valid for 30 days more and has all `names`; else a new one, stored.
  Result<IssuedCertificate> server_certificate(const ServerNames& names, Timestamp now) const;
  /// For a sender; `name` becomes its subject (CN). InvalidInput: empty, longer than 64 bytes, control characters.
  Result<IssuedCertificate> issue_client(std::string_view name, Timestamp now) const;

  const std::string& certificate_pem() const { return certificate_pem_; }
  /// SHA-256 of the certificate, "AB:CD:...", as browsers show it.
  std::string fingerprint() const;

 private:
  CertificateAuthority(std::filesystem::path folder, std::string certificate_pem, std::string key_pem)
      : folder_(std::move(folder)), certificate_pem_(std::move(certificate_pem)), key_pem_(std::move(key_pem)) {}
  std::filesystem::path folder_;
  std::string certificate_pem_, key_pem_;
};

}  // namespace yorozu::net
