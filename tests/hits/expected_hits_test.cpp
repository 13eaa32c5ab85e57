// Our hits of the shared Sigma rules on the shared logs against those of an independent evaluator. Every difference has
// to be explained, in explained_differences.tsv, and every explanation has to be needed.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "base/file.h"
#include "base/glob.h"
#include "base/test_data.h"
#include "hunt/input_archive.h"
#include "hunt/input_paths.h"
#include "hunt/rule_hits.h"
#include "hunt/rule_source.h"
#include "sigma/load.h"

namespace yorozu::hunt {
namespace {

namespace fs = std::filesystem;

using HitKey = std::tuple<std::string, std::string, std::uint64_t>;  ///< rule id, path below the data folder, record

std::vector<std::string> split(const std::string& line, char at) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string part; std::getline(in, part, at);) out.push_back(part);
  return out;
}

std::string gunzip(const fs::path& path) {
  auto source = FileSource::open(path.string());
  ArchiveLimits limits;
  limits.max_unpacked_bytes = std::uint64_t{1} << 28;
  limits.max_ratio = 10000;
  auto archive = Archive::open(**source, {}, limits);
  std::string out;
  std::array<std::uint8_t, 65536> block;
  if (!archive || !(*archive)->next()) return out;
  while (const std::size_t n = (*archive)->read(block).value_or(0)) out.append(as_text({block.data(), n}));
  return out;
}

std::set<HitKey> expected_hits(const fs::path& data) {
  std::set<HitKey> out;
  std::istringstream in(gunzip(data / "sigma_expected_hits.tsv.gz"));
  std::string line;
  std::getline(in, line);  // head
  while (std::getline(in, line)) {
    const std::vector<std::string> cells = split(line, '\t');
    if (cells.size() == 3) out.emplace(cells[2], cells[0], std::stoull(cells[1]));
  }
  return out;
}

std::set<HitKey> our_hits(const fs::path& data) {
  const std::vector<std::string> folders = {
      (data / "sigma/rules").string(), (data / "sigma/rules-emerging-threats").string(),
      (data / "sigma/rules-threat-hunting").string(), (data / "sigma/rules-placeholder").string(),
      (data / "sigma/rules-compliance").string()};
  const auto source = read_rules(folders);
  event::Schema schema;
  const event::LogsourceMap& map = event::LogsourceMap::builtin();
  const auto compiled = detect::compile(sigma::load(source->texts), schema, map);
  EXPECT_TRUE(compiled) << compiled.error().message;
  std::vector<std::string> files;
  const auto found = find_files({(data / "evtx").string(), (data / "sigma/regression_data").string()});
  for (const FoundFile& file : found->files)
    if (file.path.ends_with(".evtx")) files.push_back(file.path);
  auto input = Input::open(files, {});
  const auto hits = find_rule_hits(*compiled, **input, schema, map, 2);
  EXPECT_TRUE(hits) << hits.error().message;
  std::set<HitKey> out;
  for (const RuleHit& hit : *hits)
    out.emplace(detect::rules_of(**compiled).rules[hit.rule].meta.id,
                fs::path((*input)->file(hit.file).name).lexically_relative(data).string(), hit.record);
  return out;
}

/// A line of explained_differences.tsv: kind, number, rule id or *, path with *, reason.
struct Explanation {
  std::string kind, rule, path;
  std::size_t number = 0, used = 0;
};

std::vector<Explanation> explanations() {
  std::vector<Explanation> out;
  std::istringstream in(read_file(fs::path(YOROZU_SOURCE_DIR) / "tests/hits/explained_differences.tsv").value_or(""));
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> cells = split(line, '\t');
    if (line.starts_with('#') || cells.size() < 5) continue;
    out.push_back({cells[0], cells[2], cells[3], std::stoull(cells[1])});
  }
  return out;
}

bool fits(const std::string& pattern, const std::string& path) {
  Glob glob;
  for (const std::string& part : split(pattern, '*')) {
    if (!glob.pieces.empty()) glob.pieces.push_back({Glob::Piece::Kind::AnyRun, ""});
    glob.pieces.push_back({Glob::Piece::Kind::Literal, part});
  }
  if (pattern.ends_with('*')) glob.pieces.push_back({Glob::Piece::Kind::AnyRun, ""});
  return matches(glob, path);
}

/// Those of `a` that `b` does not have, each taken off an explanation; what nothing explains comes back as text.
std::string unexplained(const std::set<HitKey>& a, const std::set<HitKey>& b, const std::string& kind,
                        std::vector<Explanation>& known) {
  std::string out;
  for (const HitKey& hit : a) {
    if (b.contains(hit)) continue;
    const auto& [rule, path, record] = hit;
    const auto reason = std::ranges::find_if(known, [&, r = rule, p = path](const Explanation& e) {
      return e.kind == kind && (e.rule == "*" || e.rule == r) && fits(e.path, p);
    });
    if (reason != known.end())
      ++reason->used;
    else
      out += kind + "\t" + rule + "\t" + path + "\t" + std::to_string(record) + "\n";
  }
  return out;
}

TEST(ExpectedHits, EveryDifferenceIsExplainedAndEveryExplanationNeeded) {
  const auto data = shared_data();
  if (!data || !fs::exists(*data / "sigma_expected_hits.tsv.gz")) GTEST_SKIP() << "the shared test data is not there";
  const std::set<HitKey> expected = expected_hits(*data);
  ASSERT_GE(expected.size(), 2000U);
  const std::set<HitKey> ours = our_hits(*data);
  std::vector<Explanation> known = explanations();
  EXPECT_EQ(unexplained(expected, ours, "missing", known), "");
  EXPECT_EQ(unexplained(ours, expected, "extra", known), "");
  for (const Explanation& e : known) EXPECT_EQ(e.used, e.number) << e.kind << " " << e.rule << " " << e.path;
}

}  // namespace
}  // namespace yorozu::hunt
