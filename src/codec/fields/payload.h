/// Structured text of one line: what a device writes alone into a file, or behind a syslog header.
///
///   CEF, LEEF · FortiGate · Palo Alto · Suricata and Snort alert lines · JSON · key=value
///
/// The envelope (syslog's host, program, time) is the caller's; docs/codecs.md has the fields of each format.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "base/time.h"
#include "codec/event_fields.h"
#include "codec/name_memo.h"
#include "event/event.h"

namespace yorozu::codec::fields {

class Record;

enum class PayloadFormat : std::uint8_t { None, Cef, Leef, FortiGate, PaloAlto, AlertLine, Json, Exchange, KeyValue };

/// One a decoder; not thread-safe. `names` and `logsources` outlive it.
class PayloadReader {
 public:
  PayloadReader(event::NameTable& names, const event::LogsourceMap& logsources)
      : names_(names), logsources_(logsources) {}

  /// Adds the fields of `text` to `out`, which may already have those of an envelope; sets logsource and source class
  /// where the format tells them. A time with zone replaces the envelope's, one without is taken (as UTC) only when
  /// there is none. `text` is UTF-8 without line end; values point into it or into `arena`. `reference`: when it was
  /// received or written, the year of times that have none. None: nothing was added.
  /// KeyValue and Json say little about who wrote: the caller keeps `text` as the Message beside them.
  PayloadFormat read(std::string_view text, Timestamp reference, Arena& arena, EventFields& out);

 private:
  PayloadFormat read_plain(std::string_view text, Timestamp reference, Record& out);

  NameMemo names_;
  const event::LogsourceMap& logsources_;
};

}  // namespace yorozu::codec::fields
