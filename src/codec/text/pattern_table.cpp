// Patterns for lines are many, and most lines fit none of the first hundred. So each has a witness, a run of signs that
// every fitting line has; four bytes of it are looked up at every position of the line, in a bitmap that stays in the
// first-level cache. What is seen there is tried in the order of the table.
#include "codec/text/pattern_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <cstring>
#include <unordered_map>

#include "base/assert.h"
#include "base/embedded.h"
#include "base/try.h"
#include "base/yaml_document.h"
#include "codec/text/scan.h"

namespace yorozu::embedded {
std::span<const File> pattern_tables();
}

namespace yorozu::codec::text {
namespace {

constexpr std::size_t kMaxLinePatterns = 1024;
constexpr std::size_t kMaxProgram = 64;

using Node = YamlDocument::Node;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::uint32_t gram_at(const char* at) {
  std::uint32_t gram;
  std::memcpy(&gram, at, 4);
  return gram;
}

std::size_t slot_of(std::uint32_t gram) {
  return (gram * 0x9E3779B1U) >> 18;  // 14 bits
}

/// Which of the line patterns may fit a line.
class WitnessIndex {
 public:
  void add(std::size_t pattern, std::string_view witness) {
    if (witness.size() < 4) {
      always_.set(pattern);
      return;
    }
    // The last four bytes: patterns of one program begin alike more often than they end alike.
    grams_.push_back({gram_at(witness.data() + witness.size() - 4), static_cast<std::uint16_t>(pattern)});
  }
  void finish() {
    std::ranges::sort(grams_, {}, [](const Gram& gram) { return std::pair(slot_of(gram.bytes), gram.pattern); });
    for (std::size_t i = grams_.size(); i-- > 0;) {
      first_[slot_of(grams_[i].bytes)] = static_cast<std::uint16_t>(i + 1);
    }
  }

  using Set = std::bitset<kMaxLinePatterns>;
  void find(std::string_view line, Set& found) const {
    found = always_;
    for (std::size_t at = 0; at + 4 <= line.size(); ++at) {
      const std::uint32_t gram = gram_at(line.data() + at);
      const std::size_t slot = slot_of(gram);
      if (first_[slot] == 0) continue;
      for (std::size_t i = first_[slot] - std::size_t{1}; i < grams_.size() && slot_of(grams_[i].bytes) == slot; ++i)
        if (grams_[i].bytes == gram) found.set(grams_[i].pattern);
    }
  }

 private:
  struct Gram {
    std::uint32_t bytes;
    std::uint16_t pattern;
  };
  std::vector<Gram> grams_;
  std::array<std::uint16_t, 1U << 14> first_{};  ///< by slot: 1 + position in grams_; 0: none
  Set always_;
};

}  // namespace

struct PatternTable::Impl {
  std::vector<PatternList> lists;
  std::vector<Belonging> belongings;
  FieldNames fields;

  std::unordered_map<std::string_view, const PatternList*> by_program;  ///< whole names
  std::vector<std::pair<std::string_view, const PatternList*>> by_prefix;
  struct Set {
    std::vector<Found> patterns;
    WitnessIndex witnesses;
    Result<void> add(const PatternList& list) {
      for (const DeclaredPattern& pattern : list.patterns) {
        if (patterns.size() == kMaxLinePatterns) return fail(ErrorCode::InvalidInput, "too many patterns for lines");
        witnesses.add(patterns.size(), pattern.pattern.witness());
        patterns.push_back({&list, &pattern});
      }
      return {};
    }
  };
  Set lines, shared;

  std::uint16_t belonging(const Belonging& wanted) {
    const auto found = std::ranges::find(belongings, wanted);
    if (found == belongings.end()) belongings.push_back(wanted);
    return static_cast<std::uint16_t>(std::ranges::find(belongings, wanted) - belongings.begin());
  }

  Result<void> index() {
    for (const PatternList& list : lists) {
      for (const std::string& program : list.programs) {
        if (program.ends_with('*'))
          by_prefix.emplace_back(std::string_view(program).substr(0, program.size() - 1), &list);
        else if (!by_program.emplace(program, &list).second)
          return fail(ErrorCode::InvalidInput, "two lists of the program '" + program + "'");
      }
      if (list.is_shared) TRY(shared.add(list));
      if (!list.is_shared && list.programs.empty()) TRY(lines.add(list));
    }
    // Last, so that what stands around such a message is taken off first.
    for (const PatternList& list : lists)
      if (list.is_shared) TRY(lines.add(list));
    shared.witnesses.finish();
    lines.witnesses.finish();
    return {};
  }

