/// What Statement is made of; Connection makes it. Private to src/duck.
#pragma once

#include "duck/handles.h"
#include "duck/statement.h"

namespace yorozu::duck {

struct Statement::Impl {
  explicit Impl(const Library& from) : library(from), prepared(from.duckdb_destroy_prepare) {}
  /// A bind that was refused: there is no such parameter.
  Result<void> bound(duckdb_state state, std::size_t parameter) const;

  const Library& library;
  detail::Owned<duckdb_prepared_statement> prepared;
};

}  // namespace yorozu::duck
