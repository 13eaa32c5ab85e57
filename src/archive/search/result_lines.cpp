#include "archive/search/result_lines.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/json_writer.h"
#include "base/text.h"
#include "query/table.h"

namespace yorozu::archive::search {
namespace {

using Json = nlohmann::json;

/// Writes keys that have a value only.
class Keys {
 public:
  explicit Keys(JsonWriter& json) : json_(json) {}
  void text(std::string_view key, std::string_view value) {
    if (!value.empty()) json_.key(key).value(value);
  }
  void number(std::string_view key, std::uint64_t value) {
    if (value != 0) json_.key(key).value(value);
  }
  void time(std::string_view key, Timestamp value) {
    if (value.known()) json_.key(key).value(format_rfc3339(value));
  }
  void texts(std::string_view key, const std::vector<std::string>& values) {
    if (values.empty()) return;
    json_.key(key).begin_array();
    for (const std::string& value : values) json_.value(value);
    json_.end_array();
  }

 private:
  JsonWriter& json_;
};

template <class Write>
void append_object(std::string_view kind, std::string& out, Write&& write) {
  JsonWriter json(out);
  json.begin_object().key(kind).begin_object();
  write(json);
  json.end_object().end_object();
}

void write_row(const Row& row, JsonWriter& json) {
  Keys keys(json);
  json.key("seq").value(row.seq);
  keys.time("time", row.time);
  keys.time("received", row.received);
  keys.text("input", row.input);
  keys.text("peer", row.peer);
  keys.text("host", row.host);
  keys.text("class", row.source_class);
  if (!row.frames.empty()) {
    json.key("frames").begin_array();
    for (const std::uint64_t seq : row.frames) json.value(seq);
    json.end_array();
  }
  json.key("raw").value(row.raw);
  keys.text("raw_b64", row.raw_b64);
  json.key("fields").raw(row.fields.empty() ? "{}" : row.fields);
}

void write_effort(const Effort& effort, JsonWriter& json) {
  Keys keys(json);
  json.key("segments").value(effort.segments);
  keys.number("segments_by_time", effort.segments_by_time);
  keys.number("segments_by_filter", effort.segments_by_filter);
  keys.number("segments_by_columns", effort.segments_by_columns);
  json.key("blocks").value(effort.blocks);
  keys.number("blocks_by_time", effort.blocks_by_time);
  keys.number("blocks_by_filter", effort.blocks_by_filter);
  keys.number("blocks_by_text", effort.blocks_by_text);
  json.key("blocks_read").value(effort.blocks_read);
  json.key("bytes_read").value(effort.bytes_read);
  json.key("text_bytes").value(effort.text_bytes);
  json.key("lines_decoded").value(effort.lines_decoded);
}

void write_damage(const ArchiveDamage& damage, JsonWriter& json) {
  Keys keys(json);
  json.begin_object();
  json.key("kind").value(archive::to_string(damage.kind));
  keys.text("file", damage.file);
  keys.number("offset", damage.offset);
  keys.number("bytes", damage.bytes);
  keys.number("first_seq", damage.first_seq);
  keys.number("last_seq", damage.last_seq);
  keys.number("lines", damage.lines);
  keys.text("detail", damage.detail);
  json.end_object();
}

/// Words for query::ParseError::Reason, in its order.
constexpr auto kReasons = std::to_array<std::string_view>({"unclosed_quote",
                                                           "unclosed_bracket",
                                                           "unexpected_bracket",
                                                           "missing_operand",
                                                           "missing_value",
                                                           "bad_regex",
                                                           "bad_network",
                                                           "bad_range",
                                                           "pipe_not_here",
                                                           "too_deep",
                                                           "too_long",
                                                           "missing_stage",
                                                           "unknown_stage",
                                                           "missing_names",
                                                           "unknown_function",
                                                           "missing_field",
                                                           "bad_span",
                                                           "bad_number",
                                                           "second_aggregation",
                                                           "stage_before_aggregation",
                                                           "unknown_column",
                                                           "unexpected_word",
                                                           "too_many"});

std::string_view to_word(query::ParseError::Reason reason) {
  const auto index = static_cast<std::size_t>(reason);
  return index < kReasons.size() ? kReasons[index] : "unknown";
}

/// Takes the members of a question one by one; the first that is not of its kind, or not known, is remembered.
class RequestReader {
 public:
  Result<SearchRequest> read(const Json& members) {
    for (const auto& [key, value] : members.items()) {
      bool good = false;
      if (key == "query")
        good = text(value, request_.query);
      else if (key == "from")
        good = time(value, request_.from);
      else if (key == "to")
        good = time(value, request_.to);
      else if (key == "limit")
        good = number(value, request_.limit);
      else if (key == "zone")
        good = text(value, request_.zone);
      else if (key == "first_seq")
        good = number(value, request_.first_seq);
      else if (key == "end_seq")
        good = number(value, request_.end_seq);
      else if (key == "timeout_us")
        good = timeout(value);
      else if (key == "use_index")
        good = index(value);
      else if (key == "histogram")
        good = flag(value, request_.wants_histogram);
      else if (key == "explain")
        good = flag(value, request_.wants_explain);
      if (!good) return fail(ErrorCode::InvalidInput, "search: not understood: " + key.substr(0, 64));
    }
    return std::move(request_);
  }

