/// The body of an Elasticsearch `_bulk` request: lines of actions, each of `index` and `create` followed by its source
/// line. Only the action lines are understood; a source line is evidence and stays as it is. Pure.
///
/// As Elasticsearch does it: an action line that makes no sense refuses the whole request, before anything is taken,
/// and `delete` has no source line. Unlike it, a missing LF behind the last line is forgiven (the length of the body is
/// known anyway).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yorozu::ingest::web {

enum class BulkOp { Create, Index, Update, Delete };
std::string_view to_string(BulkOp op);

struct BulkAction {
  BulkOp op = BulkOp::Create;
  std::string_view index;   ///< of the action, else of the path
  std::string_view id;      ///< "": the client names none
  std::string_view source;  ///< without its line end; "" for delete
};

inline constexpr std::size_t kMaxIndexBytes = 255;  // as Elasticsearch has them
inline constexpr std::size_t kMaxIdBytes = 512;

class BulkBody {
 public:
  /// `default_index`: from the path, "" without one. Views point into `body`, `default_index` and this object.
  /// Errors: InvalidInput in the words of Elasticsearch, with the number of the line.
  Result<void> parse(std::string_view body, std::string_view default_index);
  const std::vector<BulkAction>& actions() const { return actions_; }

 private:
  Result<BulkAction> parse_action(std::string_view line, std::size_t number, std::string_view default_index);
  std::string_view kept(std::string text);

  std::vector<BulkAction> actions_;
  std::deque<std::string> texts_;  ///< what actions point to; deque: its elements stay where they are
};

}  // namespace yorozu::ingest::web
