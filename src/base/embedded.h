/// Files that are part of the program (cmake: embed_files(TARGET SYMBOL ...)). Each symbol is a function declared by
/// its user: `namespace yorozu::embedded { std::span<const File> starter_rules(); }`.
#pragma once

#include <span>
#include <string_view>

namespace yorozu::embedded {

struct File {
  std::string_view name;  ///< path from the top of the source tree, "rules/windows/log_cleared.yml"
  const char* begin;
  const char* end;
  std::string_view text() const { return {begin, static_cast<std::size_t>(end - begin)}; }
};

}  // namespace yorozu::embedded
