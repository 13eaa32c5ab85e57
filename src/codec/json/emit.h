/// A parsed document made into an event of the batch.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "codec/event_fields.h"
#include "codec/json/parse.h"
#include "codec/json/plan.h"
#include "codec/text/line_reader.h"

namespace yorozu::codec::json {

class Emitter {
 public:
  Emitter(event::Schema& schema, const event::LogsourceMap& logsources, const KeyTree& tree);

  /// Adds one event. `document`'s values point into memory that lives as long as the batch.
  void emit(Collector& document, const EventPlace& place, event::EventBatch& batch);
  /// When the tree forgets.
  void forget() { planner_.forget(); }

 private:
  void add_values(const Plan& plan, const Collector& document, event::EventBatch& batch, event::Event& event);
  void windows(const Plan& plan, const Collector& document, event::EventBatch& batch, event::Event& event);
  void pairs(const Plan& plan, const Collector& document, event::EventBatch& batch, event::Event& event);
  bool syslog(const Plan& plan, const Collector& document, const EventPlace& place, event::EventBatch& batch);
  bool line(const Plan& plan, const Collector& document, const EventPlace& place, event::EventBatch& batch);
  void repair_event_type(const Plan& plan, const Collector& document, event::EventBatch& batch,
                         const event::Event& event);
  event::NameId channel_id(std::string_view text);
  event::LogsourceId logsource(const Plan& plan, const Collector& document, Arena& arena);

  event::Schema& schema_;
  const event::LogsourceMap& logsources_;
  const KeyTree& tree_;
  Planner planner_;
  ShapeMemo shapes_;
  text::LineReader lines_;
  KeyTree inner_tree_;
  EventFields fields_;
  std::string last_channel_;
  event::NameId last_channel_id_ = event::name::kNone;
  std::unordered_map<std::string, event::LogsourceId> sources_;  ///< by profile and selector; bounded
  std::vector<event::NameId> names_;
};

}  // namespace yorozu::codec::json
