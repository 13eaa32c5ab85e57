#include "app/server_connection.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/control/client.h"
#include "app/input_arguments.h"
#include "app/serve/data_folder.h"
#include "base/escape.h"

namespace yorozu::app {

using message::Id;

void add_data_option(CLI::App& command, const Console& console, std::string& data) {
  command.add_option("--data", data, std::string(message::text(console.lang, Id::ServeHelpData)));
}

std::optional<nlohmann::json> ask_server(const std::string& data, const Console& console, const nlohmann::json& request,
                                         int passed, const std::function<bool(const nlohmann::json&)>& each) {
  const serve::DataFolder folder = serve::find_data_folder(data);
  const auto client = control::Client::connect(folder.control_socket());
  if (!client) {
    const Id id = client.error().code == ErrorCode::NotFound ? Id::ServeNoServer : Id::ServeNotAllowed;
    complain(message::format(console.lang, id, terminal_safe(folder.path.string())));
    return std::nullopt;
  }
  auto answer = client->call(request, passed, each);
  if (answer) return std::move(*answer);
  if (answer.error().code != ErrorCode::Cancelled) complain(terminal_safe(answer.error().message));
  return std::nullopt;
}

void print_line(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

void print_json(nlohmann::json answer) {
  answer.erase("ok");
  print_line(answer.dump(2));
}

}  // namespace yorozu::app
