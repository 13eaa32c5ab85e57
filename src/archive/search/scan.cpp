#include "archive/search/scan.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "proof/base64.h"
#include "proof/journal.h"
#include "query/field_reader.h"

namespace yorozu::archive::search {
namespace {

constexpr std::size_t kLargestRun = std::size_t{8} << 20;  ///< of text decoded at once
constexpr std::size_t kMaxLineDamages = 10;                ///< of one unit; a thousand broken lines are one accident

}  // namespace

Scanner::Scanner(SearchPlan& plan)
    : plan_(plan), lines_(plan.schema, *plan.logsources), evaluator_(plan.query.where, plan.schema, plan.zone) {
  if (plan.uses_text_filter) filter_ = TextFilter::make(plan.query.where, plan.schema);
  if (plan.wants_rows)
    fields_.emplace(plan.query, plan.schema);
  else
    stages_.emplace(plan.query, plan.schema, plan.zone);
}

UnitAnswer Scanner::scan(const Unit& unit) {
  UnitAnswer answer;
  answer.effort.blocks_read = 1;
  answer.effort.bytes_read = unit.disk_bytes;
  const auto read = unit.segment ? read_block(unit, answer) : read_records(unit, answer);
  if (!read) answer.unreadable = read.error();
  finish_run(unit, answer);
  std::ranges::sort(answer.rows, std::ranges::greater(), &Row::seq);
  return answer;
}

Result<void> Scanner::read_block(const Unit& unit, UnitAnswer& answer) {
  const OpenSegment& segment = *unit.segment;
  TRY_ASSIGN(const std::string_view text,
             blocks_.read(*segment.file, segment.offsets[unit.block], segment.blocks[unit.block]));
  answer.effort.text_bytes += text.size();
  const std::vector<std::string_view>& lines = lines_to_decode(text);
  if (lines.empty()) ++answer.effort.blocks_by_text;
  for (const std::string_view line : lines) {
    if (stopped()) break;
    add_line(line, unit, answer);
  }
  return {};
}

Result<void> Scanner::read_records(const Unit& unit, UnitAnswer& answer) {
  TRY_ASSIGN(auto reader, proof::JournalReader::open(*unit.journal->file, unit.end));
  reader.seek(unit.begin);
  std::size_t run = 0;
  while (!stopped()) {
    TRY_ASSIGN(const auto step, reader.next());
    if (!step.record) break;
    answer.effort.text_bytes += step.record->lines.size();
    for (const std::string_view with_group : lines_to_decode(step.record->lines)) {
      if (stopped()) break;
      const std::string_view line = with_group.substr(1);
      const auto group = static_cast<unsigned char>(with_group.front());
      const auto start = proof::parse_line_start(line);
      if ((unit.groups >> group & 1U) != 0 && (!start || unit.lines.contains(start->seq))) add_line(line, unit, answer);
    }
    run += step.record->lines.size();
    if (run >= kLargestRun) {
      finish_run(unit, answer);
      run = 0;
    }
  }
  return {};
}

const std::vector<std::string_view>& Scanner::lines_to_decode(std::string_view text) {
  candidates_.clear();
  if (filter_) {
    filter_->find_candidates(text, candidates_);
  } else {
    proof::BlockLines lines(text);
    while (const auto line = lines.next()) candidates_.push_back(*line);
  }
  return candidates_;
}

void Scanner::add_line(std::string_view line, const Unit& unit, UnitAnswer& answer) {
  ++answer.effort.lines_decoded;
  const auto added = lines_.decode(line, batch_, origins_);
  if (added || answer.damages.size() == kMaxLineDamages) return;
  ArchiveDamage damage;
  damage.file = unit.path();
  const auto start = proof::parse_line_start(line);
  if (start) damage.first_seq = damage.last_seq = start->seq;
  damage.lines = 1;
  damage.detail = added.error().message;
  answer.damages.push_back(std::move(damage));
}

query::EventContext Scanner::context_of(std::size_t event) const {
  const Origin& origin = origins_[event];
  query::EventContext context;
  context.seq = origin.seq;
  context.received = origin.received;
  context.input = origin.input;
  context.peer = origin.peer;
  context.logsources = plan_.logsources;
  return context;
}

bool Scanner::is_in_range(const Origin& origin) const {
  if (plan_.range.contains(origin.seq)) return true;
  return plan_.any_frame &&
         std::ranges::any_of(origin.frames, [&](std::uint64_t seq) { return plan_.range.contains(seq); });
}

void Scanner::finish_run(const Unit& unit, UnitAnswer& answer) {
  lines_.end_run(batch_, origins_);
  matches_.clear();
  for (std::size_t i = 0; i < batch_.events.size() && !stopped(); ++i) {
    event::Event& event = batch_.events[i];
    if (!is_in_range(origins_[i])) continue;
    if (plan_.from.known() && event.time < plan_.from) continue;
    if (plan_.to.known() && event.time >= plan_.to) continue;
    const std::string_view bytes = event.raw;
    event.raw = origins_[i].text;  // words are looked for in the text, whatever charset the frame came in
    const query::EventContext context = context_of(i);
    if (!evaluator_.matches(event, batch_, context)) continue;
    if (!unit.is_counted) {
      ++answer.matches;
      if (plan_.wants_histogram) ++minutes_[minute_of(event.time)];
      if (stages_) stages_->add({event, batch_, context});
    }
    if (plan_.wants_rows) matches_.push_back({event.line, i, bytes});
  }
  std::ranges::sort(matches_, std::ranges::greater(), &Match::seq);
  const std::size_t wanted = std::min<std::size_t>(matches_.size(), plan_.rows_left.load(std::memory_order_relaxed));
  for (std::size_t i = 0; i < wanted; ++i) append_row(matches_[i], answer.rows);
  batch_.clear();
  origins_.clear();
}

void Scanner::append_row(const Match& match, std::vector<Row>& rows) {
  const event::Event& event = batch_.events[match.event];
  const Origin& origin = origins_[match.event];
  Row& row = rows.emplace_back();
  row.seq = origin.seq;
  row.frames = origin.frames;
  row.time = event.time;
  row.received = origin.received;
  row.input = origin.input;
  row.peer = origin.peer;
  row.host = batch_.host_of(event);
  row.source_class = event::to_string(event.source_class);
  row.raw = repair_utf8(origin.text);
  if (origin.frames.empty() && match.bytes != origin.text) {
    Buffer encoded;
    proof::append_base64(match.bytes, encoded);
    row.raw_b64 = encoded.view();
  }
  const query::EventContext context = context_of(match.event);
  fields_->append_json({event, batch_, context}, row.fields);
}

}  // namespace yorozu::archive::search
