#include "codec/fields/cef.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace yorozu::codec::fields {
namespace {

using event::SourceClass;

/// Up to an unescaped '|', which is dropped; nullopt when there is none.
std::optional<std::string_view> take_header(std::string_view& rest) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '\\') {
      ++i;
    } else if (rest[i] == '|') {
      const std::string_view field = rest.substr(0, i);
      rest.remove_prefix(i + 1);
      return field;
    }
  }
  return std::nullopt;
}

/// Resolves \\ \| \= \n \r.
std::string_view unescaped(std::string_view text, Arena& arena) {
  if (text.find('\\') == std::string_view::npos) return text;
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.push_back(text[i]);
      continue;
    }
    switch (const char next = text[++i]) {
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case '\\':
      case '|':
      case '=':
        out.push_back(next);
        break;
      default:  // no escape of CEF: a path that was not escaped
        out.push_back('\\');
        out.push_back(next);
    }
  }
  return arena.copy(out);
}

bool is_cef_key_character(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || c == '[' || c == ']';
}

/// Where the key in front of the '=' at `equals` begins; npos when what stands there is no key.
std::size_t key_before(std::string_view text, std::size_t equals) {
  std::size_t begin = equals;
  while (begin > 0 && is_cef_key_character(text[begin - 1])) --begin;
  if (begin == equals || (begin > 0 && text[begin - 1] != ' ')) return std::string_view::npos;
  return begin;
}

/// The next '=' that ends a key, from `from` on, and where its key begins.
struct KeyPlace {
  std::size_t begin = std::string_view::npos, equals = std::string_view::npos;
  bool is_there() const { return equals != std::string_view::npos; }
};
KeyPlace next_key(std::string_view text, std::size_t from) {
  for (std::size_t equals = text.find('=', from); equals != std::string_view::npos;
       equals = text.find('=', equals + 1)) {
    const std::size_t begin = key_before(text, equals);
    if (begin != std::string_view::npos && begin >= from) return {begin, equals};
  }
  return {};
}

struct Product {
  std::string_view vendor, product;  ///< in lower case: begins with, contains; empty: any
  SourceClass source_class;
  std::string_view logsource;  ///< Sigma product
};
/// By what makers call themselves in CEF and LEEF. The first that fits is taken.
constexpr auto kProducts = std::to_array<Product>({
    {"fortinet", "", SourceClass::Firewall, "fortigate"},
    {"palo alto", "", SourceClass::Firewall, "paloalto"},
    {"check point", "", SourceClass::Firewall, "checkpoint"},
    {"cisco", "asa", SourceClass::Firewall, "cisco"},
    {"cisco", "firepower", SourceClass::Ids, "cisco"},
    {"sonicwall", "", SourceClass::Firewall, ""},
    {"watchguard", "", SourceClass::Firewall, ""},
    {"sophos", "", SourceClass::Firewall, ""},
    {"juniper", "", SourceClass::Firewall, "juniper"},
    {"ubiquiti", "", SourceClass::Firewall, ""},
    {"zscaler", "", SourceClass::Proxy, ""},
    {"blue coat", "", SourceClass::Proxy, ""},
    {"forcepoint", "", SourceClass::Proxy, ""},
    {"websense", "", SourceClass::Proxy, ""},
    {"digital arts", "", SourceClass::Proxy, ""},
    {"trend micro", "", SourceClass::Endpoint, ""},
    {"symantec", "", SourceClass::Endpoint, ""},
    {"mcafee", "", SourceClass::Endpoint, ""},
    {"kaspersky", "", SourceClass::Endpoint, ""},
    {"eset", "", SourceClass::Endpoint, ""},
    {"crowdstrike", "", SourceClass::Endpoint, ""},
    {"sentinelone", "", SourceClass::Endpoint, ""},
    {"carbon black", "", SourceClass::Endpoint, ""},
    {"cyberark", "", SourceClass::Auth, ""},
    {"okta", "", SourceClass::Auth, ""},
    {"rsa", "", SourceClass::Auth, ""},
    {"imperva", "", SourceClass::Web, ""},
    {"f5", "", SourceClass::Web, ""},
    {"barracuda", "waf", SourceClass::Web, ""},
    {"fireeye", "", SourceClass::Ids, ""},
    {"snort", "", SourceClass::Ids, "snort"},
    {"suricata", "", SourceClass::Ids, "suricata"},
    {"pulse secure", "", SourceClass::Vpn, ""},
    {"infoblox", "", SourceClass::Dns, ""},
    {"proofpoint", "", SourceClass::Mail, ""},
});

