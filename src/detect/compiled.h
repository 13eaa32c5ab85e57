/// What `compile` makes: for each class of events (channel and event id, or logsource) a plan of which rules can still
/// be true, which literals to search for, and the conditions as jump code. Internal to detect/.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "detect/engine.h"
#include "detect/keyword_filter.h"
#include "detect/literal_database.h"
#include "detect/prepared.h"

namespace yorozu::detect {

/// Kind of events that one plan serves.
struct ClassKey {
  event::NameId channel = event::name::kNone;
  std::uint32_t event_id = event::kNoEventId;
  event::LogsourceId logsource = 0;
  /// EventID and Channel are constants of the class. False: for shapes in which these names stand twice or not at all.
  bool constants = false;
  bool operator==(const ClassKey&) const = default;
  auto operator<=>(const ClassKey&) const = default;
};
/// Instead of an event id: every id of the channel that no rule and no role names.
inline constexpr std::uint32_t kOtherEventIds = event::kNoEventId - 1;

/// Test of one field, for one class: numbered from 0 in the class, so that the memo of an event is a small array.
struct ClassTest {
  const Prepared* prepared = nullptr;
  std::uint16_t field = 0;  ///< index into ClassPlan::fields; kAllValues for keywords
  std::uint16_t other = 0;  ///< second field of a reference
  /// Every occurrence is reported by a scan of the field: not reported means false.
  bool found_by_scan = false;
  float likelihood = 0.5F;  ///< estimate of how often it is true; decides the order of asking
};
inline constexpr std::uint16_t kAllValues = UINT16_MAX;

/// Jump code: ask `test`, go on at one of two places. No stack, no recursion; And, Or and Not are in the targets.
struct Instruction {
  std::uint32_t test, on_true, on_false;
};
inline constexpr std::uint32_t kAccept = UINT32_MAX;
inline constexpr std::uint32_t kReject = UINT32_MAX - 1;

/// In ClassPlan::node_tests: a test whose answer follows from the role.
inline constexpr std::uint32_t kTrueTest = UINT32_MAX;
inline constexpr std::uint32_t kFalseTest = UINT32_MAX - 1;

struct ClassRule {
  std::uint32_t rule = 0;         ///< index into RuleSet::rules
  std::uint32_t entry = kReject;  ///< into ClassPlan::code
  std::uint32_t tests = 0;        ///< into ClassPlan::node_tests: numbers of its tests in the order of the tree
  std::uint16_t variants = 1;     ///< roles in which it sees the event; as many runs of node_tests
};

/// Literals to look for in one field.
struct FieldScan {
  std::uint16_t field = 0;
  std::shared_ptr<const LiteralDatabase> ascii;  ///< patterns 0 .. ascii_count-1; may be null
  std::shared_ptr<const LiteralDatabase> other;  ///< the rest, only for values that are not all ASCII; may be null
  std::uint32_t ascii_count = 0;
  struct Literal {
    std::uint32_t test;               ///< true where this literal is found; kNoTest: it is only a part of a pattern
    std::uint32_t first_rule, rules;  ///< in `rules`: what becomes a candidate
    std::uint32_t size;
    bool at_begin, at_end;
  };
  static constexpr std::uint32_t kNoTest = UINT32_MAX;
  std::vector<Literal> literals;
  std::vector<std::uint32_t> rules;  ///< indices into ClassPlan::rules
  /// Of kAllValues: some literal could stand in the text of a number, GUID, time or SID.
  bool any_type = false;
  /// Of kAllValues, where all literals lend themselves to it: a look at the record's bytes comes first.
  std::shared_ptr<const KeywordFilter> filter;
};

struct ClassPlan {
  ClassKey key;
  std::vector<event::NameId> fields;
  std::unordered_map<event::NameId, std::uint16_t> field_numbers;  ///< index into `fields`
  std::vector<ClassTest> tests;
  std::vector<Instruction> code;
  std::vector<ClassRule> rules;       ///< by rule index
  std::vector<std::uint64_t> always;  ///< bit for each of `rules`: no witness, runs on every event
  std::vector<std::uint32_t> node_tests;
  std::vector<FieldScan> scans;
  std::vector<std::unique_ptr<Prepared>> own;  ///< conditions of roles
  std::vector<event::Role> roles;
};

class CompiledRules {
 public:
  CompiledRules(sigma::RuleSet rules, event::Schema& schema, const event::LogsourceMap& logsources);

