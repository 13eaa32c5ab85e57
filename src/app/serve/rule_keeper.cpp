#include "app/serve/rule_keeper.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/try.h"
#include "detect/cache.h"
#include "hunt/rule_source.h"
#include "sigma/load.h"

namespace yorozu::serve {

namespace {

constexpr std::uint64_t kMaxSet = std::uint64_t{512} << 20;
constexpr std::size_t kMaxListed = 100;

/// What identifies a rule, and the hash of its text.
std::map<std::string, std::string> hashes_of(const sigma::RuleSet& set) {
  std::map<std::string, std::string> out;
  const auto name = [](const sigma::Metadata& meta) { return meta.id + (meta.title.empty() ? "" : "  " + meta.title); };
  for (const sigma::Rule& rule : set.rules) out.emplace(name(rule.meta), rule.text_hash);
  for (const sigma::Correlation& correlation : set.correlations)
    out.emplace(name(correlation.meta), correlation.text_hash);
  return out;
}

RuleChanges changes_between(const sigma::RuleSet& before, const sigma::RuleSet& after) {
  RuleChanges out;
  const auto old_rules = hashes_of(before), new_rules = hashes_of(after);
  for (const auto& [name, hash] : new_rules) {
    const auto found = old_rules.find(name);
    if (found == old_rules.end())
      out.added.push_back(name);
    else if (found->second != hash)
      out.changed.push_back(name);
  }
  for (const auto& [name, hash] : old_rules)
    if (!new_rules.contains(name)) out.removed.push_back(name);
  out.rules = after.rules.size() + after.correlations.size();
  for (const sigma::Diagnostic& diagnostic : after.diagnostics) {
    if (diagnostic.severity != sigma::Diagnostic::Severity::Error) continue;
    ++out.problem_count;
    if (out.problems.size() < kMaxListed)
      out.problems.push_back(diagnostic.file + ":" + std::to_string(diagnostic.span.line) + ": " + diagnostic.message);
  }
  return out;
}

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

/// Copies what stands behind the descriptor; its offset does not matter.
Result<void> copy_to(const Fd& from, const std::filesystem::path& path) {
  TRY_ASSIGN(const std::uint64_t size, file_size(from));
  if (size > kMaxSet) return fail(ErrorCode::Overloaded, "the set of rules is too large");
  std::string content(size, '\0');
  TRY_ASSIGN(const std::size_t got,
             read_at(from, 0, {reinterpret_cast<std::uint8_t*>(content.data()), content.size()}));
  content.resize(got);
  return write_file_atomic(path, content);
}

}  // namespace

struct RuleKeeper::Loaded {
  std::string origin;
  std::vector<sigma::RuleText> texts;
  sigma::LoadOptions options;
};

Result<RuleKeeper::Loaded> RuleKeeper::read(const std::vector<std::string>& paths) const {
  Loaded out;
  if (!options_.lists.empty()) {
    TRY_ASSIGN(out.options.placeholders, hunt::read_lists(options_.lists));
  }
  TRY_ASSIGN(auto source, hunt::read_rules(paths));
  if (!source.problems.empty())
    return std::unexpected(std::move(source.problems.front().error).in(source.problems.front().name));
  out.texts = std::move(source.texts);
  for (const std::string& path : paths) out.origin += (out.origin.empty() ? "" : ", ") + path;
  return out;
}

Result<std::shared_ptr<const detect::CompiledRules>> RuleKeeper::make(const Loaded& loaded) const {
  std::error_code error;
  std::filesystem::create_directories(folder_.cache(), error);
  TRY_ASSIGN(auto ready, detect::make_ready(loaded.texts, loaded.options, schema_, logsources_,
                                            {threads_, folder_.cache() / "rules"}));
  return std::move(ready.rules);
}

void RuleKeeper::remember(const std::string& origin, const detect::CompiledRules& rules, std::size_t problems) {
  const sigma::RuleSet& set = detect::rules_of(rules);
  state_ = {origin, set.rules.size(), set.correlations.size(), problems};
}

Result<std::shared_ptr<const detect::CompiledRules>> RuleKeeper::load(
    const std::function<void(const std::string&)>& report) {
  const std::lock_guard lock(mutex_);
  const auto use = [&](const std::vector<std::string>& paths,
                       const std::string& origin) -> Result<std::shared_ptr<const detect::CompiledRules>> {
    TRY_ASSIGN(Loaded loaded, read(paths));
    TRY_ASSIGN(auto rules, make(loaded));
    if (detect::rules_of(*rules).rules.empty()) return fail(ErrorCode::Corrupt, "no usable rule in it");
    remember(origin.empty() ? loaded.origin : origin, *rules, detect::rules_of(*rules).failed);
    return rules;
  };
  if (!options_.rules.empty()) return use(options_.rules, "");
  for (const auto& path : {current(), previous()}) {
    if (!is_there(path)) continue;
    auto rules = use({path.string()}, path == current() ? "update" : "update before the last");
    if (rules) return rules;
    report(path.string() + ": " + rules.error().message);
  }
  return use({}, "starter rules");
}

std::filesystem::path RuleKeeper::incoming(const Fd& file, Result<void>& result) const {
  const std::filesystem::path path = folder_.rules() / "incoming.tar";
  std::error_code error;
  std::filesystem::create_directories(folder_.rules(), error);
  result = copy_to(file, path);
  return path;
}

Result<RuleChanges> RuleKeeper::compare(const Fd& file) const {
  const std::lock_guard lock(mutex_);
  Result<void> copied;
  const auto path = incoming(file, copied);
  TRY(copied);
  TRY_ASSIGN(const Loaded loaded, read({path.string()}));
  std::vector<std::string> now = options_.rules;
  if (now.empty() && is_there(current())) now = {current().string()};
  TRY_ASSIGN(const Loaded before, read(now));
  const sigma::RuleSet after = sigma::load(loaded.texts, loaded.options);
  RuleChanges changes = changes_between(sigma::load(before.texts, before.options), after);
  if (changes.rules == 0) return fail(ErrorCode::InvalidInput, "not one usable rule in it");
  return changes;
}

Result<RuleChanges> RuleKeeper::update(
    const Fd& file, const std::function<Result<void>(std::shared_ptr<const detect::CompiledRules>)>& use) {
  if (!options_.rules.empty())
    return fail(ErrorCode::Conflict,
                "yorozu.toml names rules of its own (detect.rules): change them there, or take them out");
  TRY_ASSIGN(RuleChanges changes, compare(file));
  const std::lock_guard lock(mutex_);
  const auto path = folder_.rules() / "incoming.tar";
  TRY_ASSIGN(const Loaded loaded, read({path.string()}));
  TRY_ASSIGN(auto rules, make(loaded));
  TRY(use(rules));
  std::error_code error;
  if (is_there(current())) std::filesystem::rename(current(), previous(), error);
  if (!error) std::filesystem::rename(path, current(), error);
  if (error) return fail(ErrorCode::Io, "the rules are in use, but could not be kept: " + error.message());
  remember("update", *rules, changes.problem_count);
  return changes;
}

RuleState RuleKeeper::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace yorozu::serve
