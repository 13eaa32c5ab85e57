#include "hunt/rule_regression.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>

#include "base/file.h"
#include "base/try.h"
#include "hunt/input_paths.h"
#include "hunt/rule_hits.h"
#include "sigma/yaml_tree.h"

namespace yorozu::hunt {
namespace {

namespace fs = std::filesystem;
using State = RegressionCase::State;

std::string text_of(const sigma::YamlNode& node, std::string_view key) {
  const sigma::YamlNode* value = node.find(key);
  return value != nullptr && value->is_scalar() && !value->is_null() ? value->text : "";
}

/// `path` counts from the top of the rule repository; the file lies beside its info.yml.
std::string beside(const std::string& info, const std::string& path) {
  return (fs::path(info).parent_path() / fs::path(path).filename()).string();
}

void add_case(RegressionCase base, std::string file, std::vector<RegressionCase>& out) {
  std::error_code error;
  base.file = std::move(file);
  base.state = fs::is_regular_file(base.file, error) ? State::Passed : State::FileMissing;
  if (base.state == State::FileMissing) base.reason = "no such file";
  out.push_back(std::move(base));
}

void add_test(const RegressionCase& base, const sigma::YamlNode& test, std::vector<RegressionCase>& out) {
  RegressionCase one = base;
  const std::string count = text_of(test, "match_count");
  if (!count.empty()) std::from_chars(count.data(), count.data() + count.size(), one.wanted);
  const std::string file = beside(base.info, text_of(test, "path"));
  add_case(one, file, out);
  const std::string twin = fs::path(file).replace_extension(".json").string();
  std::error_code error;
  if (twin != file && fs::is_regular_file(twin, error)) add_case(one, twin, out);
}

void read_info(const std::string& info, std::vector<RegressionCase>& out) {
  RegressionCase base;
  base.info = info;
  const auto text = read_file(info, std::uint64_t{1} << 20);
  if (!text) {
    base.state = State::FileMissing;
    base.reason = text.error().message;
    return out.push_back(base);
  }
  const auto documents = sigma::split_documents(*text);
  const auto root =
      documents.empty() ? std::expected<sigma::YamlNode, sigma::YamlError>{} : sigma::parse_document(documents[0]);
  if (!root) {
    base.state = State::FileMissing;
    base.reason = root.error().message;
    return out.push_back(base);
  }
  const sigma::YamlNode* tests = root->find("regression_tests_info");
  const sigma::YamlNode* rules = root->find("rule_metadata");
  if (rules == nullptr) return;
  for (const sigma::YamlNode& rule : rules->items) {
    base.rule = text_of(rule, "id");
    base.title = text_of(rule, "title");
    if (tests == nullptr || tests->items.empty()) {
      out.push_back(base);  // NoTest
      continue;
    }
    for (const sigma::YamlNode& test : tests->items) add_test(base, test, out);
  }
}

/// Keeps the rules that tests name, and what the correlations among them need.
sigma::RuleSet only_wanted(sigma::RuleSet rules, const std::vector<RegressionCase>& cases) {
  std::set<std::string, std::less<>> ids;
  for (const RegressionCase& c : cases) ids.insert(c.rule);
  const bool any_correlation =
      std::ranges::any_of(rules.correlations, [&](const sigma::Correlation& c) { return ids.contains(c.meta.id); });
  if (any_correlation) return rules;
  rules.correlations.clear();
  std::erase_if(rules.rules, [&](const sigma::Rule& rule) { return !ids.contains(rule.meta.id); });
  return rules;
}

struct Known {
  std::uint32_t index;
  bool is_correlation;
};

std::map<std::string, Known, std::less<>> ids_of(const sigma::RuleSet& rules) {
  std::map<std::string, Known, std::less<>> out;
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) out.emplace(rules.rules[i].meta.id, Known{i, false});
  for (std::uint32_t i = 0; i < rules.correlations.size(); ++i)
    out.emplace(rules.correlations[i].meta.id, Known{i, true});
  return out;
}

using HitCounts = std::map<std::tuple<std::string, std::uint32_t, bool>, std::uint64_t>;

void judge(RegressionCase& c, const std::map<std::string, Known, std::less<>>& ids, const HitCounts& counts,
           const std::vector<Input::Problem>& problems) {
  if (c.state == State::NoTest || c.state == State::FileMissing) return;
  const auto rule = ids.find(c.rule);
  if (rule == ids.end()) {
    c.state = State::RuleMissing;
    return;
  }
  const auto problem = std::ranges::find(problems, c.file, &Input::Problem::name);
  if (problem != problems.end()) {
    c.state = State::FileMissing;
    c.reason = problem->error.message;
    return;
  }
  const auto count = counts.find({c.file, rule->second.index, rule->second.is_correlation});
  c.hits = count == counts.end() ? 0 : count->second;
  c.state = c.hits >= c.wanted ? State::Passed : State::Failed;
}

}  // namespace

Result<std::vector<RegressionCase>> run_rule_regression(const std::string& folder, sigma::RuleSet rules,
                                                        event::Schema& schema, const event::LogsourceMap& logsources,
                                                        unsigned threads) {
  TRY_ASSIGN(const FoundFiles found, find_files({folder}));
  std::vector<RegressionCase> cases;
  for (const FoundFile& file : found.files)
    if (fs::path(file.path).filename() == "info.yml") read_info(file.path, cases);
  if (cases.empty()) return fail(ErrorCode::NotFound, folder + ": no info.yml with tests of rules below it");

  std::vector<std::string> files;
  for (const RegressionCase& c : cases)
    if (c.state == State::Passed && !std::ranges::count(files, c.file)) files.push_back(c.file);
  TRY_ASSIGN(const auto compiled, detect::compile(only_wanted(std::move(rules), cases), schema, logsources));
  TRY_ASSIGN(const auto input, Input::open(files, {}));
  TRY_ASSIGN(const auto hits, find_rule_hits(compiled, *input, schema, logsources, threads));
  HitCounts counts;
  for (const RuleHit& hit : hits) ++counts[{input->file(hit.file).name, hit.rule, hit.is_correlation}];
  const auto ids = ids_of(detect::rules_of(*compiled));
  const std::vector<Input::Problem> problems = input->problems();
  for (RegressionCase& c : cases) judge(c, ids, counts, problems);
  return cases;
}

}  // namespace yorozu::hunt
