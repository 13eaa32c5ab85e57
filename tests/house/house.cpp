#include "house/house.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>

namespace yorozu::house {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Files under `folder`, sorted; `enter` decides about folders.
std::vector<fs::path> files_under(const fs::path& folder, const std::function<bool(const fs::path&)>& enter) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(folder, error); at != fs::recursive_directory_iterator();
       at.increment(error)) {
    if (at->is_directory() && !enter(at->path())) at.disable_recursion_pending();
    if (at->is_regular_file() && !at->is_symlink()) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> sources_under(const fs::path& folder) {
  std::vector<fs::path> files = files_under(folder, [](const fs::path&) { return true; });
  std::erase_if(files, [](const fs::path& file) { return file.extension() != ".h" && file.extension() != ".cpp"; });
  return files;
}

/// The module whose folder is the longest prefix of `path` (relative to src/); nullptr when there is none.
const Module* module_of(std::string_view path, const std::vector<Module>& modules) {
  const Module* best = nullptr;
  for (const Module& module : modules)
    if (path.starts_with(module.folder + "/") && (best == nullptr || module.folder.size() > best->folder.size()))
      best = &module;
  return best;
}

bool may_use_test_deps(const fs::path& file) {
  const std::string stem = file.stem().string();
  return stem.ends_with("_test") || stem.ends_with("_bench") || stem.ends_with("_fuzz") || stem.starts_with("test_");
}

/// The path of an `#include "path"` line, or "".
std::string included(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (!line.starts_with("#")) return "";
  line.remove_prefix(1);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (!line.starts_with("include")) return "";
  const auto open = line.find('"');
  if (open == std::string_view::npos) return "";
  const auto close = line.find('"', open + 1);
  return close == std::string_view::npos ? "" : std::string(line.substr(open + 1, close - open - 1));
}

std::string complaint_about(const Module* from, const Module* to, const std::string& path, const fs::path& file) {
  if (from == nullptr) return "belongs to no module";
  if (to == nullptr) return "includes " + path + ", which belongs to no module";
  if (from == to || from->deps.contains(to->name)) return "";
  if (may_use_test_deps(file) && from->test_deps.contains(to->name)) return "";
  return from->name + " includes " + path + " but does not declare DEPS " + to->name;
}

bool is_part_of_a_path(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("._-})*~").contains(c);
}

}  // namespace

std::vector<Module> read_modules(std::string_view text) {
  std::vector<Module> modules;
  for (const std::string& line : lines_of(std::string(text))) {
    std::istringstream words(line);
    Module module;
    if (!(words >> module.name >> module.folder)) continue;
    int colons = 0;
    for (std::string word; words >> word;) {
      if (word == ":")
        ++colons;
      else
        (colons == 1 ? module.deps : module.test_deps).insert(word);
    }
    modules.push_back(std::move(module));
  }
  return modules;
}

Complaints undeclared_includes(const fs::path& top, const std::vector<Module>& modules) {
  Complaints complaints;
  const fs::path src = top / "src";
  for (const fs::path& file : sources_under(src)) {
    const std::string name = fs::relative(file, src).generic_string();
    const Module* const from = module_of(name, modules);
    const std::vector<std::string> lines = lines_of(read(file));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string path = included(lines[i]);
      if (path.empty() || path.ends_with(".def")) continue;
      const std::string wrong = complaint_about(from, module_of(path, modules), path, file);
      if (!wrong.empty()) complaints.push_back("src/" + name + ":" + std::to_string(i + 1) + ": " + wrong);
    }
  }
  return complaints;
}

Complaints dependency_cycles(const std::vector<Module>& modules) {
  std::map<std::string, const Module*> by_name;
  for (const Module& module : modules) by_name[module.name] = &module;
  Complaints complaints;
  enum class Mark { New, Open, Done };
  std::map<std::string, Mark> marks;
  std::vector<std::string> path;
  const std::function<void(const std::string&)> visit = [&](const std::string& name) {
    if (marks[name] == Mark::Done) return;
    if (marks[name] == Mark::Open) {
      std::string cycle;
      for (auto at = std::find(path.begin(), path.end(), name); at != path.end(); ++at)
        cycle.append(*at).append(" -> ");
      complaints.push_back("modules depend on each other: " + cycle + name);
      return;
    }
    marks[name] = Mark::Open;
    path.push_back(name);
    const auto found = by_name.find(name);
    if (found == by_name.end())
      complaints.push_back("DEPS name a module that is not there: " + name);
    else
      for (const std::string& dep : found->second->deps) visit(dep);
    path.pop_back();
    marks[name] = Mark::Done;
  };
  for (const Module& module : modules) visit(module.name);
  return complaints;
}

Complaints unlisted_sources(const fs::path& top) {
  Complaints complaints;
  const fs::path src = top / "src";
  for (const fs::path& file : sources_under(src)) {
    if (file.extension() != ".cpp") continue;
    fs::path folder = file.parent_path();
    while (folder != src && !fs::exists(folder / "CMakeLists.txt")) folder = folder.parent_path();
    const std::string lists = read(folder / "CMakeLists.txt"), name = fs::relative(file, folder).generic_string();
    bool listed = false;
    for (std::size_t at = lists.find(name); at != std::string::npos && !listed; at = lists.find(name, at + 1)) {
      const auto is_word_end = [&](std::size_t i) {
        return i >= lists.size() || std::string_view(" \t\n()\"").contains(lists[i]);
      };
      listed = (at == 0 || is_word_end(at - 1)) && is_word_end(at + name.size());
    }
    if (!listed)
      complaints.push_back("src/" + fs::relative(file, src).generic_string() +
                           ": no CMakeLists.txt lists it, so nothing builds it");
  }
  return complaints;
}

Complaints machine_paths(const fs::path& top, const std::vector<std::string>& roots) {
  Complaints complaints;
  const std::set<std::string> skipped = {"build", ".git", "bench/peers/work", "docs/.cache"};
  const auto enter = [&](const fs::path& folder) {
    return !skipped.contains(fs::relative(folder, top).generic_string());
  };
  for (const fs::path& file : files_under(top, enter)) {
    if (!enter(file)) continue;  // .git is a file in a linked work tree
    const std::string content = read(file);
    for (const std::string& root : roots) {
      for (std::size_t at = content.find(root); at != std::string::npos; at = content.find(root, at + 1)) {
        if (at > 0 && is_part_of_a_path(content[at - 1])) continue;  // the end of a relative path
        const auto line = std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
        complaints.push_back(fs::relative(file, top).generic_string() + ":" + std::to_string(line) +
                             ": a path of one machine");
      }
    }
  }
  return complaints;
}

}  // namespace yorozu::house
