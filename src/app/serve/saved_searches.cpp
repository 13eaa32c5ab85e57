#include "app/serve/saved_searches.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/try.h"
#include "query/query.h"

namespace yorozu::serve {

namespace {

using api::SavedSearch;

constexpr std::array<store::Sql, 1> kMigrations = {
    store::Sql("CREATE TABLE saved_search (id TEXT PRIMARY KEY, name TEXT NOT NULL, query TEXT NOT NULL,"
               " time_from TEXT NOT NULL, time_to TEXT NOT NULL, version INTEGER NOT NULL, changed INTEGER NOT NULL,"
               " changed_by TEXT NOT NULL) STRICT"),
};

constexpr std::size_t kMaxId = 64, kMaxName = 200, kMaxTime = 64;

bool is_id(std::string_view id) {
  const auto is_ok = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !id.empty() && id.size() <= kMaxId && std::ranges::all_of(id, is_ok);
}

/// Characters of a text without control characters; 0: none, or not UTF-8.
std::size_t plain_characters(std::string_view text) {
  std::size_t characters = 0;
  if (!is_valid_utf8(text)) return 0;
  for (std::size_t at = 0; at < text.size(); ++characters) {
    const char32_t c = next_code_point(text, at);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return 0;
  }
  return characters;
}

Result<void> check(const SavedSearch& search) {
  if (!is_id(search.id)) return fail(ErrorCode::InvalidInput, "an id is 1 to 64 of a-z, 0-9 and -");
  if (const std::size_t n = plain_characters(search.name); n == 0 || n > kMaxName)
    return fail(ErrorCode::InvalidInput, "a name has 1 to 200 characters, none of them a control character");
  for (const std::string& time : {search.from, search.to})
    if (time.size() > kMaxTime || (!time.empty() && plain_characters(time) == 0))
      return fail(ErrorCode::InvalidInput, "not a time");
  if (!query::parse_query(search.query)) return fail(ErrorCode::InvalidInput, "the query cannot be understood");
  return {};
}

SavedSearch search_of(const store::Row& row) {
  return {std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)),
          std::string(row.text(3)), std::string(row.text(4)), static_cast<std::uint64_t>(row.integer(5)),
          {row.integer(6)},         std::string(row.text(7))};
}

Result<std::optional<SavedSearch>> find(store::Session& session, std::string_view id) {
  std::optional<SavedSearch> found;
  TRY(session.each(
      "SELECT id, name, query, time_from, time_to, version, changed, changed_by FROM saved_search WHERE id = ?", {id},
      [&](const store::Row& row) { found = search_of(row); }));
  return found;
}

Result<void> check_version(const std::optional<SavedSearch>& there, std::optional<std::uint64_t> expected) {
  if (!expected || *expected == (there ? there->version : 0)) return {};
  return fail(ErrorCode::Conflict, "somebody else has changed this search meanwhile");
}

Error no_such(std::string_view id) {
  return {ErrorCode::NotFound, "there is no saved search " + std::string(id)};
}

}  // namespace

Result<std::unique_ptr<SavedSearches>> SavedSearches::open(store::Database& database, std::function<Timestamp()> now) {
  TRY(database.migrate({"saved_search", kMigrations}));
  return std::unique_ptr<SavedSearches>(new SavedSearches(database, std::move(now)));
}

Result<std::vector<SavedSearch>> SavedSearches::list() {
  std::vector<SavedSearch> out;
  TRY(database_.read([&](store::Session& session) {
    return session.each(
        "SELECT id, name, query, time_from, time_to, version, changed, changed_by FROM saved_search ORDER BY id", {},
        [&](const store::Row& row) { out.push_back(search_of(row)); });
  }));
  return out;
}

Result<SavedSearch> SavedSearches::get(std::string_view id) {
  std::optional<SavedSearch> found;
  TRY(database_.read([&](store::Session& session) -> Result<void> {
    TRY_ASSIGN(found, find(session, id));
    return {};
  }));
  if (!found) return std::unexpected(no_such(id));
  return std::move(*found);
}

Result<SavedSearch> SavedSearches::put(SavedSearch search, std::optional<std::uint64_t> expected) {
  TRY(check(search));
  search.changed = now_();
  TRY(database_.write([&](store::Session& session) -> Result<void> {
    TRY_ASSIGN(const auto there, find(session, search.id));
    TRY(check_version(there, expected));
    std::int64_t count = 0;
    TRY(session.each("SELECT COUNT(*) FROM saved_search", {}, [&](const store::Row& row) { count = row.integer(0); }));
    if (!there && count >= static_cast<std::int64_t>(kMost))
      return fail(ErrorCode::Overloaded, "there are " + std::to_string(kMost) + " saved searches already");
    search.version = there ? there->version + 1 : 1;
    const auto written = session.run(
        "INSERT OR REPLACE INTO saved_search (id, name, query, time_from, time_to, version, changed, changed_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        {search.id, search.name, search.query, search.from, search.to, static_cast<std::int64_t>(search.version),
         search.changed.us, search.changed_by});
    if (!written) return std::unexpected(written.error());
    return {};
  }));
  return search;
}

Result<void> SavedSearches::remove(std::string_view id, std::optional<std::uint64_t> expected) {
  return database_.write([&](store::Session& session) -> Result<void> {
    TRY_ASSIGN(const auto there, find(session, id));
    if (!there) return std::unexpected(no_such(id));
    TRY(check_version(there, expected));
    const auto removed = session.run("DELETE FROM saved_search WHERE id = ?", {id});
    if (!removed) return std::unexpected(removed.error());
    return {};
  });
}

}  // namespace yorozu::serve
