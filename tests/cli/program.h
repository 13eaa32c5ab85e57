/// Runs the built program as a person would, and gives back what it said.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace yorozu::test {

struct Outcome {
  int status = -1;
  std::string out, err;
};

/// `arguments` after the program's name; LANG is C unless `lang` says otherwise. Its cache lies in a folder of its own.
Outcome run_program(const std::vector<std::string>& arguments, const std::string& lang = "C",
                    const std::string& input = "");

std::filesystem::path testdata(const std::string& name);

}  // namespace yorozu::test
