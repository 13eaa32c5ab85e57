/// Base64 hidden in command lines and script blocks, decoded: what `powershell -enc ...` really says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yorozu::hunt {

struct Base64Find {
  std::string encoded;  ///< as it stands, at most kMaxEncoded bytes
  std::string decoded;  ///< text: UTF-16LE or UTF-8; what was found inside is decoded once more into `nested`
  std::vector<Base64Find> nested;

  static constexpr std::size_t kMaxEncoded = 64 * 1024;
};

/// Runs of the base64 alphabet (RFC 4648 sections 4 and 5) of at least 16 characters that decode to readable text; a
/// word like `InternalCommunication` does not. At most 100 finds of one text.
std::vector<Base64Find> find_base64(std::string_view text);

}  // namespace yorozu::hunt
