#include "sigma/placeholder.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "sigma/pattern.h"

namespace yorozu::sigma {
namespace {

constexpr auto kKnown = std::to_array<std::string_view>({
    "Administrators",       "JumpServers",     "Workstations",        "Servers",
    "DomainControllers",  // of the specification
    "Admins_Workstations",  "ApprovedUserUpn", "Approved_Inviters",   "HomeTenantID",
    "Important_AppIds",     "Known_Location",  "KNOWN_LOCATION",      "Legitimate_Countries",
    "Legitimate_IP_Ranges", "ServerSystems",   "UnApprovedDevice",    "UnApprovedIp",
    "UnLegitCountries",     "dc_ip_addresses", "dc_machine_accounts", "domain_controller_hostnames",
    "internal_domains",     "known_cdcs",      "legit_ips",           "legtimate_identifiers",
    "DC-MACHINE-NAME",      "userdomain",
});

/// A text cut at its placeholders: text, name, text, name, ..., text.
struct Cut {
  std::vector<std::string> texts = {""};
  std::vector<std::string> names;
};

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Cut cut(std::string_view text) {
  Cut out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '%') {
      out.texts.back() += text[++i];
      continue;
    }
    const std::size_t end = text[i] == '%' ? text.find('%', i + 1) : std::string_view::npos;
    if (end != std::string_view::npos && is_name(text.substr(i + 1, end - i - 1))) {
      out.names.emplace_back(text.substr(i + 1, end - i - 1));
      out.texts.emplace_back();
      i = end;
    } else {
      out.texts.back() += text[i];
    }
  }
  return out;
}

/// The entries of a list; nullptr and an error when nobody knows its name.
const std::vector<std::string>* list_of(const std::string& name, Span span, ModifierContext& context) {
  static const std::vector<std::string> kEmpty;
  const auto found = context.options.placeholders.find(name);
  const auto* entries = found != context.options.placeholders.end() ? &found->second : &kEmpty;
  if (found == context.options.placeholders.end() && std::ranges::find(kKnown, name) == kKnown.end()) {
    context.report.error(span, "unknown-placeholder", "no list is configured for %" + name + "%",
                         "configure the list, or remove `expand` if the percent signs are meant as such");
    return nullptr;
  }
  auto& empty = context.empty_placeholders;
  if (entries->empty() && std::ranges::find(empty, name) == empty.end()) empty.push_back(name);
  return entries;
}

/// `made` x what `text` can become. False: error reported.
template <class Made, class Append>
bool expand_text(std::string_view text, std::vector<Made>& made, Span span, ModifierContext& context, Append&& append) {
  const Cut parts = cut(text);
  for (Made& one : made) append(one, parts.texts[0], false);
  for (std::size_t i = 0; i < parts.names.size(); ++i) {
    const auto* entries = list_of(parts.names[i], span, context);
    if (entries == nullptr) return false;
    const std::size_t combinations = made.size() * entries->size();
    if (combinations > kMaxAlternatives || combinations * text.size() > kMaxExpandedBytes) {
      context.report.error(span, "too-large", "one value becomes more than 20,000 tests or 4 MiB of text");
      return false;
    }
    std::vector<Made> next;
    for (const Made& one : made) {
      for (const std::string& entry : *entries) {
        Made& longer = next.emplace_back(one);
        append(longer, entry, true);
        append(longer, parts.texts[i + 1], false);
      }
    }
    made = std::move(next);
  }
  return true;
}

std::string quoted_for_regex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::optional<std::vector<Matcher>> expand_regex(const Regex& regex, Span span, ModifierContext& context) {
  std::vector<std::string> made(1);
  const bool fine = expand_text(
      regex.pattern, made, span, context,
      [](std::string& to, const std::string& text, bool entry) { to += entry ? quoted_for_regex(text) : text; });
  if (!fine) return std::nullopt;
  std::vector<Matcher> out;
  out.reserve(made.size());
  for (std::string& pattern : made)
    out.emplace_back(Regex{std::move(pattern), regex.ignore_case, regex.multi_line, regex.dot_all});
  return out;
}

}  // namespace

std::span<const std::string_view> known_placeholders() {
  return kKnown;
}

std::optional<std::vector<Matcher>> expand_placeholders(Matcher matcher, Span span, ModifierContext& context) {
  if (const auto* regex = std::get_if<Regex>(&matcher)) return expand_regex(*regex, span, context);
  const auto* pattern = std::get_if<Pattern>(&matcher);
  if (pattern == nullptr) {
    context.report.error(span, "modifier-type", "`expand` needs a text");
    return std::nullopt;
  }
  std::vector<Pattern> made(1);
  made[0].cased = pattern->cased;
  for (const Pattern::Part& part : pattern->parts) {
    const bool fine = part.kind == Pattern::Part::Kind::Literal
                          ? expand_text(part.text, made, span, context,
                                        [](Pattern& to, const std::string& text, bool entry) {
                                          append(to, entry ? parse_pattern(text) : literal_pattern(text));
                                        })
                          : (std::ranges::for_each(made, [&](Pattern& to) { append(to, Pattern{{part}}); }), true);
    if (!fine) return std::nullopt;
  }
  std::vector<Matcher> out;
  std::ranges::move(made, std::back_inserter(out));
  return out;
}

}  // namespace yorozu::sigma
