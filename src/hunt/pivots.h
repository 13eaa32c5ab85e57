/// What findings have in common: the accounts, addresses, programs and hashes of the events that rules matched. Each is
/// a thread to pull: search for it in all other logs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "event/event.h"
#include "hunt/bounded_counter.h"

namespace yorozu::hunt {

enum class PivotKind : std::uint8_t { Account, Address, Program, Hash };
inline constexpr std::size_t kPivotKinds = 4;
std::string_view to_string(PivotKind kind);  ///< "account", "address", "program", "hash"

class Pivots {
 public:
  explicit Pivots(const event::Schema& schema) : schema_(schema) {}
  /// An event that a rule matched; call it once an event.
  void add(const event::Event& event, const event::EventBatch& batch);
  void merge(const Pivots& other);
  const BoundedCounter<std::string>& of(PivotKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }

 private:
  enum class Field : std::uint8_t { None, Account, Address, Program, Hashes };
  Field field_of(event::NameId name);

  const event::Schema& schema_;
  std::unordered_map<event::NameId, Field> fields_;
  BoundedCounter<std::string> counts_[kPivotKinds];
};

}  // namespace yorozu::hunt
