#include "net/certificates.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <openssl/rand.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <sstream>
#include <system_error>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/try.h"
#include "net/openssl.h"

namespace yorozu::net {
namespace {

using namespace openssl;

constexpr std::int64_t kDay = 24 * 3600;
constexpr std::int64_t kCaDays = 3650;
constexpr std::int64_t kServerDays = 397;  // browsers refuse more
constexpr std::int64_t kClientDays = 1095;
constexpr std::int64_t kRenewBeforeDays = 30;
constexpr std::size_t kMaxCommonName = 64;  // RFC 5280, ub-common-name

enum class Purpose { Authority, Server, Client };

std::int64_t seconds(Timestamp time) {
  return time.us / 1'000'000;
}

Result<Key> make_key() {
  Key key(EVP_EC_gen("P-256"));
  if (!key) return failed("making a key");
  return key;
}
Result<std::string> to_pem(const Key& key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failed("writing a key");
  return text_of(bio);
}
Result<std::string> to_pem(const Certificate& certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(bio.get(), certificate.get()) != 1) return failed("writing a certificate");
  return text_of(bio);
}
Result<Key> read_key(std::string_view pem) {
  const Bio bio = reader(pem);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr));
  if (!key) return failed("reading a key", ErrorCode::Corrupt);
  return key;
}
Result<Certificate> read_certificate(std::string_view pem) {
  const Bio bio = reader(pem);
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return failed("reading a certificate", ErrorCode::Corrupt);
  return certificate;
}

Timestamp time_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) return {0};
  return {static_cast<std::int64_t>(::timegm(&fields)) * 1'000'000};
}

/// One extension in OpenSSL's own notation; `value` is never a text from outside.
bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool add_names(X509* certificate, const ServerNames& names) {
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> all(GENERAL_NAMES_new());
  const auto add = [&](int type, std::string_view bytes) {
    GENERAL_NAME* name = GENERAL_NAME_new();
    ASN1_STRING* value = type == GEN_DNS ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
    ASN1_STRING_set(value, bytes.data(), static_cast<int>(bytes.size()));
    GENERAL_NAME_set0_value(name, type, value);
    return sk_GENERAL_NAME_push(all.get(), name) > 0;
  };
  for (const std::string& dns : names.dns)
    if (!add(GEN_DNS, dns)) return false;
  for (const Address& address : names.addresses) {
    const std::string_view bytes(reinterpret_cast<const char*>(address.bytes().data()), address.bytes().size());
    if (!add(GEN_IPADD, address.is_v4() ? bytes.substr(12) : bytes)) return false;
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool set_random_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] &= 0x7fU;  // positive
  const Owned<BIGNUM, BN_free> number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

struct Request {
  Purpose purpose;
  std::string_view common_name;
  const ServerNames* names = nullptr;
  std::int64_t days = 0;
};

bool set_extensions(X509* certificate, X509* issuer, const Request& request) {
  const bool is_authority = request.purpose == Purpose::Authority;
  const char* constraints = is_authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE";
  const char* usage = is_authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature";
  if (!add_extension(certificate, issuer, NID_basic_constraints, constraints)) return false;
  if (!add_extension(certificate, issuer, NID_key_usage, usage)) return false;
  if (!add_extension(certificate, issuer, NID_subject_key_identifier, "hash")) return false;
  if (is_authority) return true;
  const char* extended = request.purpose == Purpose::Server ? "serverAuth" : "clientAuth";
  return add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always") &&
         add_extension(certificate, issuer, NID_ext_key_usage, extended) &&
         (request.names == nullptr || add_names(certificate, *request.names));
}

/// `issuer` nullptr: signed by itself.
Result<Certificate> sign(const Request& request, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key, Timestamp now) {
  Certificate certificate(X509_new());
  X509* c = certificate.get();
  if (c == nullptr) return failed("making a certificate");
  X509_NAME* subject = X509_get_subject_name(c);
  const bool made =
      X509_set_version(c, X509_VERSION_3) == 1 && set_random_serial(c) &&
      // A day back: clocks of a small network are not all right.
      ASN1_TIME_set(X509_getm_notBefore(c), static_cast<std::time_t>(seconds(now) - kDay)) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(c), static_cast<std::time_t>(seconds(now) + request.days * kDay)) != nullptr &&
      X509_set_pubkey(c, key) == 1 &&
      X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(request.common_name.data()),
                                 static_cast<int>(request.common_name.size()), -1, 0) == 1 &&
      X509_set_issuer_name(c, issuer == nullptr ? subject : X509_get_subject_name(issuer)) == 1 &&
      set_extensions(c, issuer == nullptr ? c : issuer, request) && X509_sign(c, issuer_key, EVP_sha256()) > 0;
  if (!made) return failed("making a certificate");
  return certificate;
}

