#include "app/fetch/minisign.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace yorozu::fetch::minisign {

namespace {

constexpr std::size_t kAlgorithm = 2, kKeyId = 8;
constexpr std::string_view kTrusted = "trusted comment: ";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty() && out.size() < 5) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

template <std::size_t Size>
std::optional<std::array<unsigned char, Size>> from_base64(std::string_view text) {
  std::array<unsigned char, Size> out{};
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &length, &end,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      length != Size || end != text.data() + text.size())
    return std::nullopt;
  return out;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Result<std::string> verify(std::string_view key, std::string_view signature, std::string_view content) {
  if (sodium_init() < 0) return fail(ErrorCode::Internal, "libsodium cannot be used");
  const auto key_lines = lines_of(key);
  const auto bad_key = [] { return fail(ErrorCode::InvalidInput, "not a public key of minisign"); };
  if (key_lines.empty()) return bad_key();
  const auto public_key =
      from_base64<kAlgorithm + kKeyId + crypto_sign_PUBLICKEYBYTES>(key_lines.size() > 1 ? key_lines[1] : key_lines[0]);
  if (!public_key || (*public_key)[0] != 'E' || (*public_key)[1] != 'd') return bad_key();

  const auto lines = lines_of(signature);
  const auto bad_signature = [] { return fail(ErrorCode::InvalidInput, "not a signature of minisign"); };
  if (lines.size() < 4 || !lines[2].starts_with(kTrusted)) return bad_signature();
  const auto signed_part = from_base64<kAlgorithm + kKeyId + crypto_sign_BYTES>(lines[1]);
  const auto global = from_base64<crypto_sign_BYTES>(lines[3]);
  if (!signed_part || !global || (*signed_part)[0] != 'E') return bad_signature();
  const bool is_hashed = (*signed_part)[1] == 'D';
  if (!is_hashed && (*signed_part)[1] != 'd') return bad_signature();
  if (!std::equal(public_key->begin() + kAlgorithm, public_key->begin() + kAlgorithm + kKeyId,
                  signed_part->begin() + kAlgorithm))
    return fail(ErrorCode::Denied, "signed with another key");

  const unsigned char* const key_bytes = public_key->data() + kAlgorithm + kKeyId;
  const unsigned char* const signature_bytes = signed_part->data() + kAlgorithm + kKeyId;
  std::array<unsigned char, crypto_generichash_BYTES_MAX> hash{};
  std::string_view message = content;
  if (is_hashed) {
    crypto_generichash(hash.data(), hash.size(), bytes_of(content), content.size(), nullptr, 0);
    message = {reinterpret_cast<const char*>(hash.data()), hash.size()};
  }
  if (crypto_sign_verify_detached(signature_bytes, bytes_of(message), message.size(), key_bytes) != 0)
    return fail(ErrorCode::Denied, "the signature is wrong");
  const std::string_view comment = lines[2].substr(kTrusted.size());
  const std::string all =
      std::string(reinterpret_cast<const char*>(signature_bytes), crypto_sign_BYTES) + std::string(comment);
  if (crypto_sign_verify_detached(global->data(), bytes_of(all), all.size(), key_bytes) != 0)
    return fail(ErrorCode::Denied, "the signature of the comment is wrong");
  return std::string(comment);
}

}  // namespace yorozu::fetch::minisign
