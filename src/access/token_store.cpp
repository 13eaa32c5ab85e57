#include "access/token_store.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <atomic>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "access/token_text.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/try.h"

namespace yorozu::access {
namespace {

constexpr std::array<store::Sql, 1> kMigrations = {
    store::Sql("CREATE TABLE token (id TEXT PRIMARY KEY, hash BLOB NOT NULL, name TEXT NOT NULL,"
               " scopes INTEGER NOT NULL, created INTEGER NOT NULL, expires INTEGER, last_used INTEGER,"
               " revoked INTEGER) STRICT"),
};

constexpr std::size_t kMaxNameCharacters = 100;

store::Value or_null(Timestamp time) {
  if (!time.known()) return nullptr;
  return time.us;
}
Timestamp time_or_none(const store::Row& row, int column) {
  return row.is_null(column) ? Timestamp::none() : Timestamp{row.integer(column)};
}

Result<void> check_name(std::string_view name) {
  std::size_t characters = 0;
  if (!is_valid_utf8(name)) return fail(ErrorCode::InvalidInput, "the name of a token is not UTF-8");
  for (std::size_t at = 0; at < name.size(); ++characters) {
    const char32_t c = next_code_point(name, at);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0))
      return fail(ErrorCode::InvalidInput, "the name of a token has a control character");
  }
  if (characters == 0 || characters > kMaxNameCharacters)
    return fail(ErrorCode::InvalidInput, fmt::format("the name of a token has 1 to {} characters", kMaxNameCharacters));
  return {};
}

Result<std::array<std::uint8_t, 40>> random_bytes() {
  std::array<std::uint8_t, 40> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return fail(ErrorCode::Internal, "the system gave no random bytes");
  return bytes;
}

/// A token in memory. Its place is stable, so that `check` can note its use under a shared lock.
struct Entry {
  Token token;
  Sha256 hash = {};
  std::atomic<std::int64_t> last_used_us = Timestamp::none().us;
  std::int64_t saved_us = Timestamp::none().us;

  Token snapshot() const {
    Token copy = token;
    copy.last_used = {last_used_us.load(std::memory_order_relaxed)};
    return copy;
  }
};

class SqliteTokens final : public TokenStore {
 public:
  SqliteTokens(store::Database& database, std::function<Timestamp()> now) : database_(database), now_(std::move(now)) {}

  Result<void> load() {
    return database_.read([this](store::Session& session) {
      return session.each(
          "SELECT id, hash, name, scopes, created, expires, last_used, revoked FROM token ORDER BY created, id", {},
          [this](const store::Row& row) { add_row(row); });
    });
  }

  Result<NewToken> add(std::string_view name, ScopeSet scopes, Timestamp expires) override;
  std::vector<Token> list() const override;
  Result<void> revoke(std::string_view id) override;
  std::expected<std::string, Refusal> check(std::string_view text, Scope wanted) override;
  Result<void> save_last_used() override;

 private:
  void add_row(const store::Row& row) {
    auto entry = std::make_unique<Entry>();
    entry->token.id = std::string(row.text(0));
    const ByteView hash = row.blob(1);
    if (hash.size() == entry->hash.size()) std::copy(hash.begin(), hash.end(), entry->hash.begin());
    entry->token.name = std::string(row.text(2));
    entry->token.scopes = ScopeSet(static_cast<std::uint32_t>(row.integer(3)));
    entry->token.created = {row.integer(4)};
    entry->token.expires = time_or_none(row, 5);
    entry->last_used_us = entry->saved_us = time_or_none(row, 6).us;
    entry->token.revoked = time_or_none(row, 7);
    entries_.emplace(entry->token.id, std::move(entry));
  }

  store::Database& database_;
  const std::function<Timestamp()> now_;
  std::mutex changing_;              // one add, revoke or save at a time; taken before mutex_
  mutable std::shared_mutex mutex_;  // guards entries_
  std::map<std::string, std::unique_ptr<Entry>, std::less<>> entries_;
};

Result<NewToken> SqliteTokens::add(std::string_view name, ScopeSet scopes, Timestamp expires) {
  TRY(check_name(name));
  if (scopes.empty()) return fail(ErrorCode::InvalidInput, "a token needs a scope");
  const Timestamp now = now_();
  if (expires.known() && expires <= now) return fail(ErrorCode::InvalidInput, "the token would have expired already");
  TRY_ASSIGN(const auto random, random_bytes());
  NewToken made{{}, make_token_text(random)};
  made.token = {std::string(parse_token_text(made.text)->id), std::string(name), scopes, now, expires, {}, {}};

  auto entry = std::make_unique<Entry>();
  entry->token = made.token;
  entry->hash = sha256(as_bytes(made.text));
  const std::lock_guard change(changing_);
  TRY(database_.write([&](store::Session& session) -> Result<void> {
    TRY(session.run("INSERT INTO token (id, hash, name, scopes, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
                    {std::string_view(made.token.id), ByteView(entry->hash), name,
                     static_cast<std::int64_t>(scopes.bits()), now.us, or_null(expires)}));
    return {};
  }));
  const std::unique_lock lock(mutex_);
  entries_.emplace(made.token.id, std::move(entry));
  return made;
}

