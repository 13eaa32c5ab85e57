/// Which tokens (archive/index/tokens.h) a block or a segment must hold for one of its lines to match.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "archive/index/tokens.h"
#include "event/event.h"
#include "query/expression.h"

namespace yorozu::archive::search {

struct TokenNeed {
  std::vector<index::Token> all;               ///< each of these
  std::vector<std::vector<TokenNeed>> any_of;  ///< and of each of these lists one

  bool empty() const { return all.empty() && any_of.empty(); }
  /// False: nothing in there can match. `holds_all` may say true of tokens that are not there.
  bool met(const std::function<bool(std::span<const index::Token>)>& holds_all) const;
};

/// AND: what its parts need; OR: what one of them needs; NOT, numbers, networks, regexes and facts of the archive:
/// nothing. An empty need: filters cannot say anything.
TokenNeed tokens_of(const query::Expression& expression, const event::Schema& schema);

}  // namespace yorozu::archive::search
