/// The event, as every decoder makes it and everything above reads it.
///
/// An event is a **shape** (the list of its field names, shared by all events that look alike) and a run of values, one
/// for each name, in document order; a name that occurs twice is a field with several values. Values are views into the
/// batch: nothing is converted or allocated for fields that nobody asks for.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/time.h"
#include "event/logsource.h"
#include "event/names.h"
#include "event/source_class.h"
#include "event/value.h"

namespace yorozu::event {

/// Immutable once made.
struct Shape {
  static constexpr std::uint32_t kTransient = UINT32_MAX;

  std::uint32_t id = kTransient;  ///< dense, below ShapeTable::kMaxShapes; kTransient: lives only as long as its batch
  std::vector<NameId> names;      ///< one for each value, in document order

  /// Position of the first value of that name, or -1.
  int find(NameId wanted, int after = -1) const {
    for (std::size_t i = static_cast<std::size_t>(after + 1); i < names.size(); ++i)
      if (names[i] == wanted) return static_cast<int>(i);
    return -1;
  }
};

/// Shapes seen so far. Thread-safe. After kMaxShapes, intern() gives nullptr: the batch then keeps a transient shape.
class ShapeTable {
 public:
  static constexpr std::size_t kMaxShapes = 1U << 15;
  const Shape* intern(std::span<const NameId> names);
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;  ///< guards both
  std::deque<Shape> shapes_;
  std::unordered_multimap<std::uint64_t, const Shape*> by_hash_;
};

/// What decoders and compiled rules have in common; one per program, made by its composition root.
struct Schema {
  NameTable names;
  ShapeTable shapes;
};

inline constexpr std::uint32_t kNoEventId = UINT32_MAX;
inline constexpr std::uint64_t kNoRecordId = UINT64_MAX;
inline constexpr std::uint16_t kNoIndex = UINT16_MAX;

struct Event {
  const Shape* shape = nullptr;
  std::uint32_t first_value = 0;        ///< in EventBatch::values
  std::uint32_t event_id = kNoEventId;  ///< Windows EventID
  Timestamp time;
  LogsourceId logsource = 0;  ///< of non-Windows events; {product: windows} of Windows events, whose channel says more
  NameId channel = name::kNone;                   ///< Windows channel, as written
  std::uint64_t record_id = kNoRecordId;          ///< System/EventRecordID
  std::uint64_t position = 0;                     ///< bytes from the start of the file or archive member
  std::uint64_t line = 0;                         ///< from 1; 0: not a format of lines
  std::uint16_t host = kNoIndex;                  ///< which value is the name of the host
  SourceClass source_class = SourceClass::Other;  ///< what its pattern names; Other: the input says (archive/line)
  std::string_view raw;                           ///< the bytes it came from: EVTX record, JSON text, XML element, line
};

/// Events that came out of one unit of input, and the memory behind them. Refilled, not reallocated: clear() keeps
/// capacity.
class EventBatch {
 public:
  std::vector<Event> events;
  std::vector<Value> values;
  Arena arena;                  ///< for values that are not verbatim in the input
  std::deque<Shape> transient;  ///< shapes beyond the bound of the table

  std::span<const Value> values_of(const Event& event) const {
    return {values.data() + event.first_value, event.shape->names.size()};
  }
  /// First value of that name that is not null; nullptr when there is none.
  const Value* find(const Event& event, NameId wanted) const;
  /// Text of the host field, "" when there is none.
  std::string host_of(const Event& event) const;

  void clear() {
    events.clear();
    values.clear();
    arena.clear();
    transient.clear();
  }
};

/// The shape for `names`, transient when the table is full.
const Shape* shape_for(std::span<const NameId> names, Schema& schema, EventBatch& batch);

}  // namespace yorozu::event
