#include "duck/library.h"

#include <dlfcn.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/file.h"
#include "base/try.h"
#include "duck/database.h"

namespace yorozu::duck {

/// The folders above a program are the build folder, or /usr/local. They belong to whoever owns the program, so nothing
/// is loaded that its owner did not put there.
Result<std::filesystem::path> library_path() {
  constexpr const char* kName = "libduckdb.so";
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return fail(ErrorCode::Io, "cannot read /proc/self/exe: " + error.message());
  std::filesystem::path folder = program.parent_path();
  if (std::filesystem::exists(folder / kName, error)) return folder / kName;
  for (; folder.has_relative_path(); folder = folder.parent_path()) {
    std::filesystem::path installed = folder / "lib" / "yorozu" / kName;
    if (std::filesystem::exists(installed, error)) return installed;
  }
  return fail(ErrorCode::NotFound, "libduckdb.so is neither beside " + program.string() +
                                       " nor in lib/yorozu of a folder above it; the index needs it");
}

namespace {

std::atomic<int> held_file{-1};  // kept open to the end of the process

Result<std::filesystem::path> path_to_load() {
  if (const int held = held_file.load(); held >= 0) return "/proc/self/fd/" + std::to_string(held);
  return library_path();
}

Result<Library> load() {
  TRY_ASSIGN(const std::filesystem::path path, path_to_load());
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* const why = dlerror();
    return fail(ErrorCode::NotFound, why == nullptr ? path.string() + " cannot be loaded" : why);
  }
  Library library;
#define YOROZU_DUCKDB_LOAD(name)                                                 \
  library.name = reinterpret_cast<decltype(library.name)>(dlsym(handle, #name)); \
  if (library.name == nullptr) return fail(ErrorCode::Unsupported, path.string() + " has no function " #name);
  YOROZU_DUCKDB_FUNCTIONS(YOROZU_DUCKDB_LOAD)
#undef YOROZU_DUCKDB_LOAD
  return library;
}

}  // namespace

Result<void> hold_library() {
  TRY_ASSIGN(const std::filesystem::path path, library_path());
  TRY_ASSIGN(Fd file, open_for_reading(path));
  held_file.store(file.release());
  return {};
}

Result<const Library*> Library::get() {
  static const Result<Library> library = load();
  if (!library) return std::unexpected(library.error());
  return &*library;
}

}  // namespace yorozu::duck
