#include "codec/evtx/evtx.h"

#include <array>
#include <cstring>

#include "codec/evtx/field_reader.h"
#include "codec/evtx/unit_walk.h"

namespace yorozu::codec::evtx {

namespace {

using event::Value;
using event::ValueType;

/// Steps back in time up to this are no news: events are numbered when they reach the log, stamped before.
constexpr std::int64_t kTimeToleranceUs = 10'000'000;
/// Time steps of one unit that are listed; logs that were merged from many machines have one at every other record.
constexpr std::size_t kMaxTimeSteps = 1000;

/// Integers as stored, quickly; everything else the long way.
std::optional<std::uint64_t> whole_number(const Value& value) {
  if (value.type == ValueType::UInt16 && value.size == 2) return load_le<std::uint16_t>(value.data);
  if (value.type == ValueType::UInt64 && value.size == 8) return load_le<std::uint64_t>(value.data);
  const auto number = event::to_int(value);
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

Timestamp time_of(const Value& value) {
  if (value.type == ValueType::FileTime && value.size == 8) return from_filetime(load_le<std::uint64_t>(value.data));
  return event::to_time(value).value_or(Timestamp::none());
}

/// Runs of numbers and steps back in time, record after record.
class Sequence {
 public:
  explicit Sequence(UnitReport& report) : report_(report) {}

  void add(std::uint64_t id, Timestamp time, std::uint64_t offset) {
    if (!open_ || id != report_.runs.back().last_id + 1) {
      report_.runs.push_back({id, id, time, time, offset});
      open_ = true;
      return;
    }
    RecordRun& run = report_.runs.back();
    if (time.known() && run.last_time.known() && time.us < run.last_time.us - kTimeToleranceUs &&
        report_.time_steps.size() < kMaxTimeSteps)
      report_.time_steps.push_back({id, run.last_time, time});
    run.last_id = id;
    if (time.known()) run.last_time = time;
  }
  void end_chunk() { open_ = false; }

 private:
  UnitReport& report_;
  bool open_ = false;
};

class Decoder final : public UnitDecoder {
 public:
  Decoder(event::Schema& schema, const event::LogsourceMap& logsources, const DecodeOptions& options)
      : schema_(schema),
        options_(options),
        logsource_(logsources.id_of("windows", "", "").value_or(0)),
        fields_(schema) {}

  void decode(const Unit& unit, event::EventBatch& batch, UnitReport& report) override {
    fields_.begin_unit();
    Sequence sequence(report);
    for (const ChunkPlace& place : find_chunks(unit, options_, &report)) {
      const auto chunk = open_chunk(unit, place, options_, report);
      if (!chunk) continue;
      fields_.begin_chunk(chunk->bytes);
      for_each_record(*chunk, report, [&](const Record& record) { add(*chunk, record, batch, report, sequence); });
      sequence.end_chunk();
    }
  }

 private:
  void add(const OpenChunk& chunk, const Record& record, event::EventBatch& batch, UnitReport& report,
           Sequence& sequence) {
    event::Event made;
    made.first_value = static_cast<std::uint32_t>(batch.values.size());
    const RecordShape* const shape = fields_.read(record.offset + static_cast<std::uint32_t>(kRecordHeaderSize),
                                                  record.offset + record.size - 4, batch);
    if (!fields_.problem().empty()) {
      Damage damage = chunk.damage(DamageKind::Record, record.offset, fields_.problem());
      damage.record = record.id;
      report.damage(std::move(damage));
    }
    if (shape == nullptr) {
      sequence.add(record.id, from_filetime(record.written), chunk.offset_of(record.offset));
      return;
    }
    made.shape = shape->shape;
    const Value* const values = batch.values.data() + made.first_value;
    made.time = shape->time == event::kNoIndex ? Timestamp::none() : time_of(values[shape->time]);
    if (!made.time.known()) made.time = from_filetime(record.written);
    made.record_id = record.id;
    if (shape->record_id != event::kNoIndex)
      made.record_id = whole_number(values[shape->record_id]).value_or(record.id);
    if (shape->event_id != event::kNoIndex)
      if (const auto id = whole_number(values[shape->event_id]); id && *id < event::kNoEventId)
        made.event_id = static_cast<std::uint32_t>(*id);
    if (shape->channel != event::kNoIndex) made.channel = channel_id(values[shape->channel]);
    made.host = shape->host;
    made.logsource = logsource_;
    made.position = chunk.offset_of(record.offset);
    made.raw = as_text(chunk.bytes.subspan(record.offset, record.size));
    batch.events.push_back(made);
    ++report.records;
    sequence.add(made.record_id, made.time, made.position);
  }

  /// Neighbours are mostly of one channel, and nearly all of a few.
  event::NameId channel_id(const Value& value) {
    if (value.is_null()) return event::name::kNone;
    for (const KnownChannel& known : channels_)
      if (known.bytes.size() == value.size && known.type == value.type &&
          std::memcmp(known.bytes.data(), value.data, value.size) == 0)
        return known.id;
    const event::NameId id = schema_.names.intern(event::to_text(value));
    channels_[next_channel_++ % channels_.size()] = {std::string(as_text(value.bytes())), value.type, id};
    return id;
  }

  struct KnownChannel {
    std::string bytes;
    ValueType type = ValueType::Null;
    event::NameId id = event::name::kNone;
  };

  event::Schema& schema_;
  DecodeOptions options_;
  event::LogsourceId logsource_;
  FieldReader fields_;
  std::array<KnownChannel, 4> channels_;
  std::size_t next_channel_ = 0;
};

}  // namespace

std::unique_ptr<UnitDecoder> make_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                          const DecodeOptions& options) {
  return std::make_unique<Decoder>(schema, logsources, options);
}

}  // namespace yorozu::codec::evtx
