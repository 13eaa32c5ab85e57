/// The interfaces of api/services.h over the parts of the server.
#pragma once

#include "api/services.h"
#include "app/serve/requests.h"

namespace yorozu::serve {

class ApiServices final : private api::EventService,
                          private api::StatusService,
                          private api::SourceService,
                          private api::RuleService,
                          private api::InventoryService,
                          private api::ArchiveService {
 public:
  /// `parts` outlives it.
  explicit ApiServices(Parts& parts) : parts_(parts) {}
  ApiServices(const ApiServices&) = delete;
  ApiServices& operator=(const ApiServices&) = delete;
  api::Services all();

 private:
  Result<std::vector<std::string>> rows(std::uint64_t first, std::size_t count) override;
  api::Status status() override;
  std::vector<api::Source> sources() override;
  std::shared_ptr<const detect::CompiledRules> rules() override;
  std::vector<detect::CannotFire> cannot_fire() override;
  Result<std::vector<inventory::Asset>> list(inventory::Kind kind, const inventory::Page& page) override;
  Result<inventory::KindTotal> total(inventory::Kind kind) override;
  api::InventoryLag lag() override;
  std::vector<archive::SegmentInfo> segments() override;
  std::vector<archive::ArchiveDamage> damages() override;
  archive::RetentionRules retention() override;

  Parts& parts_;
};

}  // namespace yorozu::serve
