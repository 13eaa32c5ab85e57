/// docs/openapi.yaml for tests: what is described, whether an answer is what it says, and requests made from it. Only
/// the part of JSON Schema that the file uses; a keyword that is not known here is a mistake of the file.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yorozu::api::testing {

class Description {
 public:
  static const Description& instance();

  /// "GET /api/v1/rules/{id}"
  std::vector<std::string> operations() const;
  const nlohmann::json& operation(const std::string& name) const;
  /// Parameters of the path and of the operation, references resolved.
  std::vector<nlohmann::json> parameters(const std::string& name) const;
  /// The operation that a request is for: fewest parameters first; "": none.
  std::string operation_of(std::string_view method, std::string_view path) const;

  /// What is wrong with an answer to that operation; "": nothing.
  std::string problem_with(const std::string& operation, unsigned status, std::string_view content_type,
                           std::string_view body) const;
  /// What is wrong with `value`; "": nothing.
  std::string check(const nlohmann::json& schema, const nlohmann::json& value, const std::string& where = "$") const;

  const nlohmann::json& resolved(const nlohmann::json& node) const;
  const nlohmann::json& document() const { return document_; }

 private:
  explicit Description(nlohmann::json document) : document_(std::move(document)) {}
  nlohmann::json document_;
};

/// Values and requests that fit the description, and some that do not.
class RequestMaker {
 public:
  explicit RequestMaker(std::uint64_t seed) : random_(seed) {}
  struct Made {
    std::string method, target, headers, body;
  };
  Made make(const Description& description, const std::string& operation);

 private:
  nlohmann::json value(const Description& description, const nlohmann::json& schema);
  std::string text();
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  bool one_in(std::size_t n) { return below(n) == 0; }

  std::mt19937_64 random_;
};

}  // namespace yorozu::api::testing