std::vector<Token> SqliteTokens::list() const {
  std::vector<Token> tokens;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [id, entry] : entries_) tokens.push_back(entry->snapshot());
  }
  std::sort(tokens.begin(), tokens.end(),
            [](const Token& a, const Token& b) { return std::tie(a.created, a.id) < std::tie(b.created, b.id); });
  return tokens;
}

Result<void> SqliteTokens::revoke(std::string_view id) {
  const std::lock_guard change(changing_);
  const Timestamp now = now_();
  std::int64_t changed = 0;
  TRY(database_.write([&](store::Session& session) -> Result<void> {
    TRY_ASSIGN(changed, session.run("UPDATE token SET revoked = coalesce(revoked, ?) WHERE id = ?", {now.us, id}));
    return {};
  }));
  const std::unique_lock lock(mutex_);
  const auto found = entries_.find(id);
  if (changed == 0 || found == entries_.end())
    return fail(ErrorCode::NotFound, "no token has the id " + std::string(id));
  if (!found->second->token.revoked.known()) found->second->token.revoked = now;
  return {};
}

std::expected<std::string, Refusal> SqliteTokens::check(std::string_view text, Scope wanted) {
  const auto parts = parse_token_text(text);
  if (!parts) return std::unexpected(Refusal::Malformed);
  const Sha256 hash = sha256(as_bytes(text));
  const Timestamp now = now_();
  const std::shared_lock lock(mutex_);
  const auto found = entries_.find(parts->id);
  // The id is public, so only the comparison of the hash must not tell by its time how much was right.
  if (found == entries_.end() || !equal_constant_time(found->second->hash, hash))
    return std::unexpected(Refusal::Unknown);
  Entry& entry = *found->second;
  if (entry.token.revoked.known()) return std::unexpected(Refusal::Revoked);
  if (entry.token.expires.known() && entry.token.expires <= now) return std::unexpected(Refusal::Expired);
  if (!entry.token.scopes.allows(wanted)) return std::unexpected(Refusal::MissingScope);
  entry.last_used_us.store(now.us, std::memory_order_relaxed);
  return entry.token.id;
}

Result<void> SqliteTokens::save_last_used() {
  const std::lock_guard change(changing_);
  std::vector<std::pair<Entry*, std::int64_t>> used;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [id, entry] : entries_) {
      const std::int64_t us = entry->last_used_us.load(std::memory_order_relaxed);
      if (us != entry->saved_us) used.emplace_back(entry.get(), us);
    }
  }
  if (used.empty()) return {};
  TRY(database_.write([&](store::Session& session) -> Result<void> {
    for (const auto& [entry, us] : used)
      TRY(session.run("UPDATE token SET last_used = ? WHERE id = ?", {us, std::string_view(entry->token.id)}));
    return {};
  }));
  for (const auto& [entry, us] : used) entry->saved_us = us;
  return {};
}

}  // namespace

std::string_view to_string(Scope scope) {
  switch (scope) {
    case Scope::IngestBulk:
      return "ingest.bulk";
    case Scope::IngestHec:
      return "ingest.hec";
    case Scope::IngestJson:
      return "ingest.json";
    case Scope::IngestUpload:
      return "ingest.upload";
    case Scope::Status:
      return "status";
    case Scope::Admin:
      return "admin";
    case Scope::Search:
      return "search";
    case Scope::SearchSave:
      return "search.save";
    case Scope::Rules:
      return "rules";
    case Scope::Inventory:
      return "inventory";
  }
  return "";
}

bool is_ingest(Scope scope) {
  return scope == Scope::IngestBulk || scope == Scope::IngestHec || scope == Scope::IngestJson ||
         scope == Scope::IngestUpload;
}

std::string to_string(ScopeSet scopes) {
  std::string text;
  for (const Scope scope : kAllScopes)
    if (scopes.has(scope)) text.append(text.empty() ? "" : ",").append(to_string(scope));
  return text;
}

Result<ScopeSet> parse_scopes(std::string_view comma_list) {
  ScopeSet scopes;
  while (true) {
    const std::size_t comma = comma_list.find(',');
    const std::string_view word = comma_list.substr(0, comma);
    const auto* const found =
        std::find_if(kAllScopes.begin(), kAllScopes.end(), [&](Scope scope) { return to_string(scope) == word; });
    if (found == kAllScopes.end()) return fail(ErrorCode::InvalidInput, fmt::format("\"{}\" is not a scope", word));
    scopes.add(*found);
    if (comma == std::string_view::npos) return scopes;
    comma_list.remove_prefix(comma + 1);
  }
}

Result<std::unique_ptr<TokenStore>> TokenStore::open(store::Database& database, std::function<Timestamp()> now) {
  TRY(database.migrate({"access", kMigrations}));
  auto tokens = std::make_unique<SqliteTokens>(database, std::move(now));
  TRY(tokens->load());
  return tokens;
}

}  // namespace yorozu::access
