/// Sorts more than fits in memory: entries (key, bytes) come in any order from several threads and go out sorted by
/// key. Up to a budget they stay in memory; beyond it, each writer sorts what it has and appends it as a run to one
/// temporary file without a name (it is gone when the process ends, however it ends). Reading merges all runs.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yorozu::hunt {

/// Compared from the first part to the last. Make keys unique where the order of equal ones would matter.
struct SpillKey {
  std::array<std::uint64_t, 4> parts{};
  auto operator<=>(const SpillKey&) const = default;
};

class Spill {
 public:
  /// The temporary file is made at once in `folder`, so that a sandbox may close the file system afterwards.
  /// `memory`: bytes that all `writers` together hold before they write to it.
  static Result<Spill> open(const std::filesystem::path& folder, std::size_t memory, unsigned writers);
  Spill(Spill&&) noexcept;
  ~Spill();

  /// For one thread. Errors (a full disk) are remembered and come out of read().
  class Writer {
   public:
    void add(const SpillKey& key, std::string_view payload);

   private:
    friend class Spill;
    struct Impl;
    explicit Writer(Impl* impl) : impl_(impl) {}
    Impl* impl_;
  };
  /// Thread-safe.
  Writer writer();

  /// All entries in order. Nobody may write any more. May be asked for again, from the start.
  class Reader {
   public:
    Reader(Reader&&) noexcept;
    ~Reader();
    /// False at the end. `payload` is valid until the next call.
    Result<bool> next(SpillKey& key, std::string_view& payload);

   private:
    friend class Spill;
    struct Impl;
    explicit Reader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };
  Result<Reader> read();

  std::uint64_t bytes_on_disk() const;

 private:
  struct Impl;
  explicit Spill(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yorozu::hunt
