/// Rules from a folder, an archive or an address, checked, as one tar file.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "sigma/load.h"

namespace yorozu::fetch {

struct RuleOrigin {
  std::string from;    ///< folder, archive, file, or https://...
  std::string sha256;  ///< hex; "": none given
  std::string key;     ///< public key of minisign: a file or its text; "": none given
};

struct FetchedRules {
  std::vector<sigma::RuleText> texts;
  std::string checked;  ///< "sha256", "minisign: COMMENT", "" for what nobody vouched for
};

/// An address needs a hash or a key: its rules are refused otherwise (Denied). Beside a local archive FROM.sha256 and
/// FROM.minisig (with a key) are heeded when they are there; a folder cannot have either. Errors: also those of
/// download() and hunt::read_rules().
Result<FetchedRules> fetch_rules(const RuleOrigin& origin);

/// The same texts give the same bytes. The descriptor is at its beginning and has no name.
Result<Fd> pack_rules(const std::vector<sigma::RuleText>& texts);

}  // namespace yorozu::fetch
