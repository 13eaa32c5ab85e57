/// The command's side of the control socket.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "app/control/json_line.h"
#include "base/file.h"
#include "base/result.h"

namespace yorozu::control {

class Client {
 public:
  /// `socket`: of any length. Errors: NotFound (no server runs there), Denied, Io.
  static Result<Client> connect(const std::filesystem::path& socket);

  /// `each`: lines in front of the answer; gives false to stop, then the result is Cancelled. Errors: what the server
  /// answered, with its code; Io when it went away.
  Result<nlohmann::json> call(const nlohmann::json& request, int passed = -1,
                              const std::function<bool(const nlohmann::json&)>& each = {}) const;

  /// The same, with the lines as they came: keys keep their order.
  Result<nlohmann::json> call_for_text(const nlohmann::json& request,
                                       const std::function<bool(std::string_view line)>& each) const;

 private:
  using OnLine = std::function<bool(const nlohmann::json& line, std::string_view text)>;
  Result<nlohmann::json> exchange(const nlohmann::json& request, int passed, const OnLine& each) const;
  explicit Client(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace yorozu::control
