#include "app/config/write.h"

#include "app/config/schema.h"
#include "base/escape.h"

namespace yorozu::config {

namespace {

using message::Id;
using message::Lang;

/// A TOML basic string: its escapes are those of JSON.
std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

template <class Items, class Show>
std::string list(const Items& items, Show show) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() == 1 ? "" : ", ") + quoted(show(item));
  return out + "]";
}

struct Writer {
  std::string operator()(const bool* at) const { return *at ? "true" : "false"; }
  std::string operator()(const Number& number) const { return std::to_string(*number.at); }
  std::string operator()(const Choice& choice) const { return quoted(choice.words[choice.get(choice.at)]); }
  std::string operator()(const std::string* at) const { return quoted(*at); }
  std::string operator()(const net::Endpoint* at) const { return quoted(at->text()); }
  std::string operator()(const ZoneName* at) const { return quoted(at->text); }
  std::string operator()(const event::SourceClass* at) const { return quoted(to_string(*at)); }
  std::string operator()(const std::vector<std::string>* at) const {
    return list(*at, [](const std::string& text) { return text; });
  }
  std::string operator()(const std::vector<net::Network>* at) const {
    return list(*at, [](const net::Network& network) { return network.text(); });
  }
};

std::string comment(Lang lang, Id id) {
  std::string out = "# ";
  for (const char c : message::text(lang, id)) out += c == '\n' ? std::string("\n# ") : std::string(1, c);
  return out + "\n";
}

std::string assignment(const Key& key) {
  return std::string(key.name) + " = " + std::visit(Writer{}, key.field) + "\n";
}

/// Keys that say the same share one comment (days of four groups, quotas of fourteen classes).
std::string table_text(const Table& table, Lang lang) {
  std::string out = "\n" + comment(lang, table.help) + "[" + table.name + "]\n";
  for (std::size_t i = 0; i < table.keys.size(); ++i) {
    if (i == 0 || table.keys[i].help != table.keys[i - 1].help) out += comment(lang, table.keys[i].help);
    out += assignment(table.keys[i]);
  }
  return out;
}

/// Tables that are no default, shown as examples.
std::string as_example(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    out += (line.empty() || line.starts_with("#") ? line : "#" + line) + "\n";
    at = end + 1;
  }
  return out;
}

}  // namespace

std::string default_text(Lang lang) {
  Config config;
  std::string out = comment(lang, Id::ConfigIntroduction);
  for (const Table& table : tables_of(config)) out += table_text(table, lang);
  File file;
  file.paths = {"/srv/app/log/*.log"};
  out += as_example(table_text(table_of(file, "app"), lang));
  Source source{
      "firewall", "fortigate", "syslog.udp", {*net::parse_network("192.168.1.1")}, event::SourceClass::Firewall,
      0,          {""}};
  std::string text = table_text(table_of(source), lang);
  text.replace(text.find("[source]"), std::string_view("[source]").size(), "[[source]]");
  return out + as_example(text);
}

std::string to_toml(const Source& source) {
  Source copy = source;  // a Table points at what it shows
  std::string out = "[[source]]\n";
  for (const Key& key : table_of(copy).keys) out += assignment(key);
  return out;
}

}  // namespace yorozu::config
