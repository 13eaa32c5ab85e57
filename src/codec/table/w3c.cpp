#include "codec/table/w3c.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/text.h"
#include "codec/fields/delimited.h"
#include "codec/lines.h"
#include "codec/shape_memo.h"
#include "codec/table/columns.h"
#include "codec/table/time_form.h"

namespace yorozu::codec::table {
namespace {

using event::SourceClass;

constexpr std::string_view kFields = "#Fields:";
constexpr std::size_t kLongestLine = std::size_t{16} << 20;
constexpr std::size_t kHeadLines = 64;

std::string_view without_line_end(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

/// "cs(User-Agent)" -> "cs-user-agent"; other names as they are.
std::string sigma_name(std::string_view name) {
  const std::size_t open = name.find('(');
  if (open == std::string_view::npos || !name.ends_with(')')) return std::string(name);
  std::string header = lower(name.substr(open + 1, name.size() - open - 2));
  return std::string(name.substr(0, open)) + "-" + header;
}

struct Told {
  std::string_view software;  ///< contained in #Software, lower case; empty: any
  std::string_view column;    ///< a column that is there; empty: any
  SourceClass source_class;
  std::string_view category, service;
};
/// The first that fits is taken.
constexpr auto kTold = std::to_array<Told>({
    {"windows firewall", "", SourceClass::Firewall, "firewall", "pfirewall"},
    {"exchange", "", SourceClass::Mail, "", "exchange"},
    {"sgos", "", SourceClass::Proxy, "proxy", "w3c"},
    {"forefront", "", SourceClass::Proxy, "proxy", "w3c"},
    {"internet information", "cs-method", SourceClass::Web, "webserver", "iis"},
    {"internet information", "", SourceClass::Server, "", ""},  // FTP, SMTP
    {"http api", "", SourceClass::Web, "webserver", "iis"},
    {"", "x-edge-location", SourceClass::Web, "webserver", ""},
    {"", "connector-id", SourceClass::Mail, "", "exchange"},
    {"", "internal-message-id", SourceClass::Mail, "", "exchange"},
    {"", "tcpflags", SourceClass::Firewall, "firewall", "pfirewall"},
    {"", "s-siteid", SourceClass::Web, "webserver", "iis"},
    {"", "cs-uri-stem", SourceClass::Web, "webserver", "iis"},
    {"", "cs-host", SourceClass::Proxy, "proxy", "w3c"},
});

}  // namespace

bool looks_like_w3c(std::string_view head) {
  if (!head.starts_with('#')) return false;
  for (std::size_t n = 0; n < kHeadLines && head.starts_with('#'); ++n) {
    if (head.starts_with(kFields)) return true;
    const std::size_t feed = head.find('\n');
    if (feed == std::string_view::npos) return false;
    head.remove_prefix(feed + 1);
  }
  return false;
}

void W3cColumns::read_directive(std::string_view line) {
  if (line.starts_with("#Time Format:")) is_local_ = trimmed(line.substr(13)) == "Local";  // Windows Firewall
  if (line.starts_with("#Software:")) software_ = lower(trimmed(line.substr(10)));
  if (line.starts_with(kFields)) take_fields(trimmed(line.substr(kFields.size())));
}

void W3cColumns::take_fields(std::string_view list) {
  columns_.clear();
  has_uri_ = false;
  has_commas_ = list.find(',') != std::string_view::npos;
  cs_uri_ = names_.intern("cs-uri");
  blocked_ = names_.intern("blocked");
  std::vector<std::string> names;
  while (!list.empty() && columns_.size() < kMaxColumns) {
    const std::size_t end = std::min(list.find_first_of(has_commas_ ? "," : " \t"), list.size());
    const std::string_view stated = trimmed(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (stated.empty()) continue;
    const std::string name = sigma_name(stated);
    const std::string small = lower(name);
    Use use = Use::Field;
    if (small == "date") use = Use::Date;
    if (small == "time") use = Use::Time;
    if (small == "date-time" || small == "x-timestamp-unix" || small == "timestamp") use = Use::Both;
    if (small == "cs-user-agent" || small == "cs-cookie") use = Use::Agent;
    if (small == "s-computername" || small == "server-hostname") use = Use::Host;
    if (small == "cs-uri-stem" || small == "cs-uri-path") use = Use::Stem;
    if (small == "cs-uri-query") use = Use::Query;
    if (small == "action" && !has_commas_) use = Use::Action;
    has_uri_ |= small == "cs-uri";
    columns_.push_back({names_.intern(name), use});
    names.push_back(small);
  }
  logsource_ = 0;
  source_class_ = SourceClass::Other;
  for (const Told& told : kTold) {
    if (!software_.contains(told.software)) continue;
    if (!told.column.empty() && std::ranges::find(names, told.column) == names.end()) continue;
    source_class_ = told.source_class;
    if (!told.category.empty() || !told.service.empty())
      logsource_ = logsources_.id_of("", told.category, told.service).value_or(0);
    return;
  }
}

void W3cColumns::split(std::string_view line, Arena& arena, std::vector<std::string_view>& values) const {
  if (has_commas_) return fields::split_delimited(line, ',', arena, values);
  if (line.find('\t') != std::string_view::npos) return fields::split_delimited(line, '\t', arena, values);
  if (line.find('"') != std::string_view::npos) return fields::split_delimited(line, ' ', arena, values);
  values.clear();
  while (values.size() < 2 * kMaxColumns) {
    const std::size_t end = std::min(line.find(' '), line.size());
    values.push_back(line.substr(0, end));
    if (end == line.size()) return;
    line.remove_prefix(end + 1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    if (line.empty()) return;
  }
}

W3cColumns::Row W3cColumns::read(std::string_view line, Arena& arena, EventFields& out) const {
  std::vector<std::string_view> values;
  split(line, arena, values);
  std::string_view date, time, stem, query;
  for (std::size_t i = 0; i < std::min(values.size(), columns_.size()); ++i) {
    std::string_view value = values[i];
    if (value == "-" || value.empty()) continue;
    const Column& column = columns_[i];
    if (column.use == Use::Agent && value.find('+') != std::string_view::npos &&
        value.find(' ') == std::string_view::npos) {
      std::string text(value);  // IIS writes blanks as +
      std::ranges::replace(text, '+', ' ');
      value = arena.copy(text);
    }
    if (column.use == Use::Host)
      out.add_host(column.name, value);
    else
      out.add(column.name, value);
    switch (column.use) {
      case Use::Date:
        date = value;
        break;
      case Use::Time:
        time = value;
        break;
      case Use::Both:
        if (const auto both = read_time(value)) out.time = both->time;
        break;
      case Use::Stem:
        stem = value;
        break;
      case Use::Query:
        query = value;
        break;
      case Use::Action:
        if (source_class_ == SourceClass::Firewall)
          out.add(blocked_, event::utf8_value(value.starts_with("ALLOW") ? "false" : "true"));
        break;
      default:
        break;
    }
  }
  if (!date.empty() && !time.empty() && !out.time.known()) {
    std::string both(date);
    both.append(" ").append(time);
    if (const auto known = read_time(both)) out.time = is_local_ ? *known : known->time;
  }
  if (!has_uri_ && !stem.empty()) {
    if (query.empty()) {
      out.add(cs_uri_, stem);
    } else {
      std::string uri(stem);
      uri.append("?").append(query);
      out.add(cs_uri_, arena.copy(uri));
    }
  }
  out.logsource = logsource_;
  out.source_class = source_class_;
  return values.size() == columns_.size() ? Row::Read : Row::WrongCount;
}

void StreamColumns::clear() {
  by_name_.clear();
  streams_.clear();
}

StreamColumns::Line StreamColumns::read(std::string_view stream, std::string_view line, Arena& arena,
                                        EventFields& out) {
  if (line.starts_with('#')) {
    auto known = by_name_.find(std::string(stream));
    if (known == by_name_.end()) {
      if (!line.starts_with("#Software:") && !line.starts_with("#Version:") && !line.starts_with(kFields))
        return Line::NotOurs;
      if (streams_.size() == kMaxStreams) {
        by_name_.erase(streams_.front().name);
        streams_.pop_front();
      }
      streams_.push_back({std::string(stream), W3cColumns(names_, logsources_)});
      known = by_name_.emplace(stream, std::prev(streams_.end())).first;
    }
    known->second->columns.read_directive(line);
    return Line::Directive;
  }
  if (by_name_.empty()) return Line::NotOurs;
  const auto known = by_name_.find(std::string(stream));
  if (known == by_name_.end() || !known->second->columns.is_there()) return Line::NotOurs;
  streams_.splice(streams_.end(), streams_, known->second);
  row_.clear();
  if (known->second->columns.read(line, arena, row_) != W3cColumns::Row::Read || !row_.time.known())
    return Line::NotOurs;
  std::swap(out, row_);
  return Line::Row;
}

namespace {

/// Cuts at lines and keeps the directives that are in force where a unit begins.
class W3cSplitter final : public Splitter {
 public:
  std::size_t cut(ByteView window, bool at_end) override {
    const std::size_t whole = at_end ? window.size() : after_last_line_feed(window, Charset::Utf8);
    header_ = software_ + time_format_ + fields_;
    note_directives(as_text(window.first(whole)));
    return whole;
  }
  std::size_t largest_record() const override { return kLongestLine; }
  std::string_view header() const override { return header_; }

 private:
  void note_directives(std::string_view text) {
    std::size_t at = text.starts_with('#') ? 0 : next(text, 0);
    while (at < text.size()) {
      const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
      const std::string_view line = text.substr(at, end - at);
      if (line.size() <= kLongestDirective && line.ends_with('\n')) {
        if (line.starts_with("#Time Format:")) time_format_ = line;
        if (line.starts_with("#Software:")) software_ = line;
        if (line.starts_with(kFields)) fields_ = line;
      }
      at = next(text, end - 1);
    }
  }
  static std::size_t next(std::string_view text, std::size_t from) {
    const std::size_t found = text.find("\n#", from);
    return found == std::string_view::npos ? text.size() : found + 1;
  }

  static constexpr std::size_t kLongestDirective = std::size_t{64} * 1024;
  std::string software_, time_format_, fields_, header_;
};

class W3cDecoder final : public UnitDecoder {
 public:
  W3cDecoder(event::Schema& schema, const event::LogsourceMap& logsources, const DecodeOptions& options)
      : schema_(schema), logsources_(logsources), clock_(options.zone) {}

  void decode(const Unit& unit, event::EventBatch& batch, UnitReport& report) override {
    W3cColumns columns(schema_.names, logsources_);
    for (std::string_view header = unit.header; !header.empty();) {
      const std::size_t end = std::min(header.find('\n'), header.size());
      columns.read_directive(without_line_end(header.substr(0, end)));
      header.remove_prefix(std::min(end + 1, header.size()));
    }
    std::size_t at = unit.offset == 0 ? byte_order_mark(unit.bytes, Charset::Utf8) : 0;
    for (std::uint64_t number = unit.first_line; at < unit.bytes.size(); ++number) {
      const ByteView rest = unit.bytes.subspan(at);
      const std::size_t length = after_first_line_feed(rest, Charset::Utf8);
      const std::uint64_t position = unit.offset + at;
      at += length;
      const auto wrong = [&](DamageKind kind, std::string detail) {
        report.damage({.kind = kind, .offset = position, .chunk = {}, .record = number, .detail = std::move(detail)});
      };
      std::string_view line = without_line_end(as_text(rest.first(length)));
      if (line.empty()) continue;
      if (unit.charset != Charset::Utf8) {
        line = batch.arena.copy(decode_text(as_bytes(line), unit.charset));
      } else if (!is_valid_utf8(line)) {
        wrong(DamageKind::Encoding, "not valid UTF-8");
        line = batch.arena.copy(repair_utf8(line));
      }
      if (line.starts_with('#')) {
        columns.read_directive(line);
        continue;
      }
      if (line.front() == '\0') continue;  // IIS reserves room at the end of a file that is still written
      ++report.records;
      record_.clear();
      if (columns.read(line, batch.arena, record_) == W3cColumns::Row::WrongCount)
        wrong(DamageKind::Record, "another number of values than #Fields names");
      if (record_.names.empty()) record_.add(event::name::kMessage, line);
      record_.time = clock_.moment(record_.time);
      append_event(record_, {.raw = line, .position = position, .line = number}, shapes_, schema_, batch);
    }
  }

 private:
  event::Schema& schema_;
  const event::LogsourceMap& logsources_;
  LocalClock clock_;
  ShapeMemo shapes_;
  EventFields record_;
};

}  // namespace

std::unique_ptr<Splitter> make_w3c_splitter(const DecodeOptions&) {
  return std::make_unique<W3cSplitter>();
}

std::unique_ptr<UnitDecoder> make_w3c_decoder(event::Schema& schema, const event::LogsourceMap& logsources,
                                              const DecodeOptions& options) {
  return std::make_unique<W3cDecoder>(schema, logsources, options);
}

}  // namespace yorozu::codec::table
