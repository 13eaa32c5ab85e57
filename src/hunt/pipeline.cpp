#include "hunt/pipeline.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "codec/formats/formats.h"
#include "hunt/evidence.h"

namespace yorozu::hunt {

namespace {

constexpr std::size_t kMaxAhead = 64;  // results that may wait for an earlier one

struct Finished {
  std::uint32_t file;
  codec::UnitReport report;
  std::unique_ptr<UnitOutput> output;
};

/// Puts results back into the order in which units were given out. Tickets are taken together with the unit, so they
/// number units exactly as Input hands them out.
class InOrder {
 public:
  InOrder(const Merge& merge, std::vector<FileReport>& reports) : merge_(merge), reports_(reports) {}

  /// Takes the next unit and its ticket as one step. nullopt: no more, or the run was given up.
  std::optional<std::uint64_t> take(Input& input, Work& work) {
    std::unique_lock lock(take_mutex_);
    {
      std::unique_lock waiting(mutex_);
      room_.wait(waiting, [&] { return failed_ || next_ticket_ < next_to_merge_ + kMaxAhead; });
      if (failed_) return std::nullopt;
    }
    if (!input.next(work)) return std::nullopt;
    const std::scoped_lock counting(mutex_);
    return next_ticket_++;
  }

  void give(std::uint64_t ticket, Finished finished) {
    std::unique_lock lock(mutex_);
    waiting_.emplace(ticket, std::move(finished));
    if (merging_) return;  // the thread that merges now will find it
    merging_ = true;
    while (!failed_ && !waiting_.empty() && waiting_.begin()->first == next_to_merge_) {
      Finished next = std::move(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      lock.unlock();
      try {
        merge_one(std::move(next));
      } catch (...) {
        lock.lock();
        merging_ = false;
        throw;
      }
      lock.lock();
      ++next_to_merge_;
      room_.notify_all();
    }
    merging_ = false;
  }

  void fail(std::string reason) {
    const std::scoped_lock lock(mutex_);
    if (!failed_) failed_ = std::move(reason);
    room_.notify_all();
  }
  const std::optional<std::string>& failed() const { return failed_; }

 private:
  void merge_one(Finished finished) {
    if (reports_.size() <= finished.file) reports_.resize(finished.file + 1);
    reports_[finished.file].add(std::move(finished.report));
    if (finished.output) merge_(finished.file, std::move(finished.output));
  }

  const Merge& merge_;
  std::vector<FileReport>& reports_;  // touched by the merging thread only
  std::mutex take_mutex_;             // makes "next unit" and "next ticket" one step
  std::mutex mutex_;                  // guards all below
  std::condition_variable room_;
  std::map<std::uint64_t, Finished> waiting_;
  std::uint64_t next_ticket_ = 0;
  std::uint64_t next_to_merge_ = 0;
  bool merging_ = false;
  std::optional<std::string> failed_;
};

/// Decoders of one thread, by format and (text) charset: a decoder keeps state that pays across units.
class Decoders {
 public:
  Decoders(event::Schema& schema, const event::LogsourceMap& logsources) : schema_(schema), logsources_(logsources) {}

  codec::UnitDecoder& of(std::uint32_t file, const InputFile& input) {
    Slot& slot = slots_[static_cast<std::size_t>(input.format)];
    // Formats of lines carry facts about one file (charset, header); EVTX templates pay across all files.
    const bool per_file = input.format == codec::Format::Text || input.format == codec::Format::Csv;
    if (!slot.decoder || (per_file && slot.file != file) || slot.carve != input.decode.carve) {
      slot = {input.format == codec::Format::Evidence
                  ? make_evidence_decoder(schema_, logsources_)
                  : codec::make_decoder(input.format, schema_, logsources_, input.decode),
              file, input.decode.carve};
    }
    return *slot.decoder;
  }

 private:
  struct Slot {
    std::unique_ptr<codec::UnitDecoder> decoder;
    std::uint32_t file = 0;
    bool carve = false;
  };
  event::Schema& schema_;
  const event::LogsourceMap& logsources_;
  std::array<Slot, codec::kFormats> slots_;
};

void work_through(Input& input, event::Schema& schema, const event::LogsourceMap& logsources,
                  const PipelineOptions& options, const MakeJob& make_job, InOrder& order) {
  const std::unique_ptr<UnitJob> job = make_job();
  Decoders decoders(schema, logsources);
  Work work;
  event::EventBatch batch;
  while (options.cancelled == nullptr || !options.cancelled->load(std::memory_order_relaxed)) {
    const auto ticket = order.take(input, work);
    if (!ticket) return;
    codec::UnitReport report = std::exchange(work.report, {});
    if (auto output = job->run_undecoded(work, report)) {
      order.give(*ticket, {work.file, std::move(report), std::move(output)});
      continue;
    }
    batch.clear();
    decoders.of(work.file, input.file(work.file)).decode(work.unit, batch, report);
    order.give(*ticket, {work.file, std::move(report), job->run(work, batch)});
  }
}

}  // namespace

Result<std::vector<FileReport>> run_pipeline(Input& input, event::Schema& schema, const event::LogsourceMap& logsources,
                                             const PipelineOptions& options, const MakeJob& make_job,
                                             const Merge& merge) {
  std::vector<FileReport> reports;
  InOrder order(merge, reports);
  const auto thread = [&] {
    try {
      work_through(input, schema, logsources, options, make_job, order);
    } catch (const std::exception& problem) {
      order.fail(problem.what());
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < options.threads; ++i) threads.emplace_back(thread);
  thread();
  threads.clear();  // joins
  if (order.failed()) return fail(ErrorCode::Internal, "reading the input: " + *order.failed());
  reports.resize(std::max<std::size_t>(reports.size(), input.file_count()));
  for (FileReport& report : reports) report.finish();
  return reports;
}

}  // namespace yorozu::hunt
