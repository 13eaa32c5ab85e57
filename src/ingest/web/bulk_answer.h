/// The answer to a `_bulk` request: one item for each action, in order. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/web/bulk_body.h"
#include "ingest/web/elastic.h"

namespace yorozu::ingest::web {

enum class ItemOutcome {
  Created,       ///< 201: durable
  AlreadyThere,  ///< the same event is durable from an earlier request: 409 for create, 200 for index
  TooLong,       ///< 400: index or id longer than Elasticsearch allows
  NotPossible,   ///< 400: update and delete
  Busy,          ///< 429
  Unavailable,   ///< 503
};

struct BulkItem {
  BulkOp op = BulkOp::Create;
  ItemOutcome outcome = ItemOutcome::Created;
  std::string_view index, id;
  std::uint64_t seq_no = 0;
};

/// HTTP status that says the same: 201, 200, 409, 400, 429, 503.
unsigned status_of(const BulkItem& item);

/// The content of one item, without the name of its operation: the answer to a single document.
void append_item_content(const BulkItem& item, std::string& out);

void append_bulk_answer(const std::vector<BulkItem>& items, std::int64_t took_ms, const FilterPath& filter,
                        std::string& out);

}  // namespace yorozu::ingest::web
