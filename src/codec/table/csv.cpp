#include "codec/table/csv.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/text.h"
#include "codec/fields/delimited.h"
#include "codec/lines.h"
#include "codec/shape_memo.h"
#include "codec/table/columns.h"
#include "codec/table/csv_scan.h"
#include "codec/table/time_form.h"

namespace yorozu::codec::table {
namespace {

constexpr std::size_t kSniffedRecords = 10;
constexpr std::size_t kPreambleLines = 64;
constexpr std::size_t kHeadBytes = std::size_t{64} * 1024;

std::string_view without_line_end(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// A record as UTF-8, without line end.
std::string_view as_utf8(ByteView bytes, Charset charset, Arena& arena) {
  const std::string_view text = as_text(bytes);
  if (charset == Charset::Utf8 && is_valid_utf8(text)) return without_line_end(text);
  return without_line_end(arena.copy(charset == Charset::Utf8 ? repair_utf8(text) : decode_text(bytes, charset)));
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// A name of a column: short, not empty, begins with a letter (of any script), no time and no number.
bool is_name(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.size() > 96) return false;
  const char first = text.front();
  const bool is_letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_' ||
                         first == '@' || first == '%' || static_cast<signed char>(first) < 0;
  return is_letter && text.find_first_of("\n\"=") == std::string_view::npos && !text.contains(": ") &&
         std::ranges::count(text, ' ') <= 6 && !read_time(text);
}

/// Values of a record in the head.
class Head {
 public:
  Head(ByteView head, Charset charset) : bytes_(head), charset_(charset), syntax_(head, charset) {}

  std::string_view text() const { return syntax_.text(); }
  std::size_t in_bytes(std::size_t at) const { return syntax_.in_bytes(at); }

  /// Splits the record at `from`; where the next one begins. The last one of a head that was cut is not complete.
  RecordEnd split(std::size_t from, char delimiter, std::vector<std::string_view>& fields) {
    const RecordEnd end = find_record_end(syntax_.text(), from, delimiter, bytes_.size() < kHeadBytes);
    const std::size_t begin = syntax_.in_bytes(from);
    const ByteView record = bytes_.subspan(begin, syntax_.in_bytes(end.end) - begin);
    fields::split_delimited(as_utf8(record, charset_, arena_), delimiter, arena_, fields);
    return end;
  }

 private:
  ByteView bytes_;
  Charset charset_;
  Syntax syntax_;
  Arena arena_;
};

/// Where the header may begin: behind lines of comment, or behind the preamble of Windows' DHCP server.
std::size_t header_begin(Head& head, std::size_t from) {
  std::string_view text = head.text();
  std::size_t at = from;
  for (std::size_t n = 0; n < kPreambleLines && at < text.size(); ++n) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string_view line = without_line_end(text.substr(at, end - at));
    if (!line.empty() && !line.starts_with('#')) break;
    at = end;
  }
  if (!text.substr(from, 200).contains("DHCP")) return at;
  std::size_t line_begin = from;
  for (std::size_t n = 0; n < kPreambleLines && line_begin < text.size(); ++n) {
    const std::string_view rest = text.substr(line_begin);
    // In other languages only "ID," is ASCII; codes of the preamble are lines of digits and a tab.
    if (rest.starts_with("ID,")) return line_begin;
    const std::size_t feed = rest.find('\n');
    if (feed == std::string_view::npos) break;
    line_begin += feed + 1;
  }
  return at;
}

std::optional<CsvLayout> try_delimiter(Head& head, std::size_t begin, char delimiter) {
  std::vector<std::string_view> names, values;
  const RecordEnd header = head.split(begin, delimiter, names);
  if (!header.is_complete || header.has_open_quote || names.size() < 2) return std::nullopt;
  if (names.back().empty()) names.pop_back();  // a delimiter at the end of each line
  std::set<std::string_view> distinct;
  for (const std::string_view name : names)
    if (!is_name(name) || !distinct.insert(name).second) return std::nullopt;
  std::size_t records = 0, agreeing = 0, at = header.end;
  while (records < kSniffedRecords && at < head.text().size()) {
    const RecordEnd end = head.split(at, delimiter, values);
    if (!end.is_complete) break;
    at = end.end;
    if (values.size() == 1 && values[0].empty()) continue;
    ++records;
    // Event Viewer's rows have one more than its header; trailing delimiters are common.
    agreeing += values.size() >= names.size() && values.size() <= names.size() + 2;
  }
  // Two columns make a table only where several records agree: commas stand in prose, too.
  const std::size_t wanted = names.size() == 2 ? 3 : 1;
  if (agreeing < wanted || agreeing * 10 < records * 9) return std::nullopt;
  return CsvLayout{head.in_bytes(begin), head.in_bytes(header.end), delimiter};
}

class CsvSplitter final : public Splitter {
 public:
  explicit CsvSplitter(const DecodeOptions& options) : charset_(options.charset), delimiter_(options.delimiter) {}

  std::size_t cut(ByteView window, bool at_end) override {
    if (at_end) return window.size();
    const Syntax syntax(window, charset_);
    std::size_t whole = 0;
    for (std::size_t at = 0; at < syntax.text().size();) {
      const RecordEnd end = find_record_end(syntax.text(), at, delimiter_, false);
      if (!end.is_complete) break;
      whole = at = end.end;
    }
    return syntax.in_bytes(whole);
  }
  std::size_t largest_record() const override { return 4 * kLongestRecord; }

