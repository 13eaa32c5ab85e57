/// Signatures as minisign writes them (https://jedisct1.github.io/minisign/), both kinds: over the file ("Ed") and over
/// its BLAKE2b-512 ("ED"). Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace yorozu::fetch::minisign {

/// `key`: a .pub file, or its second line alone. `signature`: a .minisig file. Gives the trusted comment. Errors:
/// InvalidInput (not such files), Denied (another key, or the signature is wrong).
Result<std::string> verify(std::string_view key, std::string_view signature, std::string_view content);

}  // namespace yorozu::fetch::minisign
