/// A rule in words, for people who do not read Sigma: what it looks at, when it fires, what is known to be harmless.
/// Plain text, several lines, no colours; texts of the rule appear as they are (escape them before a terminal sees
/// them).
#pragma once

#include <string>

#include "message/message.h"
#include "sigma/rule.h"

namespace yorozu::sigma {

std::string explain(const Rule& rule, message::Lang lang);
/// `set` holds the rules that the correlation's members point to.
std::string explain(const Correlation& correlation, const RuleSet& set, message::Lang lang);

/// Title, level, logsource-free head and tail that both kinds share.
void append_head(const Metadata& meta, message::Lang lang, std::string& out);
void append_tail(const Metadata& meta, message::Lang lang, std::string& out);

}  // namespace yorozu::sigma
