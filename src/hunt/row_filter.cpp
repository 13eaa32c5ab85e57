#include "hunt/row_filter.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>

#include "base/text.h"

namespace yorozu::hunt {

namespace {

std::optional<Subject> subject_of(std::string_view word) {
  if (word == "rule") return Subject::Rule;
  if (word == "tag") return Subject::Tag;
  if (word == "host") return Subject::Host;
  if (word == "channel") return Subject::Channel;
  return std::nullopt;
}

Glob parse_glob(std::string_view text) {
  using Kind = Glob::Piece::Kind;
  Glob out;
  for (const char c : fold(text)) {
    if (c == '*')
      out.pieces.push_back({Kind::AnyRun, {}});
    else if (c == '?')
      out.pieces.push_back({Kind::AnyOne, {}});
    else if (!out.pieces.empty() && out.pieces.back().kind == Kind::Literal)
      out.pieces.back().text.push_back(c);
    else
      out.pieces.push_back({Kind::Literal, std::string(1, c)});
  }
  return out;
}

bool fits(const Selector& selector, std::span<const std::string> folded) {
  return std::ranges::any_of(folded, [&](const std::string& text) { return matches(selector.pattern, text); });
}

/// `folded`: every text that stands for the subject.
bool wanted(const RowFilter& filter, Subject subject, std::span<const std::string> folded) {
  bool named = false, included = false;
  for (const Selector& selector : filter.include) {
    if (selector.subject != subject) continue;
    named = true;
    included = included || fits(selector, folded);
  }
  if (named && !included) return false;
  return std::ranges::none_of(
      filter.exclude, [&](const Selector& selector) { return selector.subject == subject && fits(selector, folded); });
}

}  // namespace

Result<Selector> parse_selector(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto subject = subject_of(text.substr(0, colon));
  if (colon == std::string_view::npos || !subject || colon + 1 == text.size())
    return fail(ErrorCode::InvalidInput, "'" + std::string(text) + "' is not rule:, tag:, host: or channel:PATTERN");
  return Selector{*subject, parse_glob(text.substr(colon + 1))};
}

bool RowFilter::shows_rule(const RuleEntry& rule) const {
  if (!rule.alerts || rule.level < min_level) return false;
  const std::vector<std::string> names = {fold(rule.title), fold(rule.title_ja), fold(rule.id),
                                          fold(std::filesystem::path(rule.file).filename().string())};
  std::vector<std::string> tags;
  for (const std::string& tag : rule.tags) tags.push_back(fold(tag));
  return wanted(*this, Subject::Rule, names) && wanted(*this, Subject::Tag, tags);
}

bool RowFilter::wants_time(Timestamp time) const {
  if (!from.known() && !to.known()) return true;
  return time.known() && (!from.known() || time >= from) && (!to.known() || time < to);
}

bool RowFilter::wants_host(std::string_view host) const {
  return wanted(*this, Subject::Host, std::initializer_list<std::string>{fold(host)});
}

bool RowFilter::wants_channel(std::string_view channel) const {
  return wanted(*this, Subject::Channel, std::initializer_list<std::string>{fold(channel)});
}

bool RowFilter::looks_at(Subject subject) const {
  const auto same = [&](const Selector& selector) { return selector.subject == subject; };
  return std::ranges::any_of(include, same) || std::ranges::any_of(exclude, same);
}

}  // namespace yorozu::hunt
