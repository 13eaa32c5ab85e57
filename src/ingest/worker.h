/// Decodes frames, renders their lines, runs the rules: everything that can be done before a line has its number. One
/// for each thread; no state across batches but what pays (compiled templates, tables).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  Worker(event::Schema& schema, const event::LogsourceMap& logsources, std::int64_t tolerance_us);

  /// Fills `out` (cleared here) from `batches`, which it takes.
  void prepare(std::vector<std::unique_ptr<FrameBatch>> batches, std::shared_ptr<const LiveRules> rules, Prepared& out);

  /// Classes and fields that went by under the present rules; for "cannot fire".
  const detect::Matcher::Coverage* coverage() const { return matcher_ ? &matcher_->coverage() : nullptr; }

 private:
  void take_frames(const FrameBatch& batch, Prepared& out);
  void on_match(const detect::Match& match, Prepared& out);
  void find_device_alerts(Prepared& out);
  void set_time(const event::Event& event, std::size_t line, Prepared::Hit& hit) const;
  bool may_be_alert(const event::Shape& shape);
  std::string event_part(const event::Event& event, std::string_view fields_json, std::size_t line) const;

  event::Schema& schema_;
  const std::int64_t tolerance_us_;
  std::unique_ptr<codec::FrameDecoder> decoder_;
  std::optional<detect::Matcher> matcher_;
  std::shared_ptr<const LiveRules> matcher_of_;
  event::EventBatch events_;
  struct LineOrigin {
    const FrameBatch* batch;
    Timestamp received;
  };
  std::vector<LineOrigin> origins_;  ///< as Prepared::lines, and as events_
  std::string fields_;
  enum class ShapeKind : std::uint8_t { Unknown, Alert, Other };
  std::vector<ShapeKind> alert_shapes_;  ///< by Shape::id
  event::NameId alert_sid_, alert_signature_, alert_severity_;
};

}  // namespace yorozu::ingest