/// `certificate` was made for every one of `names`.
bool has_all(X509* certificate, const ServerNames& names) {
  return std::all_of(names.dns.begin(), names.dns.end(),
                     [&](const std::string& dns) {
                       return X509_check_host(certificate, dns.data(), dns.size(), 0, nullptr) == 1;
                     }) &&
         std::all_of(names.addresses.begin(), names.addresses.end(), [&](const Address& address) {
           const std::size_t skip = address.is_v4() ? 12 : 0;
           return X509_check_ip(certificate, address.bytes().data() + skip, 16 - skip, 0) == 1;
         });
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) return fail(ErrorCode::Io, folder.string() + ": " + error.message());
  return {};
}

/// nullopt: not there.
Result<std::optional<std::string>> read_if_there(const std::filesystem::path& path) {
  auto text = read_file(path, std::uint64_t{1} << 20);
  if (text) return std::optional(*std::move(text));
  if (text.error().code == ErrorCode::NotFound) return std::optional<std::string>();
  return std::unexpected(std::move(text).error());
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxCommonName && is_valid_utf8(name) &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_dns_name(std::string_view name) {
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

}  // namespace

ServerNames names_of_this_machine() {
  ServerNames names{.dns = {"localhost"}, .addresses = {}};
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0 && is_dns_name(host.data())) {
    names.dns.emplace_back(host.data());
    // The full name where the machine itself knows it. A resolver is not asked: without a network that takes long.
    std::istringstream hosts(read_file("/etc/hosts", std::uint64_t{1} << 20).value_or(""));
    for (std::string name; hosts >> name;)
      if (name.starts_with(names.dns.back() + ".") && is_dns_name(name)) {
        names.dns.push_back(std::move(name));
        break;
      }
  }
  ifaddrs* interfaces = nullptr;
  if (::getifaddrs(&interfaces) == 0) {
    for (const ifaddrs* i = interfaces; i != nullptr; i = i->ifa_next) {
      if (i->ifa_addr == nullptr || (i->ifa_flags & IFF_UP) == 0) continue;
      if (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6) continue;
      const Address address = from_sockaddr(i->ifa_addr).address;
      if (address.scope() == 0) names.addresses.push_back(address);  // link-local ones change with the interface
    }
    ::freeifaddrs(interfaces);
  }
  const auto unique = [](auto& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  unique(names.dns);
  unique(names.addresses);
  return names;
}

Result<CertificateAuthority> CertificateAuthority::open(const std::filesystem::path& data_folder, Timestamp now) {
  const auto key_path = data_folder / "keys" / "ca.key", certificate_path = data_folder / "certs" / "ca.crt";
  TRY(make_folder(data_folder / "keys"));
  TRY(make_folder(data_folder / "certs"));
  TRY_ASSIGN(auto key_pem, read_if_there(key_path));
  TRY_ASSIGN(auto certificate_pem, read_if_there(certificate_path));
  if (certificate_pem && !key_pem)
    return fail(ErrorCode::Corrupt, certificate_path.string() + " is there, but its key " + key_path.string() +
                                        " is not: bring the key back, or remove the certificate for a new CA");
  if (!key_pem) {
    TRY_ASSIGN(const Key key, make_key());
    TRY_ASSIGN(key_pem, to_pem(key));
    TRY(write_file_atomic(key_path, *key_pem));
  }
  TRY_ASSIGN(const Key key, read_key(*key_pem));
  if (!certificate_pem) {  // the first start, or one that ended between the two files
    std::array<unsigned char, 4> random{};
    RAND_bytes(random.data(), static_cast<int>(random.size()));
    const std::string name = "Yorozu CA " + to_hex(ByteView(random));
    TRY_ASSIGN(const Certificate certificate,
               sign({.purpose = Purpose::Authority, .common_name = name, .days = kCaDays}, key.get(), nullptr,
                    key.get(), now));
    TRY_ASSIGN(certificate_pem, to_pem(certificate));
    TRY(write_file_atomic(certificate_path, *certificate_pem));
  }
  TRY_ASSIGN(const Certificate certificate, read_certificate(*certificate_pem));
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorCode::Corrupt, certificate_path.string() + " does not belong to " + key_path.string());
  }
  return CertificateAuthority(data_folder, *std::move(certificate_pem), *std::move(key_pem));
}

