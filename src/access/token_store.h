/// Tokens: what a sender or a program shows instead of a person's password. Only a hash is stored (SHA-256; the secret
/// has 256 random bits, so there is nothing to guess and no need for a slow one); it is compared in constant time.
#pragma once

#include <array>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/database.h"

namespace yorozu::access {

/// Closed: a route asks for one of these. Bits of ScopeSet, stored: never change the numbers.
enum class Scope : std::uint32_t {
  IngestBulk = 1,
  IngestHec = 2,
  IngestJson = 4,
  IngestUpload = 8,
  Status = 16,       ///< read counters and states, of the archive too
  Admin = 32,        ///< everything that is not ingest
  Search = 64,       ///< read events: search, tail, saved searches
  SearchSave = 128,  ///< keep and remove saved searches
  Rules = 256,       ///< read rules, ask why they match
  Inventory = 512,   ///< read what was seen: hosts, users, devices
};
inline constexpr std::array<Scope, 10> kAllScopes = {
    Scope::IngestBulk, Scope::IngestHec,  Scope::IngestJson, Scope::IngestUpload, Scope::Status,
    Scope::Search,     Scope::SearchSave, Scope::Rules,      Scope::Inventory,    Scope::Admin};
/// "ingest.bulk", "ingest.hec", "ingest.json", "ingest.upload", "status", "search", "search.save", "rules",
/// "inventory", "admin"
std::string_view to_string(Scope scope);
/// Scopes that let something in, which Admin does not.
bool is_ingest(Scope scope);

class ScopeSet {
 public:
  constexpr ScopeSet() = default;
  constexpr explicit ScopeSet(std::uint32_t bits) : bits_(bits) {}
  constexpr ScopeSet& add(Scope scope) {
    bits_ |= static_cast<std::uint32_t>(scope);
    return *this;
  }
  constexpr bool has(Scope scope) const { return (bits_ & static_cast<std::uint32_t>(scope)) != 0; }
  /// has(), or everything that is not ingest by Admin.
  bool allows(Scope wanted) const { return has(wanted) || (has(Scope::Admin) && !is_ingest(wanted)); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr std::uint32_t bits() const { return bits_; }
  bool operator==(const ScopeSet&) const = default;

 private:
  std::uint32_t bits_ = 0;
};
/// "ingest.bulk,ingest.hec"
std::string to_string(ScopeSet scopes);
/// Errors: InvalidInput naming the word that is no scope; an empty list.
Result<ScopeSet> parse_scopes(std::string_view comma_list);

struct Token {
  std::string id;  ///< public
  std::string name;
  ScopeSet scopes;
  Timestamp created;
  Timestamp expires;    ///< none(): never
  Timestamp last_used;  ///< none(): not yet
  Timestamp revoked;    ///< none(): in force
};

struct NewToken {
  Token token;
  std::string text;  ///< the whole token, yrz_...; nobody can show it again
};

enum class Refusal { Malformed, Unknown, Expired, Revoked, MissingScope };

/// Thread-safe.
class TokenStore {
 public:
  /// Makes its tables. `database` and what `now` uses outlive the store.
  static Result<std::unique_ptr<TokenStore>> open(store::Database& database, std::function<Timestamp()> now);
  virtual ~TokenStore() = default;

  /// `name`: 1 to 100 characters for people, without control characters. Errors: InvalidInput, those of the database.
  virtual Result<NewToken> add(std::string_view name, ScopeSet scopes, Timestamp expires) = 0;
  /// In order of creation, revoked and expired ones included.
  virtual std::vector<Token> list() const = 0;
  /// In force at once and for good. Errors: NotFound.
  virtual Result<void> revoke(std::string_view id) = 0;

  /// The public id of the token, from memory, within a microsecond or two; notes that it was used.
  virtual std::expected<std::string, Refusal> check(std::string_view text, Scope wanted) = 0;
  /// Writes down when tokens were last used; to be called every minute or so and before the end.
  virtual Result<void> save_last_used() = 0;
};

}  // namespace yorozu::access
