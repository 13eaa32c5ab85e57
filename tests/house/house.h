/// The rules of the house that a compiler does not know: includes follow declared dependencies, dependencies have no
/// cycle, every source is built, and no file holds a path of somebody's machine.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace yorozu::house {

struct Module {
  std::string name;
  std::string folder;                     ///< under src/, "codec/evtx"
  std::set<std::string> deps, test_deps;  ///< names of modules; tests, benchmarks and fuzz targets may use both
};

/// Lines as cmake/modules.cmake writes them: "NAME FOLDER : DEP DEP : TEST_DEP".
std::vector<Module> read_modules(std::string_view text);

/// What is wrong, each as "file:line: reason" with the file relative to `top` (no line where none is meant).
using Complaints = std::vector<std::string>;

/// Each `#include "x/y.h"` under top/src leads to the own module or to a declared one.
Complaints undeclared_includes(const std::filesystem::path& top, const std::vector<Module>& modules);
Complaints dependency_cycles(const std::vector<Module>& modules);
/// Each .cpp under top/src is named in the CMakeLists.txt of its folder, or of the nearest folder above that has one.
Complaints unlisted_sources(const std::filesystem::path& top);
/// No file (build folders left out) holds a path that begins with one of `roots`.
Complaints machine_paths(const std::filesystem::path& top, const std::vector<std::string>& roots);

}  // namespace yorozu::house
