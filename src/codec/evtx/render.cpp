#include "codec/evtx/render.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "base/time.h"
#include "codec/evtx/fragment_json.h"
#include "codec/evtx/instance.h"
#include "codec/evtx/text_plan.h"
#include "codec/evtx/unit_walk.h"
#include "codec/evtx/value_writer.h"

namespace yorozu::codec::evtx {

namespace {

using event::Value;

/// A template may name one long value ten thousand times.
constexpr std::size_t kMaxRecordText = std::size_t{16} << 20U;
constexpr std::size_t kMaxUnitText = std::size_t{256} << 20U;
constexpr unsigned kMaxInstances = 64;
constexpr std::size_t kMaxPlans = 16384;

/// Plans of one template, by what its slots hold.
struct PlansOfTemplate {
  static constexpr std::size_t kMax = 64;
  std::vector<std::pair<SlotClasses, std::unique_ptr<TextPlan>>> known;  ///< plans stay where they are
};

constexpr std::array<SlotClass, 256> make_class_of_type() {
  std::array<SlotClass, 256> classes{};
  for (std::size_t type = 0; type < classes.size(); ++type) {
    classes[type] = (type & kArrayFlag) != 0 ? SlotClass::Array : SlotClass::Value;
    if (type == kBinXmlType) classes[type] = SlotClass::Nested;
    if ((type & 0x7FU) == 0) classes[type] = SlotClass::Null;
  }
  return classes;
}
constexpr std::array<SlotClass, 256> kClassOfType = make_class_of_type();

std::string iso_time(std::uint64_t filetime) {
  std::uint8_t bytes[8];
  std::memcpy(bytes, &filetime, sizeof bytes);
  return event::to_text({bytes, sizeof bytes, event::ValueType::FileTime, false, 0});
}

}  // namespace

struct Renderer::Impl {
  explicit Impl(const DecodeOptions& decode_options) : options(decode_options), reader(templates) {}

  bool record(TextForm form, const Record& record, Buffer& out);
  void lines(TextForm form, const Unit& of_unit, Buffer& out, UnitReport& report);
  void begin_unit(const Unit& of);
  bool one(TextForm form, const event::Event& event, Buffer& out);

 private:
  void begin_chunk(ByteView chunk) {
    fragments.begin_chunk(chunk);
    if (templates.begin_chunk(chunk) || plan_count > kMaxPlans) {
      plans[0].clear();
      plans[1].clear();
      plan_count = 0;
    }
  }
  SlotClasses classes_of(const Instance& instance) const;
  const TextPlan& plan_for(TextForm form, const Instance& instance);
  void instance(TextForm form, const Instance& instance, int depth, Buffer& out);
  void run(TextForm form, const TextPlan& plan, const Instance& instance, int depth, Buffer& out);
  void run_json(const TextPlan& plan, const Instance& of, int depth, Buffer& out);
  void rest_of_piece(TextForm form, const Piece& piece, const char* literals, const Instance& of, int depth,
                     Buffer& out);
  void string(const Value& value, Buffer& out);
  void nested(TextForm form, StoredSlot slot, int depth, Buffer& out);
  void repeated(const Piece& piece, const char* literals, const Value& value, Buffer& out);
  void members(const Piece& piece, const char* literals, const Value& value, Buffer& out);
  static void text_or_list(const Value& value, Buffer& out);
  void lost_template(TextForm form, const Record& record, const Instance& instance, Buffer& out);
  void filetime(const Value& value, TextForm form, bool quoted, Buffer& out);

  DecodeOptions options;
  TemplateStore templates;
  InstanceReader reader;
  FragmentJson fragments;
  std::array<std::vector<PlansOfTemplate>, 2> plans;
  std::size_t plan_count = 0;
  std::deque<TextPlan> unkept;  ///< of the record at hand
  unsigned instances = 0;
  std::size_t record_start = 0;
  bool too_long = false;

  // The time is a new one in each record, the day mostly is not.
  std::uint64_t day = UINT64_MAX;
  char day_text[12] = {};