 private:
  static bool text(const Json& value, std::string& to) {
    if (!value.is_string()) return false;
    to = value.get<std::string>();
    return true;
  }
  static bool time(const Json& value, Timestamp& to) {
    const auto parsed = value.is_string() ? parse_time(value.get_ref<const std::string&>()) : std::nullopt;
    if (parsed) to = *parsed;
    return parsed.has_value();
  }
  static bool number(const Json& value, std::uint64_t& to) {
    if (!value.is_number_unsigned()) return false;
    to = value.get<std::uint64_t>();
    return true;
  }
  static bool flag(const Json& value, bool& to) {
    if (!value.is_boolean()) return false;
    to = value.get<bool>();
    return true;
  }
  bool timeout(const Json& value) {
    std::uint64_t us = 0;
    if (!number(value, us) || us > static_cast<std::uint64_t>(INT64_MAX)) return false;
    request_.timeout_us = static_cast<std::int64_t>(us);
    return true;
  }
  bool index(const Json& value) {
    bool use = true;
    if (!flag(value, use)) return false;
    request_.index = use ? IndexUse::Allowed : IndexUse::Never;
    return true;
  }

  SearchRequest request_;
};

}  // namespace

std::string_view to_string(Ending ending) {
  switch (ending) {
    case Ending::Complete:
      return "complete";
    case Ending::Limit:
      return "limit";
    case Ending::Timeout:
      return "timeout";
    case Ending::Cancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string request_line(const SearchRequest& request) {
  std::string out;
  append_object("search", out, [&](JsonWriter& json) {
    Keys keys(json);
    json.key("query").value(repair_utf8(request.query));
    keys.time("from", request.from);
    keys.time("to", request.to);
    json.key("limit").value(request.limit);
    keys.number("first_seq", request.first_seq);
    keys.number("end_seq", request.end_seq);
    keys.text("zone", request.zone);
    if (request.index == IndexUse::Never) json.key("use_index").value(false);
    if (request.wants_histogram) json.key("histogram").value(true);
    if (request.wants_explain) json.key("explain").value(true);
    if (request.timeout_us > 0) json.key("timeout_us").value(request.timeout_us);
  });
  return out;
}

Result<SearchRequest> parse_request_line(std::string_view line) {
  const Json document = Json::parse(line, nullptr, false);
  if (!document.is_object() || document.size() != 1 || !document.contains("search") || !document["search"].is_object())
    return fail(ErrorCode::InvalidInput, "not a question: one object {\"search\":{...}} is");
  return RequestReader().read(document["search"]);
}

void append_row(const Row& row, std::string& out) {
  JsonWriter json(out);
  json.begin_object();
  write_row(row, json);
  json.end_object();
}

void append_row_line(const Row& row, std::string& out) {
  append_object("row", out, [&](JsonWriter& json) { write_row(row, json); });
}

void append_progress_line(const Progress& progress, std::string& out) {
  append_object("progress", out, [&](JsonWriter& json) {
    json.key("bytes_done").value(progress.bytes_done);
    json.key("bytes_total").value(progress.bytes_total);
    json.key("matches").value(progress.matches);
    json.key("reached_seq").value(progress.reached_seq);
  });
}

void append_table_line(const query::Table& table, std::string& out) {
  JsonWriter json(out);
  json.begin_object().key("table");
  query::append_json(table, json);
  json.end_object();
}

void append_histogram_line(const Histogram& histogram, std::string& out) {
  append_object("histogram", out, [&](JsonWriter& json) {
    json.key("bucket_us").value(histogram.bucket_us);
    json.key("buckets").begin_array();
    for (const Histogram::Bucket& bucket : histogram.buckets)
      json.begin_array().value(format_rfc3339(bucket.begin)).value(bucket.count).end_array();
    json.end_array();
  });
}

void append_done_line(const SearchSummary& summary, std::string& out) {
  append_object("done", out, [&](JsonWriter& json) {
    Keys keys(json);
    json.key("ending").value(to_string(summary.ending));
    json.key("matches").value(summary.matches);
    keys.number("next_end_seq", summary.next_end_seq);
    json.key("elapsed_us").value(summary.elapsed_us);
    json.key("effort").begin_object();
    write_effort(summary.effort, json);
    json.end_object();
    keys.texts("steps", summary.steps);
    keys.texts("not_indexed", summary.not_indexed);
    if (summary.damages.empty()) return;
    json.key("damages").begin_array();
    for (const ArchiveDamage& damage : summary.damages) write_damage(damage, json);
    json.end_array();
  });
}

void append_error_line(const SearchFailure& failure, std::string& out) {
  append_object("error", out, [&](JsonWriter& json) {
    Keys keys(json);
    json.key("code").value(yorozu::to_string(failure.error.code));
    json.key("message").value(repair_utf8(failure.error.message));
    if (!failure.query) return;
    json.key("position").value(static_cast<std::uint64_t>(failure.query->position));
    json.key("reason").value(to_word(failure.query->reason));
    keys.text("detail", repair_utf8(failure.query->detail));
    keys.text("suggestion", repair_utf8(failure.query->suggestion));
  });
}

bool LineSink::row(const Row& row) {
  line_.clear();
  append_row_line(row, line_);
  return write_(line_);
}

bool LineSink::progress(const Progress& progress) {
  line_.clear();
  append_progress_line(progress, line_);
  return write_(line_);
}

bool LineSink::table(const query::Table& table) {
  line_.clear();
  append_table_line(table, line_);
  return write_(line_);
}

bool LineSink::histogram(const Histogram& histogram) {
  line_.clear();
  append_histogram_line(histogram, line_);
  return write_(line_);
}

}  // namespace yorozu::archive::search
