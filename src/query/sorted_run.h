/// `sort` on events: keeps the first of them in that order, as rows of a table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "query/field_reader.h"
#include "query/query.h"
#include "query/table.h"
#include "query/value_order.h"

namespace yorozu::query {

/// Columns: what `fields a, b` names, else seq, time, host, what is sorted by, and raw. Equal events: newest first.
class SortedRun {
 public:
  SortedRun(const Query& query, const event::Schema& schema);

  void add(const EventView& view);
  void merge(SortedRun&& other);
  Table table() const;

 private:
  struct Key {
    std::string text;
    Reading reading;  ///< what the text reads as, worked out once
    Sortable sortable() const { return {reading, text}; }
  };
  struct Entry {
    std::vector<Key> keys;
    Table::Row cells;
    std::uint64_t seq = 0;
  };
  bool before(const Entry& a, const Entry& b) const;
  void keep(Entry entry);
  static Key read_key(FieldReader& reader, const EventView& view);
  static Cell read_cell(FieldReader& reader, const EventView& view);

  Sort sort_;
  std::size_t most_ = 0;
  std::vector<std::string> columns_;
  std::vector<FieldReader> keys_, cells_;
  std::vector<Entry> entries_;  ///< heap, the last in order first
  std::uint64_t events_ = 0;
};

}  // namespace yorozu::query
