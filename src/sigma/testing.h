/// For tests: rules from a few lines of YAML, and events from names and texts.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/event.h"
#include "sigma/load.h"
#include "sigma/naive.h"

namespace yorozu::sigma::testing {

inline std::string indented(std::string_view text, int by) {
  std::string out;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && c != '\n') out.append(static_cast<std::size_t>(by), ' ');
    out += c;
    at_start = c == '\n';
  }
  return out;
}

/// A whole rule around what stands under `detection:`.
inline std::string rule_text(std::string_view detection) {
  return "title: Test\nid: 5f4b1a2e-0f3d-4a8e-9c77-0d5a6f1b2c3d\nlevel: high\nlogsource:\n  product: "
         "windows\ndetection:\n" +
         indented(detection, 2) + "\n";
}

inline RuleSet load_text(std::string text, const LoadOptions& options = {}) {
  const RuleText one{"test.yml", std::move(text)};
  return load({&one, 1}, options);
}

/// The codes of the diagnostics of that severity, in order.
inline std::vector<std::string> codes(const RuleSet& set, Diagnostic::Severity severity = Diagnostic::Severity::Error) {
  std::vector<std::string> out;
  for (const Diagnostic& diagnostic : set.diagnostics)
    if (diagnostic.severity == severity) out.push_back(diagnostic.code);
  return out;
}
inline std::vector<std::string> warnings(const RuleSet& set) {
  return codes(set, Diagnostic::Severity::Warning);
}

/// An event of fields in that order.
class TestEvent {
 public:
  TestEvent() = default;
  TestEvent(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
    for (const auto& [name, text] : fields) add(name, text);
  }
  TestEvent(TestEvent&&) = delete;

  TestEvent& add(std::string_view name, std::string_view text) {
    return add(name, event::utf8_value(batch_.arena.copy(text)));
  }
  TestEvent& add(std::string_view name, event::Value value) {
    names_.push_back(schema_.names.intern(name));
    batch_.values.push_back(value);
    return *this;
  }
  /// JSON number, or another type whose bytes are text.
  TestEvent& add(std::string_view name, std::string_view text, event::ValueType type) {
    event::Value value = event::utf8_value(batch_.arena.copy(text));
    value.type = type;
    return add(name, value);
  }
  TestEvent& add_null(std::string_view name) { return add(name, event::Value{}); }

  EventFields fields(const event::Role* role = nullptr) {
    event_.shape = event::shape_for(names_, schema_, batch_);
    return EventFields(event_, batch_, schema_.names, role);
  }
  event::Event& event() {
    event_.shape = event::shape_for(names_, schema_, batch_);
    return event_;
  }
  event::EventBatch& batch() { return batch_; }
  event::Schema& schema() { return schema_; }

 private:
  event::Schema schema_;
  event::EventBatch batch_;
  event::Event event_;
  std::vector<event::NameId> names_;
};

inline bool fires(std::string_view detection, TestEvent& event, const LoadOptions& options = {}) {
  const RuleSet set = load_text(rule_text(detection), options);
  for (const Diagnostic& diagnostic : set.diagnostics)
    if (diagnostic.severity == Diagnostic::Severity::Error)
      ADD_FAILURE() << diagnostic.code << ": " << diagnostic.message;
  if (set.rules.size() != 1) return false;
  return Oracle(set.rules[0].condition).matches(event.fields());
}
inline bool fires(std::string_view detection,
                  std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  TestEvent event(fields);
  return fires(detection, event);
}
/// One item of one selection: `item` is "Field|modifier: value".
inline bool item_fires(std::string_view item, std::string_view field, std::string_view text) {
  return fires("s:\n" + indented(item, 2) + "\ncondition: s", {{field, text}});
}

}  // namespace yorozu::sigma::testing
