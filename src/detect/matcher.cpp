// The hot loop. For each event: find the binding of its class and shape (one look into a table), scan the fields that
// hold witnesses, run the conditions of the rules that were woken. A test is asked at most once an event; its answer
// stands in a memo stamped with the number of the event, so that nothing has to be cleared.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <unordered_map>

#include "base/assert.h"
#include "detect/coverage.h"

namespace yorozu::detect {

namespace {

/// A class plan applied to one shape.
struct Binding {
  const ClassPlan* plan = nullptr;
  FieldPositions fields;
  std::vector<const FieldScan*> scans;  ///< whose field the shape has; all values first
  /// ClassPlan::always without the rules that cannot be true because this shape lacks their fields.
  std::vector<std::uint64_t> always;
  /// Rules that were woken here before, and those of them that lack a field.
  mutable std::vector<std::uint64_t> checked, impossible;
  std::vector<bool> present;        ///< of each of the plan's fields
  bool constants_possible = false;  ///< EventID and Channel stand once each
  std::uint16_t event_id_position = 0;
  /// By position: a text from elsewhere than the record (from its template, mostly the same) without any keyword.
  mutable std::vector<std::string> harmless;
};

struct BindingKey {
  ClassKey key;
  const event::Shape* shape = nullptr;
  bool operator==(const BindingKey&) const = default;
  std::uint64_t hash() const {
    std::uint64_t out = std::uint64_t{key.channel} << 32 | key.event_id;
    out ^= (std::uint64_t{key.logsource} << 1 | (key.constants ? 1U : 0U)) * 0x9E3779B97F4A7C15ULL;
    out ^= reinterpret_cast<std::uintptr_t>(shape) * 0xC2B2AE3D27D4EB4FULL;
    out *= 0x9FB21C651E98DF25ULL;
    return out ^ out >> 32;
  }
};
struct BindingHash {
  std::size_t operator()(const BindingKey& key) const { return key.hash(); }
};

bool is_text(event::ValueType type) {
  using enum event::ValueType;
  return type == Utf8 || type == Utf16 || type == Ansi || type == JsonEscaped;
}

/// The EventID value is that number, as an integer or as its plain decimal text.
bool is_id(const event::Value& value, std::uint32_t id) {
  if (value.is_array) return false;
  if (value.type == event::ValueType::UInt16 && value.size == 2) return load_le<std::uint16_t>(value.data) == id;
  if (value.type == event::ValueType::UInt32 && value.size == 4) return load_le<std::uint32_t>(value.data) == id;
  if (value.type != event::ValueType::Utf8 && value.type != event::ValueType::JsonNumber &&
      value.type != event::ValueType::Utf16)
    return false;
  char text[16];
  const auto end = std::to_chars(text, text + sizeof text, id).ptr;
  const std::string_view wanted(text, static_cast<std::size_t>(end - text));
  if (value.type != event::ValueType::Utf16) return as_text(value.bytes()) == wanted;
  if (value.size != 2 * wanted.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (value.data[2 * i] != static_cast<std::uint8_t>(wanted[i]) || value.data[2 * i + 1] != 0) return false;
  return true;
}

bool has_non_ascii(std::string_view text) {
  std::size_t i = 0;
  std::uint64_t bits = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    bits |= word;
  }
  for (; i < text.size(); ++i) bits |= static_cast<std::uint8_t>(text[i]);
  return (bits & 0x8080808080808080ULL) != 0;
}

}  // namespace

struct Matcher::Impl {
  explicit Impl(std::shared_ptr<const CompiledRules> compiled) : rules(std::move(compiled)) {}

  using Sink = std::function<void(const Match&)>;

  void match_event(const event::Event& event, const event::EventBatch& batch, const Sink& sink);

