// One class of events: conditions with everything that is constant in the class folded away, then witnesses, then code.
//
// 1. For each rule whose logsource covers the class, and each role in which it sees the event: the tree becomes a
//    Condition over tests numbered in the class. EventID and Channel are asked here and now, against the class's own;
//    so are the constants of a role. What is false drops out: in most classes most rules do.
// 2. Witnesses are chosen twice: first each rule for itself, then knowing which fields are scanned anyway. A field that
//    few literals would be searched in is not scanned: asking its rules' first tests outright is cheaper than a scan.
// 3. Literals of one field go into one database (two: ASCII and the rest), rules into jump code.
#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include "base/text.h"
#include "detect/condition.h"
#include "detect/witness.h"

namespace yorozu::detect {

namespace {

using sigma::Node;

/// A batch of one value, so that a constant can be asked like a field.
class ConstantValue {
 public:
  explicit ConstantValue(const event::Value& value) {
    shape_.names = {event::name::kData};
    batch_.values = {value};
    batch_.events.push_back({});
    batch_.events.back().shape = &shape_;
    texts_.start(batch_.events.back(), batch_);
  }
  bool passes(const Prepared& test) {
    static constexpr std::uint16_t kPositions[] = {0};
    return evaluate(test, kPositions, {}, texts_);
  }

 private:
  event::Shape shape_;
  event::EventBatch batch_;
  EventTexts texts_;
};

class Builder {
 public:
  Builder(const CompiledRules& compiled, const ClassKey& key, const std::vector<event::Role>& roles)
      : compiled_(compiled), roles_(roles), plan_(std::make_unique<ClassPlan>()) {
    plan_->key = key;
    channel_ = compiled.schema.names.text(key.channel);
  }

  std::unique_ptr<ClassPlan> build() {
    for (const CompiledRules::Group& group : compiled_.groups) {
      const auto roles = event::roles_for(group.logsource, roles_);
      if (roles.empty()) continue;
      for (const std::uint32_t rule : group.rules) add_rule(rule, roles);
    }
    std::ranges::sort(drafts_, {}, &Draft::rule);
    for (Draft& draft : drafts_) put_numbers_together(draft.condition);
    choose_witnesses();
    make_scans();
    make_code();
    plan_->roles = roles_;
    return std::move(plan_);
  }

  bool can_be_true(std::uint32_t rule) {
    const auto roles = event::roles_for(compiled_.rules.rules[rule].logsource, roles_);
    if (!roles.empty()) add_rule(rule, roles);
    return !drafts_.empty();
  }

 private:
  struct Draft {
    std::uint32_t rule;
    Condition condition;
    std::uint32_t tests;
    std::uint16_t variants;
    std::optional<Choice> choice;
  };

  void add_rule(std::uint32_t index, const std::vector<const event::Role*>& roles) {
    const sigma::Rule& rule = compiled_.rules.rules[index];
    if (!rule.empty_placeholders.empty()) return;
    std::vector<Condition> variants;
    for (const event::Role* role : roles) {
      std::vector<Condition> parts;
      if (!role->only_field.empty()) parts.push_back(role_condition(*role));
      std::uint32_t test = compiled_.first_test[index];
      parts.push_back(fold_node(rule.condition, false, *role, test));
      variants.push_back(join(Condition::Kind::And, std::move(parts)));
    }
    Condition whole = join(Condition::Kind::Or, std::move(variants));
    if (whole.kind == Condition::Kind::False) return;
    drafts_.push_back({index, std::move(whole), static_cast<std::uint32_t>(plan_->node_tests.size()),
                       static_cast<std::uint16_t>(roles.size()), std::nullopt});
    const std::uint32_t first = compiled_.first_test[index], last = compiled_.first_test[index + 1];
    for (const event::Role* role : roles)
      for (std::uint32_t i = first; i < last; ++i) plan_->node_tests.push_back(number_of(compiled_.tests[i], *role));
  }

  Condition role_condition(const event::Role& role) {
    std::vector<Condition> any;
    for (const std::string& text : role.only_values) {
      sigma::Pattern pattern;
      if (!text.empty()) pattern.parts = {{sigma::Pattern::Part::Kind::Literal, text}};
      const sigma::Test test{role.only_field, pattern};
      plan_->own.push_back(std::make_unique<Prepared>(prepare(test)));
      plan_->own.back()->of_role = true;
      any.push_back(fold_test(test, *plan_->own.back(), false, role));
    }
    return join(Condition::Kind::Or, std::move(any));
  }

