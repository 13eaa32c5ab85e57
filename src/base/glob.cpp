#include "base/glob.h"

#include <cstddef>

#include "base/text.h"

namespace yorozu {

// The classic two-pointer match: go forward while pieces fit; at a misfit return to the newest AnyRun and let it
// swallow one character more. An older AnyRun never has to be reopened, because whatever it could swallow the newer one
// can.
bool matches(const Glob& glob, std::string_view text) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t piece = 0, at = 0, run_piece = kNone, run_at = 0;
  while (true) {
    bool fits = false;
    if (piece < glob.pieces.size()) {
      const Glob::Piece& p = glob.pieces[piece];
      switch (p.kind) {
        case Glob::Piece::Kind::AnyRun:
          run_piece = ++piece;
          run_at = at;
          continue;
        case Glob::Piece::Kind::AnyOne:
          if (at < text.size()) {
            next_code_point(text, at);
            ++piece;
            fits = true;
          }
          break;
        case Glob::Piece::Kind::Literal:
          if (text.substr(at).starts_with(p.text)) {
            at += p.text.size();
            ++piece;
            fits = true;
          }
          break;
      }
    } else if (at == text.size()) {
      return true;
    }
    if (fits) continue;
    if (run_piece == kNone || run_at >= text.size()) return false;
    if (run_piece == glob.pieces.size()) return true;  // a trailing AnyRun takes all the rest
    const Glob::Piece& next = glob.pieces[run_piece];
    if (next.kind == Glob::Piece::Kind::Literal) {  // jump to where the next literal can begin
      const std::size_t found = text.find(next.text, run_at + 1);
      if (found == std::string_view::npos) return false;
      run_at = found;
    } else {
      next_code_point(text, run_at);
    }
    at = run_at;
    piece = run_piece;
  }
}

}  // namespace yorozu