  Unit unit;
  std::vector<ChunkPlace> places;
  const ChunkPlace* current = nullptr;
};

SlotClasses Renderer::Impl::classes_of(const Instance& instance) const {
  SlotClasses classes;
  const std::uint32_t wanted = std::min(instance.definition->slot_count, SlotClasses::kMax);
  const std::uint32_t there = std::min(instance.slot_count, wanted);
  const StoredSlot* const slots = reader.slots(instance);
  for (std::uint32_t i = 0; i < there; ++i) {
    SlotClass slot_class = kClassOfType[slots[i].type];
    if (slot_class == SlotClass::Nested && slots[i].size == 0) slot_class = SlotClass::Null;
    classes.set(i, slot_class);
  }
  for (std::uint32_t i = there; i < wanted; ++i) classes.set(i, SlotClass::Null);
  return classes;
}

const TextPlan& Renderer::Impl::plan_for(TextForm form, const Instance& instance) {
  const SlotClasses classes = classes_of(instance);
  std::vector<PlansOfTemplate>& all = plans[static_cast<std::size_t>(form)];
  const std::uint32_t id = instance.definition->id;
  if (id >= all.size()) all.resize(id + 1);
  auto& known = all[id].known;
  for (auto& [of, plan] : known)
    if (of == classes) return *plan;
  const Tree& tree = instance.definition->tree;
  TextPlan made = form == TextForm::Json ? make_json_plan(tree, classes) : make_xml_plan(tree, classes);
  if (known.size() == PlansOfTemplate::kMax) return unkept.emplace_back(std::move(made));
  known.emplace_back(classes, std::make_unique<TextPlan>(std::move(made)));
  ++plan_count;
  return *known.back().second;
}

void Renderer::Impl::instance(TextForm form, const Instance& of, int depth, Buffer& out) {
  if (of.definition != nullptr) {
    const TextPlan& plan = plan_for(form, of);
    if (form == TextForm::Json && plan.uses_slots_once) return run_json(plan, of, depth, out);
    return run(form, plan, of, depth, out);
  }
  if (!of.own) return;
  const SlotClasses none;
  const TextPlan plan = form == TextForm::Json ? make_json_plan(*of.own, none) : make_xml_plan(*of.own, none);
  run(form, plan, of, depth, out);
  for (const Part& part : of.own->roots) {
    if (part.kind != PartKind::Instance) continue;
    const std::size_t mark = reader.mark();
    Instance inner;
    if (depth < kMaxInstanceDepth && ++instances <= kMaxInstances && reader.read(part.index, of.end, inner))
      instance(form, inner, depth + 1, out);
    reader.release(mark);
  }
}

void Renderer::Impl::run(TextForm form, const TextPlan& plan, const Instance& of, int depth, Buffer& out) {
  const Piece* const end = plan.pieces.data() + plan.pieces.size();
  const char* const literals = plan.literals.data();
  for (const Piece* piece = plan.pieces.data(); piece != end; ++piece) {
    if (out.size() - record_start > kMaxRecordText) [[unlikely]] {
      too_long = true;
      return;
    }
    char* const to = out.reserve(piece->size + TextPlan::kPadding);
    const char* const from = literals + piece->offset;
    for (std::size_t copied = 0; copied < piece->size; copied += TextPlan::kPadding)
      std::memcpy(to + copied, from + copied, TextPlan::kPadding);
    out.advance(piece->size);
    rest_of_piece(form, *piece, literals, of, depth, out);
  }
}

/// What follows the literal of a piece.
void Renderer::Impl::rest_of_piece(TextForm form, const Piece& piece, const char* literals, const Instance& of,
                                   int depth, Buffer& out) {
  const bool json = form == TextForm::Json;
  switch (piece.then) {
    case Piece::Then::Nothing:
      break;
    case Piece::Then::Comma:
      if (out.size() != 0 && out.data()[out.size() - 1] != '{') out.append(',');
      break;
    case Piece::Then::Value:
    case Piece::Then::ValueOrNull:
    case Piece::Then::TextOrList: {
      const StoredSlot slot = reader.slot(of, piece.slot);
      const Value value = reader.value(slot);
      if (json && slot.type == static_cast<std::uint8_t>(StoredType::String) && value.size != 0) {
        string(value, out);  // most values are
        break;
      }
      if (value.size == 0 && piece.then == Piece::Then::ValueOrNull) {
        out.append("null");
        break;
      }
      if (value.type == event::ValueType::FileTime && !value.is_array && value.size == 8)
        filetime(value, form, json, out);
      else if (!json)
        append_value_text(value, Escape::XmlText, out);
      else if (value.is_array && piece.then == Piece::Then::TextOrList)
        text_or_list(value, out);
      else
        append_json_value(value, out);
      break;
    }
    case Piece::Then::InString: {
      const Value value = reader.value(reader.slot(of, piece.slot));
      if (value.type == event::ValueType::FileTime && !value.is_array && value.size == 8)
        filetime(value, form, false, out);
      else
        append_value_text(value, json ? Escape::Json : Escape::XmlAttribute, out);
      break;
    }
    case Piece::Then::Nested:
      nested(form, reader.slot(of, piece.slot), depth, out);
      break;
    case Piece::Then::Members:
      members(piece, literals, reader.value(reader.slot(of, piece.slot)), out);
      break;
    case Piece::Then::Repeated:
      repeated(piece, literals, reader.value(reader.slot(of, piece.slot)), out);
      break;
  }
}

/// As run(), for JSON, with the end of the output in a register: nearly all pieces are a literal and a text or a
/// number. One reservation is enough for them, since a record's values are no longer than the record.
void Renderer::Impl::run_json(const TextPlan& plan, const Instance& of, int depth, Buffer& out) {
  const std::size_t room = plan.literals.size() + plan.pieces.size() * kScalarRoom + 3 * kChunkSize;
  const char* const literals = plan.literals.data();
  const std::uint8_t* const chunk = reader.chunk().data();
  const std::uint8_t* const chunk_end = chunk + reader.chunk().size();
  const Piece* const end = plan.pieces.data() + plan.pieces.size();
  char* start = out.reserve(room);
  char* to = start;
  for (const Piece* piece = plan.pieces.data(); piece != end; ++piece) {
    const char* const from = literals + piece->offset;
    std::memcpy(to, from, TextPlan::kPadding);
    for (std::size_t copied = TextPlan::kPadding; copied < piece->size; copied += TextPlan::kPadding)
      std::memcpy(to + copied, from + copied, TextPlan::kPadding);
    to += piece->size;
    if (piece->then == Piece::Then::Nothing) continue;
    if (piece->then == Piece::Then::Value || piece->then == Piece::Then::ValueOrNull) {
      const StoredSlot slot = reader.slot(of, piece->slot);
      const Value value = to_value(chunk + slot.offset, slot.size, slot.type);
      if (value.type == event::ValueType::Utf16 && !value.is_array) {
        if (value.size == 0 && piece->then == Piece::Then::ValueOrNull) {
          to += std::string_view("null").copy(to, 4);
          continue;
        }
        *to = '"';
        to = write_text(value.bytes(), chunk_end, Escape::Json, to + 1);
        *to++ = '"';
        continue;
      }
      if (!value.is_array && value.size != 0)
        if (char* const after = write_json_scalar(value, to); after != nullptr) {
          to = after;
          continue;
        }
    }
    out.advance(static_cast<std::size_t>(to - start));
    rest_of_piece(TextForm::Json, *piece, literals, of, depth, out);
    start = to = out.reserve(room);
    if (out.size() - record_start > kMaxRecordText) {
      too_long = true;
      return;
    }
  }
  out.advance(static_cast<std::size_t>(to - start));
}

void Renderer::Impl::string(const Value& value, Buffer& out) {
  const ByteView chunk = reader.chunk();
  char* const to = out.reserve(3 * std::size_t{value.size} + 34);
  *to = '"';
  char* const end = write_text(value.bytes(), chunk.data() + chunk.size(), Escape::Json, to + 1);
  *end = '"';
  out.advance(static_cast<std::size_t>(end + 1 - to));
}

void Renderer::Impl::nested(TextForm form, StoredSlot slot, int depth, Buffer& out) {
  if (depth >= kMaxInstanceDepth) return reader.note("binary XML nests too deep");
  const std::uint32_t end = slot.offset + slot.size;
  for (std::uint32_t at = slot.offset; at < end;) {  // mostly one
    if (++instances > kMaxInstances) return reader.note("binary XML nests too often");
    if (form == TextForm::Json && reader.is_element_at(at, end) && fragments.append(at, end, out)) {
      at = reader.next_fragment(fragments.stopped_at(), end);
      continue;
    }
    const std::size_t mark = reader.mark();
    Instance inner;
    if (!reader.read(at, end, inner)) return;
    if (inner.definition != nullptr || inner.own) instance(form, inner, depth + 1, out);
    at = reader.next_fragment(inner.end, end);
    reader.release(mark);
  }
}

void Renderer::Impl::repeated(const Piece& piece, const char* literals, const Value& value, Buffer& out) {
  const std::string_view before(literals + piece.offset + piece.size, piece.before_size);
  const std::string_view after(before.data() + before.size(), piece.after_size);
  if (value.size == 0) {
    out.append(before);
    out.append(after);
  }
  event::for_each_element(value, [&](const Value& element) {
    if (out.size() - record_start > kMaxRecordText) {
      too_long = true;
      return;
    }
    out.append(before);
    append_value_text(element, Escape::XmlText, out);
    out.append(after);
  });
}

void Renderer::Impl::members(const Piece& piece, const char* literals, const Value& value, Buffer& out) {
  const std::string_view name(literals + piece.offset + piece.size, piece.before_size);
  std::size_t index = 0;
  event::for_each_element(value, [&](const Value& element) {
    if (out.size() - record_start > kMaxRecordText) {
      too_long = true;
      return;
    }
    out.append(index == 0 ? "\"" : ",\"");
    out.append(name);
    if (index != 0) out.append(fmt::format("_{}", index));
    out.append("\":");
    append_json_value(element, out);
    ++index;
  });
  if (index != 0) return;
  out.append('"');
  out.append(name);
  out.append("\":null");
}

void Renderer::Impl::text_or_list(const Value& value, Buffer& out) {
  Value rest = value;
  const auto only = event::take_element(rest);
  if (only && rest.size == 0) return append_json_value(*only, out);
  append_json_value(value, out);
}

/// 2026-11-24T01:02:03.4567890Z
void Renderer::Impl::filetime(const Value& value, TextForm form, bool quoted, Buffer& out) {
  const auto ticks = load_le<std::uint64_t>(value.data);
  constexpr std::uint64_t kTicksPerDay = 864'000'000'000;
  if (ticks / kTicksPerDay != day) {
    const std::string text = iso_time(ticks);
    if (text.size() != 28) {  // a year beyond 9999
      if (quoted) out.append('"');
      append_value_text(value, form == TextForm::Json ? Escape::Json : Escape::XmlText, out);
      if (quoted) out.append('"');
      return;
    }
    day = ticks / kTicksPerDay;
    std::memcpy(day_text, text.data(), 11);
  }
  char* const start = out.reserve(32);
  char* to = start;
  if (quoted) *to++ = '"';
  std::memcpy(to, day_text, 11);
  to += 11;
  auto rest = ticks % kTicksPerDay;
  const auto fraction = static_cast<std::uint32_t>(rest % 10'000'000);
  const auto seconds = static_cast<std::uint32_t>(rest / 10'000'000);
  const auto digits = [&to](std::uint32_t number, int width) {
    for (int i = width - 1; i >= 0; --i, number /= 10) to[i] = static_cast<char>('0' + number % 10);
    to += width;
  };
  digits(seconds / 3600, 2);
  *to++ = ':';
  digits(seconds / 60 % 60, 2);
  *to++ = ':';
  digits(seconds % 60, 2);
  *to++ = '.';
  digits(fraction, 7);
  *to++ = 'Z';
  if (quoted) *to++ = '"';
  out.advance(static_cast<std::size_t>(to - start));
}

/// The template was written over: number, time and bare values are what is left of the event.
void Renderer::Impl::lost_template(TextForm form, const Record& record, const Instance& of, Buffer& out) {
  const std::string time = iso_time(record.written);
  const bool json = form == TextForm::Json;
  out.append(json ? fmt::format(R"("Event":{{"System":{{"EventRecordID":{},"TimeCreated":{{"#attributes":{{)"
                                R"("SystemTime":"{}"}}}}}},"EventData":{{"Data":{{"#text":[)",
                                record.id, time)
                  : fmt::format("<Event><System><EventRecordID>{}</EventRecordID><TimeCreated SystemTime='{}'/>"
                                "</System><EventData>",
                                record.id, time));
  bool first = true;
  for (std::uint32_t i = 0; i < of.slot_count; ++i) {
    const Value value = reader.value(reader.slot(of, i));
    if (value.is_null() || out.size() - record_start > kMaxRecordText) continue;
    if (json && !first) out.append(',');
    first = false;
    if (json) {
      append_json_value(value, out);
    } else {
      out.append("<Data>");
      append_value_text(value, Escape::XmlText, out);
      out.append("</Data>");
    }
  }
  out.append(json ? "]}}}" : "</EventData></Event>");
}

bool Renderer::Impl::record(TextForm form, const Record& of, Buffer& out) {
  record_start = out.size();
  instances = 0;
  unkept.clear();
  too_long = false;
  reader.clear_problem();
  reader.release(0);
  const std::uint32_t begin = of.offset + static_cast<std::uint32_t>(kRecordHeaderSize);
  const std::uint32_t end = of.offset + of.size - 4;
  if (form == TextForm::Json) out.append('{');
  if (form == TextForm::Json && reader.is_element_at(begin, end) && fragments.append(begin, end, out)) {
    out.append('}');
    return true;
  }
  Instance root;
  if (!reader.read(begin, end, root)) {
    out.truncate(record_start);
    return false;
  }
  if (root.definition == nullptr && !root.own)
    lost_template(form, of, root, out);
  else
    instance(form, root, 0, out);
  if (too_long) reader.note("record is too long when written out");
  if (out.size() - record_start <= 1 || too_long) {
    out.truncate(record_start);
    return false;
  }
  if (form == TextForm::Json) out.append('}');
  return true;
}

void Renderer::Impl::lines(TextForm form, const Unit& of_unit, Buffer& out, UnitReport& report) {
  current = nullptr;
  const std::size_t start = out.size();
  for (const ChunkPlace& place : find_chunks(of_unit, options, &report)) {
    const auto chunk = open_chunk(of_unit, place, options, report);
    if (!chunk) continue;
    begin_chunk(chunk->bytes);
    for_each_record(*chunk, report, [&](const Record& of) {
      if (out.size() - start > kMaxUnitText) {
        report.damage(chunk->damage(DamageKind::TooLarge, of.offset, "too much text in one unit"));
        return;
      }
      if (record(form, of, out)) {
        out.append('\n');
        ++report.records;
      }
      if (reader.problem().empty()) return;
      Damage damage = chunk->damage(DamageKind::Record, of.offset, reader.problem());
      damage.record = of.id;
      report.damage(std::move(damage));
    });
  }
}

void Renderer::Impl::begin_unit(const Unit& of) {
  unit = of;
  places = find_chunks(unit, options, nullptr);
  current = nullptr;
}

bool Renderer::Impl::one(TextForm form, const event::Event& event, Buffer& out) {
  const auto at = static_cast<std::size_t>(event.position - unit.offset);
  if (event.position < unit.offset || at >= unit.bytes.size() || event.raw.size() < kSmallestRecord) return false;
  if (current == nullptr || at < current->at || at >= current->at + current->size) {
    const auto found = std::find_if(places.begin(), places.end(), [at](const ChunkPlace& place) {
      return at >= place.at && at < place.at + place.size;
    });
    if (found == places.end()) return false;
    current = &*found;
    begin_chunk(unit.bytes.subspan(current->at, current->size));
  }
  const ByteView chunk = reader.chunk();
  Record of;
  of.offset = static_cast<std::uint32_t>(at - current->at);
  of.size = static_cast<std::uint32_t>(event.raw.size());
  if (of.size > chunk.size() - of.offset) return false;
  of.id = load_le<std::uint64_t>(chunk.data() + of.offset + record_at::kId);
  of.written = load_le<std::uint64_t>(chunk.data() + of.offset + record_at::kWritten);
  return record(form, of, out);
}

Renderer::Renderer(const DecodeOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Renderer::Renderer(Renderer&&) noexcept = default;
Renderer::~Renderer() = default;

void Renderer::begin_unit(const Unit& unit) {
  impl_->begin_unit(unit);
}
bool Renderer::append_json(const event::Event& event, Buffer& out) {
  return impl_->one(TextForm::Json, event, out);
}
bool Renderer::append_xml(const event::Event& event, Buffer& out) {
  return impl_->one(TextForm::Xml, event, out);
}
void Renderer::append_json_lines(const Unit& unit, Buffer& out, UnitReport& report) {
  impl_->lines(TextForm::Json, unit, out, report);
}
void Renderer::append_xml_lines(const Unit& unit, Buffer& out, UnitReport& report) {
  impl_->lines(TextForm::Xml, unit, out, report);
}

}  // namespace yorozu::codec::evtx
