/// The values that one field, as a query names it, has in an event. Evaluator, stages and index columns all read
/// through this, so that a name means the same everywhere:
///   - the name itself, in any case, also without its blanks (`ThreatName` for `Threat Name`);
///   - an ECS name reaches every original that event/taxonomy.h knows for it;
///   - `time` `host` `channel` `event_id` `record_id` `line` `raw` and their ECS names are facts of the event;
///   - `seq` `received` `input` `peer` `class` `logsource` ... are facts of the archive (query/event_context.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "event/event.h"
#include "query/event_context.h"

namespace yorozu::query {

/// One event with all that is known of it; for the length of a call.
struct EventView {
  const event::Event& event;
  const event::EventBatch& batch;
  const EventContext& context;
};

/// One per thread: remembers for each shape where its values stand.
class FieldReader {
 public:
  enum class Fact : std::uint8_t {
    None,
    Time,
    Host,
    Channel,
    RecordId,
    Line,
    EventId,
    Raw,
    Seq,
    Received,
    Input,
    Peer,
    Class,
    Logsource,  ///< product, category and service, each a value
    LogsourceProduct,
    LogsourceCategory,
    LogsourceService,
  };

  /// `schema` outlives the reader.
  FieldReader(std::string_view name, const event::Schema& schema);

  Fact fact() const { return fact_; }
  /// Text of the fact, "" when the event has none. Of Fact::Logsource: "product/category/service", stated ones only.
  void append_fact(const EventView& view, std::string& out) const;

  /// Where in event::EventBatch::values_of the fields of that name stand, in document order. Valid until the next call.
  std::span<const std::uint16_t> positions(const event::Shape& shape);

  /// The one value that stages, columns and tables use; valid until the next call. The fact, else that of the first
  /// field that says something (is neither empty nor "-") in document order, but the account acted on before the one
  /// that acts
  /// (`user.name` of a failed logon is TargetUserName). Of an array the first element. nullopt: none.
  std::optional<std::string_view> value(const EventView& view);

 private:
  struct Place {
    std::vector<std::uint16_t> in_document, by_preference;
  };
  const Place& place(const event::Shape& shape);
  Place find(const event::Shape& shape) const;

  const event::Schema& schema_;
  Fact fact_ = Fact::None;
  std::vector<std::string> wanted_;           ///< folded: the name itself and its originals by ECS
  std::vector<std::optional<Place>> places_;  ///< by Shape::id
  Place transient_;
  std::string fact_text_;
  Buffer value_text_;
};

/// Names that FieldReader knows as facts, for help and hints.
std::span<const std::string_view> fact_names();

}  // namespace yorozu::query
