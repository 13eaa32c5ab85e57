/// For tests: compresses a file as gzip(1) does.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/file.h"

namespace yorozu::ingest {

/// Keeps the time of `from`, as gzip(1) does.
inline void write_gzip(const std::filesystem::path& from, const std::filesystem::path& to) {
  const std::string text = read_file(from).value();
  struct archive* writer = ::archive_write_new();
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
