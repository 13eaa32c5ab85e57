#include "sigma/modifier.h"

#include <algorithm>
#include <array>
#include <utility>

namespace yorozu::sigma {
namespace {

struct Name {
  std::string_view text;
  Modifier modifier;
};

/// The first name of a modifier is the one that messages use.
constexpr auto kNames = std::to_array<Name>({
    {"all", Modifier::All},
    {"neq", Modifier::NotEqual},
    {"cased", Modifier::Cased},
    {"contains", Modifier::Contains},
    {"startswith", Modifier::StartsWith},
    {"endswith", Modifier::EndsWith},
    {"re", Modifier::Regex},
    {"i", Modifier::IgnoreCase},
    {"ignorecase", Modifier::IgnoreCase},
    {"m", Modifier::MultiLine},
    {"multiline", Modifier::MultiLine},
    {"s", Modifier::DotAll},
    {"dotall", Modifier::DotAll},
    {"cidr", Modifier::Cidr},
    {"exists", Modifier::Exists},
    {"fieldref", Modifier::FieldReference},
    {"expand", Modifier::Expand},
    {"windash", Modifier::WindowsDash},
    {"base64", Modifier::Base64},
    {"base64offset", Modifier::Base64Offset},
    {"wide", Modifier::Utf16Le},
    {"utf16le", Modifier::Utf16Le},
    {"utf16be", Modifier::Utf16Be},
    {"utf16", Modifier::Utf16},
    {"lt", Modifier::Less},
    {"lte", Modifier::LessOrEqual},
    {"gt", Modifier::Greater},
    {"gte", Modifier::GreaterOrEqual},
    {"minute", Modifier::Minute},
    {"hour", Modifier::Hour},
    {"day", Modifier::Day},
    {"week", Modifier::Week},
    {"month", Modifier::Month},
    {"year", Modifier::Year},
});

bool is_list_modifier(Modifier modifier) {
  return modifier == Modifier::All || modifier == Modifier::NotEqual;
}

bool is_regex_flag(Modifier modifier) {
  return modifier == Modifier::IgnoreCase || modifier == Modifier::MultiLine || modifier == Modifier::DotAll;
}

/// Orders that mean nothing: `re` and `cidr` take the value as it is written, so nothing may have changed it before;
/// `exists` stands alone; i, m and s belong to a `re`.
void check_order(const FieldKey& key, Span span, Report& report) {
  bool value_changed = false;
  bool regex = false;
  for (const Modifier modifier : key.modifiers) {
    const std::string name(to_string(modifier));
    if ((modifier == Modifier::Regex || modifier == Modifier::Cidr) && value_changed)
      report.error(span, "modifier-order", "`" + name + "` must be the first modifier",
                   "write `|" + name + "` right behind the field");
    if (is_regex_flag(modifier) && !regex)
      report.error(span, "modifier-order", "`" + name + "` is a flag of `re` and must follow it");
    regex = regex || modifier == Modifier::Regex;
    value_changed = value_changed || !is_list_modifier(modifier);
  }
  if (key.has(Modifier::Exists) && key.modifiers.size() > 1)
    report.error(span, "modifier-order", "`exists` must be the only modifier");
}

}  // namespace

std::optional<Modifier> parse_modifier(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &Name::text);
  if (found == kNames.end()) return std::nullopt;
  return found->modifier;
}

std::string_view to_string(Modifier modifier) {
  return std::ranges::find(kNames, modifier, &Name::modifier)->text;
}

bool FieldKey::has(Modifier modifier) const {
  return std::ranges::find(modifiers, modifier) != modifiers.end();
}

std::optional<FieldKey> parse_field_key(const YamlNode& key, Report& report) {
  const std::string_view text = key.text;
  FieldKey out;
  std::size_t at = text.find('|');
  out.field = text.substr(0, at);
  bool known = true;
  while (at != std::string_view::npos) {
    const std::size_t next = text.find('|', at + 1);
    const std::string_view name = text.substr(at + 1, next == std::string_view::npos ? next : next - at - 1);
    if (const auto modifier = parse_modifier(name)) {
      out.modifiers.push_back(*modifier);
    } else {
      known = false;
      report.error(key.span, "unknown-modifier", "'" + std::string(name) + "' is not a Sigma modifier");
    }
    at = next;
  }
  if (!known) return std::nullopt;
  check_order(out, key.span, report);
  return out;
}

}  // namespace yorozu::sigma
