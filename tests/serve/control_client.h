/// Requests to the control socket by hand, as docs/formats/control.md says them.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"

namespace yorozu::test {

class ControlClient {
 public:
  /// `data`: folder of a running server.
  explicit ControlClient(const std::string& data);
  void send(const nlohmann::json& request) const;
  /// The next line; nullopt: the server has closed, or said nothing for a minute.
  std::optional<nlohmann::json> next();
  /// Sends, and gives every line up to the one with "ok".
  std::vector<nlohmann::json> ask(const nlohmann::json& request);

 private:
  Fd socket_;
  std::string text_;
};

/// One search on a connection of its own.
struct Found {
  std::vector<nlohmann::json> rows;  ///< newest first
  nlohmann::json done, error;        ///< the last line of the answer; null: none
  nlohmann::json answer;             ///< of the request: {"ok":true}
  std::vector<std::string> raws() const;
};
Found search(const std::string& data, const nlohmann::json& question);

}  // namespace yorozu::test
