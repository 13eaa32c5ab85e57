/// Shapes this thread met lately, so that the shared table and its lock are left alone. Not thread-safe: one a decoder.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "event/event.h"

namespace yorozu::codec {

class ShapeMemo {
 public:
  const event::Shape* find(std::span<const event::NameId> names, event::Schema& schema, event::EventBatch& batch) {
    std::uint64_t hash = names.size();
    for (const event::NameId id : names) hash = (hash ^ id) * 0x9E3779B97F4A7C15U;
    const event::Shape*& kept = slots_[hash >> (64 - kBits)];
    if (kept != nullptr && std::ranges::equal(kept->names, names)) return kept;
    const event::Shape* shape = event::shape_for(names, schema, batch);
    if (shape->id != event::Shape::kTransient) kept = shape;  // transient ones die with their batch
    return shape;
  }

 private:
  static constexpr int kBits = 9;
  std::array<const event::Shape*, std::size_t{1} << kBits> slots_{};
};

}  // namespace yorozu::codec
