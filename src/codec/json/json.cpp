// One unit of documents: found, read and handed on one after the other. After a broken one reading goes on at the next
// line that begins one.
#include "codec/json/json.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/json/emit.h"
#include "codec/json/parse.h"
#include "codec/json/structure.h"
#include "codec/json/values.h"
#include "codec/lines.h"

namespace yorozu::codec::json {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

class DocumentDecoder final : public UnitDecoder {
 public:
  DocumentDecoder(event::Schema& schema, const event::LogsourceMap& logsources, Charset charset)
      : collector_(tree_), emitter_(schema, logsources, tree_), default_charset_(charset) {}

  void decode(const Unit& unit, event::EventBatch& batch, UnitReport& report) override;

 private:
  /// The unit at hand.
  struct Run {
    std::string_view text;
    const Unit& unit;
    event::EventBatch& batch;
    UnitReport& report;
    bool is_valid_utf8;
    bool is_utf16;
    std::size_t counted = 0;  ///< text up to here is in `lines` and `units`
    std::uint64_t lines = 0;
    std::uint64_t units = 0;  ///< UTF-16 code units
  };

  static void move_to(Run& run, std::size_t at);
  static std::uint64_t position(const Run& run) {
    return run.unit.offset + (run.is_utf16 ? run.units * 2 : run.counted);
  }
  static void damage(Run& run, DamageKind kind, std::string detail);

  std::size_t document(Run& run, std::size_t start);
  void emit(Run& run, std::size_t start, std::size_t end);
  void repair_values(Run& run);
  std::size_t resume_after(const Run& run, std::size_t start, std::size_t stopped);
  std::size_t between(Run& run, std::size_t at);

