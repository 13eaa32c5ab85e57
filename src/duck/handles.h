/// DuckDB's handles as C++ owners, and its errors as ours. Private to src/duck.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "duck/library.h"
#include "duck/statement.h"

namespace yorozu::duck::detail {

/// A handle and the function that destroys it, which takes its address.
template <class Handle>
class Owned {
 public:
  using Destroy = void (*)(Handle*);
  explicit Owned(Destroy destroy) : destroy_(destroy) {}
  Owned(Handle handle, Destroy destroy) : handle_(handle), destroy_(destroy) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, Handle{})), destroy_(other.destroy_) {}
  Owned& operator=(Owned&&) = delete;
  ~Owned() {
    if (handle_ != Handle{}) destroy_(&handle_);
  }
  Handle get() const { return handle_; }
  Handle* out() { return &handle_; }

 private:
  Handle handle_{};
  Destroy destroy_;
};

/// A result is a struct, not a pointer; a zeroed one holds nothing.
class OwnedResult {
 public:
  explicit OwnedResult(const Library& library) : library_(&library) {}
  OwnedResult(OwnedResult&& other) noexcept
      : library_(other.library_), result_(std::exchange(other.result_, duckdb_result{})) {}
  OwnedResult& operator=(OwnedResult&&) = delete;
  ~OwnedResult() { library_->duckdb_destroy_result(&result_); }
  duckdb_result& get() { return result_; }
  const duckdb_result& get() const { return result_; }

 private:
  const Library* library_;
  duckdb_result result_{};
};

ErrorCode code_of(duckdb_error_type type);
/// What DuckDB says about a statement that failed. Where it gives no type, the beginning of its message tells.
std::unexpected<Error> failure(const char* message);
std::unexpected<Error> failure(const Library& library, duckdb_result& result);

duckdb_type type_of(Type type);
/// Type::Other for what cannot be read.
Type type_of(duckdb_type type);

}  // namespace yorozu::duck::detail
