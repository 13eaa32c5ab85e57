#include "codec/json/emit.h"

#include <algorithm>

#include "codec/json/values.h"

namespace yorozu::codec::json {
namespace {

constexpr std::size_t kMaxSources = 4096;
constexpr std::size_t kLongestLine = std::size_t{64} << 10;

bool is_windows(Profile profile) {
  return profile == Profile::WindowsTree || profile == Profile::WindowsFlat || profile == Profile::Winlogbeat ||
         profile == Profile::Hayabusa || profile == Profile::Ecs;
}

const event::Value* at(const Collector& document, std::uint32_t index) {
  return index == Plan::kNone ? nullptr : &document.values()[index];
}

}  // namespace

Emitter::Emitter(event::Schema& schema, const event::LogsourceMap& logsources, const KeyTree& tree)
    : schema_(schema), logsources_(logsources), tree_(tree), planner_(schema, tree), lines_(schema.names, logsources) {}

event::NameId Emitter::channel_id(std::string_view text) {
  if (text != last_channel_ || last_channel_id_ == event::name::kNone) {
    last_channel_ = text;
    last_channel_id_ = schema_.names.intern(text);
  }
  return last_channel_id_;
}

event::LogsourceId Emitter::logsource(const Plan& plan, const Collector& document, Arena& arena) {
  const event::Value* selected = at(document, plan.selector);
  const std::string_view selector = selected == nullptr ? std::string_view() : text_of(*selected, arena);
  std::string key(1, static_cast<char>(plan.profile));
  key += selector;
  if (const auto known = sources_.find(key); known != sources_.end()) return known->second;
  LogsourceName name = logsource_of(plan.profile, plan.features, selector);
  if (plan.profile == Profile::Ecs && (selector == "linux" || selector == "macos" || selector == "windows"))
    name = {selector, "process_creation", ""};
  auto id = logsources_.id_of(name.product, name.category, name.service);
  if (!id) id = logsources_.id_of(name.product, name.category, "");
  if (!id) id = logsources_.id_of(name.product, "", "");
  if (selector.size() <= 64 && sources_.size() < kMaxSources && plan.profile != Profile::Zeek)
    sources_.emplace(key, id.value_or(0));
  return id.value_or(0);
}

void Emitter::add_values(const Plan& plan, const Collector& document, event::EventBatch& batch, event::Event& event) {
  const std::vector<event::Value>& values = document.values();
  event.shape = plan.shape;
  event.host = plan.host;
  event.first_value = static_cast<std::uint32_t>(batch.values.size());
  if (plan.keeps_all) {
    batch.values.insert(batch.values.end(), values.begin(), values.end());
    return;
  }
  for (const std::uint32_t index : plan.kept) batch.values.push_back(values[index]);
}

/// Converters that keep XML attributes give names as values: {"Data": [{"@Name": "X", "#text": "v"}]}. The text after a
/// name is the field of that name.
void Emitter::pairs(const Plan& plan, const Collector& document, event::EventBatch& batch, event::Event& event) {
  const std::vector<event::Value>& values = document.values();
  names_.clear();
  event.first_value = static_cast<std::uint32_t>(batch.values.size());
  event.host = event::kNoIndex;
  event::NameId pending = event::name::kNone;
  for (std::size_t i = 0; i < plan.kept.size(); ++i) {
    const std::uint32_t index = plan.kept[i];
    const std::string_view path = tree_.node(plan.nodes[index]).path;
    if (is_name_of_data(path)) {
      if (pending != event::name::kNone) {  // a name without a value
        names_.push_back(pending);
        batch.values.push_back(event::Value{});
      }
      pending = schema_.names.intern(text_of(values[index], batch.arena));
      continue;
    }
    const bool takes_name = pending != event::name::kNone && path.starts_with("EventData.Data");
    if (i == plan.host) event.host = static_cast<std::uint16_t>(names_.size());
    names_.push_back(takes_name ? pending : plan.names[i]);
    if (takes_name) pending = event::name::kNone;
    batch.values.push_back(values[index]);
  }
  event.shape = shapes_.find(names_, schema_, batch);
}

void Emitter::windows(const Plan& plan, const Collector& document, event::EventBatch& batch, event::Event& event) {
  if (const event::Value* id = at(document, plan.event_id)) {
    const auto number = number_of(*id);
    if (number && *number < event::kNoEventId) event.event_id = static_cast<std::uint32_t>(*number);
  }
  if (const event::Value* id = at(document, plan.record_id))
    if (const auto number = number_of(*id)) event.record_id = *number;
  std::string_view channel;
  if (const event::Value* written = at(document, plan.channel)) channel = text_of(*written, batch.arena);
  if (plan.profile == Profile::Hayabusa) channel = unabbreviated_channel(channel);
  if (channel.empty())
    if (const event::Value* provider = at(document, plan.provider))
      channel = channel_of_provider(text_of(*provider, batch.arena), event.event_id);
  if (channel.empty() && plan.profile == Profile::WindowsFlat && plan.provider == Plan::kNone)
    channel = channel_without_provider(plan.features, event.event_id);
  if (!channel.empty()) event.channel = channel_id(channel);
}

/// NXLog has a field EventType of its own ("INFO"), which hides that of Sysmon's registry events; the text of the event
/// still has it.
void Emitter::repair_event_type(const Plan& plan, const Collector& document, event::EventBatch& batch,
                                const event::Event& event) {
  if (event.event_id < 12 || event.event_id > 14) return;
  const event::Value* type = at(document, plan.event_type);
  const event::Value* message = at(document, plan.message);
  if (type == nullptr || message == nullptr || as_text(type->bytes()) != "INFO") return;
  const std::string_view text = as_text(message->bytes());
  const std::size_t label = text.find("EventType: ");
  if (label == std::string_view::npos) return;
  const std::string_view rest = text.substr(label + 11);
  std::size_t end = 0;
  while (end < rest.size() && ((rest[end] | 0x20) >= 'a' && (rest[end] | 0x20) <= 'z')) ++end;
  for (std::size_t i = 0; i < plan.kept.size(); ++i)
    if (plan.kept[i] == plan.event_type)
      batch.values[event.first_value + i] = view(rest.substr(0, end), event::ValueType::Utf8);
}

/// A syslog line in JSON: its message is read as the text decoder reads it; Sysmon for Linux puts XML there. False when
/// there is nothing more to find in it.
bool Emitter::syslog(const Plan& plan, const Collector& document, const EventPlace& place, event::EventBatch& batch) {
  const event::Value* message = at(document, plan.message);
  if (message == nullptr || message->is_null()) return false;
  const std::string_view text = text_of(*message, batch.arena);
  const event::Value* program = at(document, plan.selector);
  if (program == nullptr && !text.starts_with("<Event")) return false;
  fields_.clear();
  const std::vector<event::Value>& values = document.values();
  for (std::size_t i = 0; i < plan.kept.size(); ++i) fields_.add(plan.names[i], values[plan.kept[i]]);
  fields_.host = plan.host;
  lines_.read_message(program == nullptr ? std::string_view() : text_of(*program, batch.arena), text, {}, batch.arena,
                      fields_);
  append_event(fields_, place, shapes_, schema_, batch);
  return true;
}

/// A line inside a document that tells nothing else about its source: what can be read from it is added. False when
/// that is nothing.
bool Emitter::line(const Plan& plan, const Collector& document, const EventPlace& place, event::EventBatch& batch) {
  const event::Value* value = at(document, plan.text);
  if (value == nullptr || (value->type != event::ValueType::Utf8 && value->type != event::ValueType::JsonEscaped))
    return false;
  const std::string_view text = text_of(*value, batch.arena);
  if (text.size() > kLongestLine) return false;
  fields_.clear();
  const std::vector<event::Value>& values = document.values();
  for (std::size_t i = 0; i < plan.kept.size(); ++i) fields_.add(plan.names[i], values[plan.kept[i]]);
  fields_.host = plan.host;
  if (!lines_.read_inside(text, batch.arena, fields_)) return false;
  append_event(fields_, place, shapes_, schema_, batch);
  return true;
}

void Emitter::emit(Collector& document, const EventPlace& place, event::EventBatch& batch) {
  Plan& plan = planner_.plan_for(document, batch);
  Timestamp time;
  for (const std::uint32_t candidate : plan.times) {
    if (candidate == Plan::kNone) break;
    if (const auto read = time_of(document.values()[candidate])) {
      time = *read;
      break;
    }
  }
  if (plan.profile == Profile::LinuxSyslog && syslog(plan, document, place, batch)) {
    if (!batch.events.back().time.known()) batch.events.back().time = time;
    return;
  }
  if (plan.text != Plan::kNone && (plan.profile == Profile::Unknown || plan.profile == Profile::Ecs) &&
      plan.event_id == Plan::kNone && line(plan, document, place, batch)) {
    if (time.known()) batch.events.back().time = time;
    return;
  }
  event::Event event;
  event.time = time;
  event.raw = place.raw;
  event.position = place.position;
  event.line = place.line;
  if (plan.has_pairs)
    pairs(plan, document, batch, event);
  else
    add_values(plan, document, batch, event);
  if (is_windows(plan.profile)) windows(plan, document, batch, event);
  if (plan.profile == Profile::WindowsFlat) repair_event_type(plan, document, batch, event);
  if (!plan.logsource_is_known) {
    plan.logsource = logsource(plan, document, batch.arena);
    plan.logsource_is_known = plan.selector == Plan::kNone;
  }
  event.logsource = plan.logsource;
  event.source_class = source_class_of(plan.profile, logsources_.logsource(event.logsource).service);
  batch.events.push_back(event);
}

}  // namespace yorozu::codec::json
