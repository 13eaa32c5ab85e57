// Correlations against an oracle that keeps everything and searches it: random rules, random streams, every type. The
// oracle is written from docs/correlation.md, not from the code.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <set>

#include "detect/correlation_test_support.h"

namespace yorozu::detect {
namespace {

using namespace testing;
using Random = std::mt19937_64;

constexpr std::uint32_t kRules = 4;

struct Occurrence {
  std::uint32_t rule = 0;
  Timestamp time;
  EventReference reference;
  Fields fields;
};

struct Seen {  // a match as one correlation sees it
  Timestamp time;
  EventReference reference;
  std::uint32_t member = 0;
  std::string text;
  double number = 0;
};
using Window = std::vector<Seen>;

std::uint64_t pick(Random& random, std::uint64_t below) {
  return random() % below;
}

// --- the oracle ---

std::set<std::uint32_t> members_in(const Window& window) {
  std::set<std::uint32_t> out;
  for (const Seen& s : window) out.insert(s.member);
  return out;
}

bool expression_holds(const Expression& e, const std::set<std::uint32_t>& present) {
  if (e.kind == Expression::Kind::Member) return present.contains(e.member);
  if (e.kind == Expression::Kind::Not) return !expression_holds(e.children[0], present);
  const bool is_and = e.kind == Expression::Kind::And;
  for (const Expression& child : e.children)
    if (expression_holds(child, present) != is_and) return !is_and;
  return is_and;
}

/// Calls `each` with the set of members of every chain (rising members, times that do not go back).
void for_each_chain(const Window& window, const std::function<void(const std::set<std::uint32_t>&)>& each) {
  std::set<std::uint32_t> chain;
  const std::function<void(std::uint32_t, Timestamp)> extend = [&](std::uint32_t from, Timestamp after) {
    each(chain);
    for (const Seen& s : window) {
      if (s.member < from || s.time < after) continue;
      chain.insert(s.member);
      extend(s.member + 1, s.time);
      chain.erase(s.member);
    }
  };
  extend(0, Timestamp::none());
}

double oracle_value(const Correlation& rule, const Window& window) {
  std::vector<double> numbers;
  std::set<std::string> texts;
  double sum = 0;
  for (const Seen& s : window) {
    numbers.push_back(s.number);
    texts.insert(s.text);
    sum += s.number;
  }
  std::sort(numbers.begin(), numbers.end());
  const auto quantile = [&](double share) {
    const double rank = share * static_cast<double>(numbers.size() - 1);
    const auto low = static_cast<std::size_t>(rank);
    const double part = rank - static_cast<double>(low);
    return numbers[low] * (1 - part) + (part > 0 ? numbers[low + 1] * part : 0);
  };
  switch (rule.type) {
    case Type::EventCount:
      return static_cast<double>(window.size());
    case Type::ValueCount:
      return static_cast<double>(texts.size());
    case Type::ValueSum:
      return sum;
    case Type::ValueAverage:
      return sum / static_cast<double>(window.size());
    case Type::ValuePercentile:
      return quantile(rule.percentile / 100);
    case Type::ValueMedian:
      return quantile(0.5);
    case Type::Temporal:
      return static_cast<double>(members_in(window).size());
    case Type::TemporalOrdered:
      break;
  }
  if (rule.conditions.empty()) return static_cast<double>(members_in(window).size());
  std::size_t longest = 0;
  for_each_chain(window, [&](const auto& chain) { longest = std::max(longest, chain.size()); });
  return static_cast<double>(longest);
}

bool bounds_hold(const Correlation& rule, double value) {
  for (const auto& [op, bound] : rule.conditions) {
    const bool holds = op == Op::Less             ? value < bound
                       : op == Op::LessOrEqual    ? value <= bound
                       : op == Op::Greater        ? value > bound
                       : op == Op::GreaterOrEqual ? value >= bound
                       : op == Op::Equal          ? value == bound
                                                  : value != bound;
    if (!holds) return false;
  }
  return true;
}

bool oracle_holds(const Correlation& rule, const Window& window) {
  const bool ordered = rule.type == Type::TemporalOrdered;
  if (!rule.conditions.empty()) return bounds_hold(rule, oracle_value(rule, window));
  if (!rule.expression) {
    if (!ordered) return members_in(window).size() == rule.members.size();
    bool found = false;
    for_each_chain(window, [&](const auto& chain) { found = found || chain.size() == rule.members.size(); });
    return found;
  }
  const std::set<std::uint32_t> present = members_in(window);
  if (!ordered) return expression_holds(*rule.expression, present);
  // Some chain makes the expression true, when a member outside the chain counts as absent where it is wanted and as
  // present where it must not be: true for the chain together with nothing, one member, ... all of the others present.
  bool found = false;
  for_each_chain(window, [&](const auto& chain) {
    std::vector<std::uint32_t> others;
    for (const std::uint32_t m : present)
      if (!chain.contains(m)) others.push_back(m);
    bool always = true;
    for (std::uint32_t some = 0; some < 1U << others.size(); ++some) {
      std::set<std::uint32_t> with = chain;
      for (std::uint32_t i = 0; i < others.size(); ++i)
        if ((some >> i & 1) != 0) with.insert(others[i]);
      always = always && expression_holds(*rule.expression, with);
    }
    found = found || always;
  });
  return found;
}

/// A `not` that stays one: `not not a` is `a`.
bool has_not(const Expression& e, bool inverted = false) {
  if (e.kind == Expression::Kind::Member) return inverted;
  const bool inside = inverted != (e.kind == Expression::Kind::Not);
  return std::any_of(e.children.begin(), e.children.end(),
                     [&](const Expression& child) { return has_not(child, inside); });
}
void wanted_members(const Expression& e, bool inverted, std::set<std::uint32_t>& out) {
  if (e.kind == Expression::Kind::Member && !inverted) out.insert(e.member);
  for (const Expression& child : e.children) wanted_members(child, inverted != (e.kind == Expression::Kind::Not), out);
}

struct Expected {
  Timestamp first, last;
  double value;
  std::vector<EventReference> events;
  bool operator==(const Expected&) const = default;
};

Expected finding_of(const Correlation& rule, const Window& window) {
  Expected out{window.front().time, window.back().time, oracle_value(rule, window), {}};
  for (const Seen& s : window) out.events.push_back(s.reference);
  return out;
}

std::vector<Expected> oracle_sliding(const Correlation& rule, const Window& all) {
  std::vector<Expected> out;
  std::size_t unused = 0;
  for (std::size_t now = 0; now < all.size(); ++now) {
    Window window;
    for (std::size_t i = unused; i <= now; ++i)
      if (all[now].time.us - all[i].time.us <= rule.timespan_us) window.push_back(all[i]);
    if (!oracle_holds(rule, window)) continue;
    out.push_back(finding_of(rule, window));
    unused = now + 1;
  }
  return out;
}

std::vector<Expected> oracle_anchored(const Correlation& rule, const Window& all) {
  std::vector<Expected> out;
  for (std::size_t start = 0; start < all.size();) {
    Window window;
    while (start < all.size() && (window.empty() || all[start].time.us - window[0].time.us <= rule.timespan_us))
      window.push_back(all[start++]);
    if (oracle_holds(rule, window)) out.push_back(finding_of(rule, window));
  }
  return out;
}

std::vector<Expected> oracle_from_each(const Correlation& rule, const Window& all) {
  std::vector<Expected> out;
  std::set<std::uint32_t> wanted;
  wanted_members(*rule.expression, false, wanted);
  Timestamp used_until = Timestamp::none();
  for (const Seen& start : all) {
    if (!wanted.contains(start.member) || (used_until.known() && start.time <= used_until)) continue;
    Window window;
    for (const Seen& s : all)
      if (s.time >= start.time && s.time.us - start.time.us <= rule.timespan_us) window.push_back(s);
    if (!oracle_holds(rule, window)) continue;
    out.push_back(finding_of(rule, window));
    used_until = {start.time.us + rule.timespan_us};
  }
  return out;
}

std::vector<Expected> oracle(const Correlation& rule, const Window& all) {
  if (rule.expression && has_not(*rule.expression)) return oracle_from_each(rule, all);
  for (const auto& condition : rule.conditions)
    if (condition.op != Op::Greater && condition.op != Op::GreaterOrEqual) return oracle_anchored(rule, all);
  return oracle_sliding(rule, all);
}

/// What the correlation sees, by group; one event counts once where events or their numbers are counted.
std::map<std::string, Window> windows_of(const Correlation& rule, std::vector<Occurrence> stream) {
  std::stable_sort(stream.begin(), stream.end(), [](const Occurrence& a, const Occurrence& b) {
    return std::tuple(a.time, a.reference.order, a.rule) < std::tuple(b.time, b.reference.order, b.rule);
  });
  std::map<std::string, Window> out;
  for (const Occurrence& o : stream) {
    const std::map<std::string, std::string> fields(o.fields.begin(), o.fields.end());
    if (!fields.contains("User")) continue;
    for (std::uint32_t m = 0; m < rule.members.size(); ++m) {
      if (rule.members[m].index != o.rule) continue;
      const bool counts = rule.type != Type::Temporal && rule.type != Type::TemporalOrdered;
      if (!rule.fields.empty() && !fields.contains("n")) continue;
      Window& window = out[fields.at("User")];
      const std::string text = fields.contains("n") ? fields.at("n") : "";
      if (counts && rule.type != Type::ValueCount && !window.empty() && window.back().reference == o.reference)
        continue;
      window.push_back({o.time, o.reference, m, text, text.empty() ? 0 : std::stod(text)});
    }
  }
  return out;
}

// --- random rules and streams ---

Expression random_expression(Random& random, std::uint32_t members, int depth) {
  if (depth == 0 || pick(random, 4) == 0) return member(static_cast<std::uint32_t>(pick(random, members)));
  if (pick(random, 5) == 0) return negated(random_expression(random, members, depth - 1));
  Expression a = random_expression(random, members, depth - 1), b = random_expression(random, members, depth - 1);
  return pick(random, 2) == 0 ? both(std::move(a), std::move(b)) : either(std::move(a), std::move(b));
}

sigma::RuleSet random_rules(Random& random) {
  sigma::RuleSet set = rules_named({"r0", "r1", "r2", "r3"});
  std::vector<std::string> members{"r0", "r1", "r2", "r3"};
  std::shuffle(members.begin(), members.end(), random);
  members.resize(1 + pick(random, kRules));
  const auto type = static_cast<Type>(pick(random, 8));
  const bool temporal = type == Type::Temporal || type == Type::TemporalOrdered;
  std::vector<sigma::CorrelationCondition> conditions;
  const auto bound = static_cast<double>(1 + pick(random, temporal ? 4 : 6));
  if (!temporal || pick(random, 3) == 0) conditions.push_back({static_cast<Op>(pick(random, 6)), bound});
  if (!conditions.empty() && pick(random, 5) == 0) conditions.push_back({Op::GreaterOrEqual, bound - 1});
  const auto span = static_cast<std::int64_t>(pick(random, 12)) * kSecond;
  Correlation& c = correlate(set, "c", type, members, span, conditions);
  if (temporal && conditions.empty() && pick(random, 2) == 0)
    c.expression = random_expression(random, static_cast<std::uint32_t>(members.size()), 2);
  if (!temporal && type != Type::EventCount) c.fields = {"n"};
  c.percentile = static_cast<double>(pick(random, 5)) * 25;
  return set;
}

std::vector<Occurrence> random_stream(Random& random) {
  std::vector<Occurrence> out;
  std::int64_t time = 0;
  const std::uint64_t events = pick(random, 25);
  for (std::uint64_t e = 1; e <= events; ++e) {
    time += static_cast<std::int64_t>(pick(random, 4));
    Fields fields;
    if (pick(random, 15) != 0) fields.emplace_back("User", std::string(1, static_cast<char>('a' + pick(random, 2))));
    if (pick(random, 15) != 0) fields.emplace_back("n", std::to_string(pick(random, 6)));
    for (std::uint32_t rule = 0; rule < kRules; ++rule)
      if (pick(random, 3) == 0) out.push_back({rule, at(time), {1, e, e}, fields});
  }
  return out;
}

std::vector<Occurrence> shuffled_within(std::vector<Occurrence> stream, std::int64_t tolerance_us, Random& random) {
  std::vector<std::pair<std::int64_t, Occurrence>> keyed;
  for (Occurrence& o : stream)
    keyed.emplace_back(
        o.time.us + static_cast<std::int64_t>(pick(random, static_cast<std::uint64_t>(tolerance_us) + 1)),
        std::move(o));
  std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Occurrence> out;
  for (auto& [key, o] : keyed) out.push_back(std::move(o));
  return out;
}

using ByGroup = std::map<std::string, std::vector<Expected>>;

ByGroup by_group(const std::vector<CorrelationFinding>& findings) {
  ByGroup out;
  for (const CorrelationFinding& f : findings)
    out[f.group.empty() ? "" : f.group[0].second].push_back({f.first, f.time, f.value, f.events});
  return out;
}

void feed(Stream& stream, const std::vector<Occurrence>& occurrences) {
  for (const Occurrence& o : occurrences)
    stream.correlator.push(stream.make(o.rule, o.time, o.fields, o.reference), stream.sink());
}

std::string describe(const sigma::RuleSet& set) {
  const Correlation& c = set.correlations[0];
  std::string out = "type " + std::to_string(static_cast<int>(c.type)) + ", span " + std::to_string(c.timespan_us);
  for (const auto& condition : c.conditions)
    out += ", op " + std::to_string(static_cast<int>(condition.op)) + " " + std::to_string(condition.value);
  const std::function<std::string(const Expression&)> text = [&](const Expression& e) {
    if (e.kind == Expression::Kind::Member) return std::to_string(e.member);
    std::string all = e.kind == Expression::Kind::Not ? "!(" : e.kind == Expression::Kind::And ? "&(" : "|(";
    for (const Expression& child : e.children) all += text(child) + " ";
    return all + ")";
  };
  if (c.expression) out += ", " + text(*c.expression);
  for (const auto& m : c.members) out += ", " + m.reference;
  return out;
}

TEST(CorrelationOracle, AgreesOnRandomRulesAndStreams) {
  std::size_t fired = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Random random(seed);
    const sigma::RuleSet set = random_rules(random);
    const std::vector<Occurrence> occurrences = random_stream(random);
    Stream stream(set);
    feed(stream, occurrences);
    stream.finish();
    ByGroup expected;
    for (const auto& [user, all] : windows_of(set.correlations[0], occurrences))
      if (auto found = oracle(set.correlations[0], all); !found.empty()) expected[user] = std::move(found);
    const ByGroup got = by_group(stream.findings);
    fired += stream.findings.size();
    ASSERT_EQ(got.size(), expected.size()) << "seed " << seed << ": " << describe(set);
    ASSERT_TRUE(got == expected) << "seed " << seed << ": " << describe(set);
  }
  EXPECT_GT(fired, 2500U);  // the streams do make correlations fire
}

TEST(CorrelationOracle, OrderOfArrivalWithinTheToleranceChangesNothing) {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    Random random(seed);
    const sigma::RuleSet set = random_rules(random);
    const std::vector<Occurrence> occurrences = random_stream(random);
    Stream sorted(set), late(set, {5 * kSecond, std::size_t{1} << 20});
    feed(sorted, occurrences);
    feed(late, shuffled_within(occurrences, 5 * kSecond, random));
    sorted.finish();
    late.finish();
    ASSERT_EQ(late.correlator.counters().late, 0U) << "seed " << seed;
    ASSERT_TRUE(by_group(sorted.findings) == by_group(late.findings)) << "seed " << seed << ": " << describe(set);
  }
}

