/// The `fields` object of a row, as the `fields` stages of its query want it.
#pragma once

#include <string>
#include <vector>

#include "event/event.h"
#include "query/field_reader.h"
#include "query/query.h"

namespace yorozu::query {

/// One per thread.
class RowFields {
 public:
  /// answer_of(query) is Answer::Rows. `schema` outlives it.
  RowFields(const Query& query, const event::Schema& schema);

  /// One JSON object. Without `fields` stages that of event::append_fields; with `fields a, b` the keys are these names
  /// in this order (absent when the event has no value), with `fields - a` all fields but those that answer to `a`.
  void append_json(const EventView& view, std::string& out);

  /// Names in order when `fields a, b` asks for columns; empty: whatever each event has.
  const std::vector<std::string>& columns() const { return columns_; }

 private:
  const event::Schema& schema_;
  bool keep_ = false;
  std::vector<std::string> columns_;
  std::vector<FieldReader> readers_;
  std::vector<std::uint16_t> positions_;
};

}  // namespace yorozu::query
