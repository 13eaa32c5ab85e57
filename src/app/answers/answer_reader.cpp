#include "app/answers/answer_reader.h"

#include <array>
#include <nlohmann/json.hpp>

#include "query/table.h"

namespace yorozu::answers {

namespace {

namespace search = archive::search;
// Fields of an event keep their order.
using Json = nlohmann::ordered_json;

template <class T>
T value(const Json& from, const char* key, T otherwise = {}) {
  const auto found = from.find(key);
  if (found == from.end()) return otherwise;
  if constexpr (std::is_same_v<T, std::string>) return found->is_string() ? found->template get<T>() : otherwise;
  return found->is_number_unsigned() || found->is_number_integer() ? found->template get<T>() : otherwise;
}
std::string text(const Json& from, const char* key) {
  return value<std::string>(from, key);
}
std::uint64_t number(const Json& from, const char* key) {
  return value<std::uint64_t>(from, key);
}
Timestamp time(const Json& from, const char* key) {
  return parse_time(text(from, key)).value_or(Timestamp::none());
}
const Json& array(const Json& from, const char* key) {
  static const Json kNone = Json::array();
  const auto found = from.find(key);
  return found != from.end() && found->is_array() ? *found : kNone;
}
std::vector<std::string> texts(const Json& from, const char* key) {
  std::vector<std::string> out;
  for (const Json& one : array(from, key))
    if (one.is_string()) out.push_back(one.get<std::string>());
  return out;
}

search::Row read_row(const Json& from) {
  search::Row out;
  out.seq = number(from, "seq");
  for (const Json& frame : array(from, "frames"))
    if (frame.is_number_unsigned()) out.frames.push_back(frame.get<std::uint64_t>());
  out.time = time(from, "time");
  out.received = time(from, "received");
  out.input = text(from, "input");
  out.peer = text(from, "peer");
  out.host = text(from, "host");
  out.source_class = text(from, "class");
  out.raw = text(from, "raw");
  out.raw_b64 = text(from, "raw_b64");
  const auto fields = from.find("fields");
  out.fields = fields == from.end() ? "{}" : fields->dump();
  return out;
}

search::Progress read_progress(const Json& from) {
  return {number(from, "bytes_done"), number(from, "bytes_total"), number(from, "matches"),
          number(from, "reached_seq")};
}

search::Histogram read_histogram(const Json& from) {
  search::Histogram out;
  out.bucket_us = value<std::int64_t>(from, "bucket_us");
  for (const Json& pair : array(from, "buckets")) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_number_unsigned()) continue;
    const auto begin = parse_time(pair[0].get<std::string>());
    if (begin) out.buckets.push_back({*begin, pair[1].get<std::uint64_t>()});
  }
  return out;
}

query::Cell read_cell(const Json& from, bool is_time) {
  if (from.is_number_integer() && (!from.is_number_unsigned() || from.get<std::uint64_t>() <= INT64_MAX))
    return from.get<std::int64_t>();
  if (from.is_number()) return from.get<double>();
  if (!from.is_string()) return {};
  const auto time = is_time ? parse_time(from.get<std::string>()) : std::nullopt;
  return time ? query::Cell(*time) : query::Cell(from.get<std::string>());
}

query::Table read_table(const Json& from) {
  query::Table out;
  for (const Json& column : array(from, "columns"))
    if (column.is_object()) out.columns.push_back({text(column, "name"), text(column, "type") == "time"});
  const auto read_cells = [&](const Json& cells) {
    query::Table::Row row(out.columns.size());
    for (std::size_t i = 0; i < row.size() && i < cells.size(); ++i)
      row[i] = read_cell(cells[i], out.columns[i].is_time);
    return row;
  };
  for (const Json& row : array(from, "rows")) out.rows.push_back(read_cells(row));
  if (from.contains("other")) out.other = read_cells(array(from, "other"));
  out.other_events = number(from, "other_events");
  out.events = number(from, "events");
  out.without_field = number(from, "without_field");
  out.rows_left_out = number(from, "rows_left_out");
  return out;
}

search::Effort read_effort(const Json& from) {
  search::Effort out;
  out.segments = number(from, "segments");
  out.segments_by_time = number(from, "segments_by_time");
  out.segments_by_filter = number(from, "segments_by_filter");
  out.segments_by_columns = number(from, "segments_by_columns");
  out.blocks = number(from, "blocks");
  out.blocks_by_time = number(from, "blocks_by_time");
  out.blocks_by_filter = number(from, "blocks_by_filter");
  out.blocks_by_text = number(from, "blocks_by_text");
  out.blocks_read = number(from, "blocks_read");
  out.bytes_read = number(from, "bytes_read");
  out.text_bytes = number(from, "text_bytes");
  out.lines_decoded = number(from, "lines_decoded");
  return out;
}

search::Ending read_ending(std::string_view word) {
  using search::Ending;
  for (const Ending ending : {Ending::Complete, Ending::Limit, Ending::Timeout, Ending::Cancelled})
    if (to_string(ending) == word) return ending;
  return Ending::Cancelled;
}

search::SearchSummary read_summary(const Json& from) {
  search::SearchSummary out;
  out.ending = read_ending(text(from, "ending"));
  out.matches = number(from, "matches");
  out.next_end_seq = number(from, "next_end_seq");
  out.elapsed_us = value<std::int64_t>(from, "elapsed_us");
  if (const auto effort = from.find("effort"); effort != from.end() && effort->is_object())
    out.effort = read_effort(*effort);
  out.steps = texts(from, "steps");
  out.not_indexed = texts(from, "not_indexed");
  for (const Json& damage : array(from, "damages")) {
    archive::ArchiveDamage one;
    one.file = text(damage, "file");
    one.detail = text(damage, "detail");
    out.damages.push_back(std::move(one));
  }
  return out;
}

std::unexpected<Error> read_error(const Json& from) {
  const std::string word = text(from, "code");
  for (int i = 0; i <= static_cast<int>(ErrorCode::Internal); ++i)
    if (const auto code = static_cast<ErrorCode>(i); to_string(code) == word) return fail(code, text(from, "message"));
  return fail(ErrorCode::Internal, text(from, "message"));
}

}  // namespace

Result<bool> AnswerReader::take(std::string_view line) {
  const Json document = Json::parse(line, nullptr, false);
  if (!document.is_object() || document.size() != 1 || !document.begin()->is_object())
    return fail(ErrorCode::InvalidInput, "not a line of an answer");
  const std::string& kind = document.begin().key();
  const Json& content = *document.begin();
  if (kind == "row") return sink_.row(read_row(content));
  if (kind == "progress") return sink_.progress(read_progress(content));
  if (kind == "table") return sink_.table(read_table(content));
  if (kind == "histogram") return sink_.histogram(read_histogram(content));
  if (kind == "done") summary_ = read_summary(content);
  if (kind == "error") return read_error(content);
  return true;
}

}  // namespace yorozu::answers
