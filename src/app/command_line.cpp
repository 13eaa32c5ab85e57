#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/display_width.h"
#include "base/escape.h"

namespace yorozu::app {

namespace {

using message::Id;

/// CLI11's own, but columns are measured as a terminal shows them and section headings are ours.
class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(message::Lang lang) : lang_(lang) {
    label("Usage", say(Id::AppUsage));
    label("OPTIONS", say(Id::AppOptions));
    label("Positionals", say(Id::AppPositionals));
    label("SUBCOMMAND", say(Id::AppSubcommand));
    label("SUBCOMMANDS", say(Id::AppSubcommand));
    label("REQUIRED", say(Id::AppRequired));
    label("TEXT", say(Id::AppText));
    label("UINT", say(Id::AppNumber));
    label("INT", say(Id::AppNumber));
    column_width(kColumn);
  }

  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    std::string out = "\n" + (group == "Options" ? say(Id::AppOptionsHeading) : group) + ":\n";
    for (const CLI::Option* option : options) out += make_option(option, is_positional);
    return out;
  }
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return entry(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
  }
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_expected_max() == 0 || option->get_type_size() == 0) return {};  // a flag
    const bool number = option->get_type_name().starts_with("UINT") || option->get_type_name().starts_with("INT");
    std::string out = " " + say(number ? Id::AppNumber : Id::AppText);
    if (option->get_positional()) out.clear();
    if (option->get_expected_max() == CLI::detail::expected_max_vector_size) out += " ...";
    if (option->get_required()) out += " " + say(Id::AppRequired);
    return out;
  }
  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode) const override {
    const auto commands = app->get_subcommands({});
    if (commands.empty()) return {};
    std::string out = "\n" + say(Id::AppSubcommands) + ":\n";
    for (const CLI::App* command : commands) out += entry(command->get_name(), command->get_description());
    return out;
  }

 private:
  static constexpr std::size_t kColumn = 30;
  std::string say(Id id) const { return std::string(message::text(lang_, id)); }
  static std::string entry(const std::string& name, const std::string& description) {
    std::string head = "  " + name;
    if (display_width(head) + 2 > kColumn)
      head += "\n" + std::string(kColumn, ' ');
    else
      head = padded(head, kColumn);
    return head + description + "\n";
  }

  message::Lang lang_;
};

/// The name in front of CLI11's English sentence: "--threads: ..." or "PATH is required".
std::string subject_of(const std::string& sentence) {
  const std::size_t end = std::min(sentence.find(": "), sentence.find(" is required"));
  return sentence.substr(0, end);
}

std::string reason(const CLI::ParseError& error, const CLI::App& app, message::Lang lang) {
  const std::string sentence = error.what();
  const std::string& kind = error.get_name();
  if (kind == "ExtrasError") {
    std::string extras;
    for (const std::string& word : app.remaining(true)) extras.append(extras.empty() ? "" : " ").append(word);
    return message::format(lang, Id::AppUnexpected, extras.empty() ? sentence : extras);
  }
  if (kind == "RequiredError") {
    if (sentence.starts_with("A subcommand")) return std::string(message::text(lang, Id::AppNoCommand));
    return message::format(lang, Id::AppMissing, subject_of(sentence));
  }
  if (kind == "ArgumentMismatch") {
    const bool too_many = sentence.find("At Most") != std::string::npos;
    return message::format(lang, too_many ? Id::AppTooMany : Id::AppMissingValue, subject_of(sentence));
  }
  return message::format(lang, Id::AppBadValue, sentence);
}

const CLI::App& innermost(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : innermost(*chosen.front());
}

}  // namespace

void translate_help(CLI::App& app, message::Lang lang) {
  app.formatter(std::make_shared<HelpFormatter>(lang));
  app.set_help_flag("-h,--help", std::string(message::text(lang, Id::AppHelp)));
  for (CLI::App* command : app.get_subcommands({})) translate_help(*command, lang);
}

std::string explain(const CLI::ParseError& error, const CLI::App& app, message::Lang lang) {
  std::string command;
  for (const CLI::App* at = &innermost(app); at != nullptr; at = at->get_parent())
    command = at->get_name() + (command.empty() ? "" : " " + command);
  return "yorozu: " + terminal_safe(reason(error, app, lang)) + "\n" + message::format(lang, Id::AppSeeHelp, command) +
         "\n";
}

}  // namespace yorozu::app
