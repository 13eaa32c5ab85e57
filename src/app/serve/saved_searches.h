/// Searches that somebody keeps under a name, in state.db. Thread-safe.
#pragma once

#include <functional>
#include <memory>

#include "api/services.h"
#include "store/database.h"

namespace yorozu::serve {

class SavedSearches final : public api::SavedSearchService {
 public:
  static constexpr std::size_t kMost = 1000;

  /// Makes the table when it is missing. `database` outlives it.
  static Result<std::unique_ptr<SavedSearches>> open(store::Database& database, std::function<Timestamp()> now);

  Result<std::vector<api::SavedSearch>> list() override;
  Result<api::SavedSearch> get(std::string_view id) override;
  /// Errors beside those of the interface: InvalidInput when id, name or query are none; Overloaded beyond kMost.
  Result<api::SavedSearch> put(api::SavedSearch search, std::optional<std::uint64_t> expected) override;
  Result<void> remove(std::string_view id, std::optional<std::uint64_t> expected) override;

 private:
  SavedSearches(store::Database& database, std::function<Timestamp()> now)
      : database_(database), now_(std::move(now)) {}
  store::Database& database_;
  std::function<Timestamp()> now_;
};

}  // namespace yorozu::serve
