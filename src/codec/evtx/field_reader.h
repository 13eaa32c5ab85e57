/// Records to values: follows field plans through a record's template and the templates nested in its values, and knows
/// which shape that makes.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

#include "codec/evtx/field_plan.h"
#include "codec/evtx/fragment_reader.h"
#include "codec/evtx/instance.h"
#include "codec/evtx/template_store.h"
#include "event/event.h"

namespace yorozu::codec::evtx {

/// A shape, and where in it the values stand that every event has.
struct RecordShape {
  const event::Shape* shape = nullptr;
  std::uint16_t time = event::kNoIndex;
  std::uint16_t record_id = event::kNoIndex;
  std::uint16_t event_id = event::kNoIndex;
  std::uint16_t channel = event::kNoIndex;
  std::uint16_t host = event::kNoIndex;
};

class FieldReader {
 public:
  // A few hostile bytes can ask for a lot; beyond these it is damage.
  static constexpr std::size_t kMaxFields = 2048;                          ///< of one record
  static constexpr unsigned kMaxInstances = 64;                            ///< nested fragments of one record
  static constexpr std::size_t kMaxChunkValues = 1U << 18U;                ///< values of one chunk
  static constexpr std::size_t kMaxComposedBytes = std::size_t{4} << 20U;  ///< text put together for one chunk

  explicit FieldReader(event::Schema& schema) : schema_(schema), reader_(templates_), fragments_(schema.names) {}

  /// Literals are copied into the batch's arena once a unit.
  void begin_unit() { ++unit_; }
  void begin_chunk(ByteView chunk);

  /// Appends the values of the binary XML in `begin`..`end` of the chunk to batch.values. nullptr when nothing could be
  /// read (nothing is appended then). The result is valid until the next call.
  const RecordShape* read(std::uint32_t begin, std::uint32_t end, event::EventBatch& batch);

  /// What was wrong with the record just read; "" when nothing was.
  const std::string& problem() const { return reader_.problem(); }

 private:
  /// Ids of the plans that made a record, in order; 0 stands for a nested place that was empty.
  struct PlanPath {
    static constexpr std::size_t kMax = 8;
    std::array<std::uint32_t, kMax> ids{};
    std::size_t size = 0;
    bool operator==(const PlanPath& other) const {
      if (size != other.size) return false;
      for (std::size_t i = 0; i < size; ++i)
        if (ids[i] != other.ids[i]) return false;
      return true;
    }
  };
  struct KnownShape {
    PlanPath path;
    RecordShape shape;
  };

  const RecordShape* shape_of_record(const Instance& root, event::EventBatch& batch);
  const RecordShape* read_fragment(std::uint32_t begin, std::uint32_t end, event::EventBatch& batch);
  bool nested_fragment(std::uint32_t begin, std::uint32_t end, Context context, event::EventBatch& batch);
  template <bool kWithNames>
  bool expand(const Instance& instance, Context context, int depth, event::EventBatch& batch);
  template <bool kWithNames>
  bool run(FieldPlan& plan, const Instance& instance, int depth, event::EventBatch& batch);
  template <bool kWithNames>
  bool nested(const FieldOp& op, StoredSlot slot, int depth, event::EventBatch& batch);
  template <bool kWithNames>
  void push(const event::Value& value, event::NameId name, event::EventBatch& batch);
  void push_slots_of_lost_template(const Instance& instance, event::EventBatch& batch);
  event::Value composed(std::span<const FieldPlan::TextPart> parts, const Instance& instance, event::EventBatch& batch);
  event::NameId dynamic_name(std::span<const FieldPlan::TextPart> parts, const Instance& instance);

  FieldPlan& plan_of(const Template& definition, Context context);
  bool enter(std::uint32_t plan_id);
  KnownShape& place_of(const PlanPath& path);
  RecordShape shape_of(std::span<const event::NameId> names, event::EventBatch& batch);

  event::Schema& schema_;
  TemplateStore templates_;
  InstanceReader reader_;
  FragmentReader fragments_;
  std::uint64_t unit_ = 0;
  std::size_t chunk_values_ = 0;
  std::size_t composed_bytes_ = 0;

  std::deque<FieldPlan> plans_;  ///< stay where they are
  std::vector<std::array<FieldPlan*, kContexts>> by_template_;
  std::array<KnownShape, 1024> shapes_{};
  std::array<RecordShape, 1024> shapes_by_names_{};

  // Of the record at hand.
  PlanPath path_;
  unsigned instances_ = 0;
  std::size_t first_value_ = 0;
  bool regular_ = true;  ///< shape follows from path_ alone
  std::vector<event::NameId> names_;
  RecordShape irregular_shape_;
  Buffer text_;
};

}  // namespace yorozu::codec::evtx
