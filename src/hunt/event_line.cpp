#include "hunt/event_line.h"

#include <algorithm>
#include <vector>

#include "base/escape.h"
#include "base/text.h"

namespace yorozu::hunt {

namespace {

constexpr std::string_view kMark = "\x1b[1;31m", kPlain = "\x1b[0m", kFaint = "\x1b[36m";

/// System fields that the head of the line has said already, or that tell a person nothing.
bool is_noise(event::NameId name) {
  using namespace event::name;
  switch (name) {
    case kProviderGuid:
    case kVersion:
    case kLevel:
    case kTask:
    case kOpcode:
    case kKeywords:
    case kSystemTime:
    case kEventRecordID:
    case kActivityID:
    case kRelatedActivityID:
    case kProcessID:
    case kThreadID:
    case kChannel:
    case kComputer:
    case kEventID:
    case kProviderName:
    case kEventSourceName:
    case kQualifiers:
    case kSecurityUserID:
      return true;
    default:
      return false;
  }
}

void append_painted(std::string_view text, std::string_view paint, bool color, std::string& out) {
  if (color) out += paint;
  append_terminal(text, out);
  if (color) out += kPlain;
}

std::vector<std::string_view> needles_of(std::span<const query::Hit> hits, std::string_view field) {
  std::vector<std::string_view> out;
  for (const query::Hit& hit : hits)
    if (hit.field == field && !hit.text.empty()) out.push_back(hit.text);
  return out;
}

}  // namespace

std::string marked(std::string_view text, std::span<const std::string_view> needles) {
  const std::string folded = fold(text);
  std::vector<bool> hit(text.size());
  if (folded.size() == text.size())
    for (const std::string_view needle : needles)
      for (std::size_t at = folded.find(needle); at != std::string::npos; at = folded.find(needle, at + 1))
        std::fill_n(hit.begin() + static_cast<std::ptrdiff_t>(at), needle.size(), true);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (end < text.size() && hit[end] == hit[at]) ++end;
    append_painted(text.substr(at, end - at), kMark, hit[at], out);
    at = end;
  }
  return out;
}

std::string event_line(const event::Event& event, const event::EventBatch& batch, const event::Schema& schema,
                       const TimeZone& zone, std::span<const std::string> only, std::span<const query::Hit> hits,
                       bool color) {
  std::string out;
  const auto append = [&](std::string_view text, std::string_view field) {
    if (color)
      out += marked(text, needles_of(hits, field));
    else
      append_terminal(text, out);
  };
  if (event.line != 0 && event.channel == event::name::kNone && only.empty()) {  // a line of a log speaks for itself
    append(is_valid_utf8(event.raw) ? std::string(event.raw) : repair_utf8(event.raw), "");
    return out;
  }
  append_painted(event.time.known() ? zone.format(event.time) : "-", kFaint, color, out);
  out += "  ";
  append_terminal(batch.host_of(event), out);
  if (event.channel != event::name::kNone) {
    out += "  ";
    append_terminal(schema.names.text(event.channel), out);
  }
  if (event.event_id != event::kNoEventId) out.append(" ").append(std::to_string(event.event_id));
  std::string_view separator = "  ";
  const std::span<const event::Value> values = batch.values_of(event);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const event::NameId id = event.shape->names[i];
    const std::string_view name = schema.names.text(id);
    const bool shown = only.empty() ? !is_noise(id) : std::ranges::find(only, name) != only.end();
    if (values[i].is_null() || !shown) continue;
    out += separator;
    append_painted(name, kFaint, color, out);
    out += ": ";
    append(event::to_text(values[i]), name);
    separator = " ¦ ";
  }
  return out;
}

}  // namespace yorozu::hunt
