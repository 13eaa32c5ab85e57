#include "event/logsource_table.h"

#include <charconv>
#include <initializer_list>
#include <memory>

#include "base/text.h"
#include "base/try.h"
#include "base/yaml_document.h"

namespace yorozu::event::detail {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Reads the entries of one file; `product_` is what the file's head says.
class Reader {
 public:
  Reader(YamlDocument& document, Table& table) : yaml_(document), table_(table) {}

  Result<void> read() {
    const YamlDocument::Node* root = yaml_.root();
    if (root == nullptr) return fail(ErrorCode::InvalidInput, "line 1: nothing here");
    return yaml_.for_each_pair(*root, [&](std::string_view key, const YamlDocument::Node& value) -> Result<void> {
      if (key == "product") {
        TRY_ASSIGN(product_, YamlDocument::scalar(value));
        return {};
      }
      const auto items = [&](auto member) {
        return yaml_.for_each_item(value, [&](const YamlDocument::Node& item) { return (this->*member)(item); });
      };
      if (key == "services") return items(&Reader::read_service);
      if (key == "categories") return items(&Reader::read_category);
      if (key == "logsources") return items(&Reader::read_direct);
      return YamlDocument::wrong(value, "unknown key '" + std::string(key) + "'");
    });
  }

 private:
  Result<void> read_service(const YamlDocument::Node& item) {
    Service service;
    service.product = product_;
    TRY(yaml_.for_each_pair(item, [&](std::string_view key, const YamlDocument::Node& value) -> Result<void> {
      if (key == "service") {
        TRY_ASSIGN(service.service, YamlDocument::scalar(value));
      } else if (key == "channels") {
        TRY_ASSIGN(service.channels, yaml_.scalars(value));
        for (std::string& channel : service.channels) channel = fold(channel);
      } else {
        return YamlDocument::wrong(value, "unknown key '" + std::string(key) + "' of a service");
      }
      return {};
    }));
    if (service.service.empty() || service.channels.empty())
      return YamlDocument::wrong(item, "a service needs `service` and `channels`");
    table_.services.push_back(std::move(service));
    return {};
  }

  Result<void> read_category(const YamlDocument::Node& item) {
    Category category;
    category.role.logsource.product = product_;
    TRY(yaml_.for_each_pair(item, [&](std::string_view key, const YamlDocument::Node& value) -> Result<void> {
      if (key != "event_ids") return read_role_key(key, value, category.role);
      return yaml_.for_each_item(value,
                                 [&](const YamlDocument::Node& id) { return read_event_id(id, category.event_ids); });
    }));
    const Logsource& logsource = category.role.logsource;
    if (logsource.category.empty() || logsource.service.empty() || category.event_ids.empty())
      return YamlDocument::wrong(item, "a category needs `category`, `service` and `event_ids`");
    bool known = false;
    for (const Service& service : table_.services)
      known |= service.product == logsource.product && service.service == logsource.service;
    if (!known) return YamlDocument::wrong(item, "no service '" + logsource.service + "' stands above");
    table_.categories.push_back(std::move(category));
    return {};
  }

  static Result<void> read_event_id(const YamlDocument::Node& at, std::vector<std::uint32_t>& ids) {
    TRY_ASSIGN(const std::string text, YamlDocument::scalar(at));
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size())
      return YamlDocument::wrong(at, "'" + text + "' is no event id");
    ids.push_back(id);
    return {};
  }

  Result<void> read_direct(const YamlDocument::Node& item) {
    Direct direct;
    direct.role.logsource.product = product_;
    TRY(yaml_.for_each_pair(item, [&](std::string_view key, const YamlDocument::Node& value) -> Result<void> {
      if (key == "decoder") {
        TRY_ASSIGN(const std::string decoder, YamlDocument::scalar(value));
        direct.is_made = decoder != "none";
        return {};
      }
      if (key == "also")
        return yaml_.for_each_item(value, [&](const YamlDocument::Node& other) {
          Role& role = direct.also.emplace_back();
          return yaml_.for_each_pair(other, [&](std::string_view inner, const YamlDocument::Node& inner_value) {
            return read_role_key(inner, inner_value, role);
          });
        });
      return read_role_key(key, value, direct.role);
    }));
    if (direct.role.logsource == Logsource{})
      return YamlDocument::wrong(item, "a logsource needs at least one attribute");
    for (Role& role : direct.also)
      if (role.logsource.product.empty()) role.logsource.product = direct.role.logsource.product;
    table_.direct.push_back(std::move(direct));
    return {};
  }

  Result<void> read_role_key(std::string_view key, const YamlDocument::Node& value, Role& role) {
    if (key == "renames") return read_pairs(value, role.renames);
    if (key == "constants") return read_pairs(value, role.constants);
    if (key == "only")
      return yaml_.for_each_pair(value, [&](std::string_view field, const YamlDocument::Node& values) -> Result<void> {
        if (!role.only_field.empty()) return YamlDocument::wrong(values, "`only` takes one field");
        role.only_field = field;
        TRY_ASSIGN(role.only_values, yaml_.scalars(values));
        return {};
      });
    std::string* attribute = key == "product"    ? &role.logsource.product
                             : key == "category" ? &role.logsource.category
                             : key == "service"  ? &role.logsource.service
                                                 : nullptr;
    if (attribute == nullptr) return YamlDocument::wrong(value, "unknown key '" + std::string(key) + "'");
    TRY_ASSIGN(*attribute, YamlDocument::scalar(value));
    return {};
  }

  Result<void> read_pairs(const YamlDocument::Node& value, Pairs& pairs) {
    return yaml_.for_each_pair(value, [&](std::string_view from, const YamlDocument::Node& to) -> Result<void> {
      TRY_ASSIGN(std::string text, YamlDocument::scalar(to));
      pairs.emplace_back(from, std::move(text));
      return {};
    });
  }

  YamlDocument& yaml_;
  Table& table_;
  std::string product_;
};

}  // namespace

Result<void> read_table(std::string_view yaml, Table& table) {
  TRY_ASSIGN(const std::unique_ptr<YamlDocument> document, YamlDocument::open(yaml));
  return Reader(*document, table).read();
}

}  // namespace yorozu::event::detail
