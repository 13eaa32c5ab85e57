#include "ingest/web/bulk_body.h"

#include "base/try.h"
#include "ingest/web/json_cursor.h"
#include "ingest/web/lines.h"

namespace yorozu::ingest::web {
namespace {

bool is_only_blanks(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::optional<BulkOp> parse_op(std::string_view word) {
  for (const BulkOp op : {BulkOp::Create, BulkOp::Index, BulkOp::Update, BulkOp::Delete})
    if (to_string(op) == word) return op;
  return std::nullopt;
}

Result<BulkAction> malformed(std::size_t number, std::string_view why) {
  return fail(ErrorCode::InvalidInput,
              "Malformed action/metadata line [" + std::to_string(number) + "], " + std::string(why));
}

}  // namespace

std::string_view to_string(BulkOp op) {
  switch (op) {
    case BulkOp::Create:
      return "create";
    case BulkOp::Index:
      return "index";
    case BulkOp::Update:
      return "update";
    case BulkOp::Delete:
      return "delete";
  }
  return "";
}

std::string_view BulkBody::kept(std::string text) {
  return texts_.emplace_back(std::move(text));
}

Result<BulkAction> BulkBody::parse_action(std::string_view line, std::size_t number, std::string_view default_index) {
  BulkAction action;
  action.index = default_index;
  std::optional<std::string> index, id;
  JsonCursor json(line);
  int ops = 0;
  bool known = true;
  const bool whole = json.object([&](const std::string& name) {
    const auto op = parse_op(name);
    known = op.has_value();
    if (!op || ++ops > 1) return false;
    action.op = *op;
    return json.object([&](const std::string& key) {
      const auto value = json.value();
      if (!value) return false;
      if (key == "_index") index = text_of_json(*value);
      if (key == "_id") id = text_of_json(*value);
      return true;
    });
  });
  if (!known) return malformed(number, "expected one of [create, delete, index, update]");
  if (!whole || ops != 1 || !json.at_end()) return malformed(number, "expected an object of one action");
  if (index) action.index = kept(std::move(*index));
  if (id) action.id = kept(std::move(*id));
  if (action.index.empty()) return malformed(number, "no index is named");
  return action;
}

Result<void> BulkBody::parse(std::string_view body, std::string_view default_index) {
  actions_.clear();
  texts_.clear();
  std::string_view last_line;  // most senders repeat the same action line for thousands of events
  BulkAction last;
  std::size_t number = 0;
  while (!body.empty()) {
    ++number;
    const std::string_view line = take_line(body);
    if (line.empty() || is_only_blanks(line)) continue;
    if (line != last_line) {
      TRY_ASSIGN(last, parse_action(line, number, default_index));
      last_line = line;
    }
    BulkAction action = last;
    if (action.op != BulkOp::Delete) {
      if (body.empty())
        return fail(ErrorCode::InvalidInput,
                    "The bulk request ends behind the action in line [" + std::to_string(number) + "]");
      ++number;
      action.source = take_line(body);
    }
    actions_.push_back(action);
  }
  if (actions_.empty()) return fail(ErrorCode::InvalidInput, "request body is required");
  return {};
}

}  // namespace yorozu::ingest::web
