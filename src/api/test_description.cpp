#include "api/test_description.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <regex>

#include "base/file.h"
#include "base/time.h"
#include "base/yaml_document.h"

namespace yorozu::api::testing {
namespace {

using nlohmann::json;

json scalar(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.empty() && error == std::errc() && end == text.data() + text.size()) return number;
  return text;
}

json to_json(YamlDocument& yaml, const YamlDocument::Node& node) {
  if (YamlDocument::is_scalar(node)) return scalar(*YamlDocument::scalar(node));
  if (YamlDocument::is_mapping(node)) {
    json object = json::object();
    const auto done =
        yaml.for_each_pair(node, [&](std::string_view key, const YamlDocument::Node& value) -> Result<void> {
          object[std::string(key)] = to_json(yaml, value);
          return {};
        });
    EXPECT_TRUE(done);
    return object;
  }
  json list = json::array();
  const auto done = yaml.for_each_item(node, [&](const YamlDocument::Node& item) -> Result<void> {
    list.push_back(to_json(yaml, item));
    return {};
  });
  EXPECT_TRUE(done);
  return list;
}

json read_description() {
  const auto text = read_file(YOROZU_SOURCE_DIR "/docs/openapi.yaml");
  EXPECT_TRUE(text);
  auto yaml = YamlDocument::open(*text);
  EXPECT_TRUE(yaml) << yaml.error().message;
  return to_json(**yaml, *(*yaml)->root());
}

bool has_type(const json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return type == "null" && value.is_null();
}

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> all;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    all.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return all;
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.')
      out += c;
    else
      out += hex;
  }
  return out;
}

}  // namespace

const Description& Description::instance() {
  static const Description description(read_description());
  return description;
}

std::vector<std::string> Description::operations() const {
  std::vector<std::string> all;
  for (const auto& [path, item] : document_["paths"].items())
    for (const auto& [method, operation] : item.items()) {
      if (method == "parameters") continue;
      std::string upper = method;
      std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      all.push_back(upper + " " + path);
    }
  return all;
}

