#include "detect/regex_literals.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace yorozu::detect {

namespace {

using Set = std::vector<std::string>;

constexpr std::size_t kMaxAlternatives = 32;
constexpr int kMaxDepth = 20;

std::size_t shortest(const Set& set) {
  std::size_t out = SIZE_MAX;
  for (const std::string& text : set) out = std::min(out, text.size());
  return set.empty() ? 0 : out;
}

/// Recursive descent over the syntax; anything unusual makes the whole answer "nothing is certain".
class Reader {
 public:
  explicit Reader(std::string_view pattern) : pattern_(pattern) {}

  Set read() {
    Set out = alternation(0);
    if (failed_ || at_ != pattern_.size()) return {};
    return out;
  }

 private:
  bool more() const { return at_ < pattern_.size() && !failed_; }
  char here() const { return pattern_[at_]; }
  Set fail() {
    failed_ = true;
    return {};
  }

  /// Union over the branches; empty as soon as one of them has nothing.
  Set alternation(int depth) {
    if (depth > kMaxDepth) return fail();
    Set all;
    bool certain = true;
    while (true) {
      Set branch = concatenation(depth);
      if (branch.empty()) certain = false;
      all.insert(all.end(), branch.begin(), branch.end());
      if (!more() || here() != '|') break;
      ++at_;
    }
    if (!certain || all.size() > kMaxAlternatives) return {};
    return all;
  }

  /// The best of what stands one after the other.
  Set concatenation(int depth) {
    Set best;
    std::string run;
    const auto offer = [&best](Set set) {
      if (shortest(set) > shortest(best)) best = std::move(set);
    };
    const auto end_run = [&] {
      if (!run.empty()) offer({fold(run)});
      run.clear();
    };
    while (more() && here() != '|' && here() != ')') {
      if (here() == '(') {
        end_run();
        Set group = this->group(depth);
        if (quantifier() != Count::MayBeNone) offer(std::move(group));
        continue;
      }
      const std::optional<std::string> character = atom();
      const Count count = quantifier();
      if (!character) {
        end_run();
      } else if (count == Count::One) {
        run += *character;
      } else {
        if (count == Count::Several) run += *character;
        end_run();
      }
    }
    end_run();
    return best;
  }

  Set group(int depth) {
    ++at_;
    if (more() && here() == '?') {
      ++at_;
      if (more() && here() == 'P') ++at_;
      if (more() && here() == '<') {  // a name; look-behind is nothing RE2 knows
        const std::size_t end = pattern_.find('>', at_);
        if (end == pattern_.npos) return fail();
        at_ = end + 1;
      } else {
        while (more() && here() != ':' && here() != ')') {
          if (std::string_view("imsU-").find(here()) == std::string_view::npos) return fail();
          ++at_;
        }
        if (!more()) return fail();
        if (here() == ')') {  // flags for what follows: folding takes care of `i`, the others do not change literals
          ++at_;
          return {};
        }
        ++at_;
      }
    }
    Set out = alternation(depth + 1);
    if (!more() || here() != ')') return fail();
    ++at_;
    return out;
  }

  enum class Count { One, Several, MayBeNone };
  Count quantifier() {
    Count count = Count::One;
    while (more()) {
      const char c = here();
      if (c == '*' || c == '?') {
        count = Count::MayBeNone;  // also the lazy `+?`, which only loses a literal
      } else if (c == '+') {
        count = count == Count::MayBeNone ? count : Count::Several;
      } else if (c == '{') {
        const std::size_t end = pattern_.find('}', at_);
        if (end == pattern_.npos || end == at_ + 1 || pattern_[at_ + 1] < '0' || pattern_[at_ + 1] > '9') {
          if (end == pattern_.npos) return count;
          fail();
          return Count::MayBeNone;
        }
        const bool none = pattern_[at_ + 1] == '0';
        count = none || count == Count::MayBeNone ? Count::MayBeNone : Count::Several;
        at_ = end;
      } else {
        break;
      }
      ++at_;
    }
    return count;
  }

  /// One character that stands for itself; nullopt: something else that takes the place of one, or of none.
  std::optional<std::string> atom() {
    const char c = here();
    if (c == '[') return skip_set();
    if (c == '\\') return escape();
    if (c == '.' || c == '^' || c == '$') {
      ++at_;
      return std::nullopt;
    }
    if (c == '{' || c == '}' || c == ']' || c == '*' || c == '+' || c == '?') {
      fail();
      ++at_;
      return std::nullopt;
    }
    const std::size_t start = at_;
    next_code_point(pattern_, at_);
    return std::string(pattern_.substr(start, at_ - start));
  }

  std::optional<std::string> escape() {
    if (at_ + 1 >= pattern_.size()) {
      fail();
      return std::nullopt;
    }
    const char c = pattern_[at_ + 1];
    at_ += 2;
    if (std::string_view("dDsSwWbBAzC").find(c) != std::string_view::npos) return std::nullopt;
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_word && c > ' ') return std::string(1, c);
    if (c == 'x' && at_ + 2 <= pattern_.size() && pattern_[at_] != '{') {
      at_ += 2;
      return std::nullopt;
    }
    if (std::string_view("nrtfva").find(c) != std::string_view::npos) return std::nullopt;
    fail();
    return std::nullopt;
  }

  std::optional<std::string> skip_set() {
    ++at_;
    if (more() && here() == '^') ++at_;
    if (more() && here() == ']') ++at_;
    while (more() && here() != ']') {
      if (here() == '[' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] == ':') {
        const std::size_t end = pattern_.find(":]", at_ + 2);
        if (end != pattern_.npos) at_ = end + 1;
      } else if (here() == '\\') {
        ++at_;
      }
      ++at_;
    }
    if (!more()) {
      fail();
      return std::nullopt;
    }
    ++at_;
    return std::nullopt;
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace

std::vector<std::string> regex_literals(std::string_view pattern) {
  return Reader(pattern).read();
}

}  // namespace yorozu::detect