  sigma::RuleSet rules;
  event::Schema& schema;
  const event::LogsourceMap& logsources;

  /// Rules with the same logsource.
  struct Group {
    event::Logsource logsource;
    std::vector<std::uint32_t> rules;
    std::set<std::uint32_t> event_ids;  ///< that their conditions name
  };
  std::vector<Group> groups;
  std::vector<Prepared> prepared;
  struct RuleTest {
    const sigma::Test* test;
    std::uint32_t prepared;
  };
  std::vector<RuleTest> tests;            ///< of all rules, in the order of their trees
  std::vector<std::uint32_t> first_test;  ///< of each rule, in `tests`
  std::set<std::uint32_t> event_ids;      ///< that any condition names
  mutable DatabaseStore databases;

  /// The plan for events like this; made now when nobody asked before. Thread-safe; lives as long as this.
  const ClassPlan& plan_for(const ClassKey& key) const;
  /// Plans that the rules' logsources lead to, made on several threads.
  Result<void> plan_ahead(unsigned threads);

 private:
  struct Target {
    ClassKey key;
    std::vector<event::Role> roles;
  };
  Target target_of(const ClassKey& key) const;
  void prepare_tests();
  static constexpr std::size_t kMaxPlans = 4096;  ///< beyond: plans by roles alone, without constants

  mutable std::shared_mutex mutex_;  ///< guards the maps
  mutable std::map<ClassKey, std::shared_ptr<const ClassPlan>> plans_;
  mutable std::map<std::string, std::shared_ptr<const ClassPlan>> plans_by_roles_;
  mutable std::map<ClassKey, const ClassPlan*> shortcuts_;  ///< original key -> plan
};

/// `roles`: of the class. Never fails: literals that Vectorscan refuses leave their rules without prefilter.
std::unique_ptr<ClassPlan> build_plan(const CompiledRules& compiled, const ClassKey& key,
                                      const std::vector<event::Role>& roles);

/// False when folding alone makes the rule false in that class, or the class is none of its.
bool can_be_true(const CompiledRules& compiled, std::uint32_t rule, const ClassKey& key,
                 const std::vector<event::Role>& roles);

/// Whether some mix of answers leads to acceptance when tests of fields that are not `present` have only one.
bool can_accept(const ClassPlan& plan, std::uint32_t entry, const std::vector<bool>& present);

/// Values of one shape for the fields of one plan.
struct FieldPositions {
  std::vector<std::uint32_t> first;  ///< of each field in `positions`; one more at the end
  std::vector<std::uint16_t> positions;
  std::vector<std::uint16_t> all;  ///< every position
  std::span<const std::uint16_t> of(std::uint16_t field) const {
    if (field == kAllValues) return all;
    return {positions.data() + first[field], positions.data() + first[field + 1]};
  }
};
FieldPositions bind(const ClassPlan& plan, const event::Shape& shape, const event::NameTable& names);

/// Positions of the values that `name` of a rule stands for: that name, or it with blanks. In document order.
std::vector<std::uint16_t> positions_of(event::NameId name, const event::Shape& shape, const event::NameTable& names);

/// The one event id that passes the test; nullopt when there may be others.
std::optional<std::uint32_t> named_event_id(const Prepared& prepared);
/// Name in the event of the rule's field, in that role.
std::string_view event_name(std::string_view field, const event::Role& role);

/// Class of an event; `constants` where it has an event id and a channel.
ClassKey key_of(const event::Event& event);

}  // namespace yorozu::detect
