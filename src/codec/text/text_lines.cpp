#include "codec/text/text_lines.h"

#include <utility>

#include "base/hash.h"
#include "codec/audit/unit_cut.h"
#include "codec/event_fields.h"
#include "codec/lines.h"
#include "codec/text/audit_groups.h"
#include "codec/text/line_reader.h"
#include "codec/text/record.h"
#include "codec/text/scan.h"
#include "codec/text/zeek_tsv.h"

namespace yorozu::codec::text {
namespace {

constexpr std::size_t kLongestLine = std::size_t{16} << 20;
constexpr std::size_t kHeaderLines = 32;

class LineSplitter final : public Splitter {
 public:
  explicit LineSplitter(Charset charset) : charset_(charset) {}
  std::size_t cut(ByteView window, bool at_end) override {
    if (at_end) return window.size();
    // Records of one audit event stay in one unit.
    const std::size_t between_events = is_utf16(charset_) ? 0 : audit::cut_between_events(window);
    return between_events > 0 ? between_events : after_last_line_feed(window, charset_);
  }
  std::size_t largest_record() const override { return kLongestLine; }

 private:
  Charset charset_;
};

class LineDecoder final : public UnitDecoder {
 public:
  LineDecoder(event::Schema& schema, const event::LogsourceMap& logsources, const DecodeOptions& options)
      : schema_(schema),
        words_(schema.names, logsources),
        default_charset_(options.charset),
        reader_(schema.names, logsources),
        audit_(schema, words_),
        clock_(options.zone) {}

  void decode(const Unit& unit, event::EventBatch& batch, UnitReport& report) override;

 private:
  void read_header(const Unit& unit);
  std::string_view as_utf8(ByteView bytes, Charset charset, event::EventBatch& batch, UnitReport& report, Damage where);

  event::Schema& schema_;
  Vocabulary words_;
  Charset default_charset_;
  ShapeMemo shapes_;
  LineRecord record_;
  LineReader reader_;
  AuditGroups audit_;
  LocalClock clock_;
  ZeekColumns columns_;
  std::uint64_t columns_of_ = 0;  ///< hash of the header they were read from
};

void LineDecoder::read_header(const Unit& unit) {
  const std::uint64_t hash = unit.header.empty() ? 0 : hash64(unit.header);
  if (hash == columns_of_) return;
  columns_ = unit.header.empty() ? ZeekColumns() : ZeekColumns(unit.header, words_);
  columns_of_ = hash;
}

/// The line as UTF-8: itself, or a copy in the arena.
std::string_view LineDecoder::as_utf8(ByteView bytes, Charset charset, event::EventBatch& batch, UnitReport& report,
                                      Damage where) {
  const std::string_view line = as_text(bytes);
  if (charset == Charset::Utf8) {
    if (is_ascii(line) || is_valid_utf8(line)) return line;
    where.kind = DamageKind::Encoding;
    where.detail = "not valid UTF-8";
    report.damage(std::move(where));
  } else if (!is_utf16(charset) && charset != Charset::Iso2022Jp && is_ascii(line)) {
    return line;
  }
  return batch.arena.copy(decode_text(bytes, charset));
}

void LineDecoder::decode(const Unit& unit, event::EventBatch& batch, UnitReport& report) {
  const Charset charset = unit.charset == Charset::Utf8 ? default_charset_ : unit.charset;
  read_header(unit);
  const std::size_t first_event = batch.events.size();
  std::size_t at = unit.offset == 0 ? byte_order_mark(unit.bytes, charset) : 0;
  for (std::uint64_t number = unit.first_line; at < unit.bytes.size(); ++number) {
    const ByteView rest = unit.bytes.subspan(at);
    const std::size_t length = after_first_line_feed(rest, charset);
    const std::uint64_t position = unit.offset + at;
    at += length;
    std::string_view line =
        as_utf8(rest.first(length), charset, batch, report,
                {.kind = DamageKind::Encoding, .offset = position, .chunk = {}, .record = number, .detail = {}});
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || (columns_.is_there() && line.front() == '#')) continue;
    const EventPlace place{.raw = line, .position = position, .line = number};
    const auto copied = as_bytes(line).data() == rest.data() ? AuditGroups::Copied::No : AuditGroups::Copied::Yes;
    if (!columns_.is_there() && audit_.add(place, copied, unit.written, shapes_, batch)) continue;
    ++report.records;
    record_.clear();
    if (!columns_.is_there() || !columns_.read(line, record_)) reader_.read(line, unit.written, batch.arena, record_);
    record_.time = clock_.moment(record_.time);
    append_event(record_, place, shapes_, schema_, batch);
  }
  report.records += audit_.finish(first_event, shapes_, batch);
}

}  // namespace

std::string_view find_header(std::string_view head) {
  if (!head.starts_with("#separator") && !head.starts_with("#fields")) return {};
  std::size_t end = 0;
  for (std::size_t n = 0; n < kHeaderLines && end < head.size() && head[end] == '#'; ++n) {
    const std::size_t feed = head.find('\n', end);
    if (feed == std::string_view::npos) return {};
    end = feed + 1;
  }
  return head.substr(0, end);
}

std::unique_ptr<Splitter> make_splitter(const DecodeOptions& options) {
  return std::make_unique<LineSplitter>(options.charset);
}

std::unique_ptr<UnitDecoder> make_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                          const DecodeOptions& options) {
  return std::make_unique<LineDecoder>(schema, logsources, options);
}

}  // namespace yorozu::codec::text
