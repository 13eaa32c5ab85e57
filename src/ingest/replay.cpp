#include "ingest/replay.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/try.h"
#include "codec/written_time.h"
#include "ingest/finding.h"
#include "ingest/worker.h"
#include "proof/line.h"

namespace yorozu::ingest {
namespace {

constexpr std::size_t kLinesAtOnce = 4096;
constexpr std::string_view kOwnInputs = "yorozu.";

std::string id_of(const std::string& finding) {
  const auto json = nlohmann::json::parse(finding, nullptr, false);
  return json.is_object() ? json.value("id", std::string()) : std::string();
}

/// Lines of the archive as an input would have handed them over.
class LineBatches {
 public:
  void add(const proof::Line& line) {
    const std::string_view zone = line.via_value("zone"), file = line.via_value("path");
    FrameBatch* last = batches_.empty() ? nullptr : batches_.back().get();
    if (last == nullptr || last->input != line.input || last->peer != line.peer || last->file != file ||
        zone != zone_) {
      last = batches_.emplace_back(std::make_unique<FrameBatch>()).get();
      last->input = line.input;
      last->peer = line.peer;
      last->file = file;
      zone_ = zone;
      if (const TimeZone* known = zones_.find(zone)) last->zone = std::make_shared<const TimeZone>(*known);
    }
    batches_.back()->add(line.received, line.raw);
    seqs_.push_back(line.seq);
  }
  std::vector<std::unique_ptr<FrameBatch>> take() { return std::exchange(batches_, {}); }
  /// By ticket: of all lines added so far.
  const std::vector<std::uint64_t>& seqs() const { return seqs_; }

 private:
  std::vector<std::unique_ptr<FrameBatch>> batches_;
  std::vector<std::uint64_t> seqs_;
  codec::Zones zones_;
  std::string zone_;  ///< of the last batch
};

}  // namespace

Result<Replayed> replay(archive::CommitFeed& feed, std::uint64_t from, std::uint64_t to, LiveCorrelation& correlation,
                        std::int64_t tolerance_us, Timestamp now, event::Schema& schema,
                        const event::LogsourceMap& logsources) {
  Replayed out;
  out.next_seq = from;
  const std::shared_ptr<const LiveRules>& rules = correlation.rules();
  Worker worker(schema, logsources, tolerance_us);
  Prepared prepared;
  LineBatches lines;
  const detect::Correlator::Sink sink = [&](detect::CorrelationFinding&& finding) {
    out.findings.push_back(correlation_finding(rules->correlations[finding.correlation], finding));
  };
  const auto run = [&](std::vector<std::unique_ptr<FrameBatch>> batches, Worker::Ending ending) {
    worker.prepare(std::move(batches), rules, now, ending, prepared);
    for (Prepared::Hit& hit : prepared.hits) {
      if (hit.rule == Prepared::Hit::kDevice || !rules->rules[hit.rule].wanted) continue;
      const std::uint64_t ticket = hit.tickets.empty() ? prepared.first_ticket + hit.line : hit.tickets.back();
      const std::uint64_t seq = lines.seqs()[ticket];
      correlation.push({hit.rule, hit.time, {0, seq, seq}, std::move(hit.values)}, hit.late_source, now, sink);
    }
  };
  while (out.next_seq < to && out.next_seq < feed.end()) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kLinesAtOnce, to - out.next_seq));
    TRY_ASSIGN(const std::uint64_t next,
               feed.read(out.next_seq, wanted, 0, [&](const archive::CommittedLine& committed) {
                 const auto line = proof::parse_line(committed.line);
                 if (!line || line->seq >= to) return;
                 ++out.lines;
                 if (line->input == kFindingInput) out.known.insert(id_of(line->raw));
                 if (!line->input.starts_with(kOwnInputs)) lines.add(*line);
               }));
    if (next <= out.next_seq) break;
    out.next_seq = next;
    run(lines.take(), Worker::Ending::GoesOn);
  }
  run({}, Worker::Ending::Ends);
  return out;
}

std::uint64_t replay_start(const archive::Archive& archive, Timestamp since, std::uint64_t max_lines) {
  const std::uint64_t end = archive.next_seq();
  std::uint64_t start = 1;
  for (const archive::SegmentInfo& segment : archive.segments())
    if (segment.last_received < since) start = std::max(start, segment.last_seq + 1);
  return end > max_lines ? std::max(start, end - max_lines) : start;
}

}  // namespace yorozu::ingest
