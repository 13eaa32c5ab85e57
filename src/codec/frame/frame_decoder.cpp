// Frames are short and come by the hundred thousand a second, so the way of the usual one (ASCII or UTF-8) has no copy
// and no allocation: views into the frame, memory of readers kept from one frame to the next.
#include "codec/frame/frame_decoder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/assert.h"
#include "base/text.h"
#include "codec/event_fields.h"
#include "codec/frame/journal.h"
#include "codec/json/document.h"
#include "codec/json/envelope.h"
#include "codec/table/w3c.h"
#include "codec/text/line_reader.h"
#include "codec/text/scan.h"
#include "codec/text/syslog.h"
#include "codec/xml/event_element.h"

namespace yorozu::codec {
namespace {

constexpr std::size_t kMaxJournalFields = 512;

std::string_view trimmed_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == '\0')) text.remove_suffix(1);
  return text;
}

std::string_view without_leading_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Decoder final : public FrameDecoder {
 public:
  Decoder(event::Schema& schema, const event::LogsourceMap& logsources)
      : schema_(schema),
        lines_(schema.names, logsources),
        json_(schema, logsources),
        xml_(schema.names, logsources),
        columns_(schema.names, logsources) {}

  Understood decode(const Frame& frame, event::EventBatch& batch) override {
    const std::size_t before = batch.events.size();
    took_zone_ = false;
    const Understood understood = read(frame, batch);
    YOROZU_ASSERT(batch.events.size() == before + 1, "every reader below adds its event once");
    return understood;
  }
  void forget_streams() override { columns_.clear(); }

  bool took_zone() const override { return took_zone_; }

 private:
  Understood read(const Frame& frame, event::EventBatch& batch);
  Understood in_envelope(const json::OpenedEnvelope& opened, const Frame& frame, event::EventBatch& batch);
  Understood line(std::string_view text, const Frame& frame, event::EventBatch& batch);
  Understood xml(std::string_view text, const Frame& frame, event::EventBatch& batch);
  Understood own(std::string_view text, const Frame& frame, event::EventBatch& batch);
  Understood journal(const Frame& frame, event::EventBatch& batch);
  void add(const Frame& frame, event::EventBatch& batch) {
    took_zone_ = record_.time.is_local && record_.time.known();
    if (took_zone_ && frame.zone != nullptr) {
      if (clock_.zone().name() != frame.zone->name()) clock_ = LocalClock(*frame.zone);
      record_.time = clock_.moment(record_.time);
    }
    append_event(record_, {.raw = frame.raw}, shapes_, schema_, batch);
  }

  event::Schema& schema_;
  text::LineReader lines_;
  json::DocumentReader json_;
  xml::EventElementReader xml_;
  table::StreamColumns columns_;
  LocalClock clock_;
  bool took_zone_ = false;
  ShapeMemo shapes_;
  EventFields record_;
};

/// What the bytes look like counts for more than what the transport expects: a tailed file may hold JSON, an upload
/// rows.
Understood Decoder::read(const Frame& frame, event::EventBatch& batch) {
  if (frame.kind == FrameKind::Journal) return journal(frame, batch);
  const std::string_view text = trimmed_end(frame_text(frame.raw, batch.arena));
  if (frame.kind == FrameKind::Own) return own(text, frame, batch);
  std::string_view document = without_leading_blanks(text);
  if (document.starts_with("- <Event")) document.remove_prefix(2);  // copied out of a browser
  if (document.starts_with("<Event")) return xml(document, frame, batch);
  if (frame.kind == FrameKind::Hec && document.starts_with('{'))
    if (const auto opened = json::open_hec_envelope(document, batch.arena)) return in_envelope(*opened, frame, batch);
  if (document.starts_with('{')) {
    const Understood understood = json_.read(document, frame.raw, batch);
    if (understood != Understood::Nothing) return understood;
  }
  if (frame.kind == FrameKind::Line) {  // of a tailed file that names its columns
    record_.clear();
    if (columns_.read(frame.stream, text, batch.arena, record_) == table::StreamColumns::Line::Row) {
      add(frame, batch);
      return Understood::Fields;
    }
  }
  return line(text, frame, batch);
}

Understood Decoder::in_envelope(const json::OpenedEnvelope& opened, const Frame& frame, event::EventBatch& batch) {
  const Understood understood = json_.read(opened.document, frame.raw, batch);
  if (understood == Understood::Nothing) return line(opened.document, frame, batch);
  event::Event& event = batch.events.back();
  if (!event.time.known()) event.time = opened.time;
  return understood;
}

Understood Decoder::line(std::string_view text, const Frame& frame, event::EventBatch& batch) {
  record_.clear();
  const Understood understood = lines_.read(text, frame.received, batch.arena, record_);
  add(frame, batch);
  return understood;
}

Understood Decoder::xml(std::string_view text, const Frame& frame, event::EventBatch& batch) {
  record_.clear();
  const std::string problem = xml_.read(text, batch.arena, record_);
  if (record_.names.empty()) return line(text, frame, batch);
  add(frame, batch);
  return problem.empty() ? Understood::Fields : Understood::Envelope;
}

