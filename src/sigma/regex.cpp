#include "sigma/regex.h"

#include <re2/re2.h>

#include <string>
#include <utility>

namespace yorozu::sigma {
namespace {

constexpr std::int64_t kMaxMemory = std::int64_t{32} << 20;  // of one compiled expression, program and DFA

std::string with_flags(const Regex& regex) {
  std::string flags;
  if (regex.ignore_case) flags += 'i';
  if (regex.multi_line) flags += 'm';
  if (regex.dot_all) flags += 's';
  return flags.empty() ? regex.pattern : "(?" + flags + ")" + regex.pattern;
}

bool is_left_out(const re2::RE2& re) {
  return re.error_code() == re2::RE2::ErrorBadPerlOp || re.error_code() == re2::RE2::ErrorBadEscape ||
         re.error_code() == re2::RE2::ErrorRepeatSize || re.error_code() == re2::RE2::ErrorRepeatOp;
}

}  // namespace

Result<CompiledRegex> CompiledRegex::compile(const Regex& regex) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  auto re = std::make_shared<const re2::RE2>(with_flags(regex), options);
  if (re->ok()) return CompiledRegex(std::move(re));
  return fail(is_left_out(*re) ? ErrorCode::Unsupported : ErrorCode::InvalidInput, re->error());
}

bool CompiledRegex::found_in(std::string_view text) const {
  return re2_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

std::string_view CompiledRegex::pattern() const {
  return re2_->pattern();
}

}  // namespace yorozu::sigma
