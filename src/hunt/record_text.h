/// One event as one line of text for `dump` and `grep`: JSON in the Event.System / Event.EventData shape that people
/// know from evtx_dump, XML, or flat fields. EVTX records are rendered from their bytes, exactly; JSON and XML
/// documents are given back as they came, on one line; everything else is written from its fields.
#pragma once

#include <cstdint>

#include "base/buffer.h"
#include "codec/evtx/render.h"
#include "event/event.h"
#include "hunt/input.h"

namespace yorozu::hunt {

enum class RecordFormat : std::uint8_t { Json, Xml, Fields, Raw };

/// One per thread.
class RecordText {
 public:
  RecordText(const event::Schema& schema, const codec::DecodeOptions& options) : schema_(schema), evtx_(options) {}

  /// What follows is of another unit than what came before.
  void begin_unit() { unit_is_new_ = true; }
  /// Appends the record without a newline at its end and without any inside.
  void append(RecordFormat format, const InputFile& file, const codec::Unit& unit, const event::Event& event,
              const event::EventBatch& batch, Buffer& out);
  /// All records of the unit, one a line, where its bytes alone are enough for that format; false: make events first.
  bool append_unit(RecordFormat format, const InputFile& file, const codec::Unit& unit, Buffer& out,
                   codec::UnitReport& report);

 private:
  void append_json(const InputFile& file, const codec::Unit& unit, const event::Event& event,
                   const event::EventBatch& batch, Buffer& out);
  void append_xml(const InputFile& file, const codec::Unit& unit, const event::Event& event,
                  const event::EventBatch& batch, Buffer& out);

  const event::Schema& schema_;
  codec::evtx::Renderer& renderer(const codec::Unit& unit) {
    if (unit_is_new_) evtx_.begin_unit(unit);
    unit_is_new_ = false;
    return evtx_;
  }

  codec::evtx::Renderer evtx_;
  bool unit_is_new_ = true;
};

/// JSON text without the white space between its tokens.
void append_compact_json(std::string_view json, Buffer& out);
/// An XML element on one line: white space between elements goes, line breaks inside text become &#10; and &#13;.
void append_one_line_xml(std::string_view xml, Buffer& out);

}  // namespace yorozu::hunt