  const PatternList* find(std::string_view name) const {
    if (const auto found = by_program.find(name); found != by_program.end()) return found->second;
    for (const auto& [prefix, list] : by_prefix)
      if (name.starts_with(prefix)) return list;
    return nullptr;
  }
};

namespace {

class Reader {
 public:
  Reader(YamlDocument& document, std::vector<PatternList>& lists, FieldNames& fields,
         const std::function<std::uint16_t(const Belonging&)>& number)
      : yaml_(document), lists_(lists), fields_(fields), number_(number) {}

  Result<void> read() {
    const Node* root = yaml_.root();
    if (root == nullptr) return fail(ErrorCode::InvalidInput, "line 1: nothing here");
    return yaml_.for_each_pair(*root, [&](std::string_view key, const Node& value) -> Result<void> {
      if (key != "lists") return YamlDocument::wrong(value, "unknown key '" + std::string(key) + "'");
      return yaml_.for_each_item(value, [&](const Node& item) { return read_list(item); });
    });
  }

 private:
  Result<bool> read_belonging(std::string_view key, const Node& value, Belonging& out) {
    if (key == "class") {
      TRY_ASSIGN(const std::string word, YamlDocument::scalar(value));
      const auto source_class = event::parse_source_class(word);
      if (!source_class) return YamlDocument::wrong(value, "'" + word + "' is no source class");
      out.source_class = *source_class;
      return true;
    }
    if (key != "logsource") return false;
    out.logsource = {};
    TRY(yaml_.for_each_pair(value, [&](std::string_view attribute, const Node& text) -> Result<void> {
      std::string* const to = attribute == "product"    ? &out.logsource.product
                              : attribute == "category" ? &out.logsource.category
                              : attribute == "service"  ? &out.logsource.service
                                                        : nullptr;
      if (to == nullptr) return YamlDocument::wrong(text, "unknown key '" + std::string(attribute) + "'");
      TRY_ASSIGN(*to, YamlDocument::scalar(text));
      return {};
    }));
    return true;
  }

  Result<void> read_list(const Node& item) {
    PatternList& list = lists_.emplace_back();
    Belonging belonging;
    const Node* patterns = nullptr;
    bool is_lines = false;
    const auto read_true = [](std::string_view key, const Node& value, bool& out) -> Result<void> {
      TRY_ASSIGN(const std::string word, YamlDocument::scalar(value));
      if (word != "true") return YamlDocument::wrong(value, "`" + std::string(key) + "` is true or not there");
      out = true;
      return {};
    };
    TRY(yaml_.for_each_pair(item, [&](std::string_view key, const Node& value) -> Result<void> {
      TRY_ASSIGN(const bool is_belonging, read_belonging(key, value, belonging));
      if (is_belonging) return {};
      if (key == "programs") {
        TRY_ASSIGN(list.programs, yaml_.scalars(value));
        for (std::string& program : list.programs) std::ranges::transform(program, program.begin(), lower);
      } else if (key == "lines") {
        return read_true(key, value, is_lines);
      } else if (key == "shared") {
        return read_true(key, value, list.is_shared);
      } else if (key == "keys") {
        return yaml_.for_each_pair(value, [&](std::string_view from, const Node& to) -> Result<void> {
          TRY_ASSIGN(const std::string name, YamlDocument::scalar(to));
          list.keys.push_back({std::string(from), fields_.number(name)});
          return {};
        });
      } else if (key == "patterns") {
        patterns = &value;
      } else {
        return YamlDocument::wrong(value, "unknown key '" + std::string(key) + "' of a list");
      }
      return {};
    }));
    if (!list.programs.empty() + is_lines + list.is_shared != 1)
      return YamlDocument::wrong(item, "a list is of `programs`, of `lines`, or `shared`");
    list.belonging = number_(belonging);
    if (patterns == nullptr) return {};
    return yaml_.for_each_item(*patterns, [&](const Node& pattern) { return read_pattern(pattern, belonging, list); });
  }

  Result<void> read_pattern(const Node& item, Belonging belonging, PatternList& list) {
    std::string match;
    DeclaredPattern out{
        .pattern = {}, .constants = {}, .line = YamlDocument::line_of(item), .sample = {}, .expected = {}};
    TRY(yaml_.for_each_pair(item, [&](std::string_view key, const Node& value) -> Result<void> {
      TRY_ASSIGN(const bool is_belonging, read_belonging(key, value, belonging));
      if (is_belonging) return {};
      if (key == "match") {
        TRY_ASSIGN(match, YamlDocument::scalar(value));
        auto compiled = Pattern::compile(match, fields_);
        if (!compiled) return YamlDocument::wrong(value, compiled.error().message);
        out.pattern = *std::move(compiled);
      } else if (key == "sample") {
        TRY_ASSIGN(out.sample, YamlDocument::scalar(value));
      } else if (key == "fields") {
        return read_texts(
            value, [&](std::string_view name, std::string text) { out.expected.emplace_back(name, std::move(text)); });
      } else if (key == "set") {
        return read_texts(value, [&](std::string_view name, std::string text) {
          out.constants.emplace_back(fields_.number(name), std::move(text));
        });
      } else {
        return YamlDocument::wrong(value, "unknown key '" + std::string(key) + "' of a pattern");
      }
      return {};
    }));
    if (match.empty() || out.sample.empty() || out.expected.empty())
      return YamlDocument::wrong(item, "a pattern needs `match`, `sample` and `fields`");
    out.belonging = number_(belonging);
    list.patterns.push_back(std::move(out));
    return {};
  }

