/// What Appender is made of; Connection makes it. Private to src/duck.
#pragma once

#include <vector>

#include "duck/appender.h"
#include "duck/handles.h"

namespace yorozu::duck {

struct Appender::Impl {
  Impl(const Library& from, const std::vector<Type>& column_types);
  /// Marks all columns of the row as null, until something is set.
  void begin_row();
  void set_valid(std::size_t column) { vectors[column].validity[row / 64] |= std::uint64_t{1} << (row % 64); }
  template <class T>
  void put(std::size_t column, T value) {
    static_cast<T*>(vectors[column].data)[row] = value;
    set_valid(column);
  }
  Result<void> write_chunk();
  void find_vectors();

  struct Vector {
    duckdb_vector handle = nullptr;
    void* data = nullptr;
    std::uint64_t* validity = nullptr;
  };
  const Library& library;
  detail::Owned<duckdb_data_chunk> chunk;
  /// In a struct of its own: destroying it returns a state that nobody can act upon.
  struct Handle {
    const Library& library;
    duckdb_appender appender = nullptr;
    ~Handle() { static_cast<void>(library.duckdb_appender_destroy(&appender)); }
  } handle{library};
  std::vector<Vector> vectors;
  std::size_t row = 0, capacity = 0;
};

}  // namespace yorozu::duck
