#include "duck/library.h"

#include <dlfcn.h>

#include <filesystem>
#include <string>
#include <system_error>

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

Result<Library> load() {
  TRY_ASSIGN(const std::filesystem::path path, library_path());
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

Result<const Library*> Library::get() {
  static const Result<Library> library = load();
  if (!library) return std::unexpected(library.error());
  return &*library;
}

}  // namespace yorozu::duck
