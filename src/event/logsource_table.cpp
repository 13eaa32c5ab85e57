#include "event/logsource_table.h"

#include <yaml.h>

#include <charconv>
#include <initializer_list>
#include <memory>

#include "base/text.h"
#include "base/try.h"

namespace yorozu::event::detail {

namespace {

std::string_view text_of(const yaml_node_t& node) {
  return {reinterpret_cast<const char*>(node.data.scalar.value), node.data.scalar.length};
}

/// The document that libyaml made, with strict accessors: each names the line of what is not as it should be.
class Document {
 public:
  static Result<std::unique_ptr<Document>> open(std::string_view yaml) {
    std::unique_ptr<Document> self(new Document());
    yaml_parser_t parser;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(yaml.data()), yaml.size());
    self->loaded_ = yaml_parser_load(&parser, &self->document_) != 0;
    const std::string problem = parser.problem ? parser.problem : "no YAML";
    const std::size_t line = parser.problem_mark.line + 1;
    yaml_parser_delete(&parser);
    if (!self->loaded_) return fail(ErrorCode::InvalidInput, "line " + std::to_string(line) + ": " + problem);
    return self;
  }
  ~Document() {
    if (loaded_) yaml_document_delete(&document_);
  }
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  const yaml_node_t* root() { return yaml_document_get_root_node(&document_); }
  const yaml_node_t& node(int index) { return *yaml_document_get_node(&document_, index); }

  static std::unexpected<Error> wrong(const yaml_node_t& at, std::string what) {
    return fail(ErrorCode::InvalidInput, "line " + std::to_string(at.start_mark.line + 1) + ": " + std::move(what));
  }

  /// `each(key, value)` gives Result<void>.
  template <class F>
  Result<void> for_each_pair(const yaml_node_t& map, F&& each) {
    if (map.type != YAML_MAPPING_NODE) return wrong(map, "a mapping is wanted here");
    for (auto* pair = map.data.mapping.pairs.start; pair != map.data.mapping.pairs.top; ++pair) {
      const yaml_node_t& key = node(pair->key);
      if (key.type != YAML_SCALAR_NODE) return wrong(key, "a plain key is wanted here");
      TRY(each(text_of(key), node(pair->value)));
    }
    return {};
  }
  template <class F>
  Result<void> for_each_item(const yaml_node_t& list, F&& each) {
    if (list.type != YAML_SEQUENCE_NODE) return wrong(list, "a list is wanted here");
    for (auto* item = list.data.sequence.items.start; item != list.data.sequence.items.top; ++item)
      TRY(each(node(*item)));
    return {};
  }
  static Result<std::string> scalar(const yaml_node_t& at) {
    if (at.type != YAML_SCALAR_NODE) return wrong(at, "a single value is wanted here");
    return std::string(text_of(at));
  }
  Result<std::vector<std::string>> scalars(const yaml_node_t& at) {
    std::vector<std::string> out;
    TRY(for_each_item(at, [&](const yaml_node_t& item) -> Result<void> {
      TRY_ASSIGN(out.emplace_back(), scalar(item));
      return {};
    }));
    return out;
  }

 private:
  Document() = default;
  yaml_document_t document_{};
  bool loaded_ = false;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Reads the entries of one file; `product_` is what the file's head says.
class Reader {
 public:
  Reader(Document& document, Table& table) : yaml_(document), table_(table) {}

  Result<void> read() {
    const yaml_node_t* root = yaml_.root();
    if (root == nullptr) return fail(ErrorCode::InvalidInput, "line 1: nothing here");
    return yaml_.for_each_pair(*root, [&](std::string_view key, const yaml_node_t& value) -> Result<void> {
      if (key == "product") {
        TRY_ASSIGN(product_, Document::scalar(value));
        return {};
      }
      const auto items = [&](auto member) {
        return yaml_.for_each_item(value, [&](const yaml_node_t& item) { return (this->*member)(item); });
      };
      if (key == "services") return items(&Reader::read_service);
      if (key == "categories") return items(&Reader::read_category);
      if (key == "logsources") return items(&Reader::read_direct);
      return Document::wrong(value, "unknown key '" + std::string(key) + "'");
    });
  }

