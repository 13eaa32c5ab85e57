#include "codec/text/loose.h"

#include <algorithm>
#include <array>

#include "codec/text/capture.h"
#include "codec/text/scan.h"

namespace yorozu::codec::text {
namespace {

constexpr std::size_t kMaxPairs = 256;
constexpr std::size_t kMaxUser = 128;

bool has(const LineRecord& out, event::NameId name, std::size_t from) {
  return std::find(out.names.begin() + static_cast<std::ptrdiff_t>(from), out.names.end(), name) != out.names.end();
}

bool ends_with_word(std::string_view text, std::string_view word) {
  if (!text.ends_with(word)) return false;
  const std::size_t before = text.size() - word.size();
  return before == 0 || !((text[before - 1] | 0x20) >= 'a' && (text[before - 1] | 0x20) <= 'z');
}

bool names_a_source(std::string_view before) {
  while (before.ends_with(' ') || before.ends_with(':') || before.ends_with('[') || before.ends_with('(') ||
         before.ends_with('"') || before.ends_with('\'') || before.ends_with('='))
    before.remove_suffix(1);
  for (const std::string_view word :
       {"from", "From", "client", "by", "peer", "rhost", "host", "from ip", "from IP", "remote", "address", "IP", "ip"})
    if (ends_with_word(before, word)) return true;
  return false;
}

struct FoundAddress {
  std::string_view text;
  bool is_source = false;
};

/// The first address that stands behind a word for a source; else the first.
FoundAddress find_address(std::string_view message) {
  FoundAddress first;
  for (std::size_t at = 0; at < message.size();) {
    const std::size_t start = message.find_first_of("0123456789abcdefABCDEF:", at);
    if (start == std::string_view::npos) break;
    const auto is_inside = [](char c) {
      return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '.' || c == '_' || c == '-';
    };
    if (start > 0 && is_inside(message[start - 1])) {
      at = start + 1;
      continue;
    }
    std::string_view address;
    const std::size_t length = ip_length(message.substr(start, 64), &address);
    if (length == 0) {
      at = start + 1;
      while (at < message.size() && is_inside(message[at])) ++at;
      continue;
    }
    const bool is_source = names_a_source(message.substr(0, start));
    if (is_source) return {address, true};
    if (first.text.empty()) first.text = address;
    at = start + length;
  }
  return first;
}

std::string_view find_user(std::string_view message) {
  for (const std::string_view marker : {"for user ", "of user ", "username ", "user ", "User ", "account "}) {
    const std::size_t at = message.find(marker);
    if (at == std::string_view::npos) continue;
    if (at > 0 && ((message[at - 1] | 0x20) >= 'a' && (message[at - 1] | 0x20) <= 'z')) continue;
    const std::string_view rest = message.substr(at + marker.size());
    if (const std::size_t quoted = quoted_length(rest.substr(0, kMaxUser)); quoted > 2)
      return rest.substr(1, quoted - 2);
    if (rest.starts_with('[') || rest.starts_with('<')) {
      const std::size_t close = rest.substr(0, kMaxUser).find(rest[0] == '[' ? ']' : '>');
      if (close != std::string_view::npos && close > 1) return rest.substr(1, close - 1);
    }
    if (marker != "for user ") continue;
    std::string_view word = rest.substr(0, rest.find_first_of(" ,;()"));
    while (word.ends_with('.') || word.ends_with(':')) word.remove_suffix(1);
    if (!word.empty() && word.size() <= kMaxUser) return word;
  }
  return {};
}

std::string_view find_port(std::string_view message) {
  const std::size_t at = message.find(" port ");
  if (at == std::string_view::npos) return {};
  const std::string_view rest = message.substr(at + 6);
  return rest.substr(0, int_length(rest));
}

}  // namespace

void read_loosely(std::string_view message, const MatchContext& context, LineRecord& out) {
  const std::size_t before = out.names.size();
  std::string_view rest = message;
  Pair pair;
  for (std::size_t n = 0; n < kMaxPairs && take_pair(rest, pair); ++n) {
    if (pair.value.empty() || pair.value == "-") continue;
    const auto renamed = std::ranges::find(context.keys, pair.key, &KeyName::key);
    out.add(renamed == context.keys.end() ? context.words.id(pair.key)
                                          : context.ids[static_cast<std::size_t>(renamed->field)],
            pair.value);
  }
  rest = message;
  for (std::size_t n = 0; n < kMaxPairs && take_named_figure(rest, pair); ++n)
    out.add(context.words.id(pair.key), pair.value);
  const Vocabulary& words = context.words;
  if (!has(out, words.source_ip, before))
    if (const FoundAddress address = find_address(message); !address.text.empty())
      out.add(address.is_source ? words.source_ip : words.id("ip"), address.text);
  if (!has(out, words.user, before))
    if (const std::string_view user = find_user(message); !user.empty()) out.add(words.user, user);
  if (const std::string_view port = find_port(message); !port.empty()) out.add(words.port, port);
}

}  // namespace yorozu::codec::text
