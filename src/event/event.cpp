#include "event/event.h"

#include <algorithm>

#include "base/hash.h"

namespace yorozu::event {

const Shape* ShapeTable::intern(std::span<const NameId> names) {
  const std::uint64_t hash = hash64(ByteView(reinterpret_cast<const std::uint8_t*>(names.data()), names.size_bytes()));
  const std::scoped_lock lock(mutex_);
  const auto [from, to] = by_hash_.equal_range(hash);
  for (auto it = from; it != to; ++it)
    if (std::ranges::equal(it->second->names, names)) return it->second;
  if (shapes_.size() == kMaxShapes) return nullptr;
  Shape& shape = shapes_.emplace_back();
  shape.id = static_cast<std::uint32_t>(shapes_.size() - 1);
  shape.names.assign(names.begin(), names.end());
  by_hash_.emplace(hash, &shape);
  return &shape;
}

std::size_t ShapeTable::size() const {
  const std::scoped_lock lock(mutex_);
  return shapes_.size();
}

const Value* EventBatch::find(const Event& event, NameId wanted) const {
  const std::span<const Value> all = values_of(event);
  for (int at = event.shape->find(wanted); at >= 0; at = event.shape->find(wanted, at))
    if (!all[static_cast<std::size_t>(at)].is_null()) return &all[static_cast<std::size_t>(at)];
  return nullptr;
}

std::string EventBatch::host_of(const Event& event) const {
  if (event.host == kNoIndex) return {};
  return to_text(values_of(event)[event.host]);
}

const Shape* shape_for(std::span<const NameId> names, Schema& schema, EventBatch& batch) {
  if (const Shape* shape = schema.shapes.intern(names)) return shape;
  Shape& shape = batch.transient.emplace_back();
  shape.names.assign(names.begin(), names.end());
  return &shape;
}

}  // namespace yorozu::event
