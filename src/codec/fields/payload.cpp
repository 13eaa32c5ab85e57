#include "codec/fields/payload.h"

#include <algorithm>
#include <vector>

#include "codec/fields/alert_line.h"
#include "codec/fields/cef.h"
#include "codec/fields/delimited.h"
#include "codec/fields/fortigate.h"
#include "codec/fields/json_payload.h"
#include "codec/fields/key_value.h"
#include "codec/fields/paloalto.h"
#include "codec/fields/record.h"

namespace yorozu::codec::fields {
namespace {

/// How far from the front a format may begin behind a header that nobody recognised ("host CEF:0|...").
constexpr std::size_t kLongestHeader = 256;

/// "CEF:0|" somewhere near the front: what stands before is some header.
std::string_view from_marker(std::string_view text, std::string_view marker) {
  const std::size_t at = text.substr(0, kLongestHeader).find(marker);
  if (at == std::string_view::npos || (at > 0 && text[at - 1] != ' ')) return {};
  return text.substr(at);
}

/// "2026-11-24T01:02:03+09:00 firewall TEXT": a header without priority, which relays leave in files.
struct RelayHeader {
  Timestamp time;
  std::string_view host, rest;
};
std::optional<RelayHeader> take_relay_header(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T') return std::nullopt;
  const std::size_t end_of_time = text.find(' ');
  const std::size_t end_of_host = end_of_time == std::string_view::npos ? end_of_time : text.find(' ', end_of_time + 1);
  if (end_of_host == std::string_view::npos || end_of_host > kLongestHeader) return std::nullopt;
  const auto time = parse_time(text.substr(0, end_of_time));
  if (!time) return std::nullopt;
  return RelayHeader{*time, text.substr(end_of_time + 1, end_of_host - end_of_time - 1), text.substr(end_of_host + 1)};
}

/// Receive and send connectors of Exchange (protocol logging); the header with the names is only at the top of the
/// file.
bool read_exchange(std::string_view text, Record& out) {
  static constexpr std::array<std::string_view, 9> kColumns = {"date-time",       "connector-id",   "session-id",
                                                               "sequence-number", "local-endpoint", "remote-endpoint",
                                                               "event",           "data",           "context"};
  if (text.size() < 30 || text[10] != 'T' || text[23] != 'Z' || text[24] != ',') return false;
  std::vector<std::string_view> columns;
  split_delimited(text, ',', out.arena, columns);
  if (columns.size() != kColumns.size() || columns[2].size() != 16 || !whole_number(columns[3]) ||
      columns[6].size() != 1 || std::string_view("+-<>*").find(columns[6][0]) == std::string_view::npos)
    return false;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (!columns[i].empty()) out.add(kColumns[i], columns[i]);
  const auto endpoint = [&](std::string_view stated, std::string_view address, std::string_view port) {
    const Endpoint end = split_endpoint(stated);
    if (!end.address.empty()) out.add(address, end.address);
    if (!end.port.empty()) out.add(port, end.port);
  };
  endpoint(columns[5], "source_ip", "source_port");
  endpoint(columns[4], "dest_ip", "dest_port");
  // "535 5.7.3 Authentication unsuccessful": what SMTP answers.
  const std::string_view data = columns[7];
  if (data.size() > 4 && whole_number(data.substr(0, 3)) && data[3] == ' ') {
    out.add("smtp_code", data.substr(0, 3));
    std::string_view message = data.substr(4);
    const std::size_t blank = message.find(' ');
    if (blank != std::string_view::npos && message.find_first_not_of("0123456789.") == blank)
      message.remove_prefix(blank + 1);
    out.add("smtp_message", message);
  }
  out.source("", "", "exchange", event::SourceClass::Mail);
  out.sure_time(parse_time(columns[0]));
  return true;
}

bool is_key_value_start(std::string_view text) {
  const std::size_t equals = text.substr(0, kLongestName).find('=');
  return equals != std::string_view::npos && equals > 0 && text.find_first_of(" \t\"") > equals;
}

}  // namespace

PayloadFormat PayloadReader::read(std::string_view text, Timestamp reference, Arena& arena, EventFields& out) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  Record record(names_, logsources_, arena, out);
  const PayloadFormat format = read_plain(text, reference, record);
  if (format != PayloadFormat::None || text.empty() || !is_digit(text.front())) return format;
  const auto header = take_relay_header(text);
  if (!header) return PayloadFormat::None;
  const EventFields before = out;
  if (!out.time.known()) out.time = header->time;
  record.add_host("host", header->host);
  const PayloadFormat inner = read_plain(header->rest, reference, record);
  // Pairs behind a time are as likely prose of some program.
  if (inner != PayloadFormat::None && inner != PayloadFormat::KeyValue) return inner;
  out = before;
  return PayloadFormat::None;
}

PayloadFormat PayloadReader::read_plain(std::string_view text, Timestamp reference, Record& record) {
  if (text.empty()) return PayloadFormat::None;
  const char first = text.front();

  if (first == '{') return read_json_payload(text, record) ? PayloadFormat::Json : PayloadFormat::None;
  if (text.starts_with("@cee:")) {
    std::string_view object = text.substr(5);
    object.remove_prefix(std::min(object.find_first_not_of(' '), object.size()));
    if (read_json_payload(object, record)) return PayloadFormat::Json;
  }
  if (const auto cef = from_marker(text, "CEF:"); !cef.empty() && read_cef(cef, record)) return PayloadFormat::Cef;
  if (const auto leef = from_marker(text, "LEEF:"); !leef.empty() && read_leef(leef, record))
    return PayloadFormat::Leef;
  if (is_digit(first)) {
    if (text.size() > 2 && text[1] == '|' && read_cef(text, record)) return PayloadFormat::Cef;
    if (read_paloalto(text, record)) return PayloadFormat::PaloAlto;
    if (read_exchange(text, record)) return PayloadFormat::Exchange;
  }
  if ((is_digit(first) || first == '[') && read_alert_line(text, reference, record)) return PayloadFormat::AlertLine;
  if (is_key_value_start(text)) {
    if (read_fortigate(text, record)) return PayloadFormat::FortiGate;
    if (read_key_value(text, record)) return PayloadFormat::KeyValue;
  }
  return PayloadFormat::None;
}

}  // namespace yorozu::codec::fields
