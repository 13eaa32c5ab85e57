#include "codec/text/audit_groups.h"

#include <algorithm>
#include <string>

#include "codec/text/syslog.h"

namespace yorozu::codec::text {

std::optional<AuditLine> find_audit_record(std::string_view line, Timestamp written) {
  if (const auto stamp = audit::read_stamp(line)) return AuditLine{*stamp, {}};
  if (line.find("audit(") == std::string_view::npos) return std::nullopt;
  SyslogPrefix prefix;
  if (!scan_syslog(line, written, prefix)) return std::nullopt;
  std::string_view message = prefix.message;
  while (message.starts_with(' ')) message.remove_prefix(1);
  const auto stamp = audit::read_stamp(message);
  if (!stamp) return std::nullopt;
  return AuditLine{*stamp, prefix.host};
}

AuditGroups::AuditGroups(event::Schema& schema, const Vocabulary& words)
    : schema_(schema), words_(words), reader_(schema.names, words.logsources) {}

bool AuditGroups::add(const EventPlace& place, Copied copied, Timestamp written, ShapeMemo& shapes,
                      event::EventBatch& batch) {
  const auto found = find_audit_record(place.raw, written);
  if (!found) return false;
  records_.push_back({found->stamp, found->host, place, copied});
  assembler_.add(found->host, found->stamp, records_.size() - 1, {}, complete_);
  if (!complete_.empty()) make_events(shapes, batch);
  return true;
}

/// The lines of the group: where they stand one behind the other in the file, as they stand.
std::string_view AuditGroups::text_of(const audit::Group& group, Arena& arena) const {
  const EventPlace& first = records_[group.tokens.front()].place;
  const EventPlace& last = records_[group.tokens.back()].place;
  bool is_one_piece = last.line - first.line + 1 == group.tokens.size();
  for (const std::uint64_t token : group.tokens) is_one_piece &= records_[token].copied == Copied::No;
  if (is_one_piece)
    return {first.raw.data(), static_cast<std::size_t>(last.position - first.position) + last.raw.size()};
  std::string text;
  for (const std::uint64_t token : group.tokens) {
    if (!text.empty()) text += '\n';
    text += records_[token].place.raw;
  }
  return arena.copy(text);
}

void AuditGroups::make_events(ShapeMemo& shapes, event::EventBatch& batch) {
  for (const audit::Group& group : complete_) {
    stamps_.clear();
    for (const std::uint64_t token : group.tokens) stamps_.push_back(records_[token].stamp);
    const Record& last = records_[group.tokens.back()];
    fields_.clear();
    if (!last.host.empty()) fields_.add_host(words_.host, last.host);
    reader_.read(stamps_, batch.arena, fields_);
    EventPlace place = last.place;
    if (group.tokens.size() > 1) place.raw = text_of(group, batch.arena);
    append_event(fields_, place, shapes, schema_, batch);
    ++made_;
  }
  complete_.clear();
}

std::size_t AuditGroups::finish(std::size_t first, ShapeMemo& shapes, event::EventBatch& batch) {
  if (records_.empty()) return 0;
  assembler_.flush(complete_);
  make_events(shapes, batch);
  // No two events have a line in common, so that stability does not matter.
  std::sort(batch.events.begin() + static_cast<std::ptrdiff_t>(first), batch.events.end(),
            [](const event::Event& a, const event::Event& b) { return a.line < b.line; });
  records_.clear();
  return std::exchange(made_, 0);
}

}  // namespace yorozu::codec::text
