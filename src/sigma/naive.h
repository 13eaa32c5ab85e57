/// The oracle: a rule evaluated on one event in the most direct way. Slow on purpose; the compiled engine must give the
/// same answer on everything, and `rules why` shows what this finds.
///
/// What a test means is written down here in code and in docs/sigma.md in words.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "event/logsource.h"
#include "sigma/rule.h"

namespace yorozu::sigma {

/// The fields of one event under the names that rules of one role use. Keeps texts it has made; not thread-safe.
/// Everything given to it outlives it.
class EventFields {
 public:
  EventFields(const event::Event& event, const event::EventBatch& batch, const event::NameTable& names,
              const event::Role* role = nullptr);
  ~EventFields();
  EventFields(const EventFields&) = delete;
  EventFields& operator=(const EventFields&) = delete;

  /// One value (an element, where the event has an array) and its text.
  struct Item {
    event::Value value;
    std::string text;
    std::string folded;
  };
  struct Field {
    std::string event_name;  ///< as the event has it: renamed by the role, or equal to the rule's
    bool present = false;    ///< the event has a field of that name
    bool has_value = false;  ///< with a value that is not null
    std::vector<const Item*> items;
  };
  const Field& find(std::string_view rule_name) const;
  /// Of all fields; what keywords look at.
  const std::vector<const Item*>& all() const;

 private:
  struct Cache;
  std::unique_ptr<Cache> cache_;
  const event::Role* role_;
};

/// The tree of tests with the value that decided each; nothing is skipped.
struct Evaluation {
  const Node* node = nullptr;
  bool result = false;
  std::vector<Evaluation> children;
  std::vector<std::string> values;  ///< of a test: what the field holds; empty: absent
  std::string event_field;          ///< of a test: the name in the event, when it is another than the rule's
};

/// One condition, its texts folded and regexes compiled. `condition` outlives it. Immutable; thread-safe.
class Oracle {
 public:
  explicit Oracle(const Node& condition);
  ~Oracle();
  Oracle(Oracle&&) noexcept;

  bool matches(const EventFields& fields) const;
  Evaluation evaluate(const EventFields& fields) const;

 private:
  struct Prepared;
  bool test(const Node& node, const EventFields& fields) const;
  bool matches(const Node& node, const EventFields& fields) const;
  Evaluation evaluate(const Node& node, const EventFields& fields) const;

  const Node& condition_;
  std::map<const Node*, Prepared> prepared_;  // of every Test below condition_
};

/// The roles in which a rule of that logsource sees the event, `only_field` and all: event::roles_for, asked of the
/// event.
std::vector<event::Role> roles_of(const Logsource& wanted, const event::Event& event, const event::EventBatch& batch,
                                  const event::Schema& schema, const event::LogsourceMap& map);

/// Everything together: logsource, placeholders, condition. A rule matches when it does in one of the event's roles.
bool matches(const Rule& rule, const event::Event& event, const event::EventBatch& batch, const event::Schema& schema,
             const event::LogsourceMap& map);

}  // namespace yorozu::sigma
