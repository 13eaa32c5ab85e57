#include "codec/evtx/field_reader.h"

#include <algorithm>
#include <string>

#include "base/hash.h"

namespace yorozu::codec::evtx {

using event::NameId;
using event::Value;
using event::ValueType;

void FieldReader::begin_chunk(ByteView chunk) {
  chunk_values_ = composed_bytes_ = 0;
  fragments_.begin_chunk(chunk);
  if (!templates_.begin_chunk(chunk)) return;
  plans_.clear();
  by_template_.clear();
  shapes_ = {};  // plan numbers begin anew
}

const RecordShape* FieldReader::read(std::uint32_t begin, std::uint32_t end, event::EventBatch& batch) {
  first_value_ = batch.values.size();
  reader_.clear_problem();
  reader_.release(0);
  if (chunk_values_ > kMaxChunkValues) {
    reader_.note("too many values in one chunk");
    return nullptr;
  }
  const RecordShape* shape = reader_.is_element_at(begin, end) ? read_fragment(begin, end, batch) : nullptr;
  if (shape == nullptr) {
    Instance root;
    if (!reader_.read(begin, end, root)) return nullptr;
    shape = shape_of_record(root, batch);
  }
  chunk_values_ += batch.values.size() - first_value_;
  return shape;
}

/// A whole record without a template, in the usual form; nullptr: in another.
const RecordShape* FieldReader::read_fragment(std::uint32_t begin, std::uint32_t end, event::EventBatch& batch) {
  names_.clear();
  if (!fragments_.read(begin, end, Context::Top, batch.values, names_) || names_.empty()) {
    batch.values.resize(first_value_);
    return nullptr;
  }
  irregular_shape_ = shape_of(names_, batch);
  return &irregular_shape_;
}

/// The same within a record; false leaves everything as it was.
bool FieldReader::nested_fragment(std::uint32_t begin, std::uint32_t end, Context context, event::EventBatch& batch) {
  const std::size_t values = batch.values.size(), names = names_.size();
  if (reader_.is_element_at(begin, end) && fragments_.read(begin, end, context, batch.values, names_)) return true;
  batch.values.resize(values);
  names_.resize(names);
  return false;
}

const RecordShape* FieldReader::shape_of_record(const Instance& root, event::EventBatch& batch) {
  path_.size = 0;
  instances_ = 0;
  regular_ = true;
  if (expand<false>(root, Context::Top, 0, batch)) {
    KnownShape& known = place_of(path_);
    if (known.shape.shape != nullptr && known.path == path_) [[likely]]
      return &known.shape;
  }
  // A kind of record not seen before, or one that is different each time: once more, names and all.
  batch.values.resize(first_value_);
  reader_.release(root.first_slot + root.slot_count);
  names_.clear();
  path_.size = 0;
  instances_ = 0;
  expand<true>(root, Context::Top, 0, batch);
  if (names_.empty()) {
    reader_.note("record without any content");
    return nullptr;
  }
  irregular_shape_ = shape_of(names_, batch);
  if (!regular_ || irregular_shape_.shape->id == event::Shape::kTransient) return &irregular_shape_;
  KnownShape& known = place_of(path_);
  known = {path_, irregular_shape_};
  return &known.shape;
}

FieldReader::KnownShape& FieldReader::place_of(const PlanPath& path) {
  std::uint64_t mixed = path.size;
  for (std::size_t i = 0; i < path.size; ++i) mixed = (mixed ^ path.ids[i]) * 0x9E3779B97F4A7C15ULL;
  return shapes_[(mixed >> 40U) % shapes_.size()];
}

RecordShape FieldReader::shape_of(std::span<const NameId> names, event::EventBatch& batch) {
  const std::uint64_t hash = hash64({reinterpret_cast<const std::uint8_t*>(names.data()), names.size_bytes()});
  RecordShape& known = shapes_by_names_[hash % shapes_by_names_.size()];
  if (known.shape != nullptr &&
      std::equal(names.begin(), names.end(), known.shape->names.begin(), known.shape->names.end()))
    return known;
  RecordShape made;
  made.shape = event::shape_for(names, schema_, batch);
  const auto index_of = [&](NameId name) {
    const int at = made.shape->find(name);
    return at < 0 ? event::kNoIndex : static_cast<std::uint16_t>(at);
  };
  made.time = index_of(event::name::kSystemTime);
  made.record_id = index_of(event::name::kEventRecordID);
  made.event_id = index_of(event::name::kEventID);
  made.channel = index_of(event::name::kChannel);
  made.host = index_of(event::name::kComputer);
  if (made.shape->id != event::Shape::kTransient) known = made;
  return made;
}

FieldPlan& FieldReader::plan_of(const Template& definition, Context context) {
  if (definition.id >= by_template_.size()) by_template_.resize(definition.id + 1);
  FieldPlan*& plan = by_template_[definition.id][static_cast<std::size_t>(context)];
  if (plan == nullptr) {
    plans_.push_back(make_field_plan(definition.tree, context, schema_.names));
    plan = &plans_.back();
    plan->id = static_cast<std::uint32_t>(plans_.size());
  }
  return *plan;
}

bool FieldReader::enter(std::uint32_t plan_id) {
  if (path_.size == PlanPath::kMax) return regular_ = false;
  path_.ids[path_.size++] = plan_id;
  return true;
}

/// False (without names only): the shape cannot be told from the plans, read again with names.
template <bool kWithNames>
bool FieldReader::expand(const Instance& instance, Context context, int depth, event::EventBatch& batch) {
  if (instance.definition != nullptr) {
    FieldPlan& plan = plan_of(*instance.definition, context);
    const std::size_t fields = batch.values.size() - first_value_ + plan.ops.size();
    if (plan.has_dynamic_names || fields > kMaxFields) regular_ = false;
    if ((!enter(plan.id) || !regular_) && !kWithNames) return false;
    return run<kWithNames>(plan, instance, depth, batch);
  }
  regular_ = false;
  if constexpr (!kWithNames) {
    return false;
  } else {
    if (!instance.own) {
      push_slots_of_lost_template(instance, batch);
      return true;
    }
    FieldPlan plan = make_field_plan(*instance.own, context, schema_.names);
    run<true>(plan, instance, depth, batch);
    for (const Part& part : instance.own->roots) {
      if (part.kind != PartKind::Instance) continue;
      const std::size_t mark = reader_.mark();
      Instance inner;
      if (reader_.read(part.index, instance.end, inner)) expand<true>(inner, context, depth + 1, batch);
      reader_.release(mark);
    }
    return true;
  }
}

template <bool kWithNames>
bool FieldReader::run(FieldPlan& plan, const Instance& instance, int depth, event::EventBatch& batch) {
  if (plan.literals_unit != unit_ && !plan.literals.empty()) {
    plan.literals_at = reinterpret_cast<const std::uint8_t*>(batch.arena.copy(plan.literals).data());
    plan.literals_unit = unit_;
  }
  for (const FieldOp& op : plan.ops) {
    NameId name = op.name;
    if constexpr (kWithNames) {
      if (op.dynamic_name != FieldOp::kNoDynamicName)
        name = dynamic_name(plan.dynamic_names[op.dynamic_name], instance);
    }
    switch (op.kind) {
      case FieldOp::Kind::Slot: {
        const StoredSlot slot = reader_.slot(instance, op.slot);
        if (slot.is_binary_xml()) [[unlikely]] {
          regular_ = false;
          if (!nested<kWithNames>(op, slot, depth, batch) && !kWithNames) return false;
          break;
        }
        push<kWithNames>(reader_.value(slot), name, batch);
        break;
      }
      case FieldOp::Kind::Literal:
        push<kWithNames>({plan.literals_at + op.offset, op.size, ValueType::Utf8, false, 0}, name, batch);
        break;
      case FieldOp::Kind::Composed:
        push<kWithNames>(composed({plan.parts.data() + op.offset, op.size}, instance, batch), name, batch);
        break;
      case FieldOp::Kind::Nested: {
        const StoredSlot slot = reader_.slot(instance, op.slot);
        if (slot.is_binary_xml()) {
          if (!nested<kWithNames>(op, slot, depth, batch) && !kWithNames) return false;
        } else if (slot.size == 0) {
          if (!enter(0) && !kWithNames) return false;
        } else {  // the record has something else than the template announced
          regular_ = false;
          if (!kWithNames) return false;
          push<kWithNames>(reader_.value(slot), name, batch);
        }
        break;
      }
    }
  }
  return true;
}

template <bool kWithNames>
bool FieldReader::nested(const FieldOp& op, StoredSlot slot, int depth, event::EventBatch& batch) {
  const std::uint32_t end = slot.offset + slot.size;
  for (std::uint32_t at = slot.offset; at < end;) {  // mostly one
    if (depth >= kMaxInstanceDepth || ++instances_ > kMaxInstances) {
      reader_.note("binary XML nests too deep or too often");
      return regular_ = false;
    }
    if (reader_.is_element_at(at, end)) {  // no template: fields differ from record to record
      regular_ = false;
      if (!kWithNames) return false;
      if (nested_fragment(at, end, op.inner, batch)) {
        at = reader_.next_fragment(fragments_.stopped_at(), end);
        continue;
      }
    }
    const std::size_t mark = reader_.mark();
    Instance inner;
    if (!reader_.read(at, end, inner)) return regular_ = false;
    const bool done = expand<kWithNames>(inner, op.inner, depth + 1, batch);
    at = reader_.next_fragment(inner.end, end);
    reader_.release(mark);
    if (!done) return false;
  }
  return true;
}

template <bool kWithNames>
void FieldReader::push(const Value& value, NameId name, event::EventBatch& batch) {
  if constexpr (kWithNames) {
    if (names_.size() >= kMaxFields) {
      reader_.note("too many fields in one record");
      regular_ = false;
      return;
    }
    names_.push_back(name);
  }
  batch.values.push_back(value);
}

/// Names are gone with the template; the values are still there for whoever searches.
void FieldReader::push_slots_of_lost_template(const Instance& instance, event::EventBatch& batch) {
  for (std::uint32_t i = 0; i < instance.slot_count; ++i) {
    const StoredSlot slot = reader_.slot(instance, i);
    const Value value = reader_.value(slot);
    if (!value.is_null()) push<true>(value, event::name::kData, batch);
  }
}

Value FieldReader::composed(std::span<const FieldPlan::TextPart> parts, const Instance& instance,
                            event::EventBatch& batch) {
  text_.clear();
  for (const FieldPlan::TextPart& part : parts) {
    if (part.is_slot)
      event::append_text(reader_.value(reader_.slot(instance, part.slot)), text_);
    else
      text_.append(part.text);
    if (composed_bytes_ + text_.size() > kMaxComposedBytes) {
      reader_.note("too much text put together in one chunk");
      return {};
    }
  }
  composed_bytes_ += text_.size();
  return event::utf8_value(batch.arena.copy(text_.view()));
}

NameId FieldReader::dynamic_name(std::span<const FieldPlan::TextPart> parts, const Instance& instance) {
  Buffer name;
  for (const FieldPlan::TextPart& part : parts) {
    if (part.is_slot)
      event::append_text(reader_.value(reader_.slot(instance, part.slot)), name);
    else
      name.append(part.text);
  }
  return name.empty() ? event::name::kData : schema_.names.intern(name.view());
}

}  // namespace yorozu::codec::evtx
