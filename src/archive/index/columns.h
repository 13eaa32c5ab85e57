/// The columns of the index: what a question over fields can answer without a look at the evidence.
///
/// A column holds for each event the one value that query::FieldReader::value() gives for the column's name, as text;
/// NULL when it gives none. So stages (`stats`, `top` ...) over columns are exact. Tests (`field:value`) hold for any
/// value of a field: where the column is not all that the event has under that name, the bit of the column is set in
/// `several`, and the event has to be looked at. Texts are as written: compare normal forms where `non_ascii` is set.
///
/// Files are named like their index file; a segment's rows stand together, in order of blocks.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "archive/index/index_file.h"
#include "base/result.h"
#include "query/field_reader.h"

namespace yorozu::archive::index {

/// SQL types and names: seq UBIGINT, time TIMESTAMP, received TIMESTAMP, several UBIGINT, non_ascii UBIGINT, then these
/// as VARCHAR. Names are those of the query language.
inline constexpr std::array<std::string_view, 31> kTextColumns = {
    "input",
    "peer",
    "host",
    "host.name",
    "class",
    "logsource",
    "channel",
    "event.code",
    "event.action",
    "event.provider",
    "log.level",
    "severity",
    "program",
    "service.name",
    "user.name",
    "source.ip",
    "source.port",
    "destination.ip",
    "destination.port",
    "process.name",
    "process.executable",
    "process.command_line",
    "process.parent.executable",
    "file.path",
    "url.path",
    "url.query",
    "http.request.method",
    "http.response.status_code",
    "dns.question.name",
    "rule.name",
    "winlog.logon.type",
};
static_assert(kTextColumns.size() <= 64, "a bit each in `several`");

/// Which text column holds that field, by its name in a query in any case; nullopt: none does.
std::optional<std::size_t> text_column_of(std::string_view field);
/// The bit of a text column in `several` and `non_ascii`.
constexpr std::uint64_t bit_of(std::size_t text_column) {
  return std::uint64_t{1} << text_column;
}

/// Gathers the rows of one segment in memory, then writes the file. For one thread.
class ColumnsWriter {
 public:
  /// `folder`: below it files are written. `schema` outlives it. Errors: of duck::Database::open.
  static Result<ColumnsWriter> make(const std::filesystem::path& folder, const event::Schema& schema);
  ColumnsWriter(ColumnsWriter&&) noexcept;
  ColumnsWriter& operator=(ColumnsWriter&&) noexcept;
  ~ColumnsWriter();

  Result<void> begin();
  Result<void> add(const query::EventView& view);
  /// Writes what was added since begin() to `path`, which does not exist; not synced.
  Result<void> write(const std::filesystem::path& path);

 private:
  struct Impl;
  explicit ColumnsWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The rows of `files` one behind the other in one file; not synced.
Result<void> merge_columns(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& files,
                           const std::filesystem::path& to);

/// Size and hash of a columns file, reading all of it. Errors: NotFound, Io.
Result<ColumnsStamp> stamp_of(Disk& disk, const std::filesystem::path& path);

}  // namespace yorozu::archive::index
