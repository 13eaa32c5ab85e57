/// A mistake in a query, shown to the person.
#pragma once

#include <string>

#include "message/message.h"
#include "query/parse.h"

namespace yorozu::app {

/// On standard error: the query, a caret under the place of the mistake, and what to write instead. Gives kUsage.
int explain_query_error(const std::string& expression, const query::ParseError& error, message::Lang lang);

}  // namespace yorozu::app