const json& Description::operation(const std::string& name) const {
  const std::size_t blank = name.find(' ');
  std::string method = name.substr(0, blank);
  std::ranges::transform(method, method.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return document_["paths"][name.substr(blank + 1)][method];
}

std::vector<json> Description::parameters(const std::string& name) const {
  std::vector<json> all;
  const auto add = [&](const json& item) {
    if (item.contains("parameters"))
      for (const json& parameter : item["parameters"]) all.push_back(resolved(parameter));
  };
  add(document_["paths"][name.substr(name.find(' ') + 1)]);
  add(operation(name));
  return all;
}

std::string Description::operation_of(std::string_view method, std::string_view path) const {
  std::string best;
  std::ptrdiff_t best_parameters = 1000;
  const auto wanted = segments(path);
  for (const std::string& name : operations()) {
    const std::size_t blank = name.find(' ');
    if (name.substr(0, blank) != (method == "HEAD" ? "GET" : method)) continue;
    const auto pattern = segments(std::string_view(name).substr(blank + 1));
    const bool fits = std::ranges::equal(pattern, wanted, [](const std::string& p, const std::string& w) {
      return p.starts_with('{') ? !w.empty() : p == w;
    });
    const auto parameters = std::ranges::count_if(pattern, [](const std::string& p) { return p.starts_with('{'); });
    if (!fits || parameters >= best_parameters) continue;
    best = name;
    best_parameters = parameters;
  }
  return best;
}

const json& Description::resolved(const json& node) const {
  if (!node.is_object() || !node.contains("$ref")) return node;
  return resolved(document_.at(json::json_pointer(node["$ref"].get<std::string>().substr(1))));
}

std::string Description::problem_with(const std::string& name, unsigned status, std::string_view content_type,
                                      std::string_view body) const {
  const json& responses = operation(name)["responses"];
  const std::string code = std::to_string(status);
  if (!responses.contains(code)) return name + " may not answer " + code + ": " + std::string(body);
  const json& response = resolved(responses[code]);
  const std::string type(content_type.substr(0, content_type.find(';')));
  if (!response.contains("content")) return type.empty() ? "" : name + " " + code + " has no content, but " + type;
  if (!response["content"].contains(type)) return name + " " + code + " may not be " + type;
  const json& schema = response["content"][type]["schema"];
  if (type == "application/jsonl") {
    while (!body.empty()) {
      const std::size_t end = std::min(body.find('\n'), body.size());
      const std::string problem = check(schema, json::parse(body.substr(0, end), nullptr, false));
      if (!problem.empty()) return name + ": " + problem + " in " + std::string(body.substr(0, end));
      body.remove_prefix(std::min(end + 1, body.size()));
    }
    return "";
  }
  const json value = type.ends_with("json") ? json::parse(body, nullptr, false) : json(std::string(body));
  if (value.is_discarded()) return name + " " + code + " is no JSON: " + std::string(body);
  const std::string problem = check(schema, value);
  return problem.empty() ? "" : name + " " + code + ": " + problem + " in " + std::string(body);
}

std::string Description::check(const json& unresolved, const json& value, const std::string& where) const {
  const json& schema = resolved(unresolved);
  for (const auto& [keyword, wanted] : schema.items()) {
    if (keyword == "type") {
      const bool fits =
          wanted.is_array()
              ? std::ranges::any_of(wanted, [&](const json& one) { return has_type(value, one.get<std::string>()); })
              : has_type(value, wanted.get<std::string>());
      if (!fits) return where + " is not " + wanted.dump();
    } else if (keyword == "enum") {
      if (std::ranges::find(wanted, value) == wanted.end()) return where + " is none of " + wanted.dump();
    } else if (keyword == "required") {
      for (const json& key : wanted)
        if (!value.contains(key.get<std::string>())) return where + " lacks " + key.get<std::string>();
    } else if (keyword == "properties" || keyword == "additionalProperties") {
      if (!value.is_object()) continue;
      for (const auto& [key, member] : value.items()) {
        const bool is_named = schema.contains("properties") && schema["properties"].contains(key);
        std::string problem;
        if (keyword == "properties" && is_named) problem = check(wanted[key], member, where + "." + key);
        if (keyword == "additionalProperties" && !is_named)
          problem = wanted.is_boolean() ? where + " has " + key : check(wanted, member, where + "." + key);
        if (!problem.empty()) return problem;
      }
    } else if (keyword == "items") {
      for (std::size_t i = 0; value.is_array() && i < value.size(); ++i)
        if (const std::string problem = check(wanted, value[i], where + "[" + std::to_string(i) + "]");
            !problem.empty())
          return problem;
    } else if (keyword == "minimum") {
      if (value.is_number() && value < wanted) return where + " is below " + wanted.dump();
    } else if (keyword == "maximum") {
      if (value.is_number() && value > wanted) return where + " is above " + wanted.dump();
    } else if (keyword == "minLength") {
      if (value.is_string() && value.get_ref<const std::string&>().size() < wanted) return where + " is too short";
    } else if (keyword == "maxLength") {
      if (value.is_string() && value.get_ref<const std::string&>().size() > wanted) return where + " is too long";
    } else if (keyword == "pattern") {
      if (value.is_string() && !std::regex_search(value.get<std::string>(), std::regex(wanted.get<std::string>())))
        return where + " does not look like " + wanted.dump();
    } else if (keyword == "format") {
      if (wanted == "date-time" && value.is_string() && !parse_time(value.get<std::string>()))
        return where + " is no time";
    } else if (keyword != "description" && keyword != "example" && keyword != "examples") {
      return where + " uses a keyword that this check does not know: " + keyword;
    }
  }
  return "";
}

std::string RequestMaker::text() {
  static const std::vector<std::string> pieces = {"now-24h",
                                                  "now",
                                                  "2026-11-25",
                                                  "error",
                                                  "user.name:root",
                                                  "\"",
                                                  "(",
                                                  ")",
                                                  " OR ",
                                                  " | stats count by host",
                                                  "*",
                                                  "a",
                                                  "日本",
                                                  "\xff\xfe",
                                                  "%",
                                                  "/",
                                                  "-",
                                                  "1",
                                                  "../..",
                                                  std::string(300, 'x'),
                                                  "\n",
                                                  "{}",
                                                  "source.ip:10.0.0.0/8",
                                                  " | limit 1",
                                                  "field:/[/"};
  std::string all;
  for (std::size_t n = below(4); n > 0; --n) all += pieces[below(pieces.size())];
  return all;
}

json RequestMaker::value(const Description& description, const json& unresolved) {
  const json& schema = description.resolved(unresolved);
  if (one_in(12)) return text();  // what does not fit
  if (schema.contains("enum")) return schema["enum"][below(schema["enum"].size())];
  const std::string type = schema.value("type", json("string")).is_string() ? schema.value("type", "string") : "string";
  if (type == "boolean") return one_in(2);
  if (type == "integer") {
    const std::int64_t low = schema.value("minimum", std::int64_t{0}),
                       high = schema.value("maximum", std::int64_t{9999});
    if (one_in(8)) return low;
    if (one_in(8)) return high;
    if (one_in(20)) return low - 1;
    return std::uniform_int_distribution<std::int64_t>(low, std::min(high, low + 20))(random_);
  }
  if (type == "object") {
    json object = json::object();
    if (schema.contains("properties"))
      for (const auto& [key, member] : schema["properties"].items())
        if (!one_in(3)) object[key] = value(description, member);
    return object;
  }
  if (schema.contains("examples") && one_in(2)) return schema["examples"][below(schema["examples"].size())];
  return text();
}

RequestMaker::Made RequestMaker::make(const Description& description, const std::string& name) {
  const std::size_t blank = name.find(' ');
  Made made{name.substr(0, blank), name.substr(blank + 1), {}, {}};
  std::string query;
  for (const json& parameter : description.parameters(name)) {
    const std::string key = parameter["name"], in = parameter["in"];
    const json any = value(description, parameter["schema"]);
    const std::string as_text = any.is_string() ? any.get<std::string>() : any.dump();
    if (in == "path") {
      const std::size_t at = made.target.find("{" + key + "}");
      made.target.replace(at, key.size() + 2, as_text.empty() ? "x" : encoded(as_text));
    } else if (one_in(2)) {
      continue;
    } else if (in == "query") {
      query += (query.empty() ? "?" : "&") + encoded(key) + "=" + encoded(as_text);
    } else if (as_text.find_first_of("\r\n") == std::string::npos) {
      made.headers += key + ": " + as_text + "\r\n";
    }
  }
  if (one_in(20)) query += query.empty() ? "?unknown=1" : "&unknown=1";
  made.target += query;
  const json& operation = description.operation(name);
  if (operation.contains("requestBody")) {
    const json& content = description.resolved(operation["requestBody"])["content"]["application/json"];
    made.body = one_in(10) ? text()
                           : value(description, content["schema"]).dump(-1, ' ', false, json::error_handler_t::replace);
    made.headers += one_in(20) ? "Content-Type: text/plain\r\n" : "Content-Type: application/json\r\n";
  }
  return made;
}

}  // namespace yorozu::api::testing
