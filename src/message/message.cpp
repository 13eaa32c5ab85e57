#include "message/message.h"

#include <array>

namespace yorozu::message {

namespace {
struct Texts {
  std::string_view en, ja;
};
constexpr Texts kTexts[] = {
#define MESSAGE(name, en, ja) {en, ja},
#include "message/all.def"
#undef MESSAGE
};

Lang of_locale(std::string_view locale) {
  return locale.starts_with("ja") ? Lang::Ja : Lang::En;
}
}  // namespace

std::string_view text(Lang lang, Id id) {
  const Texts& texts = kTexts[static_cast<std::size_t>(id)];
  return lang == Lang::Ja ? texts.ja : texts.en;
}

Lang choose(std::string_view flag, const char* lc_all, const char* lc_messages, const char* lang) {
  if (!flag.empty()) return of_locale(flag);
  for (const char* value : {lc_all, lc_messages, lang})
    if (value != nullptr && *value != '\0') return of_locale(value);
  return Lang::En;
}

}  // namespace yorozu::message
