#include "hunt/row_order.h"

#include <utility>

#include "base/hash.h"
#include "base/try.h"

namespace yorozu::hunt {

namespace {

SpillKey timeline_key(const Row& row) {
  return {{sortable(row.time), row.file, row.order, row.rule}};
}

SpillKey group_key(const Row& row) {
  const std::uint64_t same = hash64(row.fields, hash64(row.host, row.rule));
  return {{same, sortable(row.time), row.file, row.order}};
}

bool belong_together(const Row& a, const Row& b) {
  return a.rule == b.rule && a.host == b.host && a.fields == b.fields;
}

}  // namespace

std::uint64_t sortable(Timestamp time) {
  return time.known() ? static_cast<std::uint64_t>(time.us) ^ (std::uint64_t{1} << 63) : UINT64_MAX;
}

Result<RowOrder> RowOrder::open(const std::filesystem::path& folder, std::size_t memory, unsigned writers,
                                Grouping grouping) {
  std::optional<Spill> grouped;
  if (grouping != Grouping::None) {
    memory /= 2;
    TRY_ASSIGN(Spill second, Spill::open(folder, memory, 2));
    grouped.emplace(std::move(second));
  }
  TRY_ASSIGN(Spill rows, Spill::open(folder, memory, writers));
  return RowOrder(std::move(rows), std::move(grouped), grouping);
}

void RowOrder::Writer::add(const Row& row) {
  bytes_.clear();
  pack(row, bytes_);
  spill_.add(grouping_ == Grouping::None ? timeline_key(row) : group_key(row), bytes_);
}

Result<void> RowOrder::put_together() {
  TRY_ASSIGN(Spill::Reader reader, rows_.read());
  Writer out = single_writer();
  SpillKey key;
  std::string_view payload;
  std::string kept;  // the bytes behind `row`
  Row row;
  bool open = false;
  while (true) {
    TRY_ASSIGN(const bool more, reader.next(key, payload));
    Row next;
    if (more && !unpack(payload, next)) return fail(ErrorCode::Corrupt, "temporary file: damaged row");
    if (open && more && belong_together(row, next)) {
      ++row.count;
      row.last = next.time;
      continue;
    }
    if (open) out.add(row);
    if (!more) return {};
    kept = payload;
    unpack(kept, row);
    open = true;
  }
}

Result<void> RowOrder::for_each(const std::function<Result<void>(const Row&)>& each) {
  if (grouped_) TRY(put_together());
  TRY_ASSIGN(Spill::Reader reader, grouped_ ? grouped_->read() : rows_.read());
  SpillKey key;
  std::string_view payload;
  while (true) {
    TRY_ASSIGN(const bool more, reader.next(key, payload));
    if (!more) return {};
    Row row;
    if (!unpack(payload, row)) return fail(ErrorCode::Corrupt, "temporary file: damaged row");
    TRY(each(row));
  }
}

}  // namespace yorozu::hunt
