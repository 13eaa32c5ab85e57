// One description of the layout, `walk`, serves both directions: a Writer and a Reader take the same calls.
#include "detect/rule_codec.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace yorozu::detect {

namespace {

using sigma::Correlation;
using sigma::Node;

constexpr unsigned kMaxDepth = 400;  ///< of a condition; YAML and brackets cannot nest that deep

template <class T>
void set_alternative(sigma::Matcher& matcher) {
  matcher.emplace<T>();
}
using SetAlternative = void (*)(sigma::Matcher&);
constexpr SetAlternative kAlternatives[] = {set_alternative<sigma::Pattern>,  set_alternative<sigma::Number>,
                                            set_alternative<sigma::Boolean>,  set_alternative<sigma::Null>,
                                            set_alternative<sigma::Exists>,   set_alternative<sigma::Regex>,
                                            set_alternative<sigma::Cidr>,     set_alternative<sigma::Compare>,
                                            set_alternative<sigma::DatePart>, set_alternative<sigma::FieldReference>};
static_assert(std::size(kAlternatives) == std::variant_size_v<sigma::Matcher>);

class Writer {
 public:
  static constexpr bool kReads = false;
  std::string out;

  void bytes(const void* data, std::size_t size) { out.append(static_cast<const char*>(data), size); }
  void size(std::size_t& value) {
    std::size_t rest = value;
    while (rest >= 0x80) {
      out.push_back(static_cast<char>(rest | 0x80));
      rest >>= 7;
    }
    out.push_back(static_cast<char>(rest));
  }
  void text(std::string& value) {
    std::size_t length = value.size();
    size(length);
    out.append(value);
  }
  template <class T>
  std::size_t count(std::vector<T>& list) {
    std::size_t n = list.size();
    size(n);
    return n;
  }
  void matcher_kind(sigma::Matcher& matcher) { out.push_back(static_cast<char>(matcher.index())); }
  template <class E>
  void kind(E& value, E) {
    out.push_back(static_cast<char>(value));
  }
  template <class T>
  bool has(std::optional<T>& value) {
    out.push_back(value ? 1 : 0);
    return value.has_value();
  }
  bool enter() { return true; }
  void leave() {}
};

class Reader {
 public:
  static constexpr bool kReads = true;
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

  void bytes(void* data, std::size_t size) {
    if (!need(size)) return;
    std::memcpy(data, rest_.data(), size);
    rest_.remove_prefix(size);
  }
  void size(std::size_t& value) {
    value = 0;
    for (unsigned shift = 0; need(1); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      if (shift > 56) return fail();
      value |= std::size_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return;
    }
  }
  void text(std::string& value) {
    std::size_t length = 0;
    size(length);
    if (!need(length)) return;
    value.assign(rest_.substr(0, length));
    rest_.remove_prefix(length);
  }
  /// Elements are at least one byte each, so a count beyond what remains is a lie.
  template <class T>
  std::size_t count(std::vector<T>& list) {
    std::size_t n = 0;
    size(n);
    if (!need(n)) return 0;
    // A forged count may promise many of something large: grow as they come.
    list.reserve(std::min<std::size_t>(n, 4096 / sizeof(T) + 1));
    return n;
  }
  void matcher_kind(sigma::Matcher& matcher) {
    const std::uint8_t index = byte();
    if (index >= std::size(kAlternatives)) return fail();
    kAlternatives[index](matcher);
  }
  template <class E>
  void kind(E& value, E last) {
    const std::uint8_t number = byte();
    if (number > static_cast<std::uint8_t>(last)) return fail();
    value = static_cast<E>(number);
  }
  template <class T>
  bool has(std::optional<T>& value) {
    if (byte() == 0 || !ok_) return false;
    value.emplace(T{});  // clang cannot see that Expression has a default constructor
    return true;
  }
  bool enter() {
    if (++depth_ > kMaxDepth) fail();
    return ok_;
  }
  void leave() { --depth_; }
  void fail() {
    ok_ = false;
    rest_ = {};
  }

 private:
  bool need(std::size_t n) {
    if (rest_.size() < n || !ok_) fail();
    return ok_;
  }
  std::uint8_t byte() {
    std::uint8_t out = 0;
    bytes(&out, 1);
    return out;
  }

