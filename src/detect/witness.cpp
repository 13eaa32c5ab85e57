#include "detect/witness.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "detect/regex_literals.h"
#include "sigma/regex.h"

namespace yorozu::detect {

namespace {

using Kind = Prepared::Kind;

constexpr std::size_t kLongest = 200;  ///< bytes; of longer literals a part does

bool has_sentinel(std::string_view text) {
  return text.find(EventTexts::kBegin) != text.npos || text.find(EventTexts::kEnd) != text.npos;
}

std::size_t weight(std::string_view literal) {
  return literal.size() + (has_sentinel(literal) ? 1 : 0);
}

/// The longest literal piece of a glob, anchored when it stands at an end.
std::string longest_piece(const Glob& glob, bool cased) {
  std::string best;
  for (std::size_t i = 0; i < glob.pieces.size(); ++i) {
    const Glob::Piece& piece = glob.pieces[i];
    if (piece.kind != Glob::Piece::Kind::Literal || has_sentinel(piece.text)) continue;
    std::string text = cased ? fold(piece.text) : piece.text;
    if (i == 0) text.insert(text.begin(), EventTexts::kBegin);
    if (i + 1 == glob.pieces.size()) text.push_back(EventTexts::kEnd);
    if (weight(text) > weight(best)) best = std::move(text);
  }
  return best;
}

}  // namespace

RequiredLiterals required_literals(const Prepared& test) {
  RequiredLiterals out;
  const auto one = [&](std::string text) {
    if (text.empty()) return;
    out.exact = !test.cased && text.size() <= kLongest;
    if (text.size() > kLongest) text.resize(kLongest);
    out.any_of.push_back(std::move(text));
  };
  if (test.kind <= Kind::Contains && has_sentinel(test.literal)) return out;
  const std::string literal = test.cased ? fold(test.literal) : test.literal;
  switch (test.kind) {
    case Kind::Equals:
      one(EventTexts::kBegin + literal + EventTexts::kEnd);
      break;
    case Kind::StartsWith:
      if (!literal.empty()) one(EventTexts::kBegin + literal);
      break;
    case Kind::EndsWith:
      if (!literal.empty()) one(literal + EventTexts::kEnd);
      break;
    case Kind::Contains:
      one(literal);
      break;
    case Kind::Glob:
      one(longest_piece(test.glob, test.cased));
      out.exact = false;
      break;
    case Kind::Regex: {
      out.any_of = regex_literals(std::get<sigma::Regex>(test.source).pattern);
      const auto useless = [](const std::string& text) { return text.size() < 3 || has_sentinel(text); };
      if (std::ranges::any_of(out.any_of, useless)) out.any_of.clear();
      for (std::string& text : out.any_of)
        if (text.size() > kLongest) text.resize(kLongest);
      break;
    }
    default:
      break;
  }
  return out;
}

WitnessChooser::WitnessChooser(const std::vector<ClassTest>& tests, std::vector<std::string_view> field_names)
    : field_cost(field_names.size(), 0.0), tests_(tests), field_names_(std::move(field_names)), known_(tests.size()) {}

const WitnessChooser::Known& WitnessChooser::known(std::uint32_t number) {
  Known& known = known_[number];
  if (known.ready) return known;
  known.ready = true;
  const ClassTest& test = tests_[number];
  known.literals = required_literals(*test.prepared);
  const LiteralFrequency& frequency = LiteralFrequency::builtin();
  const std::string_view field = test.field == kAllValues ? std::string_view{} : field_names_[test.field];
  // A rule names the provider that all events of its class have.
  const bool is_common = test.prepared->of_role || field == "Provider_Name";
  for (const std::string& literal : known.literals.any_of) known.cost += is_common ? 0.5 : frequency.of(field, literal);
  return known;
}

float WitnessChooser::likelihood_of(std::uint32_t number) {
  const Prepared& prepared = *tests_[number].prepared;
  switch (prepared.kind) {
    case Kind::Anything:
    case Kind::Exists:
      return 0.9F;
    case Kind::Compare:
    case Kind::Null:
    case Kind::DatePart:
      return 0.4F;
    case Kind::Number:
    case Kind::OneOfNumbers:
    case Kind::Boolean:
    case Kind::Cidr:
      return 0.2F;
    case Kind::FieldReference:
      return 0.05F;
    case Kind::Never:
      return 0;
    default:
      break;
  }
  const Known& known = this->known(number);
  if (known.literals.any_of.empty()) return 0.3F;
  return static_cast<float>(std::clamp(known.cost, 0.001, 0.95));
}

std::optional<Choice> WitnessChooser::choose(const Condition& condition) {
  switch (condition.kind) {
    case Condition::Kind::Test: {
      if (condition.negated) return std::nullopt;
      const Known& known = this->known(condition.test);
      if (known.literals.any_of.empty()) return std::nullopt;
      const std::uint16_t field = tests_[condition.test].field;
      const double scan = field == kAllValues ? keyword_cost : field_cost[field];
      if (scan == std::numeric_limits<double>::infinity()) return std::nullopt;
      return Choice{known.cost + scan, {condition.test}};
    }
    case Condition::Kind::And: {
      std::optional<Choice> best;
      for (const Condition& child : condition.children) {
        auto choice = choose(child);
        if (choice && (!best || choice->cost < best->cost)) best = std::move(choice);
      }
      return best;
    }
    case Condition::Kind::Or: {
      Choice all;
      for (const Condition& child : condition.children) {
        auto choice = choose(child);
        if (!choice) return std::nullopt;
        all.cost += choice->cost;
        all.tests.insert(all.tests.end(), choice->tests.begin(), choice->tests.end());
      }
      return all;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace yorozu::detect
