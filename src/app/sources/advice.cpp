#include "app/sources/advice.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/embedded.h"
#include "base/try.h"

namespace yorozu::embedded {
std::span<const File> advice_files();
}

namespace yorozu::sources {

namespace {

using enum event::SourceClass;

constexpr std::array<Kind, 17> kKinds = {{
    {"rsyslog", "relp", Server, "", "Linux: rsyslog (RELP)"},
    {"syslog-ng", "syslog.tls", Server, "", "Linux: syslog-ng (TLS)"},
    {"winlogbeat", "bulk", Endpoint, "ingest.bulk", "Windows: Winlogbeat"},
    {"fluent-bit", "bulk", Endpoint, "ingest.bulk", "Windows, Linux: Fluent Bit"},
    {"nxlog", "syslog.tls", Endpoint, "", "Windows: NXLog Community Edition"},
    {"vector", "bulk", Server, "ingest.bulk", "Linux: Vector"},
    {"docker", "hec", Server, "ingest.hec", "Docker (Splunk HEC)"},
    {"fortigate", "syslog.udp", Firewall, "", "Fortinet FortiGate"},
    {"yamaha", "syslog.udp", Firewall, "", "YAMAHA RTX, NVR, FWX"},
    {"cisco", "syslog.udp", Firewall, "", "Cisco IOS, IOS XE, ASA"},
    {"paloalto", "syslog.udp", Firewall, "", "Palo Alto Networks"},
    {"synology", "syslog.udp", FileServer, "", "Synology NAS"},
    {"qnap", "syslog.udp", FileServer, "", "QNAP NAS"},
    {"buffalo", "syslog.udp", FileServer, "", "BUFFALO TeraStation"},
    {"suricata", "relp", Ids, "", "Suricata IDS"},
    {"syslog", "syslog.udp", Other, "", "syslog"},
    {"syslog-tcp", "syslog.tcp", Other, "", "syslog (TCP)"},
}};

constexpr int kMaxDepth = 3;
constexpr std::string_view kInclude = "@include ";

Result<std::string_view> file(std::string_view name) {
  for (const embedded::File& f : embedded::advice_files())
    if (f.name.ends_with("/" + std::string(name))) return f.text();
  return fail(ErrorCode::NotFound, "no file " + std::string(name));
}

/// Text indented by four blanks, as Markdown shows code; also easy to copy from a terminal.
std::string as_code(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.append(end == 0 ? "" : "    ").append(text.substr(0, end)).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

Result<void> append_file(std::string_view name, int depth, std::string& out) {
  if (depth > kMaxDepth) return fail(ErrorCode::Internal, std::string(name) + " includes itself");
  TRY_ASSIGN(std::string_view text, file(name));
  const bool is_code = !name.ends_with(".md");
  if (is_code) {
    out += as_code(text);
    return {};
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with(kInclude) && line.ends_with('@'))
      TRY(append_file(line.substr(kInclude.size(), line.size() - kInclude.size() - 1), depth + 1, out));
    else
      out.append(line).append("\n");
  }
  return {};
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

}  // namespace

std::span<const Kind> kinds() {
  return kKinds;
}

const Kind* find_kind(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : &*found;
}

Result<std::string> raw_advice(std::string_view kind, message::Lang lang) {
  if (kind == "syslog-tcp") kind = "syslog";
  std::string out;
  TRY(append_file(std::string(kind) + (lang == message::Lang::Ja ? ".ja.md" : ".en.md"), 0, out));
  return out;
}

std::string advice(const Kind& kind, message::Lang lang, const Facts& facts) {
  auto text = raw_advice(kind.name, lang);
  YOROZU_ASSERT(text, "a test has every kind in both languages");
  if (kind.input == "syslog.tcp") replace_all(*text, "UDP", "TCP");
  replace_all(*text, "@CA@", as_code(facts.ca_pem));
  replace_all(*text, "@SERVER@", facts.server);
  replace_all(*text, "@PORT@", facts.port);
  replace_all(*text, "@TOKEN@", facts.token);
  return *text;
}

}  // namespace yorozu::sources
