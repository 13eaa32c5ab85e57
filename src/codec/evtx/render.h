/// Records as text, exactly: XML as Windows renders it (one line, single quotes, no XML declaration) and JSON in the
/// shape of evtx_dump (Event > #attributes, System, EventData or UserData; repeated names get _1, _2 ...). Both come
/// from the record's bytes, not from the event's fields. docs/evtx.md lists where they differ from other renderers.
#pragma once

#include <memory>

#include "base/buffer.h"
#include "codec/decoder.h"
#include "event/event.h"

namespace yorozu::codec::evtx {

/// One per thread: keeps how templates are written, as a decoder keeps how they are read.
class Renderer {
 public:
  explicit Renderer(const DecodeOptions& options);
  Renderer(Renderer&&) noexcept;
  ~Renderer();

  /// Before records of another unit; its bytes stay in place until the next call.
  void begin_unit(const Unit& unit);
  /// Appends the record that `event`, of that unit, was decoded from, without a newline. False when the record cannot
  /// be read at all; nothing is appended then.
  bool append_json(const event::Event& event, Buffer& out);
  bool append_xml(const event::Event& event, Buffer& out);

  /// Every record of the unit, one a line, without making events; damages go to `report` as decoding would name them.
  void append_json_lines(const Unit& unit, Buffer& out, UnitReport& report);
  void append_xml_lines(const Unit& unit, Buffer& out, UnitReport& report);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::codec::evtx