 private:
  Result<void> read_service(const yaml_node_t& item) {
    Service service;
    service.product = product_;
    TRY(yaml_.for_each_pair(item, [&](std::string_view key, const yaml_node_t& value) -> Result<void> {
      if (key == "service") {
        TRY_ASSIGN(service.service, Document::scalar(value));
      } else if (key == "channels") {
        TRY_ASSIGN(service.channels, yaml_.scalars(value));
        for (std::string& channel : service.channels) channel = fold(channel);
      } else {
        return Document::wrong(value, "unknown key '" + std::string(key) + "' of a service");
      }
      return {};
    }));
    if (service.service.empty() || service.channels.empty())
      return Document::wrong(item, "a service needs `service` and `channels`");
    table_.services.push_back(std::move(service));
    return {};
  }

  Result<void> read_category(const yaml_node_t& item) {
    Category category;
    category.role.logsource.product = product_;
    TRY(yaml_.for_each_pair(item, [&](std::string_view key, const yaml_node_t& value) -> Result<void> {
      if (key != "event_ids") return read_role_key(key, value, category.role);
      return yaml_.for_each_item(value, [&](const yaml_node_t& id) { return read_event_id(id, category.event_ids); });
    }));
    const Logsource& logsource = category.role.logsource;
    if (logsource.category.empty() || logsource.service.empty() || category.event_ids.empty())
      return Document::wrong(item, "a category needs `category`, `service` and `event_ids`");
    bool known = false;
    for (const Service& service : table_.services)
      known |= service.product == logsource.product && service.service == logsource.service;
    if (!known) return Document::wrong(item, "no service '" + logsource.service + "' stands above");
    table_.categories.push_back(std::move(category));
    return {};
  }

  static Result<void> read_event_id(const yaml_node_t& at, std::vector<std::uint32_t>& ids) {
    TRY_ASSIGN(const std::string text, Document::scalar(at));
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size())
      return Document::wrong(at, "'" + text + "' is no event id");
    ids.push_back(id);
    return {};
  }

  Result<void> read_direct(const yaml_node_t& item) {
    Direct direct;
    direct.role.logsource.product = product_;
    TRY(yaml_.for_each_pair(item, [&](std::string_view key, const yaml_node_t& value) -> Result<void> {
      if (key == "decoder") {
        TRY_ASSIGN(const std::string decoder, Document::scalar(value));
        direct.is_made = decoder != "none";
        return {};
      }
      if (key == "also")
        return yaml_.for_each_item(value, [&](const yaml_node_t& other) {
          Role& role = direct.also.emplace_back();
          return yaml_.for_each_pair(other, [&](std::string_view inner, const yaml_node_t& inner_value) {
            return read_role_key(inner, inner_value, role);
          });
        });
      return read_role_key(key, value, direct.role);
    }));
    if (direct.role.logsource == Logsource{}) return Document::wrong(item, "a logsource needs at least one attribute");
    for (Role& role : direct.also)
      if (role.logsource.product.empty()) role.logsource.product = direct.role.logsource.product;
    table_.direct.push_back(std::move(direct));
    return {};
  }

  Result<void> read_role_key(std::string_view key, const yaml_node_t& value, Role& role) {
    if (key == "renames") return read_pairs(value, role.renames);
    if (key == "constants") return read_pairs(value, role.constants);
    if (key == "only")
      return yaml_.for_each_pair(value, [&](std::string_view field, const yaml_node_t& values) -> Result<void> {
        if (!role.only_field.empty()) return Document::wrong(values, "`only` takes one field");
        role.only_field = field;
        TRY_ASSIGN(role.only_values, yaml_.scalars(values));
        return {};
      });
    std::string* attribute = key == "product"    ? &role.logsource.product
                             : key == "category" ? &role.logsource.category
                             : key == "service"  ? &role.logsource.service
                                                 : nullptr;
    if (attribute == nullptr) return Document::wrong(value, "unknown key '" + std::string(key) + "'");
    TRY_ASSIGN(*attribute, Document::scalar(value));
    return {};
  }

  Result<void> read_pairs(const yaml_node_t& value, Pairs& pairs) {
    return yaml_.for_each_pair(value, [&](std::string_view from, const yaml_node_t& to) -> Result<void> {
      TRY_ASSIGN(std::string text, Document::scalar(to));
      pairs.emplace_back(from, std::move(text));
      return {};
    });
  }

  Document& yaml_;
  Table& table_;
  std::string product_;
};

}  // namespace

Result<void> read_table(std::string_view yaml, Table& table) {
  TRY_ASSIGN(const std::unique_ptr<Document> document, Document::open(yaml));
  return Reader(*document, table).read();
}

}  // namespace yorozu::event::detail
