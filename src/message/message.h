/// Everything the program says to people, in Japanese and English, from one catalogue: src/message/*.def, one file a
/// module, each line MESSAGE(name, "English", "日本語"). Machine output (JSON, CSV headers) is never translated and not
/// here.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>

namespace yorozu::message {

enum class Lang { En, Ja };

enum class Id {
#define MESSAGE(name, en, ja) name,
#include "message/all.def"
#undef MESSAGE
};

std::string_view text(Lang lang, Id id);

/// fmt's placeholders; both languages take the same arguments (a test compares them).
template <class... Args>
std::string format(Lang lang, Id id, const Args&... args) {
  return fmt::format(fmt::runtime(text(lang, id)), args...);
}

/// `--lang` when given ("ja", "en"), else LC_ALL, LC_MESSAGES, LANG as glibc reads them; English when nothing is said.
Lang choose(std::string_view flag, const char* lc_all, const char* lc_messages, const char* lang);

}  // namespace yorozu::message
