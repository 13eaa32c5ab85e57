#include "sigma/resolve.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

namespace yorozu::sigma {
namespace {

struct Target {
  bool is_correlation = false;
  std::uint32_t index = 0;  // of a correlation: into `parsed`
  bool ambiguous = false;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

/// Depth first over the correlations; a chain is as deep as there are documents, so the stack is our own.
class Resolver {
 public:
  Resolver(std::vector<Correlation> parsed, RuleSet& set)
      : parsed_(std::move(parsed)), state_(parsed_.size(), State::New), index_(parsed_.size(), 0), set_(set) {
    for (std::uint32_t i = 0; i < set.rules.size(); ++i) add(set.rules[i].meta, {false, i});
    for (std::uint32_t i = 0; i < parsed_.size(); ++i) add(parsed_[i].meta, {true, i});
  }

  void run() {
    for (std::uint32_t i = 0; i < parsed_.size(); ++i) visit(i);
    set_alerts();
  }

 private:
  enum class State : std::uint8_t { New, Open, Done, Failed };
  struct Frame {
    std::uint32_t index;
    std::size_t next_member = 0;
  };

  void add(const Metadata& meta, Target target) {
    add_name(meta.id, target);
    if (!meta.name.empty() && meta.name != meta.id) add_name(meta.name, target);
  }
  void add_name(const std::string& name, Target target) {
    const auto [at, is_new] = names_.emplace(name, target);
    if (!is_new) at->second.ambiguous = true;
  }
  const Target* find(const std::string& reference) const {
    auto found = names_.find(reference);
    if (found == names_.end()) found = names_.find(lower(reference));  // UUIDs in any case
    return found == names_.end() ? nullptr : &found->second;
  }

  void visit(std::uint32_t start);
  bool step(Frame& frame, std::vector<Frame>& stack);
  void finish(std::uint32_t index);
  void fail(std::uint32_t index, std::string code, std::string message);
  void set_alerts();

  std::vector<Correlation> parsed_;
  std::vector<State> state_;
  std::vector<std::uint32_t> index_;  // of a Done one: where it stands in set_.correlations
  RuleSet& set_;
  std::unordered_map<std::string, Target> names_;
};

void Resolver::fail(std::uint32_t index, std::string code, std::string message) {
  const Metadata& meta = parsed_[index].meta;
  set_.diagnostics.push_back(
      {Diagnostic::Severity::Error, meta.file, meta.span, meta.id, std::move(code), std::move(message), {}});
  ++set_.failed;
  state_[index] = State::Failed;
}

void Resolver::finish(std::uint32_t index) {
  state_[index] = State::Done;
  index_[index] = static_cast<std::uint32_t>(set_.correlations.size());
  set_.correlations.push_back(std::move(parsed_[index]));
}

/// Looks at one member. False: the correlation on top of the stack has failed.
bool Resolver::step(Frame& frame, std::vector<Frame>& stack) {
  Correlation::Member& member = parsed_[frame.index].members[frame.next_member];
  const Target* target = find(member.reference);
  if (target == nullptr) {
    fail(frame.index, "unknown-rule", "no rule that could be read has the id or name '" + member.reference + "'");
    return false;
  }
  if (target->ambiguous) {
    fail(frame.index, "ambiguous-rule", "several rules have the id or name '" + member.reference + "'");
    return false;
  }
  if (!target->is_correlation) {
    member.index = target->index;
    ++frame.next_member;
    return true;
  }
  switch (state_[target->index]) {
    case State::Done:
      member.is_correlation = true;
      member.index = index_[target->index];
      ++frame.next_member;
      return true;
    case State::New:
      state_[target->index] = State::Open;
      stack.push_back({target->index});
      return true;
    case State::Open:
      fail(frame.index, "correlation-cycle", "'" + member.reference + "' rests on this correlation itself");
      return false;
    case State::Failed:
      break;
  }
  fail(frame.index, "unknown-rule", "the correlation '" + member.reference + "' has an error itself");
  return false;
}

void Resolver::visit(std::uint32_t start) {
  if (state_[start] != State::New) return;
  state_[start] = State::Open;
  std::vector<Frame> stack = {{start}};
  while (!stack.empty()) {
    Frame frame = stack.back();
    if (frame.next_member == parsed_[frame.index].members.size()) {
      finish(frame.index);
      stack.pop_back();
      continue;
    }
    const std::size_t depth = stack.size();
    const bool fine = step(frame, stack);
    stack[depth - 1] = frame;
    if (!fine) stack.pop_back();
  }
}

void Resolver::set_alerts() {
  std::vector<char> rule_used(set_.rules.size(), 0), rule_generates(set_.rules.size(), 0);
  std::vector<char> used(set_.correlations.size(), 0), generates(set_.correlations.size(), 0);
  for (const Correlation& correlation : set_.correlations) {
    for (const Correlation::Member& member : correlation.members) {
      (member.is_correlation ? used : rule_used)[member.index] = 1;
      if (correlation.generate) (member.is_correlation ? generates : rule_generates)[member.index] = 1;
    }
  }
  for (std::size_t i = 0; i < set_.rules.size(); ++i)
    set_.rules[i].alerts = rule_used[i] == 0 || rule_generates[i] != 0;
  for (std::size_t i = 0; i < set_.correlations.size(); ++i)
    set_.correlations[i].alerts = used[i] == 0 || generates[i] != 0;
}

}  // namespace

void resolve_correlations(std::vector<Correlation> parsed, RuleSet& set) {
  Resolver(std::move(parsed), set).run();
}

}  // namespace yorozu::sigma
