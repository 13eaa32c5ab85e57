#include "archive/events/line_decoder.h"

#include <utility>

#include "base/try.h"

namespace yorozu::archive {

LineDecoder::LineDecoder(event::Schema& schema, const event::LogsourceMap& logsources)
    : frames_(codec::make_frame_decoder(schema, logsources)), grouping_(schema, logsources) {}

Result<void> LineDecoder::decode(std::string_view text, event::EventBatch& batch, std::vector<Origin>& origins) {
  TRY_ASSIGN(const proof::Line line, proof::parse_line(text));
  const std::string_view raw = batch.arena.copy(line.raw);
  stream_.assign(line.input);
  stream_ += '\n';
  stream_ += line.peer;
  if (const std::string_view file = line.via_value("path"); !file.empty()) stream_.append("\n").append(file);
  const codec::Frame frame{.raw = raw,
                           .kind = codec::frame_kind_of(line.input),
                           .received = line.received,
                           .zone = zones_.find(line.via_value("zone")),
                           .stream = stream_};
  frames_->decode(frame, batch);
  const std::string_view frame_text = codec::frame_text(raw, batch.arena);
  if (grouping_.hold(frame, line.seq, line.received, batch)) {
    held_texts_.emplace(line.seq, frame_text);
    return {};
  }
  event::Event& event = batch.events.back();
  event.line = line.seq;
  if (!event.time.known()) event.time = line.received;
  origins.push_back({.seq = line.seq,
                     .received = line.received,
                     .input = batch.arena.copy(line.input),
                     .peer = batch.arena.copy(line.peer),
                     .text = frame_text,
                     .frames = {}});
  return {};
}

void LineDecoder::flush(event::EventBatch& batch, std::vector<Origin>& origins) {
  const std::size_t before = batch.events.size();
  grouped_.clear();
  grouping_.flush(batch, grouped_);
  for (std::size_t i = 0; i < grouped_.size(); ++i) {
    codec::AuditGrouping::Made& made = grouped_[i];
    event::Event& event = batch.events[before + i];
    event.line = made.tokens.back();
    if (!event.time.known()) event.time = made.received;
    const std::string_view stream = made.stream;
    joined_.clear();
    for (const std::uint64_t seq : made.tokens) {
      if (!joined_.empty()) joined_ += '\n';
      joined_ += held_texts_.at(seq);
    }
    const std::size_t end_of_input = stream.find('\n');
    const std::string_view behind = stream.substr(end_of_input + 1);
    origins.push_back({.seq = made.tokens.back(),
                       .received = made.received,
                       .input = batch.arena.copy(stream.substr(0, end_of_input)),
                       .peer = batch.arena.copy(behind.substr(0, behind.find('\n'))),
                       .text = batch.arena.copy(joined_),
                       .frames = made.tokens.size() > 1 ? std::move(made.tokens) : std::vector<std::uint64_t>()});
  }
  held_texts_.clear();
}

void LineDecoder::end_run(event::EventBatch& batch, std::vector<Origin>& origins) {
  flush(batch, origins);
  frames_->forget_streams();
}

}  // namespace yorozu::archive