  std::string_view rest_;
  bool ok_ = true;
  unsigned depth_ = 0;
};

template <class A>
void walk(A& a, std::string& value) {
  a.text(value);
}
template <class A>
void walk(A& a, std::size_t& value) {
  a.size(value);
}
template <class A, class T>
  requires(std::is_same_v<T, bool> || std::is_same_v<T, double> || std::is_same_v<T, std::uint8_t> ||
           std::is_same_v<T, std::uint32_t> || std::is_same_v<T, std::int64_t>)
void walk(A& a, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    std::uint8_t byte = value ? 1 : 0;
    a.bytes(&byte, 1);
    value = byte != 0;
  } else {
    a.bytes(&value, sizeof value);
  }
}

template <class A, class T>
void walk(A& a, std::vector<T>& list);
template <class A>
void walk(A& a, Node& node);
template <class A>
void walk(A& a, Correlation::Expression& expression);

template <class A>
void walk(A& a, sigma::Span& span) {
  walk(a, span.line);
  walk(a, span.column);
}
template <class A>
void walk(A& a, sigma::Pattern::Part& part) {
  a.kind(part.kind, sigma::Pattern::Part::Kind::One);
  walk(a, part.text);
}
template <class A>
void walk(A& a, sigma::Pattern& pattern) {
  walk(a, pattern.parts);
  walk(a, pattern.cased);
}
template <class A>
void walk(A& a, sigma::Number& number) {
  walk(a, number.value);
  walk(a, number.text);
}
template <class A>
void walk(A& a, sigma::Boolean& boolean) {
  walk(a, boolean.value);
}
template <class A>
void walk(A&, sigma::Null&) {}
template <class A>
void walk(A& a, sigma::Exists& exists) {
  walk(a, exists.wanted);
}
template <class A>
void walk(A& a, sigma::Regex& regex) {
  walk(a, regex.pattern);
  walk(a, regex.ignore_case);
  walk(a, regex.multi_line);
  walk(a, regex.dot_all);
}
template <class A>
void walk(A& a, sigma::Cidr& cidr) {
  a.bytes(cidr.network.data(), cidr.network.size());
  walk(a, cidr.prefix);
  walk(a, cidr.v6);
  if constexpr (A::kReads)
    if (cidr.prefix > (cidr.v6 ? 128 : 32)) a.fail();
}
template <class A>
void walk(A& a, sigma::Compare& compare) {
  a.kind(compare.op, sigma::Comparison::GreaterOrEqual);
  walk(a, compare.value);
}
template <class A>
void walk(A& a, sigma::DatePart& part) {
  a.kind(part.part, sigma::TimePart::Year);
  if (a.has(part.op)) a.kind(*part.op, sigma::Comparison::GreaterOrEqual);
  walk(a, part.value);
}
template <class A>
void walk(A& a, sigma::FieldReference& reference) {
  walk(a, reference.other);
  a.kind(reference.how, sigma::FieldReference::How::EndsWith);
  walk(a, reference.cased);
}
template <class A>
void walk(A& a, sigma::Matcher& matcher) {
  a.matcher_kind(matcher);
  std::visit([&a](auto& alternative) { walk(a, alternative); }, matcher);
}
template <class A>
void walk(A& a, sigma::Test& test) {
  walk(a, test.field);
  walk(a, test.matcher);
}

bool is_well_formed(const Node& node) {
  switch (node.kind) {
    case Node::Kind::And:
    case Node::Kind::Or:
      return !node.children.empty() && !node.test;
    case Node::Kind::Not:
      return node.children.size() == 1 && !node.test;
    case Node::Kind::Test:
      return node.children.empty() && node.test;
    case Node::Kind::Constant:
      return node.children.empty() && !node.test;
  }
  return false;
}

template <class A>
void walk(A& a, Node& node) {
  if (!a.enter()) return;
  a.kind(node.kind, Node::Kind::Constant);
  walk(a, node.children);
  if (a.has(node.test)) walk(a, *node.test);
  walk(a, node.constant);
  walk(a, node.label);
  walk(a, node.span);
  if constexpr (A::kReads)
    if (!is_well_formed(node)) a.fail();
  a.leave();
}