TEST(CorrelationOracle, ARestartAtAnyPointLosesAndRepeatsNothing) {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    Random random(seed);
    sigma::RuleSet set = random_rules(random);
    correlate(set, "above", Type::EventCount, {"c"}, 10 * kSecond, {{static_cast<Op>(pick(random, 6)), 2}});
    const auto occurrences = shuffled_within(random_stream(random), 3 * kSecond, random);
    const CorrelatorOptions options{3 * kSecond, std::size_t{1} << 20};
    const std::size_t cut = occurrences.empty() ? 0 : pick(random, occurrences.size());
    Stream whole(set, options), before(set, options), after(set, options);
    feed(whole, occurrences);
    whole.finish();
    feed(before, {occurrences.begin(), occurrences.begin() + static_cast<std::ptrdiff_t>(cut)});
    const auto restored = after.correlator.restore(before.correlator.save());
    ASSERT_TRUE(restored) << restored.error().message << ", seed " << seed;
    ASSERT_EQ(after.correlator.save(), before.correlator.save()) << "seed " << seed;
    feed(after, {occurrences.begin() + static_cast<std::ptrdiff_t>(cut), occurrences.end()});
    after.finish();
    before.findings.insert(before.findings.end(), after.findings.begin(), after.findings.end());
    ASSERT_TRUE(by_group(whole.findings) == by_group(before.findings)) << "seed " << seed << ": " << describe(set);
    ASSERT_EQ(after.correlator.counters().bytes, whole.correlator.counters().bytes) << "seed " << seed;
  }
}

}  // namespace
}  // namespace yorozu::detect
