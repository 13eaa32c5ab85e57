/// Many literals, one pass: a Vectorscan block-mode database of plain literals. Pattern number = position in the list.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/result.h"

struct hs_database;
struct hs_scratch;

namespace yorozu::detect {

/// Working memory of one thread for all databases that were shown to it.
class Scratch {
 public:
  Scratch() = default;
  Scratch(Scratch&& other) noexcept : scratch_(std::exchange(other.scratch_, nullptr)) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch();

 private:
  friend class LiteralDatabase;
  hs_scratch* scratch_ = nullptr;
};

class LiteralDatabase {
 public:
  /// `literals`: not empty, any bytes. Unsupported: Vectorscan refuses them, or this processor.
  static Result<std::shared_ptr<const LiteralDatabase>> compile(const std::vector<std::string>& literals);
  /// Bytes of serialize(); only from a store that is trusted (detect/cache.h checks a keyed hash first).
  static Result<std::shared_ptr<const LiteralDatabase>> deserialize(std::string_view bytes);
  ~LiteralDatabase();

  Result<std::string> serialize() const;
  /// Makes `scratch` fit this database.
  Result<void> adapt(Scratch& scratch) const;
  /// Every occurrence: on_match(context, number of the literal, offset after its last byte).
  using OnMatch = int (*)(unsigned literal, unsigned long long from, unsigned long long to, unsigned flags,
                          void* context);
  void scan(std::string_view text, Scratch& scratch, OnMatch on_match, void* context) const;

 private:
  explicit LiteralDatabase(hs_database* database) : database_(database) {}
  hs_database* database_;
};

/// Databases by their content, so that equal sets of literals share one. Thread-safe.
class DatabaseStore {
 public:
  using Key = Sha256;
  /// Bytes of databases that were serialized before; used instead of compiling.
  void offer(const Key& key, std::string bytes);
  Result<std::shared_ptr<const LiteralDatabase>> get(const std::vector<std::string>& literals);
  struct Entry {
    Key key;
    std::shared_ptr<const LiteralDatabase> database;
  };
  std::vector<Entry> entries() const;
  std::size_t compiled() const;  ///< how many were not among the offered

 private:
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  mutable std::mutex mutex_;  ///< guards all below
  std::unordered_map<Key, std::shared_ptr<const LiteralDatabase>, KeyHash> databases_;
  std::unordered_map<Key, std::string, KeyHash> offered_;
  std::size_t compiled_ = 0;
};

/// Version of the library and the platform it compiles for: databases of another one are of no use.
std::string scanner_identity();
/// Unsupported: this processor lacks what Vectorscan needs (SSSE3).
Result<void> check_scanner();

}  // namespace yorozu::detect