template <class A>
void walk(A& a, sigma::Metadata& meta) {
  for (std::string* text :
       {&meta.id, &meta.name, &meta.title, &meta.title_ja, &meta.description, &meta.description_ja, &meta.status,
        &meta.author, &meta.date, &meta.modified, &meta.license, &meta.file, &meta.regression_tests_path})
    walk(a, *text);
  for (auto* list : {&meta.references, &meta.tags, &meta.falsepositives, &meta.fields}) walk(a, *list);
  a.kind(meta.level, sigma::Level::Critical);
  walk(a, meta.has_level);
  walk(a, meta.span);
}
template <class A>
void walk(A& a, sigma::Rule& rule) {
  walk(a, rule.meta);
  for (std::string* text :
       {&rule.logsource.product, &rule.logsource.category, &rule.logsource.service, &rule.logsource.definition})
    walk(a, *text);
  walk(a, rule.condition);
  walk(a, rule.alerts);
  walk(a, rule.empty_placeholders);
  walk(a, rule.text_hash);
}
template <class A>
void walk(A& a, Correlation::Member& member) {
  walk(a, member.reference);
  walk(a, member.is_correlation);
  walk(a, member.index);
}
template <class A>
void walk(A& a, std::pair<std::uint32_t, std::string>& pair) {
  walk(a, pair.first);
  walk(a, pair.second);
}
template <class A>
void walk(A& a, Correlation::Alias& alias) {
  walk(a, alias.name);
  walk(a, alias.field_of_member);
}
template <class A>
void walk(A& a, sigma::CorrelationCondition& condition) {
  a.kind(condition.op, sigma::CorrelationCondition::Op::NotEqual);
  walk(a, condition.value);
}
template <class A>
void walk(A& a, Correlation::Expression& expression) {
  if (!a.enter()) return;
  a.kind(expression.kind, Correlation::Expression::Kind::Member);
  walk(a, expression.children);
  walk(a, expression.member);
  a.leave();
}
template <class A>
void walk(A& a, Correlation& correlation) {
  walk(a, correlation.meta);
  a.kind(correlation.type, Correlation::Type::ValueMedian);
  walk(a, correlation.members);
  walk(a, correlation.group_by);
  walk(a, correlation.aliases);
  walk(a, correlation.timespan_us);
  walk(a, correlation.conditions);
  walk(a, correlation.fields);
  walk(a, correlation.percentile);
  if (a.has(correlation.expression)) walk(a, *correlation.expression);
  walk(a, correlation.alerts);
  walk(a, correlation.generate);
  walk(a, correlation.text_hash);
}
template <class A>
void walk(A& a, sigma::Diagnostic& diagnostic) {
  a.kind(diagnostic.severity, sigma::Diagnostic::Severity::Note);
  for (std::string* text :
       {&diagnostic.file, &diagnostic.rule, &diagnostic.code, &diagnostic.message, &diagnostic.hint})
    walk(a, *text);
  walk(a, diagnostic.span);
}

template <class A, class T>
void walk(A& a, std::vector<T>& list) {
  const std::size_t n = a.count(list);
  if constexpr (A::kReads) {
    for (std::size_t i = 0; i < n && a.ok(); ++i) walk(a, list.emplace_back());
  } else {
    for (T& element : list) walk(a, element);
  }
}

template <class A>
void walk(A& a, sigma::RuleSet& set) {
  walk(a, set.rules);
  walk(a, set.correlations);
  walk(a, set.diagnostics);
  walk(a, set.documents);
  walk(a, set.failed);
  walk(a, set.filters);
}

bool is_sound(const Correlation::Expression& expression, std::size_t members) {
  using Kind = Correlation::Expression::Kind;
  const std::size_t children = expression.children.size();
  const bool shape = expression.kind == Kind::Member ? children == 0 && expression.member < members
                     : expression.kind == Kind::Not  ? children == 1
                                                     : children > 0;
  return shape &&
         std::ranges::all_of(expression.children, [members](const auto& child) { return is_sound(child, members); });
}

/// References point to what there is, correlations only to earlier ones.
bool is_sound(const sigma::RuleSet& set) {
  for (std::size_t i = 0; i < set.correlations.size(); ++i) {
    const Correlation& correlation = set.correlations[i];
    for (const auto& member : correlation.members)
      if (member.index >= (member.is_correlation ? i : set.rules.size())) return false;
    for (const auto& alias : correlation.aliases)
      for (const auto& [member, field] : alias.field_of_member)
        if (member >= correlation.members.size()) return false;
    if (correlation.expression && !is_sound(*correlation.expression, correlation.members.size())) return false;
  }
  return true;
}

}  // namespace

std::string encode_rules(const sigma::RuleSet& rules) {
  Writer writer;
  walk(writer, const_cast<sigma::RuleSet&>(rules));  // a Writer changes nothing; one walk serves both directions
  return std::move(writer.out);
}

Result<sigma::RuleSet> decode_rules(std::string_view bytes) {
  Reader reader(bytes);
  sigma::RuleSet out;
  walk(reader, out);
  if (!reader.ok() || !reader.at_end() || !is_sound(out)) return fail(ErrorCode::Corrupt, "cached rules are damaged");
  return out;
}

}  // namespace yorozu::detect
