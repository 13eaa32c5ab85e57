// Which fields of an event answer to a name depends on its shape alone, so it is found once for each shape; after that
// a value costs a look into a vector.

#include "query/field_reader.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "event/taxonomy.h"

namespace yorozu::query {

namespace {

using Fact = FieldReader::Fact;

struct FactName {
  std::string_view name;
  Fact fact;
};
constexpr FactName kFacts[] = {
    {"time", Fact::Time},
    {"@timestamp", Fact::Time},
    {"host", Fact::Host},
    {"host.name", Fact::Host},
    {"channel", Fact::Channel},
    {"winlog.channel", Fact::Channel},
    {"event_id", Fact::EventId},
    {"event.code", Fact::EventId},
    {"winlog.event_id", Fact::EventId},
    {"record_id", Fact::RecordId},
    {"winlog.record_id", Fact::RecordId},
    {"line", Fact::Line},
    {"raw", Fact::Raw},
    {"event.original", Fact::Raw},
    {"seq", Fact::Seq},
    {"received", Fact::Received},
    {"input", Fact::Input},
    {"peer", Fact::Peer},
    {"class", Fact::Class},
    {"logsource", Fact::Logsource},
    {"logsource.product", Fact::LogsourceProduct},
    {"logsource.category", Fact::LogsourceCategory},
    {"logsource.service", Fact::LogsourceService},
};

constexpr auto kFactNames = [] {
  std::array<std::string_view, std::size(kFacts)> out;
  std::ranges::transform(kFacts, out.begin(), &FactName::name);
  return out;
}();

std::string without_blanks(std::string_view text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c != ' '; });
  return out;
}

void append_number(std::uint64_t number, std::string& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_time(Timestamp time, std::string& out) {
  if (!time.known()) return;
  std::array<char, 27> text;
  write_rfc3339(time, text.data());
  out.append(text.data(), text.size());
}

void append_logsource(const EventView& view, Fact which, std::string& out) {
  if (view.context.logsources == nullptr || view.event.logsource == 0) return;
  const event::Logsource& logsource = view.context.logsources->logsource(view.event.logsource);
  const auto add = [&](Fact part, const std::string& word) {
    if ((which != part && which != Fact::Logsource) || word.empty()) return;
    if (!out.empty()) out += '/';
    out += word;
  };
  add(Fact::LogsourceProduct, logsource.product);
  add(Fact::LogsourceCategory, logsource.category);
  add(Fact::LogsourceService, logsource.service);
}

/// Neither empty nor the dash that many logs write for "nothing".
bool says_something(std::string_view text) {
  return !text.empty() && text != "-";
}

}  // namespace

std::span<const std::string_view> fact_names() {
  return kFactNames;
}

FieldReader::FieldReader(std::string_view name, const event::Schema& schema) : schema_(schema) {
  wanted_.push_back(fold(name));
  const auto known = std::ranges::find(kFacts, wanted_.front(), &FactName::name);
  if (known != std::end(kFacts)) fact_ = known->fact;
  for (const event::FieldPair& pair : event::originals_of(wanted_.front())) wanted_.push_back(fold(pair.original));
}

void FieldReader::append_fact(const EventView& view, std::string& out) const {
  const event::Event& event = view.event;
  switch (fact_) {
    case Fact::None:
      return;
    case Fact::Time:
      return append_time(event.time, out);
    case Fact::Host:
      out += view.batch.host_of(event);
      return;
    case Fact::Channel:
      out += schema_.names.text(event.channel);
      return;
    case Fact::RecordId:
      if (event.record_id != event::kNoRecordId) append_number(event.record_id, out);
      return;
    case Fact::Line:
      if (event.line != 0) append_number(event.line, out);
      return;
    case Fact::EventId:
      if (event.event_id != event::kNoEventId) append_number(event.event_id, out);
      return;
    case Fact::Raw:
      if (event.line != 0) out += event.raw;
      return;
    case Fact::Seq:
      if (view.context.seq != EventContext::kNoSeq) append_number(view.context.seq, out);
      return;
    case Fact::Received:
      return append_time(view.context.received, out);
    case Fact::Input:
      out += view.context.input;
      return;
    case Fact::Peer:
      out += view.context.peer;
      return;
    case Fact::Class: {
      if (view.context.seq == EventContext::kNoSeq) return;
      const bool own = event.source_class != event::SourceClass::Other;
      out += event::to_string(own ? event.source_class : view.context.source_class);
      return;
    }
    case Fact::Logsource:
    case Fact::LogsourceProduct:
    case Fact::LogsourceCategory:
    case Fact::LogsourceService:
      return append_logsource(view, fact_, out);
  }
}

std::span<const std::uint16_t> FieldReader::positions(const event::Shape& shape) {
  return place(shape).in_document;
}

std::optional<std::string_view> FieldReader::value(const EventView& view) {
  if (fact_ != Fact::None) {
    fact_text_.clear();
    append_fact(view, fact_text_);
    if (!fact_text_.empty()) return fact_text_;
  }
  const std::span<const event::Value> values = view.batch.values_of(view.event);
  for (const std::uint16_t at : place(*view.event.shape).by_preference) {
    event::Value value = values[at];
    if (value.is_array) {
      const auto first = event::take_element(value);
      if (!first) continue;
      value = *first;
    }
    std::string_view text;
    if (value.type == event::ValueType::Utf8) {
      text = as_text(value.bytes());
    } else {
      value_text_.clear();
      event::append_text(value, value_text_);
      text = value_text_.view();
    }
    if (says_something(text)) return text;
  }
  return std::nullopt;
}

const FieldReader::Place& FieldReader::place(const event::Shape& shape) {
  if (shape.id == event::Shape::kTransient) {
    transient_ = find(shape);
    return transient_;
  }
  if (shape.id >= places_.size()) places_.resize(shape.id + 1);
  std::optional<Place>& known = places_[shape.id];
  if (!known) known = find(shape);
  return *known;
}

FieldReader::Place FieldReader::find(const event::Shape& shape) const {
  Place out;
  for (std::size_t i = 0; i < shape.names.size() && i < event::kNoIndex; ++i) {
    const std::string folded = fold(schema_.names.text(shape.names[i]));
    if (std::ranges::any_of(wanted_, [&](const std::string& w) { return w == folded || w == without_blanks(folded); }))
      out.in_document.push_back(static_cast<std::uint16_t>(i));
  }
  out.by_preference = out.in_document;
  std::ranges::stable_partition(
      out.by_preference, [&](std::uint16_t at) { return !schema_.names.text(shape.names[at]).starts_with("Subject"); });
  return out;
}

}  // namespace yorozu::query
