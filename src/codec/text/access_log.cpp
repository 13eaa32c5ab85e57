#include "codec/text/access_log.h"

#include <algorithm>
#include <array>
#include <optional>

#include "codec/text/line_time.h"
#include "codec/text/scan.h"

namespace yorozu::codec::text {
namespace {

/// Inside of quotes; backslash escapes are left as written.
std::optional<std::string_view> scan_quoted(Scan& scan) {
  if (!scan.skip('"')) return std::nullopt;
  const std::string_view text = scan.rest();
  std::size_t at = 0;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  if (at >= text.size()) return std::nullopt;
  scan.drop(at + 1);
  return text.substr(0, at);
}

void add_unless_dash(event::NameId name, std::string_view text, LineRecord& out) {
  if (!text.empty() && text != "-") out.add(name, text);
}

bool is_number_or_dash(std::string_view text) {
  if (text == "-") return true;
  for (const char c : text)
    if (!is_digit(c)) return false;
  return !text.empty();
}

/// What stands before the time: [host[:port]] client ident user.
bool add_client(std::string_view before, const Vocabulary& words, LineRecord& out) {
  std::array<std::string_view, 4> parts;
  std::size_t n = 0;
  Scan scan(before);
  while (!scan.empty()) {
    if (n == parts.size()) return false;
    parts[n++] = scan.word();
    scan.skip_blanks();
  }
  if (n < 2 || (n == 2 && parts[1] != "-")) return false;
  if (n == 4) {
    std::string_view host = parts[0];
    if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos && host.find(':') == colon) {
      out.add(words.s_port, host.substr(colon + 1));
      host = host.substr(0, colon);
    }
    out.add_host(words.cs_host, host);
  }
  out.add(words.c_ip, parts[n == 2 ? 0 : n - 3]);
  add_unless_dash(words.cs_username, parts[n - 1], out);
  return true;
}

}  // namespace

void add_request(std::string_view request, const Vocabulary& words, LineRecord& out) {
  const std::size_t first = request.find(' ');
  const auto is_method = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; };
  if (first == std::string_view::npos || !std::ranges::all_of(request.substr(0, first), is_method))
    return add_unless_dash(words.cs_uri, request, out);  // what scanners send: it is no request
  out.add(words.cs_method, request.substr(0, first));
  std::string_view uri = request.substr(first + 1);
  if (const std::size_t last = uri.rfind(" HTTP/"); last != std::string_view::npos) {
    out.add(words.cs_version, uri.substr(last + 1));
    uri = uri.substr(0, last);
  }
  add_target(uri, words, out);
}

void add_target(std::string_view target, const Vocabulary& words, LineRecord& out) {
  if (target.empty() || target == "-") return;
  out.add(words.cs_uri, target);
  if (const std::size_t scheme = target.find("://"); scheme < 8) {  // proxies and load balancers log the whole URL
    std::string_view host = target.substr(scheme + 3);
    const std::size_t slash = std::min(host.find('/'), host.size());
    target = host.substr(slash);
    host = host.substr(0, slash);
    if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos && !host.ends_with(']')) {
      out.add(words.s_port, host.substr(colon + 1));
      host = host.substr(0, colon);
    }
    out.add(words.cs_host, host);
  }
  const std::size_t question = target.find('?');
  out.add(words.cs_uri_stem, target.substr(0, question));
  if (question != std::string_view::npos) out.add(words.cs_uri_query, target.substr(question + 1));
}

bool read_access_log(std::string_view line, const Vocabulary& words, LineRecord& out) {
  const std::size_t bracket = line.substr(0, 512).find(" [");
  if (bracket == std::string_view::npos) return false;
  Scan scan(line.substr(bracket + 2));
  const auto time = scan_access_time(scan);
  if (!time || !scan.skip("] ")) return false;
  const auto request = scan_quoted(scan);
  if (!request) return false;
  scan.skip_blanks();
  const std::string_view status = scan.word();
  scan.skip_blanks();
  const std::string_view bytes = scan.word();
  if (!is_number_or_dash(status) || (!bytes.empty() && !is_number_or_dash(bytes))) return false;
  if (!add_client(line.substr(0, bracket), words, out)) {
    out.clear();
    return false;
  }
  out.time = *time;
  out.logsource = words.webserver;
  add_request(*request, words, out);
  add_unless_dash(words.sc_status, status, out);
  add_unless_dash(words.sc_bytes, bytes, out);
  scan.skip_blanks();
  if (const auto referer = scan_quoted(scan)) add_unless_dash(words.cs_referer, *referer, out);
  scan.skip_blanks();
  if (const auto agent = scan_quoted(scan)) add_unless_dash(words.cs_user_agent, *agent, out);
  return true;
}

}  // namespace yorozu::codec::text
