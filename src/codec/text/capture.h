/// Extents of the typed captures of patterns (pattern.h), and pairs. Each gives how many bytes at the front of `text`
/// are of that type; 0 when it does not begin with one.
#pragma once

#include <cstddef>
#include <string_view>

namespace yorozu::codec::text {

/// `inner`: the address without brackets.
std::size_t ip_length(std::string_view text, std::string_view* inner = nullptr);
/// "192.0.2.1:80", "[2001:db8::1]:80", "2001:db8::1:80" (the last group is the port where an address is left without
/// it), and an address alone.
std::size_t endpoint_length(std::string_view text, std::string_view& address, std::string_view& port);
std::size_t host_length(std::string_view text);
std::size_t int_length(std::string_view text);
std::size_t number_length(std::string_view text);
std::size_t hex_length(std::string_view text);
/// Quotes included; backslash takes the meaning off the quote behind it.
std::size_t quoted_length(std::string_view text);

struct Pair {
  std::string_view key, value;
};
/// Takes the next `key=value` off `text`, passing over what is none; false at the end. The key is a run of letters,
/// digits and _ . - @ /; the value is quoted, in <> or [], or ends at a blank, comma or semicolon.
bool take_pair(std::string_view& text, Pair& out);
/// The same for `[key "value"]`, `[key: value]`, `[key value]`; what is not of that form is passed over.
bool take_bracket_pair(std::string_view& text, Pair& out);
/// The same for `key: value` and `key = value`, where the value is a number, an address or in quotes: prose that names
/// its figures.
bool take_named_figure(std::string_view& text, Pair& out);

}  // namespace yorozu::codec::text