 private:
  const Binding& binding_of(const event::Event& event, const event::EventBatch& batch);
  const Binding& lookup(const BindingKey& key);
  Binding make_binding(const BindingKey& key);
  void drop_impossible(Binding& binding) const;
  bool is_possible(const Binding& binding, std::size_t rule) const;
  void scan(const Binding& binding, const FieldScan& scan);
  void scan_all(const Binding& binding, const FieldScan& scan);
  bool is_filtered(const Binding& binding, const FieldScan& scan);
  void scan_text(const FieldScan& scan, std::string_view text);
  void found(unsigned literal, std::uint64_t to);
  bool run(const Binding& binding, std::uint32_t entry);
  bool ask(const Binding& binding, std::uint32_t number);
  bool answer(const Binding& binding, std::uint32_t number);
  void report(const Binding& binding, const ClassRule& rule, const Sink& sink);
  bool trace(const Binding& binding, const sigma::Node& node, const std::uint32_t*& tests, bool collect);
  void collect(const Binding& binding, std::uint32_t test);

  std::shared_ptr<const CompiledRules> rules;
  Scratch scratch;
  EventTexts texts;
  std::unordered_map<BindingKey, std::unique_ptr<Binding>, BindingHash> bindings;
  std::unordered_map<BindingKey, std::unique_ptr<Binding>, BindingHash> transient;
  struct Recent {
    BindingKey key;
    const Binding* binding = nullptr;
  };
  static constexpr std::size_t kRecent = 1024;
  static constexpr std::size_t kMaxBindings = 16384;
  std::vector<Recent> recent = std::vector<Recent>(kRecent);

  std::uint32_t epoch = 0;          ///< number of the event, 31 bits
  std::vector<std::uint32_t> memo;  ///< of each test: epoch << 1 | answer
  std::vector<std::uint64_t> candidates;
  std::vector<std::uint16_t> positions;
  std::vector<std::uint16_t> elsewhere;

  // What the callback of a scan needs.
  const ClassPlan* plan = nullptr;
  const FieldScan* scanning = nullptr;
  std::uint32_t first_literal = 0;
  std::uint16_t scanned_position = 0;

  friend class Matcher;
  Coverage coverage;
  Counters counters;
};

Binding Matcher::Impl::make_binding(const BindingKey& key) {
  Binding out;
  out.plan = &rules->plan_for(key.key);
  out.fields = bind(*out.plan, *key.shape, rules->schema.names);
  const auto ids = positions_of(event::name::kEventID, *key.shape, rules->schema.names);
  const auto channels = positions_of(event::name::kChannel, *key.shape, rules->schema.names);
  out.constants_possible = ids.size() == 1 && channels.size() == 1;
  if (!ids.empty()) out.event_id_position = ids.front();
  if (out.plan->key.constants && !out.constants_possible) return out;  // another binding takes its place
  for (const FieldScan& scan : out.plan->scans) {
    if (scan.field == kAllValues)
      out.scans.insert(out.scans.begin(), &scan);
    else if (!out.fields.of(scan.field).empty())
      out.scans.push_back(&scan);
    for (const auto& database : {scan.ascii, scan.other})
      if (database) {
        const auto fits = database->adapt(scratch);
        YOROZU_ASSERT(fits, "scratch memory for a database that compiled");
      }
  }
  if (memo.size() < out.plan->tests.size()) memo.resize(out.plan->tests.size());
  if (candidates.size() < out.plan->always.size()) candidates.resize(out.plan->always.size());
  drop_impossible(out);
  coverage.add(*out.plan, out.fields);
  return out;
}

/// Rules without witness are asked on every event, so it pays to know beforehand which of them lack a field.
void Matcher::Impl::drop_impossible(Binding& binding) const {
  const ClassPlan& own = *binding.plan;
  binding.present.resize(own.fields.size());
  for (std::size_t i = 0; i < own.fields.size(); ++i)
    binding.present[i] = binding.fields.first[i] != binding.fields.first[i + 1];
  binding.checked.resize(own.always.size());
  binding.impossible.resize(own.always.size());
  binding.always = own.always;
  binding.harmless.resize(binding.fields.all.size());
  for (std::size_t word = 0; word < own.always.size(); ++word)
    for (std::uint64_t bits = own.always[word]; bits != 0; bits &= bits - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(bits));
      if (!is_possible(binding, word * 64 + bit)) binding.always[word] &= ~(std::uint64_t{1} << bit);
    }
}

