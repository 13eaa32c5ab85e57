/// What the person named on the command line, as a list of files.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "hunt/input.h"

namespace yorozu::hunt {

struct FoundFile {
  std::string name;  ///< as shown: the path given, and below a folder the path inside it
  std::string path;
  std::uint64_t size = 0;
  bool is_evidence = false;  ///< folder of an evidence archive, read as one log in order of its lines
};

struct FoundFiles {
  std::vector<FoundFile> files;
  std::vector<Input::Problem> problems;
};

/// Folders in order of names, at most 64 deep; links to files are followed, to folders not. NotFound for a path that is
/// not there. A file that is named twice is read twice.
Result<FoundFiles> find_files(const std::vector<std::string>& paths);

}  // namespace yorozu::hunt
