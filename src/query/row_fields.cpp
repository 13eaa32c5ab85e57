#include "query/row_fields.h"

#include <algorithm>

#include "base/assert.h"
#include "base/json_writer.h"
#include "event/event_json.h"
#include "query/table.h"
#include "query/value_cell.h"

namespace yorozu::query {

RowFields::RowFields(const Query& query, const event::Schema& schema) : schema_(schema) {
  YOROZU_ASSERT(answer_of(query) == Answer::Rows, "tables have no rows of events");
  std::vector<std::string> dropped;
  for (const Stage& stage : query.stages) {
    const auto* fields = std::get_if<Fields>(&stage);
    if (fields == nullptr) continue;
    if (fields->keep)
      columns_ = fields->names;
    else
      dropped.insert(dropped.end(), fields->names.begin(), fields->names.end());
  }
  std::erase_if(columns_, [&](const std::string& name) { return std::ranges::find(dropped, name) != dropped.end(); });
  keep_ = !columns_.empty();
  for (const std::string& name : keep_ ? columns_ : dropped) readers_.emplace_back(name, schema);
}

void RowFields::append_json(const EventView& view, std::string& out) {
  const event::Shape& shape = *view.event.shape;
  if (!keep_) {
    positions_.clear();
    if (!readers_.empty()) {
      for (std::size_t i = 0; i < shape.names.size() && i < event::kNoIndex; ++i)
        positions_.push_back(static_cast<std::uint16_t>(i));
      for (FieldReader& reader : readers_)
        for (const std::uint16_t at : reader.positions(shape)) std::erase(positions_, at);
      if (positions_.empty()) {
        out += "{}";
        return;
      }
    }
    return event::append_fields(view.event, view.batch, schema_.names, out, positions_);
  }
  const std::span<const event::Value> values = view.batch.values_of(view.event);
  JsonWriter json(out);
  json.begin_object();
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    FieldReader& reader = readers_[i];
    if (reader.fact() == FieldReader::Fact::None) {
      // A field of one value keeps its type, and one of several all of them.
      const auto places = reader.positions(shape);
      const auto there = std::ranges::count_if(places, [&](std::uint16_t at) { return !values[at].is_null(); });
      const bool same =
          std::ranges::all_of(places, [&](std::uint16_t at) { return shape.names[at] == shape.names[places.front()]; });
      if (there == 0) continue;
      if (there == 1 || same) {
        json.key(columns_[i]);
        if (there > 1) json.begin_array();
        for (const std::uint16_t at : places)
          if (!values[at].is_null()) event::append_value(values[at], json);
        if (there > 1) json.end_array();
        continue;
      }
    }
    if (const auto text = reader.value(view)) {
      json.key(columns_[i]);
      query::append_json(cell_of(reader.fact(), *text), json);
    }
  }
  json.end_object();
}

}  // namespace yorozu::query