bool Matcher::Impl::is_possible(const Binding& binding, std::size_t rule) const {
  const std::uint64_t bit = std::uint64_t{1} << (rule % 64);
  if ((binding.checked[rule / 64] & bit) == 0) {
    binding.checked[rule / 64] |= bit;
    if (!can_accept(*binding.plan, binding.plan->rules[rule].entry, binding.present))
      binding.impossible[rule / 64] |= bit;
  }
  return (binding.impossible[rule / 64] & bit) == 0;
}

const Binding& Matcher::Impl::lookup(const BindingKey& key) {
  if (key.shape->id == event::Shape::kTransient) {
    auto& slot = transient[key];
    if (!slot) slot = std::make_unique<Binding>(make_binding(key));
    return *slot;
  }
  Recent& recent_slot = recent[key.hash() % kRecent];
  if (recent_slot.binding != nullptr && recent_slot.key == key) return *recent_slot.binding;
  if (bindings.size() >= kMaxBindings) {
    bindings.clear();
    std::fill(recent.begin(), recent.end(), Recent{});
  }
  auto& slot = bindings[key];
  if (!slot) slot = std::make_unique<Binding>(make_binding(key));
  recent_slot = {key, slot.get()};
  return *slot;
}

const Binding& Matcher::Impl::binding_of(const event::Event& event, const event::EventBatch& batch) {
  BindingKey key{key_of(event), event.shape};
  const Binding& first = lookup(key);
  if (!first.plan->key.constants) return first;
  if (first.constants_possible && is_id(batch.values[event.first_value + first.event_id_position], event.event_id))
    return first;
  key.key.constants = false;
  return lookup(key);
}

void Matcher::Impl::found(unsigned literal, std::uint64_t to) {
  ++counters.literals;
  const FieldScan::Literal& what = scanning->literals[first_literal + literal];
  if ((what.at_begin || what.at_end) && scanning->field != kAllValues) {
    // A value may hold the sentinel bytes itself.
    const std::uint64_t from = to - what.size;
    const bool fits = texts.any_bounds(scanned_position, [&](std::uint32_t begin, std::uint32_t end) {
      return (!what.at_begin || from + 1 == begin) && (!what.at_end || to - 1 == end);
    });
    if (!fits) return;
  }
  if (what.test != FieldScan::kNoTest) memo[what.test] = epoch << 1 | 1;
  for (std::uint32_t i = 0; i < what.rules; ++i) {
    const std::uint32_t rule = scanning->rules[what.first_rule + i];
    candidates[rule / 64] |= std::uint64_t{1} << (rule % 64);
  }
}

void Matcher::Impl::scan_text(const FieldScan& scan, std::string_view text) {
  const auto on_match = [](unsigned literal, unsigned long long, unsigned long long to, unsigned, void* self) {
    static_cast<Impl*>(self)->found(literal, to);
    return 0;
  };
  scanning = &scan;
  ++counters.scans;
  counters.bytes += text.size();
  if (scan.ascii) {
    first_literal = 0;
    scan.ascii->scan(text, scratch, on_match, this);
  }
  if (scan.other && has_non_ascii(text)) {
    first_literal = scan.ascii_count;
    scan.other->scan(text, scratch, on_match, this);
  }
}

void Matcher::Impl::scan_all(const Binding& binding, const FieldScan& scan) {
  const std::size_t mark = texts.mark();
  for (const std::uint16_t position : binding.fields.all)
    if (scan.any_type || is_text(texts.value(position).type)) texts.make(position);
  if (const std::string_view text = texts.since(mark); !text.empty()) scan_text(scan, text);
}