 private:
  Charset charset_;
  char delimiter_;
};

class CsvDecoder final : public UnitDecoder {
 public:
  CsvDecoder(event::Schema& schema, const event::LogsourceMap& logsources, const DecodeOptions& options)
      : schema_(schema), logsources_(logsources), charset_(options.charset), clock_(options.zone) {}

  void decode(const Unit& unit, event::EventBatch& batch, UnitReport& report) override;

 private:
  void read_header(std::string_view header);

  event::Schema& schema_;
  const event::LogsourceMap& logsources_;
  Charset charset_;
  LocalClock clock_;
  std::string header_;         ///< what columns_ were read from
  std::string header_record_;  ///< as UTF-8
  char delimiter_ = ',';
  std::optional<Columns> columns_;
  ShapeMemo shapes_;
  EventFields record_;
  std::vector<std::string_view> values_;
};

void CsvDecoder::read_header(std::string_view header) {
  if (columns_ && header == header_) return;
  header_ = header;
  delimiter_ = header.empty() ? ',' : header.front();
  Arena arena;
  header_record_ = as_utf8(as_bytes(header.substr(std::min<std::size_t>(1, header.size()))), charset_, arena);
  fields::split_delimited(header_record_, delimiter_, arena, values_);
  if (values_.size() > 1 && values_.back().empty()) values_.pop_back();
  columns_.emplace(values_, schema_.names, logsources_);
}

void CsvDecoder::decode(const Unit& unit, event::EventBatch& batch, UnitReport& report) {
  charset_ = unit.charset;
  std::size_t begin = 0;
  if (!unit.header.empty()) {
    read_header(unit.header);
    const std::string_view names = unit.header.substr(1);
    const std::size_t found = unit.offset == 0 ? as_text(unit.bytes).find(names) : std::string_view::npos;
    if (found != std::string_view::npos) begin = found + names.size();
  } else if (unit.offset == 0) {
    const auto layout = find_csv(unit.bytes, charset_);
    if (layout) read_header(csv_header(unit.bytes, *layout));
    if (layout) begin = layout->end;
  }
  if (!columns_) read_header({});
  const Syntax syntax(unit.bytes, charset_);
  const std::string_view text = syntax.text();
  std::uint64_t line = unit.first_line + count_line_feeds(unit.bytes.first(begin), charset_);
  std::size_t at = is_utf16(charset_) ? begin / 2 : begin;
  while (at < text.size()) {
    const RecordEnd end = find_record_end(text, at, delimiter_, true);
    const std::size_t from = syntax.in_bytes(at);
    const ByteView bytes = unit.bytes.subspan(from, syntax.in_bytes(end.end) - from);
    const std::uint64_t record_line = line;
    line += static_cast<std::uint64_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                  text.begin() + static_cast<std::ptrdiff_t>(end.end), '\n'));
    at = end.end;
    const std::string_view row = as_utf8(bytes, charset_, batch.arena);
    if (row.empty() || row == header_record_) continue;  // files joined one behind the other
    if (row.front() == '#' && row.find(delimiter_) == std::string_view::npos) continue;  // comment
    const auto wrong = [&](std::string detail) {
      report.damage({.kind = DamageKind::Record,
                     .offset = unit.offset + from,
                     .chunk = {},
                     .record = record_line,
                     .detail = std::move(detail)});
    };
    if (end.has_open_quote) wrong("a quote is never closed: read to the end of the line");
    ++report.records;
    record_.clear();
    fields::split_delimited(row, delimiter_, batch.arena, values_);
    while (values_.size() > columns_->size() && values_.back().empty()) values_.pop_back();
    if (!columns_->read(values_, batch.arena, record_))
      wrong(std::to_string(values_.size()) + " values where the header names " + std::to_string(columns_->size()));
    if (record_.names.empty()) record_.add(event::name::kMessage, row);
    record_.time = clock_.moment(record_.time);
    append_event(record_, {.raw = row, .position = unit.offset + from, .line = record_line}, shapes_, schema_, batch);
  }
}

}  // namespace

std::optional<CsvLayout> find_csv(ByteView head, Charset charset) {
  if (charset == Charset::Binary) return std::nullopt;
  head = head.first(std::min(head.size(), kHeadBytes));
  const std::size_t mark = byte_order_mark(head, charset);
  Head sniffed(head, charset);
  const std::size_t begin = header_begin(sniffed, is_utf16(charset) ? mark / 2 : mark);
  for (const char delimiter : {',', '\t', ';', '|'})
    if (const auto layout = try_delimiter(sniffed, begin, delimiter)) return layout;
  return std::nullopt;
}

std::string csv_header(ByteView head, const CsvLayout& layout) {
  std::string header(1, layout.delimiter);
  header += as_text(head.subspan(layout.begin, layout.end - layout.begin));
  return header;
}

std::unique_ptr<Splitter> make_csv_splitter(const DecodeOptions& options) {
  return std::make_unique<CsvSplitter>(options);
}

std::unique_ptr<UnitDecoder> make_csv_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                              const DecodeOptions& options) {
  return std::make_unique<CsvDecoder>(schema, logsources, options);
}

}  // namespace yorozu::codec::table
