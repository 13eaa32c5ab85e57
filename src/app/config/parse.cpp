#include "app/config/parse.h"

#include <toml++/toml.h>

#include <algorithm>
#include <set>

#include "app/config/schema.h"
#include "base/file.h"
#include "base/time.h"
#include "base/try.h"

namespace yorozu::config {

namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 20;

/// What a value cannot become, in words; the place is the caller's.
using Complaint = std::optional<std::string>;

std::string listed(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

std::vector<std::string_view> source_class_words() {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < event::kSourceClasses; ++i)
    if (const auto c = static_cast<event::SourceClass>(i); c != event::SourceClass::Yorozu)
      words.push_back(to_string(c));
  return words;
}

/// One reader for each kind of field: a TOML value into the struct.
struct Reader {
  const toml::node& node;

  Complaint operator()(bool* at) const {
    const auto value = node.value_exact<bool>();
    if (!value) return "must be true or false";
    *at = *value;
    return {};
  }
  Complaint operator()(const Number& number) const {
    const auto value = node.value_exact<std::int64_t>();
    const auto bounds = [&] {
      const bool open = number.most > (std::uint64_t{1} << 62) - 1;
      return std::to_string(number.least) + (open ? " or more" : " to " + std::to_string(number.most));
    };
    if (!value) return "must be a whole number, " + bounds();
    if (*value < 0 || static_cast<std::uint64_t>(*value) < number.least ||
        static_cast<std::uint64_t>(*value) > number.most)
      return "must be " + bounds() + ", not " + std::to_string(*value);
    *number.at = static_cast<std::uint64_t>(*value);
    return {};
  }
  Complaint operator()(const Choice& choice) const {
    const auto value = node.value_exact<std::string>();
    const auto found = value ? std::ranges::find(choice.words, *value) : choice.words.end();
    if (found == choice.words.end()) return "must be one of: " + listed(choice.words);
    choice.set(choice.at, static_cast<std::size_t>(found - choice.words.begin()));
    return {};
  }
  Complaint operator()(std::string* at) const {
    const auto value = node.value_exact<std::string>();
    if (!value) return "must be text in quotes";
    if (value->contains('\0')) return "must not contain a zero byte";
    *at = *value;
    return {};
  }
  Complaint operator()(net::Endpoint* at) const {
    const auto value = node.value_exact<std::string>();
    if (!value) return "must be an address and a port in quotes, as in \"0.0.0.0:514\"";
    auto endpoint = net::parse_endpoint(*value);
    if (!endpoint) return endpoint.error().message;
    *at = *endpoint;
    return {};
  }
  Complaint operator()(event::SourceClass* at) const {
    const auto value = node.value_exact<std::string>();
    const auto parsed = value ? event::parse_source_class(*value) : std::nullopt;
    if (!parsed || *parsed == event::SourceClass::Yorozu) return "must be one of: " + listed(source_class_words());
    *at = *parsed;
    return {};
  }
  Complaint operator()(ZoneName* at) const {
    const auto value = node.value_exact<std::string>();
    const auto zone = value ? TimeZone::named(*value) : fail(ErrorCode::InvalidInput, "");
    if (!zone && !(value && value->empty() && at->text.empty()))
      return "must be local, UTC, a name like \"Asia/Tokyo\" or an offset like \"+09:00\"";
    at->text = *value;
    return {};
  }
  Complaint operator()(std::vector<std::string>* at) const {
    return list(*at, [](const std::string& text) -> Result<std::string> { return text; });
  }
  Complaint operator()(std::vector<net::Network>* at) const { return list(*at, net::parse_network); }

 private:
  template <class Item, class Parse>
  Complaint list(std::vector<Item>& at, Parse parse) const {
    const toml::array* const array = node.as_array();
    if (array == nullptr) return "must be a list of texts, as in [\"a\", \"b\"]";
    std::vector<Item> items;
    for (const toml::node& element : *array) {
      const auto text = element.value_exact<std::string>();
      if (!text) return "must be a list of texts, as in [\"a\", \"b\"]";
      auto item = parse(*text);
      if (!item) return item.error().message;
      items.push_back(std::move(*item));
    }
    at = std::move(items);
    return {};
  }
};

bool is_name(std::string_view name) {
  const auto is_ok = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, is_ok);
}

std::string joined(std::string_view table, std::string_view key) {
  return table.empty() ? std::string(key) : std::string(table) + "." + std::string(key);
}

struct TomlProblem {
  std::uint32_t line;
  std::string message;
};
std::expected<toml::table, TomlProblem> parse_toml(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return std::unexpected(TomlProblem{error.source().begin.line, std::string(error.description())});
  }
}

/// Where a source came from, for what is found out later.
struct SourcePlace {
  std::string file;
  std::uint32_t line;
};