/// Whether the record's bytes, and the few texts that stand elsewhere, have none of the literals: then there is nothing
/// to scan. False also where most texts are of another kind than the filter is made for.
bool Matcher::Impl::is_filtered(const Binding& binding, const FieldScan& scan) {
  constexpr std::size_t kMostElsewhere = 4, kLongest = 256;
  const ByteView record = as_bytes(texts.event().raw);
  const std::uint8_t* begin = record.data() + record.size();
  const std::uint8_t* end = record.data();
  elsewhere.clear();
  std::size_t inside = 0;
  for (const std::uint16_t position : binding.fields.all) {
    const event::Value& value = texts.value(position);
    if (!is_text(value.type) || value.size == 0) continue;
    if (value.type == event::ValueType::Utf16 && value.data >= record.data() &&
        value.data + value.size <= record.data() + record.size()) {
      begin = std::min(begin, value.data);
      end = std::max(end, value.data + value.size);
      ++inside;
    } else {
      elsewhere.push_back(position);
      if (elsewhere.size() > kMostElsewhere && inside == 0) return false;
    }
  }
  if (inside < elsewhere.size() || (begin < end && scan.filter->may_contain({begin, end}))) return false;
  for (const std::uint16_t position : elsewhere) {
    const event::Value& value = texts.value(position);
    std::string& known = binding.harmless[position];
    if (known.size() == value.size + 1 && known[0] == static_cast<char>(value.type) && !value.is_array &&
        std::memcmp(known.data() + 1, value.data, value.size) == 0)
      continue;
    const std::string_view text = texts.scan_text(position);
    const std::uint64_t before = counters.literals;
    scan_text(scan, text);
    const bool is_lasting = !value.is_array && value.type != event::ValueType::Ansi && value.size <= kLongest;
    if (counters.literals != before || !is_lasting) continue;
    known.assign(1, static_cast<char>(value.type)).append(as_text(value.bytes()));
  }
  return true;
}

void Matcher::Impl::scan(const Binding& binding, const FieldScan& scan) {
  if (scan.field == kAllValues) {
    if (!scan.filter || !is_filtered(binding, scan)) scan_all(binding, scan);
    return;
  }
  for (const std::uint16_t position : binding.fields.of(scan.field)) {
    const std::string_view text = texts.scan_text(position);
    if (text.empty()) continue;
    scanned_position = position;
    scan_text(scan, text);
  }
}

bool Matcher::Impl::ask(const Binding& binding, std::uint32_t number) {
  const std::uint32_t known = memo[number];
  return known >> 1 == epoch ? (known & 1) != 0 : answer(binding, number);
}

bool Matcher::Impl::answer(const Binding& binding, std::uint32_t number) {
  const ClassTest& test = plan->tests[number];
  bool out = false;
  if (!test.found_by_scan) {
    ++counters.tests;
    std::span<const std::uint16_t> others;
    if (test.prepared->kind == Prepared::Kind::FieldReference) others = binding.fields.of(test.other);
    out = evaluate(*test.prepared, binding.fields.of(test.field), others, texts);
  }
  memo[number] = epoch << 1 | (out ? 1U : 0U);
  return out;
}

bool Matcher::Impl::run(const Binding& binding, std::uint32_t entry) {
  // Plain pointers: this is the innermost loop, and numbers in a plan are right by construction.
  const Instruction* const code = plan->code.data();
  const ClassTest* const tests = plan->tests.data();
  const std::uint32_t* const answers = memo.data();
  const std::uint32_t now = epoch;
  while (entry < kReject) {
    const Instruction& at = code[entry];
    const std::uint32_t known = answers[at.test];
    bool is_true;
    if (known >> 1 == now)
      is_true = (known & 1) != 0;
    else
      is_true = !tests[at.test].found_by_scan && answer(binding, at.test);
    entry = is_true ? at.on_true : at.on_false;
  }
  return entry == kAccept;
}

void Matcher::Impl::collect(const Binding& binding, std::uint32_t number) {
  const ClassTest& test = plan->tests[number];
  const Prepared& prepared = *test.prepared;
  if (prepared.kind == Prepared::Kind::Null) return;
  const bool whole = prepared.kind == Prepared::Kind::Exists || prepared.kind == Prepared::Kind::FieldReference;
  const auto own = binding.fields.of(test.field);
  // The test is true, so an only value is the one that made it so.
  for (const std::uint16_t position : own)
    if (whole || own.size() == 1 || accepts(prepared, position, texts)) positions.push_back(position);
  if (prepared.kind != Prepared::Kind::FieldReference) return;
  for (const std::uint16_t position : binding.fields.of(test.other)) positions.push_back(position);
}

