/// Single tests in words: the verb of a matcher and its value.
#pragma once

#include <string>
#include <vector>

#include "message/message.h"
#include "sigma/rule.h"

namespace yorozu::sigma {

/// "{0} ends with {1}" and its {1}; tests of one field with the same verb can be said in one sentence.
struct Words {
  message::Id verb;
  std::string field;  ///< in words: "the hour of X" for a part of a date
  std::string value;  ///< quoted where it is text; empty: the verb needs none
};
Words words_of(const Test& test, message::Lang lang);

/// `"a" or "b" or 3 more`.
std::string join_values(const std::vector<std::string>& values, message::Id joiner, message::Lang lang);
std::string number_text(double value);

}  // namespace yorozu::sigma
