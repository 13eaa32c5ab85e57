/// How rotated files are called, and which files are compressed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yorozu::ingest {

/// Whether `path` is what `log` may be called after rotation, in the same folder: app.log -> app.log.1,
/// app.log-20261125, app.log.2.gz; app-20261125.log, app.1.log. Not `log` itself.
bool is_rotated_name(std::string_view path, std::string_view log);

/// The same, when nothing but numbers, dates and the ending of a compression were added: surely made by a rotation.
bool is_numbered_name(std::string_view path, std::string_view log);
/// Every path that `path` may be the rotated name of, by its spelling.
std::vector<std::string> possible_logs_of(std::string_view path);

/// By its first bytes: gzip, xz, zstd, bzip2.
bool is_compressed(std::string_view beginning);

}  // namespace yorozu::ingest
