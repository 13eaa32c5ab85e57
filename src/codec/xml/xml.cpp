#include "codec/xml/xml.h"

#include <algorithm>
#include <string>

#include "codec/lines.h"
#include "codec/xml/event_element.h"

namespace yorozu::codec::xml {
namespace {

constexpr std::size_t kLargestEvent = std::size_t{64} << 20;
constexpr std::string_view kEnd = "</Event>";

bool is_name_end(char c) {
  return c == ' ' || c == '>' || c == '/' || c == '\t' || c == '\r' || c == '\n';
}

/// Position of the next "<Event" that is a whole name, at or after `from`; npos when there is none.
std::size_t find_start(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("<Event", from); at != std::string_view::npos; at = text.find("<Event", at + 1))
    if (at + 6 >= text.size() || is_name_end(text[at + 6])) return at;
  return std::string_view::npos;
}

class EventSplitter final : public Splitter {
 public:
  explicit EventSplitter(Charset charset) : charset_(charset) {}

  std::size_t cut(ByteView window, bool at_end) override {
    if (at_end) return window.size();
    std::size_t width = 1;
    std::string narrowed;
    std::string_view text = as_text(window);
    if (is_utf16(charset_)) {
      narrowed.resize(window.size() / 2);
      narrow_utf16(window, charset_, narrowed.data());
      text = narrowed;
      width = 2;
    }
    // An end tag inside a value is written &lt;/Event>; inside CDATA it is a risk that costs one damaged event.
    const std::size_t last = text.rfind(kEnd);
    return last == std::string_view::npos ? 0 : (last + kEnd.size()) * width;
  }
  std::size_t largest_record() const override { return kLargestEvent; }

 private:
  Charset charset_;
};

class EventDecoder final : public UnitDecoder {
 public:
  EventDecoder(event::Schema& schema, const event::LogsourceMap& logsources, Charset charset)
      : schema_(schema), reader_(schema.names, logsources), default_charset_(charset) {}

  void decode(const Unit& unit, event::EventBatch& batch, UnitReport& report) override {
    const Charset charset = unit.charset == Charset::Utf8 ? default_charset_ : unit.charset;
    std::string_view text = as_text(unit.bytes);
    if (charset != Charset::Utf8 || !is_valid_utf8(text)) {
      if (charset == Charset::Utf8)
        damage(report, DamageKind::Encoding, unit.offset, unit.first_line, "not valid UTF-8");
      text = batch.arena.copy(decode_text(unit.bytes, charset));
    }
    Place place{.scale = is_utf16(charset) ? std::size_t{2} : std::size_t{1}, .unit = unit};
    std::size_t at = 0, close = 0;
    while (true) {
      const std::size_t start = find_start(text, at);
      if (start == std::string_view::npos) break;
      if (close <= start) close = text.find(kEnd, start);  // npos stays npos: the text is searched once
      const std::size_t next = find_start(text, start + 1);
      // An event that begins before this one has ended: this one is torn.
      const bool is_torn = close == std::string_view::npos || next < close;
      const std::size_t end = is_torn ? std::min(next, text.size()) : close + kEnd.size();
      place.move_to(text, start);
      element(text.substr(start, end - start), place, is_torn, batch, report);
      at = end;
    }
  }

 private:
  /// Where in the file the text at hand stands. Exact for ASCII and UTF-8; for other charsets the byte offset counts
  /// characters times their usual size.
  struct Place {
    std::size_t scale;
    const Unit& unit;
    std::size_t at = 0;
    std::uint64_t lines = 0;
    std::uint64_t offset() const { return unit.offset + at * scale; }
    std::uint64_t line() const { return unit.first_line + lines; }
    void move_to(std::string_view text, std::size_t to) {
      lines += count_line_feeds(as_bytes(text.substr(at, to - at)), Charset::Utf8);
      at = to;
    }
  };

  static void damage(UnitReport& report, DamageKind kind, std::uint64_t offset, std::uint64_t line, std::string what) {
    report.damage({.kind = kind, .offset = offset, .chunk = {}, .record = line, .detail = std::move(what)});
  }

  void element(std::string_view text, const Place& place, bool is_torn, event::EventBatch& batch, UnitReport& report) {
    const std::string problem = reader_.read(text, batch.arena, fields_);
    if (is_torn)
      damage(report, DamageKind::Truncated, place.offset(), place.line(), "an <Event> without its end");
    else if (!problem.empty())
      damage(report, DamageKind::Syntax, place.offset(), place.line(), problem);
    if (fields_.names.empty()) return;
    ++report.records;
    append_event(fields_, {.raw = text, .position = place.offset(), .line = place.line()}, shapes_, schema_, batch);
  }

  event::Schema& schema_;
  EventElementReader reader_;
  Charset default_charset_;
  ShapeMemo shapes_;
  EventFields fields_;
};

}  // namespace

bool looks_like_events(std::string_view text) {
  // Past the declaration, comments and processing instructions.
  while (text.starts_with("<?") || text.starts_with("<!--")) {
    const std::string_view close = text.starts_with("<?") ? "?>" : "-->";
    const std::size_t end = text.find(close);
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + close.size());
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  }
  if (text.starts_with("<Events") && text.size() > 7 && is_name_end(text[7])) return true;
  return text.starts_with("<Event") && text.size() > 6 && is_name_end(text[6]);
}

std::unique_ptr<Splitter> make_splitter(const DecodeOptions& options) {
  return std::make_unique<EventSplitter>(options.charset);
}

std::unique_ptr<UnitDecoder> make_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                          const DecodeOptions& options) {
  return std::make_unique<EventDecoder>(schema, logsources, options.charset);
}

}  // namespace yorozu::codec::xml