std::string lower(std::string_view text) {
  std::string out(text.substr(0, 128));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

void set_source(std::string_view vendor, std::string_view product, Record& out) {
  const std::string by = lower(vendor), what = lower(product);
  for (const Product& known : kProducts)
    if (by.starts_with(known.vendor) && what.contains(known.product)) {
      const bool is_firewall = known.source_class == SourceClass::Firewall;
      const std::string_view category = is_firewall && known.logsource.empty() ? "firewall" : "";
      return out.source(known.logsource, category, "cef", known.source_class);
    }
  out.source("", "", "cef", SourceClass::Other);
}

/// rt and its kin: milliseconds since 1970, or a time in words.
bool read_time(std::string_view value, Record& out) {
  if (const auto time = epoch_time(value)) {
    out.sure_time(time);
    return true;
  }
  if (const auto time = worded_time(value, {})) {
    time->has_zone ? out.sure_time(time->time) : out.local_time(time->time);
    return true;
  }
  const auto time = parse_time(value);
  if (!time || value.size() <= 10) return false;
  names_zone(value) ? out.sure_time(time) : out.local_time(time);
  return true;
}

struct Custom {
  std::string_view key, value;
};

class Extensions {
 public:
  explicit Extensions(Record& out) : out_(out) {}

  void add(std::string_view key, std::string_view value) {
    value = unescaped(value, out_.arena);
    if (key == "dvchost" || key == "deviceHostName" || key == "UNIFIhost")
      out_.add_host(key, value);
    else
      out_.add(key, value);
    if (key == "rt")
      times_[0] = value;
    else if (key == "start")
      times_[1] = value;
    else if (key == "end")
      times_[2] = value;
    else if (key.ends_with("utcTime") || key.ends_with("UtcTime") || key.ends_with("UTCTime"))
      times_[3] = value;
    if (key.size() > 5 && key.ends_with("Label"))
      labels_.push_back({key.substr(0, key.size() - 5), value});
    else if (is_custom(key))
      customs_.push_back({key, value});
  }

  /// cs1Label=Policy cs1=strict: also Policy=strict.
  void finish() {
    for (const Custom& label : labels_)
      for (const Custom& custom : customs_)
        if (custom.key == label.key && !label.value.empty()) out_.add(label.value, custom.value);
    for (const std::string_view time : times_)
      if (!time.empty() && read_time(time, out_)) return;
  }

 private:
  static bool is_custom(std::string_view key) {
    return key.starts_with("cs") || key.starts_with("cn") || key.starts_with("cfp") || key.starts_with("c6a") ||
           key.starts_with("deviceCustom") || key.starts_with("flexString") || key.starts_with("flexNumber") ||
           key.starts_with("flexDate");
  }

  Record& out_;
  std::array<std::string_view, 4> times_;
  std::vector<Custom> labels_, customs_;
};

bool is_severity(std::string_view text) {
  if (const auto number = whole_number(text)) return *number <= 10;
  static constexpr std::array<std::string_view, 5> kWords = {"low", "medium", "high", "very-high", "unknown"};
  return std::ranges::find(kWords, lower(text)) != kWords.end();
}

void read_extensions(std::string_view text, Record& out) {
  Extensions extensions(out);
  KeyPlace key = next_key(text, 0);
  while (key.is_there()) {
    const KeyPlace next = next_key(text, key.equals + 1);
    std::string_view value = text.substr(key.equals + 1);
    if (next.is_there()) value = value.substr(0, next.begin - key.equals - 1);
    while (value.ends_with(' ') || value.ends_with('\r') || value.ends_with('\n')) value.remove_suffix(1);
    extensions.add(text.substr(key.begin, key.equals - key.begin), value);
    key = next;
  }
  extensions.finish();
}

/// Of LEEF 2.0: one character, or its number ("x5E", "0x5E").
char leef_delimiter(std::string_view field) {
  if (field.size() == 1) return field[0];
  if (field.starts_with("0x") || field.starts_with("0X")) field.remove_prefix(1);
  if (!field.starts_with('x') && !field.starts_with('X')) return '\t';
  unsigned value = 0;
  const auto [end, error] = std::from_chars(field.data() + 1, field.data() + field.size(), value, 16);
  return error == std::errc() && end == field.data() + field.size() && value < 128 && value != 0
             ? static_cast<char>(value)
             : '\t';
}

}  // namespace