  template <class F>
  Result<void> read_texts(const Node& map, F&& each) {
    return yaml_.for_each_pair(map, [&](std::string_view name, const Node& value) -> Result<void> {
      TRY_ASSIGN(std::string text, YamlDocument::scalar(value));
      each(name, std::move(text));
      return {};
    });
  }

  YamlDocument& yaml_;
  std::vector<PatternList>& lists_;
  FieldNames& fields_;
  const std::function<std::uint16_t(const Belonging&)>& number_;
};

}  // namespace

PatternTable::PatternTable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PatternTable::PatternTable(PatternTable&&) noexcept = default;
PatternTable::~PatternTable() = default;

const PatternTable& PatternTable::builtin() {
  static const PatternTable table = [] {
    std::vector<Source> files;
    for (const embedded::File& file : embedded::pattern_tables()) files.push_back({file.name, file.text()});
    auto parsed = parse(files);
    YOROZU_ASSERT(parsed.has_value(), "the tests parse the embedded files");
    return *std::move(parsed);
  }();
  return table;
}

Result<PatternTable> PatternTable::parse(std::span<const Source> files) {
  auto impl = std::make_unique<Impl>();
  const std::function<std::uint16_t(const Belonging&)> number = [&](const Belonging& wanted) {
    return impl->belonging(wanted);
  };
  for (const Source& file : files) {
    auto document = YamlDocument::open(file.yaml);
    if (!document) return std::unexpected(std::move(document.error()).in(file.name));
    if (auto read = Reader(**document, impl->lists, impl->fields, number).read(); !read)
      return std::unexpected(std::move(read.error()).in(file.name));
  }
  TRY(impl->index());
  return PatternTable(std::move(impl));
}

const PatternList* PatternTable::list_of(std::string_view program) const {
  if (program.empty() || program.size() > kMaxProgram) return nullptr;
  std::array<char, kMaxProgram> folded;
  std::ranges::transform(program, folded.begin(), lower);
  std::string_view name(folded.data(), program.size());
  if (const PatternList* list = impl_->find(name)) return list;
  if (const std::size_t slash = name.find('/'); slash != std::string_view::npos && slash > 0)
    if (const PatternList* list = impl_->find(name.substr(0, slash))) return list;
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
    if (const PatternList* list = impl_->find(name)) return list;
  }
  std::size_t end = std::min(name.find('@'), name.size());
  while (end > 0 && is_digit(name[end - 1])) --end;
  return end == name.size() || end == 0 ? nullptr : impl_->find(name.substr(0, end));
}

namespace {

template <class Set>
PatternTable::Found match_any(const Set& set, std::string_view text, MatchContext context, LineRecord& out,
                              std::string_view& inner) {
  const std::span<const KeyName> own_keys = context.keys;
  WitnessIndex::Set candidates;
  set.witnesses.find(text, candidates);
  for (std::size_t i = candidates._Find_first(); i < set.patterns.size(); i = candidates._Find_next(i)) {
    const PatternTable::Found& found = set.patterns[i];
    if (own_keys.empty()) context.keys = found.list->keys;
    if (found.pattern->pattern.match(text, context, out, inner)) return found;
  }
  return {nullptr, nullptr};
}

}  // namespace

PatternTable::Found PatternTable::match_line(std::string_view line, MatchContext context, LineRecord& out,
                                             std::string_view& inner) const {
  return match_any(impl_->lines, line, context, out, inner);
}

PatternTable::Found PatternTable::match_shared(std::string_view message, MatchContext context, LineRecord& out,
                                               std::string_view& inner) const {
  return match_any(impl_->shared, message, context, out, inner);
}

const std::vector<PatternList>& PatternTable::lists() const {
  return impl_->lists;
}
const std::vector<Belonging>& PatternTable::belongings() const {
  return impl_->belongings;
}
const std::vector<std::string>& PatternTable::field_names() const {
  return impl_->fields.names();
}

}  // namespace yorozu::codec::text
