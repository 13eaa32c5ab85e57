#include "codec/json/plan.h"

#include <algorithm>
#include <array>

namespace yorozu::codec::json {

bool is_name_of_data(std::string_view path) {
  static constexpr std::array<std::string_view, 5> kPaths = {"EventData.Data.#attributes.Name", "EventData.Data.@Name",
                                                             "EventData.Data.Name", "EventData.Data._Name",
                                                             "EventData.Data_attributes.Name"};
  return std::ranges::find(kPaths, path) != kPaths.end();
}

void Planner::forget() {
  for (auto& slot : slots_) slot.reset();
  named_.clear();
}

Plan& Planner::plan_for(const Collector& document, event::EventBatch& batch) {
  const std::vector<NodeIndex>& nodes = document.nodes();
  if (nodes.size() > kLongestKept) {
    scratch_ = {};
    make(document, batch, scratch_);
    return scratch_;
  }
  std::unique_ptr<Plan>& slot = slots_[document.hash() >> 53];
  static_assert(kSlots == 1U << 11);
  if (slot && slot->nodes == nodes) {
    if (slot->has_own_shape) slot->shape = event::shape_for(slot->names, schema_, batch);
    return *slot;
  }
  slot = std::make_unique<Plan>();
  make(document, batch, *slot);
  return *slot;
}

namespace {

/// Where shippers put the line they read, and programs what they have to say.
bool holds_a_line(std::string_view path) {
  static constexpr std::array<std::string_view, 9> kPaths = {
      "message", "msg", "log", "event.original", "MESSAGE", "textPayload", "line", "Message", "event"};
  return std::ranges::find(kPaths, path) != kPaths.end();
}

}  // namespace

const Planner::Named& Planner::names_at(Profile profile, NodeIndex node) {
  const std::uint64_t key = std::uint64_t{node} << 8 | static_cast<std::uint64_t>(profile);
  const auto [found, is_new] = named_.try_emplace(key);
  if (is_new) {
    found->second.profile = profile;
    for (std::string& name : names_of(profile, tree_.node(node).path)) {
      const event::NameId id = schema_.names.intern(name);
      found->second.names.emplace_back(std::move(name), id);
    }
  }
  return found->second;
}

void Planner::add_field(Plan& plan, std::uint32_t value, std::string_view path, std::string_view name) {
  const auto field = static_cast<std::uint32_t>(plan.kept.size() - 1);
  const Purpose purpose = purpose_of(plan.profile, path, name);
  int& best = best_rank_[static_cast<std::size_t>(purpose.role)];
  if (name == "Message" && plan.message == Plan::kNone) plan.message = value;
  if (name == "EventType") plan.event_type = value;
  if (plan.text == Plan::kNone && holds_a_line(path)) plan.text = value;
  if ((path == "AuditData" || path == "CloudTrailEvent") && plan.embedded == Plan::kNone) plan.embedded = value;
  if (purpose.role == Role::None) return;
  if (purpose.role == Role::Time) {
    times_.emplace_back(purpose.rank, value);
    return;
  }
  if (best != 0 && purpose.rank >= best) return;
  best = purpose.rank;
  switch (purpose.role) {
    case Role::Host:
      if (field < event::kNoIndex) plan.host = static_cast<std::uint16_t>(field);
      break;
    case Role::EventId:
      plan.event_id = value;
      break;
    case Role::RecordId:
      plan.record_id = value;
      break;
    case Role::Channel:
      plan.channel = value;
      break;
    case Role::Provider:
      plan.provider = value;
      break;
    case Role::Selector:
      plan.selector = value;
      break;
    case Role::None:
    case Role::Time:
      break;
  }
}

void Planner::make(const Collector& document, event::EventBatch& batch, Plan& plan) {
  plan.nodes = document.nodes();
  plan.features = document.features();
  plan.profile = recognise(plan.features);
  best_rank_.fill(0);
  times_.clear();
  for (std::uint32_t i = 0; i < plan.nodes.size(); ++i) {
    const std::string_view path = tree_.node(plan.nodes[i]).path;
    plan.has_pairs |= plan.profile == Profile::WindowsTree && is_name_of_data(path);
    for (const auto& [name, id] : names_at(plan.profile, plan.nodes[i]).names) {
      plan.kept.push_back(i);
      plan.names.push_back(id);
      add_field(plan, i, path, name);
    }
  }
  std::ranges::sort(times_);  // by rank, then in order of the document
  for (std::size_t i = 0; i < std::min(times_.size(), plan.times.size()); ++i) plan.times[i] = times_[i].second;
  plan.keeps_all = plan.kept.size() == plan.nodes.size();
  for (std::uint32_t i = 0; plan.keeps_all && i < plan.kept.size(); ++i) plan.keeps_all = plan.kept[i] == i;
  plan.shape = event::shape_for(plan.names, schema_, batch);
  plan.has_own_shape = plan.shape->id == event::Shape::kTransient;
}

}  // namespace yorozu::codec::json