  KeyTree tree_;
  Collector collector_;
  Emitter emitter_;
  Charset default_charset_;
};

/// Lines, and for UTF-16 the place in the file, are counted only where somebody asks.
void DocumentDecoder::move_to(Run& run, std::size_t at) {
  if (at <= run.counted) return;
  const std::string_view passed = run.text.substr(run.counted, at - run.counted);
  run.lines += count_line_feeds(as_bytes(passed), Charset::Utf8);
  if (run.is_utf16)
    for (const char c : passed) {
      const auto byte = static_cast<unsigned char>(c);
      run.units += (byte & 0xC0U) == 0x80U ? 0 : byte >= 0xF0 ? 2 : 1;
    }
  run.counted = at;
}

void DocumentDecoder::damage(Run& run, DamageKind kind, std::string detail) {
  run.report.damage({.kind = kind,
                     .offset = position(run),
                     .chunk = {},
                     .record = run.unit.first_line + run.lines,
                     .detail = std::move(detail)});
}

/// Strings that are not UTF-8 are copied and mended: one that is wrong must not make rules blind for the others.
void DocumentDecoder::repair_values(Run& run) {
  for (event::Value& value : collector_.values()) {
    if (value.type != event::ValueType::Utf8 && value.type != event::ValueType::JsonEscaped) continue;
    const std::string_view text = as_text(value.bytes());
    if (!simdjson::validate_utf8(text.data(), text.size()))
      value = view(run.batch.arena.copy(repair_utf8(text)), value.type);
  }
}

void DocumentDecoder::emit(Run& run, std::size_t start, std::size_t end) {
  if (collector_.nodes().empty()) return;
  ++run.report.records;
  const EventPlace place{
      .raw = run.text.substr(start, end - start), .position = position(run), .line = run.unit.first_line + run.lines};
  emitter_.emit(collector_, place, run.batch);
}

/// Reads the document at `start`; gives where to go on.
std::size_t DocumentDecoder::document(Run& run, std::size_t start) {
  if (tree_.is_full()) {
    tree_.forget();
    emitter_.forget();
  }
  move_to(run, start);
  const Parsed parsed = parse(run.text.substr(start), collector_);
  const std::size_t end = start + parsed.end;
  if (!run.is_valid_utf8 && !simdjson::validate_utf8(run.text.data() + start, parsed.end)) {
    damage(run, DamageKind::Encoding, "not valid UTF-8");
    repair_values(run);
  }
  if (parsed.problem != nullptr)
    damage(run, parsed.ran_out && run.unit.at_end ? DamageKind::Truncated : DamageKind::Syntax, parsed.problem);
  else if (parsed.has_control_characters)
    damage(run, DamageKind::Syntax, "a control character inside a string");
  if (collector_.is_full()) damage(run, DamageKind::TooLarge, "more values than a document may have");
  emit(run, start, end);
  return parsed.problem == nullptr ? end : resume_after(run, start, end);
}

/// After a broken document: the next line whose first character opens one, no further right than the broken one began.
std::size_t DocumentDecoder::resume_after(const Run& run, std::size_t start, std::size_t stopped) {
  const auto column = [&run](std::size_t at) {
    const std::size_t feed = at == 0 ? std::string_view::npos : run.text.rfind('\n', at - 1);
    return at - (feed == std::string_view::npos ? 0 : feed + 1);
  };
  const std::size_t limit = column(start);
  std::size_t at = stopped;
  while (at > start && run.text[at - 1] != '\n') --at;  // the line where it stopped may begin the next document
  if (at <= start) at = stopped;
  while (at < run.text.size()) {
    if (at > start && run.text[at - 1] == '\n') {
      std::size_t first = at;
      while (first < run.text.size() && (run.text[first] == ' ' || run.text[first] == '\t')) ++first;
      if (first < run.text.size() && run.text[first] == '{' && first - at <= limit) return first;
    }
    const void* feed = std::memchr(run.text.data() + at, '\n', run.text.size() - at);
    if (feed == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const char*>(feed) - run.text.data()) + 1;
  }
  return run.text.size();
}

/// Brackets and commas of arrays around documents, and what is left of a wrapper behind its array
/// (`], "nextToken": "x" }`). Anything else is damage, once a line.
std::size_t DocumentDecoder::between(Run& run, std::size_t at) {
  const char c = run.text[at];
  if (is_blank(c) || c == ',' || c == '[' || c == ']' || c == '}') return at + 1;
  const char* const end = run.text.data() + run.text.size();
  if (c == '"') {
    const StringEnd key = find_string_end(run.text.data() + at + 1, end);
    auto after = static_cast<std::size_t>(key.at - run.text.data()) + 1;
    while (after < run.text.size() && is_blank(run.text[after])) ++after;
    if (after < run.text.size() && run.text[after] == ':') {
      ++after;
      while (after < run.text.size() && is_blank(run.text[after])) ++after;
      if (after < run.text.size() && run.text[after] == '"')
        return std::min(
            run.text.size(),
            static_cast<std::size_t>(find_string_end(run.text.data() + after + 1, end).at - run.text.data()) + 1);
      if (after < run.text.size() && (run.text[after] == '{' || run.text[after] == '[')) {
        const std::size_t length = skip_container(run.text.substr(after));
        if (length > 0) return after + length;
      }
      while (after < run.text.size() && run.text[after] != ',' && run.text[after] != '}' && run.text[after] != '\n')
        ++after;
      return after;
    }
  }
  move_to(run, at);
  damage(run, DamageKind::Syntax, "text outside of JSON documents");
  const std::size_t feed = run.text.find('\n', at);
  return feed == std::string_view::npos ? run.text.size() : feed + 1;
}

void DocumentDecoder::decode(const Unit& unit, event::EventBatch& batch, UnitReport& report) {
  const Charset charset = unit.charset == Charset::Utf8 ? default_charset_ : unit.charset;
  const std::size_t mark = unit.offset == 0 ? byte_order_mark(unit.bytes, charset) : 0;
  std::string_view text = as_text(unit.bytes);
  if (charset != Charset::Utf8) text = batch.arena.copy(decode_text(unit.bytes, charset));
  Run run{.text = text,
          .unit = unit,
          .batch = batch,
          .report = report,
          .is_valid_utf8 = simdjson::validate_utf8(text.data(), text.size()),
          .is_utf16 = is_utf16(charset)};
  std::size_t at = 0;
  if (charset == Charset::Utf8) at = mark;
  if (run.is_utf16) run.units = mark / 2;
  while (at < text.size()) {
    if (text[at] != '{') {
      at = between(run, at);
    } else if (const std::size_t wrapper = wrapper_length(text.substr(at)); wrapper > 0) {
      at += wrapper;
    } else {
      at = document(run, at);
    }
  }
}

}  // namespace

std::unique_ptr<UnitDecoder> make_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                          const DecodeOptions& options) {
  return std::make_unique<DocumentDecoder>(schema, logsources, options.charset);
}

}  // namespace yorozu::codec::json
