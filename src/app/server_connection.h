/// How commands find the server of a data folder and ask it.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "app/command.h"

namespace CLI {
class App;
}

namespace yorozu::app {

/// --data of commands that speak to a running server.
void add_data_option(CLI::App& command, const Console& console, std::string& data);

/// One request. What goes wrong is said on standard error, with the cure; then nothing is given.
std::optional<nlohmann::json> ask_server(const std::string& data, const Console& console, const nlohmann::json& request,
                                         int passed = -1, const std::function<bool(const nlohmann::json&)>& each = {});

void print_line(const std::string& text);
/// An answer of the server as --json shows it.
void print_json(nlohmann::json answer);

}  // namespace yorozu::app
