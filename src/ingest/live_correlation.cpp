#include "ingest/live_correlation.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/try.h"

namespace yorozu::ingest {
namespace {

constexpr std::int64_t kSettleUs = std::int64_t{5} * 1000000;
constexpr std::int64_t kForgetUs = std::int64_t{600} * 1000000;

void append_number(std::uint64_t number, std::string& out) {
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(number >> (8 * i)));
}

void append_bytes(std::string_view bytes, std::string& out) {
  append_number(bytes.size(), out);
  out += bytes;
}

}  // namespace

LiveCorrelation::LiveCorrelation(std::shared_ptr<const LiveRules> rules, std::int64_t tolerance_us)
    : rules_(std::move(rules)), tolerance_us_(tolerance_us), main_(rules_->set(), {tolerance_us}) {}

LiveCorrelation::~LiveCorrelation() = default;

LiveCorrelation::Late& LiveCorrelation::late(std::uint64_t source, const Sink& sink) {
  if (const auto found = late_.find(source); found != late_.end()) return found->second;
  if (late_.size() >= kMaxLateSources) {
    const auto quietest =
        std::ranges::min_element(late_, {}, [](const auto& entry) { return entry.second.last_active; });
    quietest->second.correlator.finish(sink);
    late_.erase(quietest);
    ++late_closed_;
  }
  return late_.emplace(source, Late{detect::Correlator(rules_->set(), {tolerance_us_, kLateBytes}), {}, {}, false})
      .first->second;
}

void LiveCorrelation::push(detect::RuleMatch match, std::uint64_t late_source, Timestamp now, const Sink& sink) {
  if (late_source == 0) return main_.push(std::move(match), sink);
  Late& to = late(late_source, sink);
  to.newest = std::max(to.newest, match.time);
  to.last_active = now;
  to.settled = false;
  to.correlator.push(std::move(match), sink);
}

void LiveCorrelation::advance(Timestamp now, const Sink& sink) {
  main_.advance(now, sink);
  for (auto at = late_.begin(); at != late_.end();) {
    Late& source = at->second;
    const std::int64_t quiet_us = now.us - source.last_active.us;
    if (quiet_us >= kForgetUs) {
      source.correlator.finish(sink);
      at = late_.erase(at);
      continue;
    }
    if (quiet_us >= kSettleUs && !source.settled) {
      source.correlator.advance({source.newest.us + tolerance_us_ + 1}, sink);
      source.settled = true;
    }
    ++at;
  }
}

std::string LiveCorrelation::save() const {
  std::string out;
  append_bytes(main_.save(), out);
  append_number(late_.size(), out);
  for (const auto& [source, late] : late_) {
    append_number(source, out);
    append_number(static_cast<std::uint64_t>(late.newest.us), out);
    append_number(static_cast<std::uint64_t>(late.last_active.us), out);
    append_bytes(late.correlator.save(), out);
  }
  return out;
}

Result<void> LiveCorrelation::restore(std::string_view state) {
  ByteReader in(as_bytes(state));
  const auto take = [&] { return as_text(in.take(in.read<std::uint64_t>())); };
  TRY(main_.restore(take()));
  const auto count = in.read<std::uint64_t>();
  if (!in.ok() || count > kMaxLateSources) return fail(ErrorCode::InvalidInput, "correlation state is damaged");
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto source = in.read<std::uint64_t>();
    Late& late = this->late(source, [](detect::CorrelationFinding&&) {});
    late.newest = {static_cast<std::int64_t>(in.read<std::uint64_t>())};
    late.last_active = {static_cast<std::int64_t>(in.read<std::uint64_t>())};
    TRY(late.correlator.restore(take()));
  }
  if (!in.ok() || in.remaining() != 0) return fail(ErrorCode::InvalidInput, "correlation state is damaged");
  return {};
}

}  // namespace yorozu::ingest
