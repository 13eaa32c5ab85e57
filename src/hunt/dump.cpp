#include "hunt/dump.h"

#include <atomic>
#include <memory>
#include <string>

#include "base/buffer.h"
#include "base/try.h"

namespace yorozu::hunt {

namespace {

struct Lines : UnitOutput {
  Buffer text;
};

class DumpJob : public UnitJob {
 public:
  DumpJob(const Input& input, const event::Schema& schema, const DumpOptions& options)
      : input_(input), schema_(schema), options_(options) {}

  std::unique_ptr<UnitOutput> run(const Work& work, const event::EventBatch& batch) override {
    const InputFile& file = input_.file(work.file);
    auto lines = std::make_unique<Lines>();
    Buffer& out = lines->text;
    records_of(file).begin_unit();
    for (const event::Event& event : batch.events) {
      if (options_.from.known() && (!event.time.known() || event.time < options_.from)) continue;
      if (options_.to.known() && (!event.time.known() || !(event.time < options_.to))) continue;
      records_->append(options_.format, file, work.unit, event, batch, out);
      out.append('\n');
    }
    return lines;
  }

  std::unique_ptr<UnitOutput> run_undecoded(const Work& work, codec::UnitReport& report) override {
    if (options_.from.known() || options_.to.known()) return nullptr;
    const InputFile& file = input_.file(work.file);
    auto lines = std::make_unique<Lines>();
    if (!records_of(file).append_unit(options_.format, file, work.unit, lines->text, report)) return nullptr;
    return lines;
  }

 private:
  RecordText& records_of(const InputFile& file) {
    if (!records_ || carving_ != file.decode.carve) {
      records_ = std::make_unique<RecordText>(schema_, file.decode);
      carving_ = file.decode.carve;
    }
    return *records_;
  }

  const Input& input_;
  const event::Schema& schema_;
  const DumpOptions& options_;
  std::unique_ptr<RecordText> records_;
  bool carving_ = false;  ///< of records_
};

}  // namespace

Result<std::vector<FileReport>> dump(Input& input, event::Schema& schema, const event::LogsourceMap& logsources,
                                     const DumpOptions& options, Output& output) {
  std::atomic<bool> reader_gone = false;
  PipelineOptions pipeline = options.pipeline;
  if (pipeline.cancelled == nullptr) pipeline.cancelled = &reader_gone;
  const auto make_job = [&] { return std::make_unique<DumpJob>(input, schema, options); };
  const auto merge = [&](std::uint32_t, std::unique_ptr<UnitOutput> unit) {
    output.write(static_cast<const Lines&>(*unit).text.view());
    if (output.closed()) reader_gone = true;
  };
  TRY_ASSIGN(auto files, run_pipeline(input, schema, logsources, pipeline, make_job, merge));
  TRY(output.finish());
  return files;
}

}  // namespace yorozu::hunt
