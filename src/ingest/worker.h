/// Decodes frames, renders their lines, runs the rules: everything that can be done before a line has its number. One
/// for each thread; no state across batches but what pays (compiled templates, tables).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/frame/audit_grouping.h"
#include "codec/frame/frame_decoder.h"
#include "detect/engine.h"
#include "event/event.h"
#include "ingest/frame.h"
#include "ingest/live_rules.h"
#include "ingest/prepared.h"

namespace yorozu::ingest {

class Worker {
 public:
  /// `schema` and `logsources` outlive the worker.
  Worker(event::Schema& schema, const event::LogsourceMap& logsources, std::int64_t tolerance_us, unsigned number = 0);

  /// Whether events that wait for more frames are given up waiting for.
  enum class Ending : std::uint8_t { GoesOn, Ends };
  /// Fills `out` (cleared here) from `batches`, which it takes; there may be none, when only time has passed.
  void prepare(std::vector<std::unique_ptr<FrameBatch>> batches, std::shared_ptr<const LiveRules> rules, Timestamp now,
               Ending ending, Prepared& out);
  /// When an event that waits for more frames will wait no longer; unknown: none does.
  Timestamp next_expiry() const { return grouping_.next_expiry(); }

  /// Classes and fields that went by under the present rules; for "cannot fire".
  const detect::Matcher::Coverage* coverage() const { return matcher_ ? &matcher_->coverage() : nullptr; }

 private:
  std::string_view via_with_zone(std::string_view via_json, const TimeZone& zone);
  void take_frames(const FrameBatch& batch, Timestamp now, Prepared& out);
  void add_grouped(Timestamp now, Ending ending);
  void on_match(const detect::Match& match, Prepared& out);
  void find_device_alerts(Prepared& out);
  bool may_be_alert(const event::Shape& shape);
  struct Origin;
  std::string event_part(const event::Event& event, std::string_view fields_json, const Origin& origin) const;
  Prepared::Hit hit_on(const event::Event& event, std::size_t index) const;

  event::Schema& schema_;
  const std::int64_t tolerance_us_;
  const unsigned number_;
  std::unique_ptr<codec::FrameDecoder> decoder_;
  codec::AuditGrouping grouping_;
  std::vector<codec::AuditGrouping::Made> grouped_;
  std::uint64_t next_ticket_ = 0;
  std::optional<detect::Matcher> matcher_;
  std::shared_ptr<const LiveRules> matcher_of_;
  event::EventBatch events_;
  struct Origin {
    std::string_view input, peer;
    Timestamp received;
    std::uint32_t line = 0;
    const codec::AuditGrouping::Made* grouped = nullptr;  ///< the event rests on several lines
  };
  std::vector<Origin> origins_;  ///< as events_
  std::string fields_, stream_, via_;
  enum class ShapeKind : std::uint8_t { Unknown, Alert, Other };
  std::vector<ShapeKind> alert_shapes_;  ///< by Shape::id
  event::NameId alert_sid_, alert_signature_, alert_severity_;
};

}  // namespace yorozu::ingest
