#include "archive/index/tokens.h"

#include <algorithm>

namespace yorozu::archive::index {

namespace {

using Piece = Glob::Piece;

/// `piece` without the runs that a wildcard beside it may prolong.
std::string_view certain_part(std::string_view piece, bool open_left, bool open_right) {
  if (open_left)
    while (!piece.empty() && detail::is_alphanumeric(piece.front())) piece.remove_prefix(1);
  if (open_right)
    while (!piece.empty() && detail::is_alphanumeric(piece.back())) piece.remove_suffix(1);
  return piece;
}

void make_unique(std::vector<Token>& tokens) {
  std::ranges::sort(tokens);
  const auto rest = std::ranges::unique(tokens);
  tokens.erase(rest.begin(), rest.end());
}

}  // namespace

std::vector<Token> required_tokens(std::string_view text) {
  std::vector<Token> out;
  for_each_token(text, [&](Token token) { out.push_back(token); });
  make_unique(out);
  return out;
}

std::vector<Token> required_tokens(const Glob& glob) {
  std::vector<Token> out;
  for (std::size_t i = 0; i < glob.pieces.size(); ++i) {
    if (glob.pieces[i].kind != Piece::Kind::Literal) continue;
    const bool open_left = i > 0 && glob.pieces[i - 1].kind != Piece::Kind::Literal;
    const bool open_right = i + 1 < glob.pieces.size() && glob.pieces[i + 1].kind != Piece::Kind::Literal;
    for_each_token(certain_part(glob.pieces[i].text, open_left, open_right),
                   [&](Token token) { out.push_back(token); });
  }
  make_unique(out);
  return out;
}

}  // namespace yorozu::archive::index
