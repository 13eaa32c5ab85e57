#include "ingest/web/bulk_answer.h"

#include <array>
#include <charconv>

#include "base/escape.h"

namespace yorozu::ingest::web {
namespace {

void append_number(std::uint64_t n, std::string& out) {
  std::array<char, 20> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr);
}

/// Which keys of an item are wanted; the same for all items of one operation.
struct Wanted {
  bool index, id, version, result, shards, seq_no, primary_term, status, error;
  bool any() const { return index || id || version || result || shards || seq_no || primary_term || status || error; }
};
Wanted wanted(const FilterPath& filter, BulkOp op) {
  const std::string item = "items." + std::string(to_string(op)) + ".";
  const auto key = [&](std::string_view name) { return filter.wants(item + std::string(name)); };
  return {key("_index"),  key("_id"),           key("_version"), key("result"),    key("_shards"),
          key("_seq_no"), key("_primary_term"), key("status"),   key("error.type")};
}

class ItemWriter {
 public:
  explicit ItemWriter(std::string& out) : out_(out) {}
  std::string& key(std::string_view name) {
    out_.append(first_ ? "\"" : ",\"").append(name).append("\":");
    first_ = false;
    return out_;
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_error(const BulkItem& item, std::string& out) {
  std::string_view type = "es_rejected_execution_exception";
  std::string reason = "the intake is full, or this event is just being written: try again";
  if (item.outcome == ItemOutcome::AlreadyThere) {
    type = "version_conflict_engine_exception";
    reason = "[" + std::string(item.id) + "]: version conflict, document already exists (current version [1])";
  } else if (item.outcome == ItemOutcome::NotPossible) {
    type = "illegal_argument_exception";
    reason = "events are kept as they are: no " + std::string(to_string(item.op));
  } else if (item.outcome == ItemOutcome::TooLong) {
    type = "illegal_argument_exception";
    reason = "an index has at most 255 bytes, an _id at most 512";
  } else if (item.outcome == ItemOutcome::Unavailable) {
    type = "unavailable_shards_exception";
    reason = "not written: try again";
  }
  out.append(R"({"type":")").append(type).append(R"(","reason":)");
  append_json_string(reason, out);
  out += '}';
}

void append_item(const BulkItem& item, const Wanted& want, std::string& out) {
  const unsigned status = status_of(item);
  out += '{';
  ItemWriter json(out);
  if (want.index) append_json_string(item.index, json.key("_index"));
  if (want.id && !item.id.empty()) append_json_string(item.id, json.key("_id"));
  if (status < 300) {
    const bool is_new = item.outcome == ItemOutcome::Created;
    if (want.version) json.key("_version") += is_new ? '1' : '2';
    if (want.result) json.key("result") += is_new ? "\"created\"" : "\"updated\"";
    if (want.shards) json.key("_shards") += R"({"total":1,"successful":1,"failed":0})";
    if (want.seq_no) append_number(item.seq_no, json.key("_seq_no"));
    if (want.primary_term) json.key("_primary_term") += '1';
  }
  if (want.status) append_number(status, json.key("status"));
  if (want.error && status >= 300) append_error(item, json.key("error"));
  out += '}';
}

}  // namespace

unsigned status_of(const BulkItem& item) {
  switch (item.outcome) {
    case ItemOutcome::Created:
      return 201;
    case ItemOutcome::AlreadyThere:
      return item.op == BulkOp::Create ? 409 : 200;
    case ItemOutcome::TooLong:
    case ItemOutcome::NotPossible:
      return 400;
    case ItemOutcome::Busy:
      return 429;
    case ItemOutcome::Unavailable:
      break;
  }
  return 503;
}

void append_item_content(const BulkItem& item, std::string& out) {
  append_item(item, wanted({}, item.op), out);
}

void append_bulk_answer(const std::vector<BulkItem>& items, std::int64_t took_ms, const FilterPath& filter,
                        std::string& out) {
  std::array<Wanted, 4> want;
  for (const BulkOp op : {BulkOp::Create, BulkOp::Index, BulkOp::Update, BulkOp::Delete})
    want[static_cast<std::size_t>(op)] = wanted(filter, op);
  bool errors = false, any = false;
  for (const BulkItem& item : items) {
    errors = errors || status_of(item) >= 300;
    any = any || want[static_cast<std::size_t>(item.op)].any();
  }
  out += '{';
  ItemWriter json(out);
  if (filter.wants("took"))
    append_number(static_cast<std::uint64_t>(std::max<std::int64_t>(took_ms, 0)), json.key("took"));
  if (filter.wants("errors")) json.key("errors") += errors ? "true" : "false";
  if (any) {
    json.key("items") += '[';
    bool first = true;
    for (const BulkItem& item : items) {
      if (!first) out += ',';
      first = false;
      out.append("{\"").append(to_string(item.op)).append("\":");
      append_item(item, want[static_cast<std::size_t>(item.op)], out);
      out += '}';
    }
    out += ']';
  }
  out += '}';
}

}  // namespace yorozu::ingest::web
