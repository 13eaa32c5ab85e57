#include "query/sorted_run.h"

#include <algorithm>

#include "query/stage_runner.h"
#include "query/value_cell.h"

namespace yorozu::query {

SortedRun::SortedRun(const Query& query, const event::Schema& schema) : most_(StageRunner::kMaxSortedEvents) {
  std::vector<std::string> kept;
  for (const Stage& stage : query.stages) {
    if (const auto* fields = std::get_if<Fields>(&stage); fields != nullptr && fields->keep)
      kept = fields->names;
    else if (const auto* sort = std::get_if<Sort>(&stage); sort != nullptr && sort_.keys.empty())
      sort_ = *sort;
    else if (const auto* limit = std::get_if<Limit>(&stage))
      most_ = std::min<std::size_t>(most_, limit->rows);
  }
  columns_ = kept;
  const auto add_column = [&](const std::string& name) {
    if (std::ranges::find(columns_, name) == columns_.end()) columns_.push_back(name);
  };
  if (kept.empty()) {
    for (const char* name : {"seq", "time", "host"}) add_column(name);
    for (const Sort::Key& key : sort_.keys) add_column(key.name);
    add_column("raw");
  }
  for (const Sort::Key& key : sort_.keys) keys_.emplace_back(key.name, schema);
  for (const std::string& name : columns_) cells_.emplace_back(name, schema);
}

SortedRun::Key SortedRun::read_key(FieldReader& reader, const EventView& view) {
  Key out;
  if (const auto text = reader.value(view)) {
    out.text = cut_value(*text, StageRunner::kMaxValueBytes);
    out.reading = read_value(out.text, TimeZone::utc());
  } else {
    out.reading.kind = Reading::Kind::Nothing;
  }
  return out;
}

Cell SortedRun::read_cell(FieldReader& reader, const EventView& view) {
  const auto text = reader.value(view);
  return text ? cell_of(reader.fact(), cut_value(*text, StageRunner::kMaxValueBytes)) : Cell();
}

bool SortedRun::before(const Entry& a, const Entry& b) const {
  for (std::size_t i = 0; i < sort_.keys.size(); ++i) {
    const Sortable x = a.keys[i].sortable(), y = b.keys[i].sortable();
    if (const int c = compare(x, y); c != 0) return comes_first(c, x, y, sort_.keys[i].descending);
  }
  return a.seq > b.seq;
}

void SortedRun::keep(Entry entry) {
  const auto in_order = [&](const Entry& a, const Entry& b) { return before(a, b); };
  if (entries_.size() == most_) {
    if (!before(entry, entries_.front())) return;
    std::ranges::pop_heap(entries_, in_order);
    entries_.pop_back();
  }
  entries_.push_back(std::move(entry));
  std::ranges::push_heap(entries_, in_order);
}

void SortedRun::add(const EventView& view) {
  ++events_;
  Entry entry;
  for (FieldReader& reader : keys_) entry.keys.push_back(read_key(reader, view));
  entry.seq = view.context.seq;
  if (entries_.size() == most_ && !before(entry, entries_.front())) return;
  for (FieldReader& reader : cells_) entry.cells.push_back(read_cell(reader, view));
  keep(std::move(entry));
}

void SortedRun::merge(SortedRun&& other) {
  events_ += other.events_;
  for (Entry& entry : other.entries_) keep(std::move(entry));
}

Table SortedRun::table() const {
  Table out;
  for (const std::string& name : columns_) out.columns.push_back({name});
  std::vector<const Entry*> sorted;
  for (const Entry& entry : entries_) sorted.push_back(&entry);
  std::ranges::sort(sorted, [&](const Entry* a, const Entry* b) { return before(*a, *b); });
  for (const Entry* entry : sorted) out.rows.push_back(entry->cells);
  out.events = events_;
  return out;
}

}  // namespace yorozu::query
