#include "app/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

namespace yorozu::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class CommandLine : public testing::TestWithParam<message::Lang> {
 protected:
  CommandLine() {
    CLI::App* hunt = app_.add_subcommand("hunt", "look");
    hunt->add_option("PATH", path_, "where")->required();
    hunt->add_option("--threads", threads_, "how many");
    translate_help(app_, GetParam());
  }
  std::string complaint(std::vector<std::string> words) {
    std::ranges::reverse(words);
    try {
      app_.parse(words);
    } catch (const CLI::ParseError& error) {
      return explain(error, app_, GetParam());
    }
    return {};
  }

  CLI::App app_{"about", "yorozu"};
  std::string path_;
  int threads_ = 0;
};

TEST_P(CommandLine, WhatWasWrongIsNamed) {
  EXPECT_THAT(complaint({"hunt", "x", "--no-such"}), HasSubstr("--no-such"));
  EXPECT_THAT(complaint({"hunt"}), HasSubstr("PATH"));
  EXPECT_THAT(complaint({"hunt", "x", "--threads"}), HasSubstr("--threads"));
  EXPECT_THAT(complaint({"hunt", "x", "--threads", "many"}), HasSubstr("many"));
  EXPECT_THAT(complaint({"hunt"}), HasSubstr("yorozu hunt --help"));
}

TEST_P(CommandLine, HelpSpeaksOneLanguage) {
  const std::string help = app_.get_subcommand("hunt")->help();
  EXPECT_THAT(help, HasSubstr("--threads"));
  if (GetParam() == message::Lang::Ja)
    EXPECT_THAT(help, Not(HasSubstr("Usage")));
  else
    EXPECT_THAT(help, HasSubstr("Usage"));
}

TEST_P(CommandLine, ControlCharactersOfAnArgumentDoNotReachTheTerminal) {
  EXPECT_THAT(complaint({"hunt", "x", "\x1b[31mred"}), Not(HasSubstr("\x1b")));
}

INSTANTIATE_TEST_SUITE_P(Languages, CommandLine, testing::Values(message::Lang::En, message::Lang::Ja));

}  // namespace
}  // namespace yorozu::app
