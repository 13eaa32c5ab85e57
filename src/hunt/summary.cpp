#include "hunt/summary.h"

#include <numeric>

namespace yorozu::hunt {

namespace {

template <class F>
std::uint64_t sum(const std::vector<FileReport>& files, F&& of) {
  return std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                         [&](std::uint64_t total, const FileReport& file) { return total + of(file); });
}

}  // namespace

std::uint64_t HuntSummary::records() const {
  return sum(result.files, [](const FileReport& file) { return file.records; });
}
std::uint64_t HuntSummary::damages() const {
  return sum(result.files, [](const FileReport& file) { return file.damages.size() + file.damages_not_listed; });
}
std::uint64_t HuntSummary::gaps() const {
  return sum(result.files, [](const FileReport& file) { return file.gaps.size() + file.gaps_not_listed; });
}
std::uint64_t HuntSummary::time_steps() const {
  return sum(result.files, [](const FileReport& file) { return file.time_steps.size() + file.time_steps_not_listed; });
}

std::vector<FailedRule> failed_rules(const std::vector<sigma::Diagnostic>& diagnostics) {
  std::vector<FailedRule> out;
  for (const sigma::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != sigma::Diagnostic::Severity::Error) continue;
    if (!out.empty() && !diagnostic.rule.empty() && out.back().file == diagnostic.file &&
        out.back().rule == diagnostic.rule) {
      out.back().reason += "; " + diagnostic.message;
      continue;
    }
    out.push_back({diagnostic.file, diagnostic.rule, diagnostic.span, diagnostic.code, diagnostic.message});
  }
  return out;
}

}  // namespace yorozu::hunt