  /// `test`: number in CompiledRules::tests of the next test in the tree; counts on.
  Condition fold_node(const Node& node, bool negated, const event::Role& role, std::uint32_t& test) {
    switch (node.kind) {
      case Node::Kind::Constant:
        return Condition::constant(node.constant != negated);
      case Node::Kind::Test: {
        const CompiledRules::RuleTest& own = compiled_.tests[test++];
        return fold_test(*own.test, compiled_.prepared[own.prepared], negated, role);
      }
      case Node::Kind::Not:
        return fold_node(node.children.front(), !negated, role, test);
      case Node::Kind::And:
      case Node::Kind::Or:
        break;
    }
    std::vector<Condition> children;
    children.reserve(node.children.size());
    for (const Node& child : node.children) children.push_back(fold_node(child, negated, role, test));
    const bool is_and = (node.kind == Node::Kind::And) != negated;
    return join(is_and ? Condition::Kind::And : Condition::Kind::Or, std::move(children));
  }

  Condition fold_test(const sigma::Test& test, const Prepared& prepared, bool negated, const event::Role& role) {
    if (const auto known = constant_result(test, prepared, role)) return Condition::constant(*known != negated);
    return Condition::of_test(add_test(test, prepared, role), negated);
  }

  static const std::string* constant_of(std::string_view field, const event::Role& role) {
    for (const auto& [name, text] : role.constants)
      if (name == field) return &text;
    return nullptr;
  }

  std::optional<bool> constant_result(const sigma::Test& test, const Prepared& prepared, const event::Role& role) {
    using PK = Prepared::Kind;
    if (prepared.kind == PK::Never) return false;
    if (prepared.is_keyword || prepared.kind == PK::FieldReference) return std::nullopt;
    if (const std::string* text = constant_of(test.field, role))
      return ConstantValue(event::utf8_value(*text)).passes(prepared);
    if (!plan_->key.constants) return std::nullopt;
    const std::string_view name = event_name(test.field, role);
    if (name == "Channel") return ConstantValue(event::utf8_value(channel_)).passes(prepared);
    if (name == "EventID") return event_id_result(prepared);
    return std::nullopt;
  }

  std::optional<bool> event_id_result(const Prepared& prepared) const {
    if (prepared.kind == Prepared::Kind::Null) return false;
    if (prepared.kind == Prepared::Kind::Exists) return std::get<sigma::Exists>(prepared.source).wanted;
    if (plan_->key.event_id == kOtherEventIds) {
      const auto named = named_event_id(prepared);
      if (named && compiled_.event_ids.contains(*named)) return false;
      return std::nullopt;
    }
    // The value may be an integer or its text; only an answer that is the same for both is a constant.
    event::Value number;
    number.data = reinterpret_cast<const std::uint8_t*>(&plan_->key.event_id);
    number.size = sizeof plan_->key.event_id;
    number.type = event::ValueType::UInt32;
    const std::string text = std::to_string(plan_->key.event_id);
    const bool as_number = ConstantValue(number).passes(prepared);
    const bool as_text = ConstantValue(event::utf8_value(text)).passes(prepared);
    return as_number == as_text ? std::optional(as_number) : std::nullopt;
  }

 public:
  /// The one event id that passes the test; nullopt when there may be others.
  static std::optional<std::uint32_t> named_event_id(const Prepared& prepared) {
    std::string text;
    if (prepared.kind == Prepared::Kind::Number)
      text = std::get<sigma::Number>(prepared.source).text;
    else if (prepared.kind == Prepared::Kind::Equals)
      text = prepared.literal;
    if (text.empty() || text.size() > 5 || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }))
      return std::nullopt;
    const auto id = static_cast<std::uint32_t>(std::stoul(text));
    if (std::to_string(id) != text) return std::nullopt;
    return id;
  }

 private:
  std::uint16_t field_of(std::string_view rule_field, const event::Role& role) {
    const event::NameId name = compiled_.schema.names.intern(event_name(rule_field, role));
    const auto [at, is_new] = plan_->field_numbers.try_emplace(name, static_cast<std::uint16_t>(plan_->fields.size()));
    if (is_new) plan_->fields.push_back(name);
    return at->second;
  }

  static bool asks_all_values(const Prepared& prepared) {
    using PK = Prepared::Kind;
    return prepared.is_keyword && prepared.kind != PK::Null && prepared.kind != PK::Exists &&
           prepared.kind != PK::FieldReference;
  }

  std::uint32_t add_test(const sigma::Test& test, const Prepared& prepared, const event::Role& role) {
    ClassTest out{&prepared, kAllValues, 0, false, 0.5F};
    if (!asks_all_values(prepared)) out.field = field_of(test.field, role);
    if (const auto* reference = std::get_if<sigma::FieldReference>(&test.matcher)) {
      out.other = field_of(reference->other, role);
      const std::string* left = constant_of(test.field, role);
      const std::string* right = constant_of(reference->other, role);
      if (left != nullptr || right != nullptr) {
        auto own = std::make_unique<Prepared>(prepared);
        if (left != nullptr) own->constant = *left;
        if (right != nullptr) own->other_constant = *right;
        out.prepared = own.get();
        plan_->own.push_back(std::move(own));
      }
    }
    const auto [at, is_new] = test_numbers_.try_emplace(std::tuple(out.prepared, out.field, out.other),
                                                        static_cast<std::uint32_t>(plan_->tests.size()));
    if (is_new) plan_->tests.push_back(out);
    return at->second;
  }

