/// For tests: compresses a file as gzip(1), xz(1) and zstd(1) do.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/file.h"

namespace yorozu::ingest {

/// By the ending of `to`. Keeps the time of `from`, as they do.
inline void write_packed(const std::filesystem::path& from, const std::filesystem::path& to) {
  const std::string text = read_file(from).value();
  struct archive* writer = ::archive_write_new();
  if (to.extension() == ".xz")
    ::archive_write_add_filter_xz(writer);
  else if (to.extension() == ".zst")
    ::archive_write_add_filter_zstd(writer);
  else
    ::archive_write_add_filter_gzip(writer);
  ::archive_write_set_format_raw(writer);
  ::archive_write_open_filename(writer, to.c_str());
  archive_entry* entry = ::archive_entry_new();
  ::archive_entry_set_filetype(entry, AE_IFREG);
  ::archive_write_header(writer, entry);
  ::archive_write_data(writer, text.data(), text.size());
  ::archive_entry_free(entry);
  ::archive_write_free(writer);
  std::filesystem::last_write_time(to, std::filesystem::last_write_time(from));
}

}  // namespace yorozu::ingest
