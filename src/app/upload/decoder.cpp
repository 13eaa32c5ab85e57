#include "app/upload/decoder.h"

#include <memory>
#include <utility>

#include "app/upload/record_stream.h"
#include "base/try.h"
#include "event/event.h"
#include "hunt/input.h"
#include "hunt/pipeline.h"
#include "hunt/record_text.h"

namespace yorozu::upload {
namespace {

/// What keeps a row's names when it leaves its table: JSON of its fields. All else is given exactly as it stands.
hunt::RecordFormat format_of(const hunt::InputFile& file) {
  switch (file.format) {
    case codec::Format::Csv:
    case codec::Format::W3c:
      return hunt::RecordFormat::Fields;
    case codec::Format::Evtx:
    case codec::Format::Json:
    case codec::Format::Xml:
    case codec::Format::Text:
    case codec::Format::Evidence:
      break;
  }
  return hunt::RecordFormat::Raw;
}

class Job final : public hunt::UnitJob {
 public:
  Job(hunt::Input& input, const event::Schema& schema, RecordWriter& writer)
      : input_(input), schema_(schema), writer_(writer) {}

  std::unique_ptr<hunt::UnitOutput> run(const hunt::Work& work, const event::EventBatch& batch) override {
    const hunt::InputFile& file = input_.file(work.file);
    if (!text_ || file_ != work.file) {
      text_ = std::make_unique<hunt::RecordText>(schema_, file.decode);
      file_ = work.file;
    }
    text_->begin_unit();
    for (const event::Event& event : batch.events) {
      record_.clear();
      text_->append(format_of(file), file, work.unit, event, batch, record_);
      if (!writer_.write(ItemKind::Record, record_.view())) is_unread = true;
    }
    return nullptr;
  }

  bool is_unread = false;  ///< nobody takes the records any more

 private:
  hunt::Input& input_;
  const event::Schema& schema_;
  RecordWriter& writer_;
  std::unique_ptr<hunt::RecordText> text_;
  std::uint32_t file_ = 0;
  Buffer record_;
};

Result<void> decode(const std::string& path, RecordWriter& writer) {
  const event::LogsourceMap& logsources = event::LogsourceMap::builtin();
  event::Schema schema;
  TRY_ASSIGN(const std::unique_ptr<hunt::Input> input, hunt::Input::open({path}, {}));
  TRY_ASSIGN(const std::vector<hunt::FileReport> reports,
             hunt::run_pipeline(
                 *input, schema, logsources, {}, [&] { return std::make_unique<Job>(*input, schema, writer); },
                 [](std::uint32_t, std::unique_ptr<hunt::UnitOutput>) {}));
  for (const hunt::FileReport& report : reports) {
    for (const codec::Damage& damage : report.damages)
      TRY(writer.write(ItemKind::Damage, std::string(codec::to_string(damage.kind)) + " at offset " +
                                             std::to_string(damage.offset) + ": " + damage.detail));
    for (std::uint64_t i = 0; i < report.damages_not_listed; ++i) TRY(writer.write(ItemKind::Damage, ""));
  }
  for (const hunt::Input::Problem& problem : input->problems())
    TRY(writer.write(ItemKind::Unreadable, problem.error.message));
  return writer.write(ItemKind::End, "");
}

}  // namespace

int run_decoder(process::Channel channel) {
  for (;;) {
    auto file = channel.receive();
    if (!file || !*file) return 0;
    auto records = channel.receive();
    if (!records || !*records) return 0;
    RecordWriter writer(std::move((*records)->fd));
    const std::string path = "/proc/self/fd/" + std::to_string((*file)->fd.get());
    if (const auto decoded = decode(path, writer); !decoded)
      (void)writer.write(ItemKind::Unreadable, decoded.error().message);  // nobody there: nobody to tell
    (void)writer.flush();
  }
}

}  // namespace yorozu::upload
