#include "event/logsource.h"

#include <algorithm>

#include "base/assert.h"
#include "base/embedded.h"
#include "base/text.h"
#include "event/logsource_table.h"

namespace yorozu::embedded {
std::span<const File> logsource_maps();
}

namespace yorozu::event {

namespace {

bool agrees(const std::string& wanted, const std::string& offered) {
  return wanted.empty() || wanted == offered;
}

/// `channel` folded.
bool channel_matches(const std::string& pattern, std::string_view channel) {
  if (!pattern.ends_with('*')) return pattern == channel;
  return channel.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
}

bool contains(const std::vector<std::uint32_t>& ids, std::uint32_t id) {
  return std::ranges::find(ids, id) != ids.end();
}

}  // namespace

bool covers(const Logsource& wanted, const Logsource& offered) {
  return agrees(wanted.product, offered.product) && agrees(wanted.category, offered.category) &&
         agrees(wanted.service, offered.service);
}

std::vector<const Role*> roles_for(const Logsource& wanted, std::span<const Role> roles) {
  std::vector<const Role*> out;
  for (const Role& role : roles) {
    if (!covers(wanted, role.logsource)) continue;
    if (wanted.category.empty() && !out.empty()) break;
    out.push_back(&role);
  }
  return out;
}

struct LogsourceMap::Impl {
  detail::Table table;
  std::vector<Logsource> ids;                    ///< by LogsourceId
  std::vector<const detail::Direct*> direct_of;  ///< by LogsourceId; nullptr: found by channels

  void add_id(const Logsource& logsource, const detail::Direct* direct) {
    if (std::ranges::find(ids, logsource) != ids.end()) return;
    YOROZU_ASSERT(ids.size() < UINT16_MAX, "read_table's input is bounded by what people write by hand");
    ids.push_back(logsource);
    direct_of.push_back(direct);
  }

  /// Every logsource that decoders may name: direct ones, and of those with channels any level of detail.
  void number() {
    add_id({}, nullptr);
    for (const detail::Service& service : table.services) {
      add_id({service.product, {}, {}}, nullptr);
      add_id({service.product, {}, service.service}, nullptr);
    }
    for (const detail::Category& category : table.categories) {
      add_id({category.role.logsource.product, category.role.logsource.category, {}}, nullptr);
      add_id(category.role.logsource, nullptr);
    }
    for (const detail::Direct& direct : table.direct) add_id(direct.role.logsource, &direct);
  }

  const detail::Service* service_of(std::string_view channel) const {
    const std::string folded = fold(channel);
    for (const detail::Service& service : table.services)
      for (const std::string& pattern : service.channels)
        if (channel_matches(pattern, folded)) return &service;
    return nullptr;
  }

  std::vector<Role> roles_of_service(const std::string& product, const std::string& service, std::uint32_t id) const {
    std::vector<Role> out(1);
    out[0].logsource = {product, {}, service};
    for (const detail::Category& category : table.categories) {
      const Logsource& offered = category.role.logsource;
      if (offered.product == product && offered.service == service && contains(category.event_ids, id))
        out.push_back(category.role);
    }
    return out;
  }
};

LogsourceMap::LogsourceMap(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LogsourceMap::LogsourceMap(LogsourceMap&&) noexcept = default;
LogsourceMap::~LogsourceMap() = default;

const LogsourceMap& LogsourceMap::builtin() {
  static const LogsourceMap map = [] {
    std::vector<std::string_view> texts;
    for (const embedded::File& file : embedded::logsource_maps()) texts.push_back(file.text());
    auto parsed = parse(texts);
    YOROZU_ASSERT(parsed.has_value(), "the tests parse the embedded files");
    return *std::move(parsed);
  }();
  return map;
}

Result<LogsourceMap> LogsourceMap::parse(std::span<const std::string_view> yaml) {
  auto impl = std::make_unique<Impl>();
  for (const std::string_view text : yaml)
    if (auto read = detail::read_table(text, impl->table); !read) return std::unexpected(std::move(read).error());
  impl->number();
  return LogsourceMap(std::move(impl));
}

Result<LogsourceMap> LogsourceMap::parse(std::string_view yaml) {
  return parse(std::span(&yaml, 1));
}

std::optional<LogsourceId> LogsourceMap::id_of(std::string_view product, std::string_view category,
                                               std::string_view service) const {
  for (std::size_t id = 0; id < impl_->ids.size(); ++id) {
    const Logsource& one = impl_->ids[id];
    if (one.product == product && one.category == category && one.service == service)
      return static_cast<LogsourceId>(id);
  }
  return std::nullopt;
}

const Logsource& LogsourceMap::logsource(LogsourceId id) const {
  YOROZU_ASSERT(id < impl_->ids.size(), "ids come from id_of()");
  return impl_->ids[id];
}

std::vector<Role> LogsourceMap::roles(const EventClass& event_class) const {
  if (!event_class.channel.empty())
    if (const detail::Service* service = impl_->service_of(event_class.channel))
      return impl_->roles_of_service(service->product, service->service, event_class.event_id);
  const Logsource& own = logsource(event_class.logsource);
  if (const detail::Direct* direct = impl_->direct_of[event_class.logsource]) {
    std::vector<Role> out{direct->role};
    out.insert(out.end(), direct->also.begin(), direct->also.end());
    return out;
  }
  if (own.category.empty() && !own.service.empty())
    return impl_->roles_of_service(own.product, own.service, event_class.event_id);
  std::vector<Role> out(1);
  out[0].logsource = own;
  // A channel without a product (a decoder that knows no better) is a Windows one.
  if (!event_class.channel.empty() && own == Logsource{}) out[0].logsource.product = "windows";
  return out;
}

std::vector<LogsourceMap::Place> LogsourceMap::places(const Logsource& wanted) const {
  std::vector<Place> out;
  const auto add = [&](const Logsource& service, const std::vector<std::uint32_t>& event_ids) {
    for (const detail::Service& one : impl_->table.services) {
      if (one.product != service.product || one.service != service.service) continue;
      for (const std::string& channel : one.channels) out.push_back({channel, event_ids});
    }
  };
  if (!wanted.category.empty()) {
    for (const detail::Category& category : impl_->table.categories)
      if (covers(wanted, category.role.logsource)) add(category.role.logsource, category.event_ids);
    return out;
  }
  bool any = false;
  for (const detail::Service& service : impl_->table.services) {
    const Logsource offered{service.product, {}, service.service};
    if (!covers(wanted, offered)) continue;
    any = true;
    if (!wanted.service.empty()) add(offered, {});
  }
  if (any && wanted.service.empty()) out.push_back({"*", {}});  // channels that the map does not know too
  return out;
}

bool LogsourceMap::is_known(const Logsource& wanted) const {
  if (wanted == Logsource{} || !places(wanted).empty()) return true;
  for (const detail::Direct& direct : impl_->table.direct) {
    if (!direct.is_made) continue;
    if (covers(wanted, direct.role.logsource)) return true;
    for (const Role& role : direct.also)
      if (covers(wanted, role.logsource)) return true;
  }
  return false;
}

}  // namespace yorozu::event
