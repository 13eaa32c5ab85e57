#include "detect/literal_database.h"

#include <hs.h>

#include <cstdlib>
#include <cstring>

namespace yorozu::detect {

Scratch::~Scratch() {
  hs_free_scratch(scratch_);
}

Result<std::shared_ptr<const LiteralDatabase>> LiteralDatabase::compile(const std::vector<std::string>& literals) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  std::vector<unsigned> numbers, flags(literals.size(), 0);
  for (const std::string& literal : literals) {
    numbers.push_back(static_cast<unsigned>(texts.size()));
    texts.push_back(literal.data());
    sizes.push_back(literal.size());
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t status =
      hs_compile_lit_multi(texts.data(), flags.data(), numbers.data(), sizes.data(),
                           static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr, &database, &error);
  if (status != HS_SUCCESS) {
    std::string message = error != nullptr ? error->message : "no reason given";
    hs_free_compile_error(error);
    return fail(ErrorCode::Unsupported, "Vectorscan refuses a set of literals: " + message);
  }
  return std::shared_ptr<const LiteralDatabase>(new LiteralDatabase(database));
}

Result<std::shared_ptr<const LiteralDatabase>> LiteralDatabase::deserialize(std::string_view bytes) {
  hs_database_t* database = nullptr;
  if (hs_deserialize_database(bytes.data(), bytes.size(), &database) != HS_SUCCESS)
    return fail(ErrorCode::Corrupt, "not a Vectorscan database of this version and processor");
  return std::shared_ptr<const LiteralDatabase>(new LiteralDatabase(database));
}

LiteralDatabase::~LiteralDatabase() {
  hs_free_database(database_);
}

Result<std::string> LiteralDatabase::serialize() const {
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(database_, &bytes, &size) != HS_SUCCESS)
    return fail(ErrorCode::Internal, "Vectorscan cannot write its database");
  std::string out(bytes, size);
  std::free(bytes);
  return out;
}

Result<void> LiteralDatabase::adapt(Scratch& scratch) const {
  if (hs_alloc_scratch(database_, &scratch.scratch_) != HS_SUCCESS)
    return fail(ErrorCode::Internal, "Vectorscan has no working memory");
  return {};
}

void LiteralDatabase::scan(std::string_view text, Scratch& scratch, OnMatch on_match, void* context) const {
  // Values are far below 4 GiB: a batch is one unit of input.
  hs_scan(database_, text.data(), static_cast<unsigned>(text.size()), 0, scratch.scratch_, on_match, context);
}

std::size_t DatabaseStore::KeyHash::operator()(const Key& key) const {
  std::size_t out = 0;
  std::memcpy(&out, key.data(), sizeof out);
  return out;
}

void DatabaseStore::offer(const Key& key, std::string bytes) {
  const std::lock_guard lock(mutex_);
  offered_.insert_or_assign(key, std::move(bytes));
}

Result<std::shared_ptr<const LiteralDatabase>> DatabaseStore::get(const std::vector<std::string>& literals) {
  std::string content;
  for (const std::string& literal : literals) {
    const auto size = static_cast<std::uint32_t>(literal.size());
    content.append(reinterpret_cast<const char*>(&size), sizeof size).append(literal);
  }
  const Key key = sha256(as_bytes(content));
  std::string bytes;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = databases_.find(key); found != databases_.end()) return found->second;
    if (const auto node = offered_.extract(key)) bytes = std::move(node.mapped());
  }
  Result<std::shared_ptr<const LiteralDatabase>> database = fail(ErrorCode::NotFound, "");
  if (!bytes.empty()) database = LiteralDatabase::deserialize(bytes);
  const bool was_stored = database.has_value();
  if (!was_stored) database = LiteralDatabase::compile(literals);
  if (!database) return database;
  const std::lock_guard lock(mutex_);
  if (!was_stored) ++compiled_;
  return databases_.try_emplace(key, *database).first->second;
}

std::vector<DatabaseStore::Entry> DatabaseStore::entries() const {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> out;
  for (const auto& [key, database] : databases_) out.push_back({key, database});
  return out;
}

std::size_t DatabaseStore::compiled() const {
  const std::lock_guard lock(mutex_);
  return compiled_;
}

std::string scanner_identity() {
  hs_platform_info_t platform{};
  hs_populate_platform(&platform);
  return std::string(hs_version()) + "/" + std::to_string(platform.tune) + "/" + std::to_string(platform.cpu_features);
}

Result<void> check_scanner() {
  if (hs_valid_platform() == HS_SUCCESS) return {};
  return fail(ErrorCode::Unsupported, "this processor is too old for the pattern matcher: it needs SSSE3 or newer");
}

}  // namespace yorozu::detect