class Parser {
 public:
  Parser() : tables_(tables_of(config_)) {}
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  void read(const NamedText& file) {
    file_ = file.name;
    auto parsed = parse_toml(file.text);
    if (!parsed) {
      problems_.push_back({file_, parsed.error().line, "", std::move(parsed.error().message)});
      return;
    }
    read_tables(*parsed, "");
  }

  void set(const std::string& setting) {
    file_ = "--set";
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      problems_.push_back({file_, 0, setting, "must be table.key=value"});
      return;
    }
    const std::string key = setting.substr(0, equals), value = setting.substr(equals + 1);
    const std::size_t dot = key.rfind('.');
    Table* const table = dot == std::string::npos ? nullptr : find_table(key.substr(0, dot));
    const Key* const known = table == nullptr ? nullptr : find_key(*table, key.substr(dot + 1));
    if (known == nullptr) {
      problems_.push_back({file_, 0, key, "there is no such key"});
      return;
    }
    assign(*known, value_of(*known, value), key);
  }

  Parsed<Config> finish() {
    check_whole();
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    return config_;
  }

 private:
  static std::uint32_t line_of(const toml::node& node) { return node.source().begin.line; }
  void complain(const toml::node& at, std::string key, std::string message) {
    problems_.push_back({file_, line_of(at), std::move(key), std::move(message)});
  }

  /// Makes [file.NAME] when it is the first that is said about it.
  Table* find_table(const std::string& name) {
    constexpr std::string_view kFile = "file.";
    for (Table& table : tables_)
      if (table.name == name) return &table;
    if (!name.starts_with(kFile) || !is_name(name.substr(kFile.size()))) return nullptr;
    const std::string file = name.substr(kFile.size());
    return &tables_.emplace_back(table_of(config_.files[file], file));  // a map keeps its elements in place
  }
  static const Key* find_key(const Table& table, std::string_view name) {
    const auto found = std::ranges::find(table.keys, name, &Key::name);
    return found == table.keys.end() ? nullptr : &*found;
  }
  bool is_above_a_table(const std::string& name) const {
    return name == "file" ||
           std::ranges::any_of(tables_, [&](const Table& table) { return table.name.starts_with(name + "."); });
  }

  void read_tables(const toml::table& table, const std::string& name) {
    for (const auto& [key, node] : table) {
      const std::string path = joined(name, key.str());
      if (path == "source") {
        read_sources(node);
        continue;
      }
      if (const Table* const here = find_table(name); here != nullptr) {
        if (const Key* const known = find_key(*here, key.str()); known != nullptr) {
          assign(*known, node, path);
          continue;
        }
      }
      const toml::table* const inner = node.as_table();
      if (inner != nullptr && (find_table(path) != nullptr || is_above_a_table(path)))
        read_tables(*inner, path);
      else
        complain(node, path, unknown_key(name, inner != nullptr));
    }
  }

  std::string unknown_key(const std::string& table, bool is_table) {
    if (is_table) return "there is no such table";
    const Table* const here = find_table(table);
    if (here == nullptr) return "there is no such key";
    std::vector<std::string_view> names;
    for (const Key& key : here->keys) names.push_back(key.name);
    return "there is no such key; [" + table + "] has: " + listed(names);
  }

  void assign(const Key& key, const toml::node& node, const std::string& path) {
    if (const Complaint complaint = std::visit(Reader{node}, key.field)) complain(node, path, *complaint);
  }
  void assign(const Key& key, const toml::table& holder, const std::string& path) {
    assign(key, *holder.get("v"), path);
  }

  void read_sources(const toml::node& node) {
    const toml::array* const array = node.as_array();
    if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
      complain(node, "source", "must be written as [[source]]");
      return;
    }
    for (const toml::node& element : *array) {
      Source source;
      const Table table = table_of(source);
      for (const auto& [key, value] : *element.as_table()) {
        const Key* const known = find_key(table, key.str());
        if (known == nullptr)
          complain(value, joined("source", key.str()), "there is no such key");
        else
          assign(*known, value, joined("source", key.str()));
      }
      config_.sources.push_back(std::move(source));
      source_places_.push_back({file_, line_of(element)});
    }
  }

  /// The value of --set as TOML; text of a person who left the quotes out is taken for what the key wants.
  static toml::table value_of(const Key& key, const std::string& text) {
    const bool wants_text =
        std::holds_alternative<std::string*>(key.field) || std::holds_alternative<net::Endpoint*>(key.field) ||
        std::holds_alternative<Choice>(key.field) || std::holds_alternative<event::SourceClass*>(key.field) ||
        std::holds_alternative<ZoneName*>(key.field);
    const bool wants_list = std::holds_alternative<std::vector<std::string>*>(key.field) ||
                            std::holds_alternative<std::vector<net::Network>*>(key.field);
    const bool one_line = !text.contains('\n');
    if (one_line && (!wants_text || text.starts_with('"') || text.starts_with('\'')))
      if (auto parsed = parse_toml("v = " + text); parsed && parsed->get("v")->is_array() == wants_list)
        return std::move(*parsed);
    if (!wants_list) return toml::table{{"v", text}};
    toml::array items;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      items.push_back(text.substr(at, comma - at));
      at = comma + 1;
    }
    return toml::table{{"v", std::move(items)}};
  }

  void check_whole() {
    for (const event::RetentionGroup group : event::kAllRetentionGroups) {
      const std::uint64_t keep = config_.archive.keep_days[static_cast<std::size_t>(group)];
      const std::uint64_t floor = config_.archive.floor_days[static_cast<std::size_t>(group)];
      const std::string key = "archive.floor." + std::string(to_string(group));
      if (keep != 0 && floor == 0)
        whole(key, "0 (never deleted) does not go with a time to keep; set archive.keep to 0 as well");
      else if (floor != 0 && floor < kLeastFloorDays)
        whole(key, std::to_string(floor) + " days are fewer than the six months (" + std::to_string(kLeastFloorDays) +
                       " days) that an investigation needs");
      else if (keep != 0 && floor > keep)
        whole(key, std::to_string(floor) + " days is longer than archive.keep, " + std::to_string(keep) + " days");
      if (floor == 0 && config_.archive.budget_gib[static_cast<std::size_t>(group)] != 0)
        whole("archive.budget." + std::string(to_string(group)),
              "does not go with a floor of 0 (never deleted); set archive.floor to 184 or more");
    }
    if (config_.tls.certificate.empty() != config_.tls.key.empty())
      whole("tls.certificate", "a certificate needs its key, and a key its certificate");
    for (const auto& [name, file] : config_.files)
      if (file.enabled && file.paths.empty()) whole("file." + name + ".paths", "names no file to follow");
    check_networks();
    check_sources();
  }
  void check_networks() {
    for (const std::string_view name : kListenerNames)
      if (find_listener(config_, name)->networks.empty())
        whole(std::string(name) + ".networks", "names nobody; everybody is [\"0.0.0.0/0\", \"::/0\"]");
  }
  void whole(std::string key, std::string message) { problems_.push_back({"", 0, std::move(key), std::move(message)}); }

  void check_sources() {
    std::set<std::string> names;
    for (std::size_t i = 0; i < config_.sources.size(); ++i) {
      const Source& source = config_.sources[i];
      const auto complain_here = [&](const char* key, std::string message) {
        problems_.push_back({source_places_[i].file, source_places_[i].line, key, std::move(message)});
      };
      if (!is_name(source.name))
        complain_here("source.name", "must be letters, digits, - and _, at most 64");
      else if (!names.insert(source.name).second)
        complain_here("source.name", "\"" + source.name + "\" is there twice");
      if (std::ranges::find(kInputNames, source.input) == kInputNames.end())
        complain_here("source.input", "must be one of: " + listed({kInputNames.begin(), kInputNames.end()}));
      if (source.networks.empty()) complain_here("source.networks", "names no network");
      if (source.rate != 0 && (source.input == "bulk" || source.input == "hec"))
        complain_here("source.rate", "is for syslog and RELP; " + source.input + " has none");
    }
  }

  Config config_;
  std::vector<Table> tables_;  // points into config_
  std::vector<SourcePlace> source_places_;
  std::string file_;
  std::vector<Problem> problems_;
};

}  // namespace

