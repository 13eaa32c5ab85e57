#include "app/serve/api_services.h"

#include <numeric>

#include "app/serve/retention.h"
#include "app/serve/saved_searches.h"
#include "app/serve/searches.h"
#include "app/serve/status.h"
#include "app/serve/tails.h"
#include "archive/search/result_lines.h"
#include "base/try.h"
#include "ingest/live_rules.h"

namespace yorozu::serve {

api::Services ApiServices::all() {
  return {parts_.searches, parts_.tails, *this, parts_.saved, *this, *this, *this, *this, *this};
}

Result<std::vector<std::string>> ApiServices::rows(std::uint64_t first, std::size_t count) {
  std::vector<std::uint64_t> seqs(count);
  std::iota(seqs.begin(), seqs.end(), first);
  TRY_ASSIGN(const auto found, archive::search::fetch_lines({parts_.folder.archive(), parts_.folder.index()}, seqs));
  std::vector<std::string> out;
  out.reserve(found.size());
  for (const archive::search::Row& row : found) archive::search::append_row(row, out.emplace_back());
  return out;
}

api::Status ApiServices::status() {
  return state_of(parts_);
}

std::vector<api::Source> ApiServices::sources() {
  std::vector<api::Source> out;
  for (const config::Source& source : parts_.config().sources)
    out.push_back({source.name, source.kind, source.input, texts(source.networks), source.source_class});
  return out;
}

std::shared_ptr<const detect::CompiledRules> ApiServices::rules() {
  return parts_.pipeline.rules()->compiled;
}
std::vector<detect::CannotFire> ApiServices::cannot_fire() {
  return parts_.pipeline.cannot_fire();
}

Result<std::vector<inventory::Asset>> ApiServices::list(inventory::Kind kind, const inventory::Page& page) {
  return parts_.inventory.list(kind, page);
}
Result<inventory::KindTotal> ApiServices::total(inventory::Kind kind) {
  return parts_.inventory.total(kind);
}
api::InventoryLag ApiServices::lag() {
  const inventory::Follower::Lag lag = parts_.inventory_follower.lag();
  return {lag.lines, lag.problem};
}

std::vector<archive::SegmentInfo> ApiServices::segments() {
  return parts_.archive.segments();
}
std::vector<archive::ArchiveDamage> ApiServices::damages() {
  return parts_.archive.damages();
}
archive::RetentionRules ApiServices::retention() {
  return retention_rules(parts_.config().archive);
}

}  // namespace yorozu::serve
