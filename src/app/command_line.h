/// How the command line speaks: help and errors in the person's language, out of the message catalogue.
#pragma once

#include <string>

#include "message/message.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace yorozu::app {

/// For every command below `app`: headings, names of kinds of values, the help flag.
void translate_help(CLI::App& app, message::Lang lang);

/// What was wrong with the command line, for standard error; ends with where to look further.
std::string explain(const CLI::ParseError& error, const CLI::App& app, message::Lang lang);

}  // namespace yorozu::app