bool read_cef(std::string_view text, Record& out) {
  const bool is_named = text.starts_with("CEF:");
  if (is_named) text.remove_prefix(4);
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.size() < 2 || !is_digit(text[0])) return false;
  std::array<std::string_view, 7> header;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const auto field = take_header(text);
    // The last one may end the line when there are no extensions.
    if (!field && i + 1 == header.size() && is_named) {
      header[i] = text;
      text = {};
    } else if (!field) {
      return false;
    } else {
      header[i] = *field;
    }
  }
  if (header[0].size() > 2 || (!is_named && !is_severity(header[6]))) return false;
  static constexpr std::array<std::string_view, 7> kNames = {
      "cefVersion", "deviceVendor", "deviceProduct", "deviceVersion", "deviceEventClassId", "name", "severity"};
  for (std::size_t i = 0; i < header.size(); ++i) {
    header[i] = unescaped(header[i], out.arena);
    out.add(kNames[i], header[i]);
  }
  set_source(header[1], header[2], out);
  read_extensions(text, out);
  return true;
}

bool read_leef(std::string_view text, Record& out) {
  if (!text.starts_with("LEEF:")) return false;
  text.remove_prefix(5);
  std::array<std::string_view, 5> header;
  for (std::string_view& field : header) {
    const auto taken = take_header(text);
    if (!taken) return false;
    field = *taken;
  }
  std::string_view delimiter = "\t";
  char chosen = '\t';
  if (header[0].starts_with('2')) {
    // The delimiter is itself a header field; an empty one, or none at all, means a tab.
    const std::size_t bar = text.find('|');
    if (bar != std::string_view::npos && bar <= 4 && text.substr(0, bar).find('=') == std::string_view::npos) {
      if (bar > 0) chosen = leef_delimiter(text.substr(0, bar));
      text.remove_prefix(bar + 1);
    } else if (text.starts_with("||")) {
      chosen = '|';
      text.remove_prefix(2);
    }
  }
  const std::string_view chosen_text(&chosen, 1);
  delimiter = chosen_text;
  // rsyslog writes control characters as #011 unless it is told not to.
  if (chosen == '\t' && text.find('\t') == std::string_view::npos && text.contains("#011")) delimiter = "#011";
  static constexpr std::array<std::string_view, 5> kNames = {"leefVersion", "deviceVendor", "deviceProduct",
                                                             "deviceVersion", "eventId"};
  for (std::size_t i = 0; i < header.size(); ++i) out.add(kNames[i], unescaped(header[i], out.arena));
  set_source(header[1], header[2], out);
  std::string_view time;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(delimiter), text.size());
    std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + delimiter.size(), text.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    const std::string_view key = part.substr(0, equals), value = part.substr(equals + 1);
    out.add(key, value);
    if (key == "devTime") time = value;
  }
  if (!time.empty()) read_time(time, out);
  return true;
}

}  // namespace yorozu::codec::fields