Result<IssuedCertificate> CertificateAuthority::server_certificate(const ServerNames& names, Timestamp now) const {
  const auto key_path = folder_ / "keys" / "server.key", certificate_path = folder_ / "certs" / "server.crt";
  TRY_ASSIGN(const Certificate authority, read_certificate(certificate_pem_));
  TRY_ASSIGN(auto key_pem, read_if_there(key_path));
  TRY_ASSIGN(auto certificate_pem, read_if_there(certificate_path));
  if (key_pem && certificate_pem) {
    auto key = read_key(*key_pem);
    auto certificate = read_certificate(*certificate_pem);
    ERR_clear_error();
    if (key && certificate && X509_check_private_key(certificate->get(), key->get()) == 1 &&
        X509_verify(certificate->get(), X509_get0_pubkey(authority.get())) == 1 && has_all(certificate->get(), names)) {
      const Timestamp not_after = time_of(X509_get0_notAfter(certificate->get()));
      const bool has_begun = time_of(X509_get0_notBefore(certificate->get())) <= now;
      if (has_begun && seconds(not_after) - seconds(now) > kRenewBeforeDays * kDay)
        return IssuedCertificate{*certificate_pem, *key_pem, not_after};
    }
    ERR_clear_error();
  }
  TRY_ASSIGN(const Key authority_key, read_key(key_pem_));
  TRY_ASSIGN(const Key key, make_key());
  const std::string_view name = names.dns.empty() ? std::string_view("yorozu") : std::string_view(names.dns.front());
  TRY_ASSIGN(const Certificate certificate, sign({.purpose = Purpose::Server,
                                                  .common_name = name.substr(0, kMaxCommonName),
                                                  .names = &names,
                                                  .days = kServerDays},
                                                 key.get(), authority.get(), authority_key.get(), now));
  IssuedCertificate issued;
  TRY_ASSIGN(issued.key_pem, to_pem(key));
  TRY_ASSIGN(issued.certificate_pem, to_pem(certificate));
  issued.certificate_pem += certificate_pem_;
  issued.not_after = time_of(X509_get0_notAfter(certificate.get()));
  // A crash between the two leaves a pair that does not match, which the next start replaces.
  TRY(write_file_atomic(key_path, issued.key_pem));
  TRY(write_file_atomic(certificate_path, issued.certificate_pem));
  return issued;
}

Result<IssuedCertificate> CertificateAuthority::issue_client(std::string_view name, Timestamp now) const {
  if (!is_plain_name(name))
    return fail(ErrorCode::InvalidInput, "a name for a certificate has 1 to 64 bytes and no control characters");
  TRY_ASSIGN(const Certificate authority, read_certificate(certificate_pem_));
  TRY_ASSIGN(const Key authority_key, read_key(key_pem_));
  TRY_ASSIGN(const Key key, make_key());
  TRY_ASSIGN(const Certificate certificate, sign({.purpose = Purpose::Client, .common_name = name, .days = kClientDays},
                                                 key.get(), authority.get(), authority_key.get(), now));
  IssuedCertificate issued;
  TRY_ASSIGN(issued.key_pem, to_pem(key));
  TRY_ASSIGN(issued.certificate_pem, to_pem(certificate));
  issued.certificate_pem += certificate_pem_;
  issued.not_after = time_of(X509_get0_notAfter(certificate.get()));
  return issued;
}

std::string CertificateAuthority::fingerprint() const {
  const auto certificate = read_certificate(certificate_pem_);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (!certificate || X509_digest(certificate->get(), EVP_sha256(), digest.data(), &size) != 1) return {};
  std::string text;
  for (const char* digits = "0123456789ABCDEF"; const unsigned char byte : std::span(digest).first(size)) {
    if (!text.empty()) text += ':';
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

}  // namespace yorozu::net