/// The result of the subtree; `tests` moves on over its tests. With `collecting`, true tests leave their positions.
bool Matcher::Impl::trace(const Binding& binding, const sigma::Node& node, const std::uint32_t*& tests,
                          bool collecting) {
  using Kind = sigma::Node::Kind;
  switch (node.kind) {
    case Kind::Constant:
      return node.constant;
    case Kind::Test: {
      const std::uint32_t number = *tests++;
      if (number == kTrueTest || number == kFalseTest) return number == kTrueTest;
      const bool answer = ask(binding, number);
      if (answer && collecting) collect(binding, number);
      return answer;
    }
    case Kind::Not:
      return !trace(binding, node.children.front(), tests, false);
    case Kind::And:
    case Kind::Or:
      break;
  }
  const std::size_t before = positions.size();
  bool all = true, any = false;
  std::uint16_t shown = kAllValues;  // of Or: a field whose only value some child has accepted already
  for (const sigma::Node& child : node.children) {
    if (shown != kAllValues && child.kind == Kind::Test && *tests < kFalseTest && plan->tests[*tests].field == shown) {
      ++tests;
      continue;
    }
    const std::uint32_t first = child.kind == Kind::Test ? *tests : kFalseTest;
    const bool answer = trace(binding, child, tests, collecting);
    all = all && answer;
    any = any || answer;
    if (answer && node.kind == Kind::Or && first < kFalseTest && plan->tests[first].field != kAllValues &&
        binding.fields.of(plan->tests[first].field).size() == 1)
      shown = plan->tests[first].field;
  }
  const bool result = node.kind == Kind::And ? all : any;
  if (!result) positions.resize(before);
  return result;
}

void Matcher::Impl::report(const Binding& binding, const ClassRule& rule, const Sink& sink) {
  positions.clear();
  const std::uint32_t* tests = plan->node_tests.data() + rule.tests;
  const sigma::Node& condition = rules->rules.rules[rule.rule].condition;
  for (std::uint16_t i = 0; i < rule.variants; ++i) trace(binding, condition, tests, true);
  std::ranges::sort(positions);
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  sink({rule.rule, texts.event(), texts.batch(), positions});
}

void Matcher::Impl::match_event(const event::Event& event, const event::EventBatch& batch, const Sink& sink) {
  const Binding& binding = binding_of(event, batch);
  plan = binding.plan;
  if (plan->rules.empty()) return;
  ++counters.events;
  if (++epoch == std::uint32_t{1} << 31) {
    std::fill(memo.begin(), memo.end(), 0);
    epoch = 1;
  }
  texts.start(event, batch);
  std::copy(binding.always.begin(), binding.always.end(), candidates.begin());
  for (const FieldScan* scan : binding.scans) this->scan(binding, *scan);
  for (std::size_t word = 0; word < binding.always.size(); ++word)
    for (std::uint64_t bits = candidates[word]; bits != 0; bits &= bits - 1) {
      const std::size_t number = word * 64 + static_cast<unsigned>(std::countr_zero(bits));
      if (!is_possible(binding, number)) continue;
      const ClassRule& rule = plan->rules[number];
      ++counters.candidates;
      if (run(binding, rule.entry)) report(binding, rule, sink);
    }
}

Matcher::Matcher(std::shared_ptr<const CompiledRules> rules) : impl_(std::make_unique<Impl>(std::move(rules))) {}
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher::~Matcher() = default;

void Matcher::match(const event::EventBatch& batch, const std::function<void(const Match&)>& sink) {
  impl_->transient.clear();
  for (const event::Event& event : batch.events)
    if (event.source_class != event::SourceClass::Yorozu)  // what we say ourselves is no sign of an attack
      impl_->match_event(event, batch, sink);
}

const Matcher::Counters& Matcher::counters() const {
  return impl_->counters;
}
const Matcher::Coverage& Matcher::coverage() const {
  return impl_->coverage;
}

}  // namespace yorozu::detect
