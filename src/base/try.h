/// Early return of errors, declaration style; libstdc++ 12 has no monadic std::expected.
///   TRY(write_header(file));
///   TRY_ASSIGN(auto rule, parse(text));
#pragma once

#include <utility>

#define YOROZU_CONCAT_(a, b) a##b
#define YOROZU_CONCAT(a, b) YOROZU_CONCAT_(a, b)

// NOLINTBEGIN(bugprone-macro-parentheses): `tmp` is a name and `decl` a declaration; neither can stand in brackets.
#define TRY_IMPL_(tmp, expr)                                  \
  do {                                                        \
    auto tmp = (expr);                                        \
    if (!tmp) return std::unexpected(std::move(tmp).error()); \
  } while (false)
#define TRY(expr) TRY_IMPL_(YOROZU_CONCAT(try_, __LINE__), expr)

#define TRY_ASSIGN_IMPL_(tmp, decl, expr)                   \
  auto tmp = (expr);                                        \
  if (!tmp) return std::unexpected(std::move(tmp).error()); \
  decl = *std::move(tmp)
#define TRY_ASSIGN(decl, expr) TRY_ASSIGN_IMPL_(YOROZU_CONCAT(try_, __LINE__), decl, expr)
// NOLINTEND(bugprone-macro-parentheses)
