#include "codec/frame/audit_grouping.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace yorozu::codec {
namespace {

/// Where the record begins, behind whatever envelope it came in.
std::string_view from_stamp(std::string_view raw) {
  for (const std::string_view begin : {"node=", "type=", "audit("})
    if (const std::size_t at = raw.find(begin); at != std::string_view::npos) return raw.substr(at);
  return {};
}

}  // namespace

AuditGrouping::AuditGrouping(event::Schema& schema, const event::LogsourceMap& logsources)
    : schema_(schema), host_(schema.names.intern("host")), reader_(schema.names, logsources) {}

bool AuditGrouping::hold(const Frame& frame, std::uint64_t token, Timestamp now, event::EventBatch& batch) {
  const event::Event& event = batch.events.back();
  if ((frame.kind != FrameKind::Syslog && frame.kind != FrameKind::Line) || !frame.raw.contains("audit(")) return false;
  const std::string_view record = from_stamp(frame.raw);
  const auto stamp = audit::read_stamp(record);
  if (!stamp || audit::stands_alone(stamp->type)) return false;
  Held held{std::string(record), batch.host_of(event), std::string(frame.stream), frame.received};
  stream_.assign(frame.stream);
  stream_ += '\n';
  stream_ += held.host;
  held_bytes_ += held.record.size();
  held_.emplace(token, std::move(held));
  batch.values.resize(event.first_value);
  batch.events.pop_back();
  assembler_.add(stream_, *stamp, token, now, complete_);
  if (held_bytes_ > kMaxHeldBytes) assembler_.flush(complete_);
  return true;
}

void AuditGrouping::add_complete(Timestamp now, event::EventBatch& batch, std::vector<Made>& made) {
  assembler_.expire(now, complete_);
  build(complete_, batch, made);
}

void AuditGrouping::flush(event::EventBatch& batch, std::vector<Made>& made) {
  assembler_.flush(complete_);
  build(complete_, batch, made);
}

void AuditGrouping::build(std::vector<audit::Group>& groups, event::EventBatch& batch, std::vector<Made>& made) {
  std::vector<audit::Stamp> stamps;
  for (audit::Group& group : groups) {
    stamps.clear();
    std::string_view raw, host;
    std::string stream;
    Timestamp received;
    for (const std::uint64_t token : group.tokens) {
      const auto found = held_.find(token);
      if (found == held_.end()) continue;
      raw = batch.arena.copy(found->second.record);
      host = batch.arena.copy(found->second.host);
      received = found->second.received;
      stream = std::move(found->second.stream);
      if (const auto stamp = audit::read_stamp(raw)) stamps.push_back(*stamp);
      held_bytes_ -= found->second.record.size();
      held_.erase(found);
    }
    if (stamps.empty()) continue;
    fields_.clear();
    reader_.read(stamps, batch.arena, fields_);
    if (!host.empty() && fields_.host == event::kNoIndex) fields_.add_host(host_, host);
    append_event(fields_, {.raw = raw}, shapes_, schema_, batch);
    made.push_back({std::move(group.tokens), received, std::move(stream)});
  }
  groups.clear();
}

}  // namespace yorozu::codec
