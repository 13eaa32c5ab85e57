#include "detect/cache.h"

#include <sys/stat.h>

#include <cstdlib>
#include <thread>

#include "base/bytes.h"
#include "base/hash.h"
#include "detect/cache_file.h"
#include "detect/compiled.h"
#include "detect/rule_codec.h"

namespace yorozu::detect {

namespace {

constexpr std::string_view kFormat = "1";

/// Of the program itself: another build may read rules in another way.
std::string program_identity() {
  struct stat status{};
  if (stat("/proc/self/exe", &status) != 0) return "unknown";
  return std::to_string(status.st_size) + "/" + std::to_string(status.st_mtim.tv_sec) + "/" +
         std::to_string(status.st_mtim.tv_nsec);
}

/// Everything that the cached content depends on.
std::string name_of(std::span<const sigma::RuleText> texts, const sigma::LoadOptions& options) {
  Sha256Stream hash;
  const auto add = [&hash](std::string_view part) {
    const auto size = static_cast<std::uint64_t>(part.size());
    hash.update({reinterpret_cast<const std::uint8_t*>(&size), sizeof size});
    hash.update(as_bytes(part));
  };
  add(kFormat);
  add(program_identity());
  add(scanner_identity());
  for (const auto& [name, values] : options.placeholders) {
    add(name);
    add(std::to_string(values.size()));
    for (const std::string& value : values) add(value);
  }
  add("rules");
  for (const sigma::RuleText& text : texts) {
    add(text.file);
    add(text.text);
  }
  return to_hex(hash.finish());
}

void append_block(std::string& out, std::string_view bytes) {
  const auto size = static_cast<std::uint64_t>(bytes.size());
  out.append(reinterpret_cast<const char*>(&size), sizeof size).append(bytes);
}

std::string encode(const CompiledRules& compiled) {
  std::string out;
  append_block(out, encode_rules(compiled.rules));
  for (const DatabaseStore::Entry& entry : compiled.databases.entries()) {
    const auto bytes = entry.database->serialize();
    if (!bytes) continue;
    out.append(reinterpret_cast<const char*>(entry.key.data()), entry.key.size());
    append_block(out, *bytes);
  }
  return out;
}

std::string_view take_block(ByteReader& reader) {
  const auto size = reader.read<std::uint64_t>();
  return as_text(reader.take(size > reader.remaining() ? reader.remaining() + 1 : static_cast<std::size_t>(size)));
}

Result<std::shared_ptr<CompiledRules>> decode(std::string_view content, event::Schema& schema,
                                              const event::LogsourceMap& logsources) {
  ByteReader reader(as_bytes(content));
  auto rules = decode_rules(take_block(reader));
  if (!rules) return std::unexpected(rules.error());
  auto out = std::make_shared<CompiledRules>(*std::move(rules), schema, logsources);
  while (reader.ok() && reader.remaining() > 0) {
    DatabaseStore::Key key{};
    const ByteView bytes = reader.take(key.size());
    if (bytes.size() == key.size()) std::ranges::copy(bytes, key.begin());
    const std::string_view database = take_block(reader);
    if (reader.ok()) out->databases.offer(key, std::string(database));
  }
  if (!reader.ok()) return fail(ErrorCode::Corrupt, "cached pattern databases are damaged");
  return out;
}

/// Parses and compiles, and leaves the result in the folder.
Result<Ready> make_anew(std::span<const sigma::RuleText> texts, const sigma::LoadOptions& options,
                        event::Schema& schema, const event::LogsourceMap& logsources, unsigned threads) {
  auto compiled = compile(sigma::load(texts, options), schema, logsources, {.threads = threads});
  if (!compiled) return std::unexpected(compiled.error());
  return Ready{*std::move(compiled), Ready::Cache::Off, ""};
}

}  // namespace

Result<Ready> make_ready(std::span<const sigma::RuleText> texts, const sigma::LoadOptions& options,
                         event::Schema& schema, const event::LogsourceMap& logsources, const ReadyOptions& ready) {
  if (auto usable = check_scanner(); !usable) return std::unexpected(usable.error());
  if (!ready.cache_folder) return make_anew(texts, options, schema, logsources, ready.threads);
  const auto folder = CacheFolder::open(*ready.cache_folder);
  if (!folder) {
    auto out = make_anew(texts, options, schema, logsources, ready.threads);
    if (out) {
      out->cache = Ready::Cache::Unusable;
      out->detail = folder.error().message;
    }
    return out;
  }
  const std::string name = name_of(texts, options);
  auto content = folder->read(name);
  if (content) {
    auto compiled = decode(*content, schema, logsources);
    if (compiled) return Ready{*std::move(compiled), Ready::Cache::Used, ""};
    content = std::unexpected(compiled.error());
  }
  auto out = make_anew(texts, options, schema, logsources, ready.threads);
  if (!out) return out;
  const bool is_missing = content.error().code == ErrorCode::NotFound;
  out->cache = is_missing ? Ready::Cache::Missing : Ready::Cache::Rejected;
  if (!is_missing) out->detail = content.error().message;
  if (const auto written = folder->write(name, encode(*out->rules)); !written) {
    out->cache = Ready::Cache::Unusable;
    out->detail = written.error().message;
  }
  return out;
}

std::optional<std::filesystem::path> default_cache_folder() {
  const auto named = [](const char* name) -> std::optional<std::filesystem::path> {
    const char* value = std::getenv(name);
    if (value == nullptr || *value != '/') return std::nullopt;
    return std::filesystem::path(value);
  };
  if (const auto cache = named("XDG_CACHE_HOME")) return *cache / "yorozu" / "rules";
  if (const auto home = named("HOME")) return *home / ".cache" / "yorozu" / "rules";
  return std::nullopt;
}

}  // namespace yorozu::detect
