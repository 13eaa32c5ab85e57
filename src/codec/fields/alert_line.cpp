#include "codec/fields/alert_line.h"

#include <algorithm>

namespace yorozu::codec::fields {
namespace {

bool skip(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

int two_digits(std::string_view text, std::size_t at) {
  if (at + 2 > text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) return -1;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

struct Stamp {
  Timestamp time;
  bool has_year = false;
};

/// "07/11/2022-10:29:01.860293", "07/11/22-...", "07/11-10:29:01.860293"
std::optional<Stamp> take_stamp(std::string_view& text, Timestamp reference) {
  const std::string_view word = text.substr(0, text.find(' '));
  const std::size_t dash = word.find('-');
  if (dash != 5 && dash != 8 && dash != 10) return std::nullopt;
  CivilTime civil;
  civil.month = two_digits(word, 0);
  civil.day = two_digits(word, 3);
  civil.hour = two_digits(word, dash + 1);
  civil.minute = two_digits(word, dash + 4);
  civil.second = two_digits(word, dash + 7);
  if (word[2] != '/' || civil.month < 1 || civil.month > 12 || civil.day < 1 || civil.day > 31 || civil.hour < 0 ||
      civil.hour > 23 || civil.minute < 0 || civil.minute > 59 || civil.second < 0 || civil.second > 60)
    return std::nullopt;
  std::size_t at = dash + 9;
  if (at < word.size() && word[at] == '.') {
    int scale = 100'000;
    for (++at; at < word.size() && is_digit(word[at]); ++at, scale /= 10) civil.microsecond += (word[at] - '0') * scale;
  }
  Stamp stamp{{}, dash != 5};
  if (dash == 5) {
    stamp.time = without_year(civil, reference);
  } else {
    const auto year = whole_number(word.substr(6, dash - 6));
    if (!year) return std::nullopt;
    civil.year = static_cast<std::int64_t>(*year) + (dash == 8 ? 2000 : 0);
    stamp.time = from_civil(civil);
  }
  text.remove_prefix(word.size());
  skip_blanks(text);
  return stamp;
}

/// "[1:2200074:2]"
struct Signature {
  std::string_view gid, sid, rev;
};
std::optional<Signature> take_signature(std::string_view& text) {
  const std::size_t end = text.find(']');
  if (!text.starts_with('[') || end == std::string_view::npos || end > 40) return std::nullopt;
  const std::string_view inside = text.substr(1, end - 1);
  const std::size_t first = inside.find(':'), second = inside.rfind(':');
  if (first == std::string_view::npos || first == second) return std::nullopt;
  const Signature found{inside.substr(0, first), inside.substr(first + 1, second - first - 1),
                        inside.substr(second + 1)};
  if (!whole_number(found.gid) || !whole_number(found.sid) || !whole_number(found.rev)) return std::nullopt;
  text.remove_prefix(end + 1);
  skip_blanks(text);
  return found;
}

/// The text behind "[NAME: " up to its bracket; "" when it is not there.
std::string_view bracketed(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + name.size());
  const std::size_t end = rest.find(']');
  return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
}

void add_endpoint(std::string_view text, std::string_view address, std::string_view port, bool has_ports, Record& out) {
  text = text.substr(0, text.find_first_of(" \r\n"));
  const Endpoint end = has_ports ? split_endpoint(text) : Endpoint{text, {}};
  out.add(address, end.address);
  if (!end.port.empty()) out.add(port, end.port);
}

/// "{TCP} 192.0.2.1:80 -> 192.0.2.2:99"
void read_flow(std::string_view text, Record& out) {
  const std::size_t open = text.rfind('{');
  const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
  if (close == std::string_view::npos) return;
  const std::string_view proto = text.substr(open + 1, close - open - 1);
  out.add("proto", proto);
  std::string_view rest = text.substr(close + 1);
  skip_blanks(rest);
  const std::size_t arrow = rest.find(" -> ");
  if (arrow == std::string_view::npos) return;
  // ICMP has no ports: the last group of an IPv6 address is none either.
  const bool has_ports = !proto.contains("ICMP") && !proto.contains("icmp");
  add_endpoint(rest.substr(0, arrow), "src_ip", "src_port", has_ports, out);
  add_endpoint(rest.substr(arrow + 4), "dest_ip", "dest_port", has_ports, out);
}

}  // namespace

bool read_alert_line(std::string_view text, Timestamp reference, Record& out) {
  const auto stamp = take_stamp(text, reference);
  bool is_dropped = skip(text, "[Drop]") || skip(text, "[wDrop]") || skip(text, "[drop]");
  skip_blanks(text);
  const bool has_stars = skip(text, "[**]");
  skip_blanks(text);
  if (!is_dropped) is_dropped = skip(text, "[Drop]");
  skip_blanks(text);
  const auto signature = take_signature(text);
  if (!signature) return false;
  const std::size_t end_of_message = std::min(
      {text.find(" [**]"), text.find(" [Classification: "), text.find(" [Priority: "), text.find(" {"), text.size()});
  const std::string_view rest = text.substr(end_of_message);
  if (!has_stars && !rest.contains("[Priority: ") && !rest.contains("[Classification: ")) return false;
  std::string_view message = text.substr(0, end_of_message);
  if (message.size() >= 2 && message.front() == '"' && message.back() == '"')
    message = message.substr(1, message.size() - 2);  // Snort 3
  out.add("event_type", "alert");
  out.add("alert.gid", signature->gid);
  out.add("alert.signature_id", signature->sid);
  out.add("alert.rev", signature->rev);
  out.add("alert.signature", message);
  if (const auto category = bracketed(rest, "[Classification: "); !category.empty())
    out.add("alert.category", category);
  if (const auto priority = bracketed(rest, "[Priority: "); !priority.empty()) out.add("alert.severity", priority);
  out.add("alert.action", is_dropped ? "blocked" : "allowed");
  read_flow(rest, out);
  // Suricata writes the year, Snort does so only with -y.
  out.source(stamp && stamp->has_year ? "suricata" : "snort", "", "alert", event::SourceClass::Ids);
  if (stamp) out.local_time(stamp->time);
  return true;
}

}  // namespace yorozu::codec::fields
