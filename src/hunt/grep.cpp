#include "hunt/grep.h"

#include <algorithm>
#include <memory>

#include "base/escape.h"
#include "base/json_writer.h"
#include "base/try.h"
#include "event/event_json.h"
#include "hunt/event_line.h"
#include "hunt/record_text.h"
#include "query/evaluate.h"

namespace yorozu::hunt {

namespace {

struct Found : UnitOutput {
  std::string text;
  std::vector<std::size_t> ends;  // of each match in `text`, so that --limit can cut between them
};

class GrepJob : public UnitJob {
 public:
  GrepJob(const query::Expression& expression, const Input& input, const event::Schema& schema,
          const GrepOptions& options)
      : input_(input), schema_(schema), options_(options), evaluator_(expression, schema) {}

  std::unique_ptr<UnitOutput> run(const Work& work, const event::EventBatch& batch) override {
    auto found = std::make_unique<Found>();
    if (records_) records_->begin_unit();
    for (const event::Event& event : batch.events) {
      if (!in_time(event) || evaluator_.matches(event, batch) == options_.invert) continue;
      if (!options_.count_only && !options_.files_only) print(work, event, batch, found->text);
      found->ends.push_back(found->text.size());
    }
    return found;
  }

 private:
  bool in_time(const event::Event& event) const {
    if (options_.from.known() && (!event.time.known() || event.time < options_.from)) return false;
    return !options_.to.known() || (event.time.known() && event.time < options_.to);
  }

  /// Positions of the fields that --fields names; empty: all.
  std::vector<std::uint16_t> positions(const event::Event& event) const {
    std::vector<std::uint16_t> out;
    for (std::size_t i = 0; i < event.shape->names.size() && i < event::kNoIndex; ++i)
      if (std::ranges::find(options_.fields, schema_.names.text(event.shape->names[i])) != options_.fields.end())
        out.push_back(static_cast<std::uint16_t>(i));
    return out;
  }

  void append_json_fields(const event::Event& event, const event::EventBatch& batch, std::string& out) const {
    const std::vector<std::uint16_t> only = options_.fields.empty() ? std::vector<std::uint16_t>() : positions(event);
    if (only.empty() && !options_.fields.empty())
      out += "{}";
    else
      append_fields(event, batch, schema_.names, out, only);
  }

  void print(const Work& work, const event::Event& event, const event::EventBatch& batch, std::string& out) {
    const InputFile& file = input_.file(work.file);
    switch (options_.format) {
      case GrepFormat::Line:
        print_line(file, event, batch, out);
        break;
      case GrepFormat::Jsonl:
        print_json(file, event, batch, out);
        break;
      case GrepFormat::Fields:
        append_json_fields(event, batch, out);
        break;
      case GrepFormat::Raw: {
        Buffer raw;
        records(file).append(RecordFormat::Raw, file, work.unit, event, batch, raw);
        out.append(raw.view());
        break;
      }
    }
    out += '\n';
  }

  void print_line(const InputFile& file, const event::Event& event, const event::EventBatch& batch, std::string& out) {
    append_terminal(file.name, out);
    out += ':';
    out += event.record_id != event::kNoRecordId ? std::to_string(event.record_id) : std::to_string(event.line);
    out += ": ";
    const std::vector<query::Hit> hits =
        options_.color && !options_.invert ? evaluator_.hits(event, batch) : std::vector<query::Hit>();
    out += event_line(event, batch, schema_, options_.zone, options_.fields, hits, options_.color);
  }

  void print_json(const InputFile& file, const event::Event& event, const event::EventBatch& batch, std::string& out) {
    JsonWriter json(out);
    json.begin_object().key("file").value(file.name);
    if (event.record_id != event::kNoRecordId)
      json.key("record_id").value(event.record_id);
    else
      json.key("record_id").null();
    if (event.line != 0) json.key("line").value(event.line);
    if (event.time.known())
      json.key("time").value(format_rfc3339(event.time));
    else
      json.key("time").null();
    json.key("host").value(batch.host_of(event));
    json.key("channel").value(schema_.names.text(event.channel));
    if (event.event_id != event::kNoEventId)
      json.key("event_id").value(event.event_id);
    else
      json.key("event_id").null();
    std::string fields;
    append_json_fields(event, batch, fields);
    json.key("fields").raw(fields).end_object();
  }

  RecordText& records(const InputFile& file) {
    if (!records_) records_ = std::make_unique<RecordText>(schema_, file.decode);
    return *records_;
  }

  const Input& input_;
  const event::Schema& schema_;
  const GrepOptions& options_;
  query::Evaluator evaluator_;
  std::unique_ptr<RecordText> records_;
};

}  // namespace

Result<GrepResult> grep(const query::Expression& expression, Input& input, event::Schema& schema,
                        const event::LogsourceMap& logsources, const GrepOptions& options, Output& output) {
  GrepResult result;
  std::atomic<bool> enough = false;
  PipelineOptions pipeline = options.pipeline;
  if (options.limit != UINT64_MAX) pipeline.cancelled = &enough;
  std::vector<bool> file_named;
  const auto make_job = [&] { return std::make_unique<GrepJob>(expression, input, schema, options); };
  const auto merge = [&](std::uint32_t file, std::unique_ptr<UnitOutput> unit) {
    const auto& found = static_cast<const Found&>(*unit);
    const std::uint64_t room = options.limit - result.matched;
    const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(room, found.ends.size()));
    if (taken == 0) return;
    result.matched += taken;
    if (result.matched == options.limit) enough = true;
    if (options.files_only) {
      if (file_named.size() <= file) file_named.resize(file + 1);
      if (!file_named[file]) output.write(terminal_safe(input.file(file).name) + "\n");
      file_named[file] = true;
    } else if (!options.count_only) {
      output.write(std::string_view(found.text).substr(0, found.ends[taken - 1]));
    }
    if (output.closed()) enough = true;
  };
  TRY_ASSIGN(result.files, run_pipeline(input, schema, logsources, pipeline, make_job, merge));
  if (options.count_only) output.write(std::to_string(result.matched) + "\n");
  TRY(output.finish());
  return result;
}

}  // namespace yorozu::hunt