  /// For the trace of a match; tests that were constant are asked anew there, so they are numbered too.
  std::uint32_t number_of(const CompiledRules::RuleTest& test, const event::Role& role) {
    const Prepared& prepared = compiled_.prepared[test.prepared];
    if (prepared.kind == Prepared::Kind::Never) return kFalseTest;
    if (!prepared.is_keyword && prepared.kind != Prepared::Kind::FieldReference)
      if (const std::string* text = constant_of(test.test->field, role))
        return ConstantValue(event::utf8_value(*text)).passes(prepared) ? kTrueTest : kFalseTest;
    return add_test(*test.test, prepared, role);
  }

  /// Lists of ports or codes: one look into a sorted list instead of a test for each number. A match is traced by the
  /// single tests all the same.
  void put_numbers_together(Condition& condition) {
    constexpr std::size_t kFewest = 4;
    for (Condition& child : condition.children) put_numbers_together(child);
    if (condition.kind != Condition::Kind::And && condition.kind != Condition::Kind::Or) return;
    const bool negated = condition.kind == Condition::Kind::And;  // neither of them is none of them
    const auto is_one = [&](const Condition& child) {
      return child.kind == Condition::Kind::Test && child.negated == negated &&
             plan_->tests[child.test].prepared->kind == Prepared::Kind::Number;
    };
    std::map<std::uint16_t, std::vector<std::uint32_t>> by_field;
    for (const Condition& child : condition.children)
      if (is_one(child)) by_field[plan_->tests[child.test].field].push_back(child.test);
    for (auto& [field, tests] : by_field) {
      if (tests.size() < kFewest) continue;
      std::erase_if(condition.children,
                    [&, of = field](const Condition& c) { return is_one(c) && plan_->tests[c.test].field == of; });
      condition.children.push_back(Condition::of_test(number_list(field, std::move(tests)), negated));
    }
    if (condition.children.size() != 1) return;
    Condition only = std::move(condition.children.front());
    condition = std::move(only);
  }

  std::uint32_t number_list(std::uint16_t field, std::vector<std::uint32_t> tests) {
    std::ranges::sort(tests);
    const auto [at, is_new] =
        number_lists_.try_emplace(std::move(tests), static_cast<std::uint32_t>(plan_->tests.size()));
    if (!is_new) return at->second;
    std::vector<const Prepared*> single;
    for (const std::uint32_t test : at->first) single.push_back(plan_->tests[test].prepared);
    plan_->own.push_back(std::make_unique<Prepared>(any_of_numbers(single)));
    plan_->tests.push_back({plan_->own.back().get(), field, 0, false, 0.5F});
    return at->second;
  }

  void choose_witnesses() {
    std::vector<std::string_view> names;
    for (const event::NameId name : plan_->fields) names.push_back(compiled_.schema.names.text(name));
    chooser_.emplace(plan_->tests, std::move(names));
    WitnessChooser& chooser = *chooser_;
    std::vector<std::size_t> users(plan_->fields.size()), literals(plan_->fields.size());
    const auto count = [&] {
      std::ranges::fill(users, 0);
      std::ranges::fill(literals, 0);
      for (Draft& draft : drafts_) {
        draft.choice = chooser.choose(draft.condition);
        if (!draft.choice) continue;
        std::vector<bool> seen(plan_->fields.size());
        for (const std::uint32_t test : draft.choice->tests) {
          const std::uint16_t field = plan_->tests[test].field;
          if (field == kAllValues) continue;
          literals[field] += chooser_->literals_of(test).any_of.size();
          if (!seen[field]) ++users[field];
          seen[field] = true;
        }
      }
    };
    count();
    for (std::size_t i = 0; i < users.size(); ++i) {
      chooser.field_cost[i] = users[i] == 0 ? 0.5 : 0.2 / static_cast<double>(users[i]);
    }
    count();
    for (std::size_t i = 0; i < users.size(); ++i)
      if (literals[i] <= kTooFewLiterals) chooser.field_cost[i] = std::numeric_limits<double>::infinity();
    count();
  }
  static constexpr std::size_t kTooFewLiterals = 4;

  /// Literal -> what its discovery means, in the order of the patterns.
  struct Found {
    std::uint32_t test = FieldScan::kNoTest;
    std::vector<std::uint32_t> rules;
  };

