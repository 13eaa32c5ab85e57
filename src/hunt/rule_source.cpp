#include "hunt/rule_source.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/file.h"
#include "base/try.h"
#include "hunt/input_archive.h"
#include "hunt/input_paths.h"
#include "sigma/yaml_tree.h"

namespace yorozu::embedded {
std::span<const File> starter_rule_files();
}

namespace yorozu::hunt {
namespace {

constexpr std::uint64_t kMaxListBytes = std::uint64_t{64} << 20;

bool has_rule_name(std::string_view name) {
  if (name.ends_with(".test.yml") || name.ends_with(".test.yaml")) return false;
  return name.ends_with(".yml") || name.ends_with(".yaml") || name.ends_with(".YML") || name.ends_with(".YAML");
}

bool says_it_is_sigma(std::string_view text) {
  static constexpr auto kKeys =
      std::to_array<std::string_view>({"detection:", "correlation:", "filter:", "logsource:"});
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    if (std::ranges::any_of(kKeys, [&](std::string_view key) { return text.starts_with(key); })) return true;
    const std::size_t line = text.find_first_of("\r\n");
    if (line == std::string_view::npos) return false;
    text.remove_prefix(line + 1);
  }
  return false;
}

class Reader {
 public:
  explicit Reader(const RuleSourceLimits& limits) : limits_(limits) {}

  Result<void> path(const std::string& path);
  RuleSource take() { return std::move(out_); }

 private:
  enum class Trust { IsRule, AskText };
  Result<void> folder(const std::string& path);
  void one_file(const std::string& path);
  void archive(const std::string& name, std::unique_ptr<FileSource> file, std::vector<std::uint8_t> head);
  Result<std::string> member_text(Archive& from) const;
  void add(std::string name, std::string text, Trust trust);
  void problem(const std::string& name, Error error) { out_.problems.push_back({name, std::move(error)}); }
  bool is_full(const std::string& name);

  const RuleSourceLimits& limits_;
  RuleSource out_;
  std::uint64_t bytes_ = 0;
  bool full_ = false;
};

Result<void> Reader::path(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return folder(path);
  if (!std::filesystem::exists(path, error)) return fail(ErrorCode::NotFound, path + ": no such file or folder");
  one_file(path);
  return {};
}

Result<void> Reader::folder(const std::string& path) {
  TRY_ASSIGN(const FoundFiles found, find_files({path}));
  for (const Input::Problem& p : found.problems) problem(p.name, p.error);
  for (const FoundFile& file : found.files) {
    if (!has_rule_name(file.name) || is_full(file.name)) continue;
    auto text = read_file(file.path, limits_.max_file_bytes);
    if (text)
      add(file.name, *std::move(text), Trust::AskText);
    else
      problem(file.name, std::move(text).error());
  }
  return {};
}

void Reader::one_file(const std::string& path) {
  auto source = FileSource::open(path);
  if (!source) return problem(path, std::move(source).error());
  std::vector<std::uint8_t> head(512);
  Result<void> error;
  head.resize(read_full(**source, head, error));
  if (looks_like_archive(head)) return archive(path, *std::move(source), std::move(head));
  auto text = read_file(path, limits_.max_file_bytes);
  if (!text) return problem(path, std::move(text).error());
  add(path, *std::move(text), Trust::IsRule);
}

Result<std::string> Reader::member_text(Archive& from) const {
  std::string text;
  std::array<std::uint8_t, 16384> block;
  while (true) {
    TRY_ASSIGN(const std::size_t n, from.read(block));
    if (n == 0) return text;
    if (text.size() + n > limits_.max_file_bytes) return fail(ErrorCode::Overloaded, "larger than a rule file may be");
    text.append(as_text({block.data(), n}));
  }
}

void Reader::archive(const std::string& name, std::unique_ptr<FileSource> file, std::vector<std::uint8_t> head) {
  ArchiveLimits limits;
  limits.max_unpacked_bytes = limits_.max_bytes;
  limits.max_ratio = 1000;
  auto opened = Archive::open(*file, std::move(head), limits);
  if (!opened) return problem(name, std::move(opened).error());
  std::vector<sigma::RuleText> members;
  while (true) {
    auto member = (*opened)->next();
    if (!member) {
      problem(name, std::move(member).error());
      break;
    }
    if (!*member) break;
    const bool is_whole_file = (*member)->name.empty();  // rules.yml.gz
    if (!is_whole_file && !has_rule_name((*member)->name)) continue;
    const std::string shown = is_whole_file ? name : name + "!" + (*member)->name;
    if ((*member)->is_encrypted) {
      problem(shown, {ErrorCode::Unsupported, "encrypted"});
      continue;
    }
    auto text = member_text(**opened);
    if (text)
      members.push_back({shown, *std::move(text)});
    else
      problem(shown, std::move(text).error());
  }
  std::ranges::stable_sort(members, {}, &sigma::RuleText::file);
  for (sigma::RuleText& member : members)
    if (!is_full(member.file)) add(std::move(member.file), std::move(member.text), Trust::AskText);
}

void Reader::add(std::string name, std::string text, Trust trust) {
  if (trust == Trust::AskText && !says_it_is_sigma(text)) {
    out_.not_rules.push_back(std::move(name));
    return;
  }
  bytes_ += text.size();
  out_.texts.push_back({std::move(name), std::move(text)});
}

bool Reader::is_full(const std::string& name) {
  if (bytes_ <= limits_.max_bytes && out_.texts.size() < limits_.max_files) return false;
  if (!full_) problem(name, {ErrorCode::Overloaded, "too many rules: this file and those after it are not read"});
  full_ = true;
  return true;
}

}  // namespace

std::span<const embedded::File> starter_rules() {
  return embedded::starter_rule_files();
}

Result<RuleSource> read_rules(std::span<const std::string> given, const RuleSourceLimits& limits) {
  if (given.empty()) {
    RuleSource out;
    for (const embedded::File& file : starter_rules())
      out.texts.push_back({std::string(file.name), std::string(file.text())});
    return out;
  }
  Reader reader(limits);
  for (const std::string& path : given) TRY(reader.path(path));
  return reader.take();
}

Result<PlaceholderLists> parse_lists(std::string_view yaml) {
  PlaceholderLists out;
  const auto refuse = [](const sigma::Span& span, const std::string& what) {
    return fail(ErrorCode::InvalidInput, "line " + std::to_string(span.line) + ": " + what);
  };
  for (const sigma::YamlText& document : sigma::split_documents(yaml)) {
    const auto root = sigma::parse_document(document);
    if (!root) return refuse(root.error().span, root.error().message);
    if (!root->is_mapping()) return refuse(root->span, "must be a map from the names of lists to their values");
    for (const sigma::YamlEntry& entry : root->entries) {
      if (entry.repeated) return refuse(entry.key.span, "the list '" + entry.key.text + "' stands twice");
      std::vector<std::string>& values = out[entry.key.text];
      if (entry.value.is_mapping()) return refuse(entry.value.span, "a list cannot be a map");
      if (entry.value.is_scalar() && !entry.value.is_null()) values.push_back(entry.value.text);
      for (const sigma::YamlNode& item : entry.value.items) {
        if (!item.is_scalar()) return refuse(item.span, "a value of a list must be a text");
        values.push_back(item.text);
      }
    }
  }
  return out;
}

Result<PlaceholderLists> read_lists(const std::string& path) {
  TRY_ASSIGN(const std::string text, read_file(path, kMaxListBytes));
  auto lists = parse_lists(text);
  if (!lists) return std::unexpected(std::move(lists).error().in(path));
  return lists;
}

}  // namespace yorozu::hunt
