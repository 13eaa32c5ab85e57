/// Text made safe for where it is shown. Each function appends to `out`.
#pragma once

#include <string>
#include <string_view>

namespace yorozu {

/// JSON string content without the quotes (RFC 8785 section 3.2.2.2); bytes that are not UTF-8 become U+FFFD.
void append_json_escaped(std::string_view utf8, std::string& out);
/// The same with quotes around it.
void append_json_string(std::string_view utf8, std::string& out);
/// HTML text and attribute values: & < > " ' and control characters.
void append_html(std::string_view utf8, std::string& out);
/// XML 1.0 text and attribute values; characters that XML forbids become U+FFFD.
void append_xml(std::string_view utf8, std::string& out);
/// One CSV field (RFC 4180, always quoted when needed); a leading = + - @ tab or CR gets a ' in front, so that a
/// spreadsheet does not run it.
void append_csv(std::string_view utf8, std::string& out);
/// For a terminal: control characters, ESC, C1 and bidirectional overrides become visible (\x1b, \u202e).
void append_terminal(std::string_view utf8, std::string& out);
std::string terminal_safe(std::string_view utf8);

}  // namespace yorozu