/// Its keys may look like somebody else's; whoever they look like, it is our own.
Understood Decoder::own(std::string_view text, const Frame& frame, event::EventBatch& batch) {
  Understood understood = Understood::Nothing;
  if (text.starts_with('{')) understood = json_.read(text, frame.raw, batch);
  if (understood == Understood::Nothing) {
    record_.clear();
    record_.add(event::name::kMessage, text);
    add(frame, batch);
  }
  event::Event& event = batch.events.back();
  event.logsource = 0;
  event.channel = event::name::kNone;
  event.event_id = event::kNoEventId;
  event.source_class = event::SourceClass::Yorozu;
  return understood;
}

/// The fields that syslog has too get its names; all others keep their own.
Understood Decoder::journal(const Frame& frame, event::EventBatch& batch) {
  record_.clear();
  const text::Vocabulary& words = lines_.words();
  std::string_view entry = frame.raw, message, identifier, command, syslog_pid, pid;
  std::optional<std::uint64_t> written, happened;
  std::size_t fields = 0;
  for (; fields < kMaxJournalFields; ++fields) {
    const auto field = take_journal_field(entry);
    if (!field) break;
    const auto [name, raw_value] = *field;
    const std::string_view value = frame_text(raw_value, batch.arena);
    if (name == "MESSAGE") {
      message = value;
      record_.add(event::name::kMessage, value);
    } else if (name == "_HOSTNAME") {
      record_.add_host(words.host, value);
    } else if (name == "SYSLOG_IDENTIFIER") {
      identifier = value;
    } else if (name == "_COMM") {
      command = value;
      record_.add(words.id(name), value);
    } else if (name == "SYSLOG_PID") {
      syslog_pid = value;
    } else if (name == "_PID") {
      pid = value;
    } else if (name == "PRIORITY" || name == "SYSLOG_FACILITY") {
      const auto level = number(value);
      const bool is_level = name == "PRIORITY";
      std::string_view word;
      if (level) word = is_level ? text::severity_name(*level) : text::facility_name(*level);
      record_.add(is_level ? words.severity : words.facility, word.empty() ? value : word);
    } else if (name == "__REALTIME_TIMESTAMP") {
      written = number(value);
    } else if (name == "_SOURCE_REALTIME_TIMESTAMP") {
      happened = number(value);
    } else if (!name.starts_with("__")) {  // cursor, monotonic clock, sequence number
      record_.add(words.id(name), value);
    }
  }
  if (record_.names.empty()) return line(trimmed_end(frame_text(frame.raw, batch.arena)), frame, batch);
  const std::string_view program = identifier.empty() ? command : identifier;
  if (!program.empty()) record_.add(words.program, program);
  const std::string_view process = syslog_pid.empty() ? pid : syslog_pid;
  if (!process.empty()) record_.add(words.pid, process);
  if (const auto us = happened ? happened : written; us && *us < (std::uint64_t{1} << 62))
    record_.time = Timestamp{static_cast<std::int64_t>(*us)};
  const Understood understood = lines_.read_message(program, message, frame.received, batch.arena, record_);
  add(frame, batch);
  return understood;
}

struct Input {
  std::string_view name;
  FrameKind kind;
};
constexpr auto kInputs = std::to_array<Input>({
    {"syslog.udp", FrameKind::Syslog},
    {"syslog.tcp", FrameKind::Syslog},
    {"syslog.tls", FrameKind::Syslog},
    {"relp", FrameKind::Syslog},
    {"file", FrameKind::Line},
    {"journald", FrameKind::Journal},
    {"bulk", FrameKind::Json},
    {"hec", FrameKind::Hec},
    {"json", FrameKind::Json},
    {"upload", FrameKind::Xml},
});

}  // namespace

std::string_view frame_text(std::string_view raw, Arena& arena) {
  if (raw.starts_with("\xEF\xBB\xBF")) raw.remove_prefix(3);
  if (raw.empty()) return raw;
  const bool may_shift = std::memchr(raw.data(), 0x1B, raw.size()) != nullptr;
  if (!may_shift && (text::is_ascii(raw) || is_valid_utf8(raw))) return raw;
  const Charset charset = detect_charset(as_bytes(raw));
  if (charset == Charset::Utf8 && is_valid_utf8(raw)) return raw;
  // A frame of one short word may look like anything; what is not text in Japan's charsets stays as near to its bytes
  // as it can.
  return arena.copy(charset == Charset::Binary ? repair_utf8(raw) : decode_text(as_bytes(raw), charset));
}

FrameKind frame_kind_of(std::string_view input) {
  for (const Input& known : kInputs)
    if (known.name == input) return known.kind;
  return input.starts_with("yorozu.") ? FrameKind::Own : FrameKind::Line;
}

std::unique_ptr<FrameDecoder> make_frame_decoder(event::Schema& schema, const event::LogsourceMap& logsources) {
  return std::make_unique<Decoder>(schema, logsources);
}

}  // namespace yorozu::codec