std::string to_text(const Problem& problem) {
  std::string out = problem.file;
  if (problem.line != 0) out += ":" + std::to_string(problem.line);
  if (!problem.key.empty()) out.append(out.empty() ? "" : ": ").append(problem.key);
  return out + (out.empty() ? "" : ": ") + problem.message;
}

Parsed<Config> parse(std::span<const NamedText> files, std::span<const std::string> settings) {
  Parser parser;
  for (const NamedText& file : files) parser.read(file);
  for (const std::string& setting : settings) parser.set(setting);
  return parser.finish();
}

Parsed<Config> load(const std::filesystem::path& file, const std::filesystem::path& folder,
                    std::span<const std::string> settings) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".toml") paths.push_back(it->path());
  std::ranges::sort(paths);
  if (std::filesystem::exists(file, error)) paths.insert(paths.begin(), file);
  std::vector<NamedText> texts;
  std::vector<Problem> unreadable;
  for (const std::filesystem::path& path : paths) {
    auto text = read_file(path, kMaxFileBytes);
    if (text)
      texts.push_back({path.string(), std::move(*text)});
    else
      unreadable.push_back({path.string(), 0, "", text.error().message});
  }
  if (!unreadable.empty()) return std::unexpected(std::move(unreadable));
  return parse(texts, settings);
}

}  // namespace yorozu::config