  void make_scans() {
    std::map<std::uint16_t, std::map<std::string, Found>> by_field;
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      if (!drafts_[i].choice) continue;
      for (const std::uint32_t test : drafts_[i].choice->tests) {
        const RequiredLiterals& required = chooser_->literals_of(test);
        for (const std::string& literal : required.any_of) {
          Found& found = by_field[plan_->tests[test].field][literal];
          if (required.exact) found.test = test;
          if (found.rules.empty() || found.rules.back() != i) found.rules.push_back(static_cast<std::uint32_t>(i));
        }
      }
    }
    for (const auto& [field, literals] : by_field) make_scan(field, literals);
  }

  void make_scan(std::uint16_t field, const std::map<std::string, Found>& literals) {
    const auto is_ascii = [](std::string_view text) {
      return std::ranges::none_of(text, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
    };
    FieldScan scan;
    scan.field = field;
    std::vector<std::string> ascii, other;
    for (const bool want_ascii : {true, false})
      for (const auto& [literal, found] : literals) {
        if (is_ascii(literal) != want_ascii) continue;
        (want_ascii ? ascii : other).push_back(literal);
        const bool anchored = literal.front() == EventTexts::kBegin || literal.back() == EventTexts::kEnd;
        // In the run of all values nobody checks where a value begins, so there an anchor is only a hint.
        scan.literals.push_back({anchored && field == kAllValues ? FieldScan::kNoTest : found.test,
                                 static_cast<std::uint32_t>(scan.rules.size()),
                                 static_cast<std::uint32_t>(found.rules.size()),
                                 static_cast<std::uint32_t>(literal.size()), literal.front() == EventTexts::kBegin,
                                 literal.back() == EventTexts::kEnd});
        scan.rules.insert(scan.rules.end(), found.rules.begin(), found.rules.end());
        scan.any_type = scan.any_type || could_be_number(literal);
      }
    scan.ascii_count = static_cast<std::uint32_t>(ascii.size());
    const auto database = [this](const std::vector<std::string>& set) -> std::shared_ptr<const LiteralDatabase> {
      if (set.empty()) return nullptr;
      auto made = compiled_.databases.get(set);
      return made ? *made : nullptr;
    };
    scan.ascii = database(ascii);
    scan.other = database(other);
    if ((!ascii.empty() && !scan.ascii) || (!other.empty() && !scan.other)) {
      for (const std::uint32_t rule : scan.rules) drafts_[rule].choice.reset();  // they run on every event instead
      return;
    }
    if (field == kAllValues && !scan.any_type && other.empty()) scan.filter = KeywordFilter::make(ascii);
    for (const FieldScan::Literal& literal : scan.literals)
      if (literal.test != FieldScan::kNoTest) plan_->tests[literal.test].found_by_scan = true;
    plan_->scans.push_back(std::move(scan));
  }

  /// Only letters and signs that the text forms of numbers, GUIDs, times, SIDs and bytes are made of.
  static bool could_be_number(std::string_view literal) {
    return literal.find_first_not_of("0123456789abcdefx{}-+:.tzs,nir\x01\x02") == literal.npos;
  }

  void make_code() {
    for (std::uint32_t i = 0; i < plan_->tests.size(); ++i) plan_->tests[i].likelihood = chooser_->likelihood_of(i);
    plan_->always.assign((drafts_.size() + 63) / 64, 0);
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      const Draft& draft = drafts_[i];
      if (!draft.choice) plan_->always[i / 64] |= std::uint64_t{1} << (i % 64);
      plan_->rules.push_back(
          {draft.rule, emit(draft.condition, plan_->tests, plan_->code), draft.tests, draft.variants});
    }
  }

  const CompiledRules& compiled_;
  const std::vector<event::Role>& roles_;
  std::unique_ptr<ClassPlan> plan_;
  std::string_view channel_;
  std::vector<Draft> drafts_;
  std::optional<WitnessChooser> chooser_;
  std::map<std::tuple<const Prepared*, std::uint16_t, std::uint16_t>, std::uint32_t> test_numbers_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> number_lists_;  ///< tests of one field -> the list of them
};

}  // namespace

std::unique_ptr<ClassPlan> build_plan(const CompiledRules& compiled, const ClassKey& key,
                                      const std::vector<event::Role>& roles) {
  return Builder(compiled, key, roles).build();
}

bool can_be_true(const CompiledRules& compiled, std::uint32_t rule, const ClassKey& key,
                 const std::vector<event::Role>& roles) {
  return Builder(compiled, key, roles).can_be_true(rule);
}

std::optional<std::uint32_t> named_event_id(const Prepared& prepared) {
  return Builder::named_event_id(prepared);
}

std::string_view event_name(std::string_view field, const event::Role& role) {
  std::string_view out = field;
  for (const auto& [rule_name, name] : role.renames)
    if (rule_name == field) out = name;
  return out;
}

}  // namespace yorozu::detect
