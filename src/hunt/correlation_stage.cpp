#include "hunt/correlation_stage.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "base/try.h"
#include "hunt/pack.h"

namespace yorozu::hunt {

namespace {

constexpr std::size_t kMaxHosts = std::size_t{1} << 20;

/// What a correlation gives back about an event is three numbers; they hold file, host, and record id or line.
class References {
 public:
  detect::EventReference make(std::uint32_t file, std::uint64_t order, std::uint64_t record_id, std::uint64_t line,
                              std::string_view host) {
    const bool by_record = record_id != event::kNoRecordId;
    return {file | std::uint64_t{number_of(host)} << 32 | (by_record ? 0 : kByLine), by_record ? record_id : line,
            order};
  }
  static std::uint32_t file(const detect::EventReference& reference) {
    return static_cast<std::uint32_t>(reference.file);
  }
  const std::string& host(const detect::EventReference& reference) const {
    return hosts_[(reference.file & ~kByLine) >> 32];
  }
  static bool by_line(const detect::EventReference& reference) { return (reference.file & kByLine) != 0; }

 private:
  static constexpr std::uint64_t kByLine = std::uint64_t{1} << 63;

  std::uint32_t number_of(std::string_view host) {
    if (const auto found = numbers_.find(std::string(host)); found != numbers_.end()) return found->second;
    if (hosts_.size() >= kMaxHosts) return 0;
    numbers_.emplace(host, static_cast<std::uint32_t>(hosts_.size()));
    hosts_.emplace_back(host);
    return static_cast<std::uint32_t>(hosts_.size() - 1);
  }

  std::vector<std::string> hosts_ = {""};
  std::unordered_map<std::string, std::uint32_t> numbers_ = {{"", 0}};
};

class FindingRows {
 public:
  FindingRows(const RuleTable& rules, std::uint32_t first_correlation, const RowFilter& filter, const Input& input,
              const References& references, RowOrder::Writer& rows)
      : rules_(rules),
        first_correlation_(first_correlation),
        filter_(filter),
        input_(input),
        references_(references),
        rows_(rows) {}

  void add(const detect::CorrelationFinding& finding) {
    Row row;
    row.rule = first_correlation_ + finding.correlation;
    if (!filter_.shows_rule(rules_[row.rule])) return;
    row.time = finding.time;
    row.first = finding.first;
    row.value = finding.value;
    row.events_total = finding.events_total;
    // After every event of that moment; unique, and the same in every run because findings come in order.
    row.order = (std::uint64_t{1} << 63) | sequence_++;
    if (!finding.events.empty()) {
      row.file = References::file(finding.events.back());
      row.host = references_.host(finding.events.back());
    }
    const std::string fields = group_json(finding), events = events_json(finding), hosts = hosts_json(finding);
    row.fields = fields;
    row.events = events;
    row.hosts = hosts;
    rows_.add(row);
  }

 private:
  static std::string group_json(const detect::CorrelationFinding& finding) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    for (const auto& [name, value] : finding.group) json.key(name).value(value);
    json.end_object();
    return out;
  }

  std::string events_json(const detect::CorrelationFinding& finding) const {
    std::string out;
    JsonWriter json(out);
    json.begin_array();
    for (const detect::EventReference& event : finding.events) {
      json.begin_object().key("file").value(input_.file(References::file(event)).name);
      json.key(References::by_line(event) ? "line" : "record_id").value(event.record).end_object();
    }
    json.end_array();
    return out;
  }

  std::string hosts_json(const detect::CorrelationFinding& finding) const {
    std::vector<std::string> hosts;
    for (const detect::EventReference& event : finding.events)
      if (const std::string& host = references_.host(event); std::ranges::find(hosts, host) == hosts.end())
        hosts.push_back(host);
    if (hosts.size() < 2) return {};
    std::string out;
    JsonWriter json(out);
    json.begin_array();
    for (const std::string& host : hosts) json.value(host);
    json.end_array();
    return out;
  }

  const RuleTable& rules_;
  std::uint32_t first_correlation_;
  const RowFilter& filter_;
  const Input& input_;
  const References& references_;
  RowOrder::Writer& rows_;
  std::uint64_t sequence_ = 0;
};

}  // namespace

Result<MatchOrder> MatchOrder::open(const std::filesystem::path& folder, std::size_t memory, unsigned writers) {
  TRY_ASSIGN(Spill spill, Spill::open(folder, memory, writers));
  return MatchOrder(std::move(spill));
}

void MatchOrder::Writer::add(const Row& row, std::span<const std::optional<std::string>> values) {
  bytes_.clear();
  Packer p(bytes_);
  p.time(row.time).number(row.record_id).number(row.line).text(row.host).number(values.size());
  for (const auto& value : values) {
    p.number(value ? 1 : 0);
    if (value) p.text(*value);
  }
  spill_.add({{sortable(row.time), row.file, row.order, row.rule}}, bytes_);
}

Result<void> correlate(MatchOrder& matches, detect::Correlator& correlator, const RuleTable& rules,
                       const RowFilter& filter, const Input& input, RowOrder::Writer& rows) {
  const auto first_correlation =
      static_cast<std::uint32_t>(std::ranges::find(rules, true, &RuleEntry::is_correlation) - rules.begin());
  References references;
  FindingRows out(rules, first_correlation, filter, input, references, rows);
  const detect::Correlator::Sink sink = [&](detect::CorrelationFinding&& finding) { out.add(finding); };

  TRY_ASSIGN(Spill::Reader reader, matches.read());
  SpillKey key;
  std::string_view payload;
  while (true) {
    TRY_ASSIGN(const bool more, reader.next(key, payload));
    if (!more) break;
    Unpacker u(payload);
    detect::RuleMatch match;
    match.rule = static_cast<std::uint32_t>(key.parts[3]);
    match.time = u.time();
    const std::uint64_t record_id = u.number(), line = u.number();
    match.reference =
        references.make(static_cast<std::uint32_t>(key.parts[1]), key.parts[2], record_id, line, u.text());
    for (std::uint64_t left = u.number(); left > 0 && u.ok(); --left)
      match.values.push_back(u.number() == 1 ? std::optional(std::string(u.text())) : std::nullopt);
    if (!u.ok()) return fail(ErrorCode::Corrupt, "temporary file: damaged match");
    correlator.push(std::move(match), sink);
  }
  correlator.finish(sink);
  return {};
}

}  // namespace yorozu::hunt
