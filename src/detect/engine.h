/// Many rules against many events. `compile` is slow and done once (or read from the cache, detect/cache.h); the result
/// is immutable and shared; each thread has its own Matcher.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "sigma/rule.h"

namespace yorozu::detect {

/// A rule that cannot fire on this input, and why.
struct CannotFire {
  enum class Reason : std::uint8_t {
    UnknownLogsource,  ///< no decoder makes events of its logsource
    NoSuchEvents,      ///< none in this input
    FieldNeverSeen,    ///< its events were there, but a field that it cannot do without never was
    EmptyPlaceholder,  ///< a configured list is empty
    NeverTrue,         ///< its condition is false for every event (also: the logsource's event ids exclude its own)
    MemberCannotFire,  ///< of a correlation: a rule it cannot do without cannot fire
  };
  bool is_correlation = false;
  std::uint32_t index = 0;
  Reason reason;
  std::string detail;  ///< logsource, field or placeholder
};
/// "no-such-events": as machines read it.
std::string_view to_string(CannotFire::Reason reason);

/// Immutable; thread-safe. Holds its own copy of the rules.
class CompiledRules;

struct CompileOptions {
  unsigned threads = 1;
};

Result<std::shared_ptr<const CompiledRules>> compile(sigma::RuleSet rules, event::Schema& schema,
                                                     const event::LogsourceMap& logsources,
                                                     const CompileOptions& options = {});
const sigma::RuleSet& rules_of(const CompiledRules& compiled);

/// A rule matched an event. Views live as long as the call.
struct Match {
  std::uint32_t rule = 0;  ///< index into RuleSet::rules
  const event::Event& event;
  const event::EventBatch& batch;
  /// Event field names and positions of the values that the matching tests looked at, without repeats, in document
  /// order.
  std::span<const std::uint16_t> value_positions;
};

class Matcher {
 public:
  explicit Matcher(std::shared_ptr<const CompiledRules> rules);
  Matcher(Matcher&&) noexcept;
  ~Matcher();

  /// Every rule against every event of the batch, in the order of events, then of rules; events of class Yorozu, which
  /// this program wrote itself, are passed over. `sink` must not call back.
  void match(const event::EventBatch& batch, const std::function<void(const Match&)>& sink);

  /// What matching had to do; for measurements.
  struct Counters {
    std::uint64_t events = 0;      ///< of classes that have rules
    std::uint64_t scans = 0;       ///< calls of the pattern matcher
    std::uint64_t bytes = 0;       ///< given to it
    std::uint64_t literals = 0;    ///< that it found
    std::uint64_t candidates = 0;  ///< conditions run
    std::uint64_t tests = 0;       ///< asked outside the pattern matcher
  };
  const Counters& counters() const;

  /// For "cannot fire here": which classes and fields went by. Merge those of all threads, then ask.
  class Coverage;
  const Coverage& coverage() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Field of an event under the name that the rule uses (renames of its logsource applied): every value, as text.
std::vector<std::string> field_values(const CompiledRules& rules, std::uint32_t rule, std::string_view field,
                                      const event::Event& event, const event::EventBatch& batch);

std::vector<CannotFire> cannot_fire(const CompiledRules& rules, std::span<const Matcher::Coverage* const> coverage);

/// Why a rule did or did not match one event: the tree of tests with the value that decided each.
struct Verdict {
  const sigma::Node* node = nullptr;
  bool result = false;
  std::vector<Verdict> children;    ///< all of them, also those that evaluation would have skipped
  std::vector<std::string> values;  ///< of a test: the field's values; empty: absent
  std::string event_field;          ///< of a test: the name in the event, when renamed
};
struct Why {
  bool logsource_matches = false;
  std::string logsource_detail;  ///< what the event offers, what the rule wants
  Verdict root;
};
Why why(const CompiledRules& rules, std::uint32_t rule, const event::Event& event, const event::EventBatch& batch);

}  // namespace yorozu::detect
