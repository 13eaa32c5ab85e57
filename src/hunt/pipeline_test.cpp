#include "hunt/pipeline.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace yorozu::hunt {
namespace {

/// Files of lines that are made up as they are asked for: unit u of file f is "f.u".
class MadeUpInput final : public Input {
 public:
  MadeUpInput(std::uint32_t files, std::uint64_t units) : files_(files), units_(units) {}

  bool next(Work& work) override {
    if (file_ == files_) return false;
    work.file = file_;
    work.index = unit_;
    const std::string text = std::to_string(file_) + "." + std::to_string(unit_) + "\n";
    work.storage.assign(text.begin(), text.end());
    work.unit = {};
    work.unit.bytes = work.storage;
    work.report = {};
    if (++unit_ == units_) {
      unit_ = 0;
      ++file_;
    }
    return true;
  }
  const InputFile& file(std::uint32_t) const override { return any_; }
  std::uint32_t file_count() const override { return files_; }
  std::uint64_t bytes_read() const override { return 0; }
  std::uint64_t bytes_total() const override { return 0; }
  std::vector<Problem> problems() const override { return {}; }

 private:
  std::uint32_t files_;
  std::uint64_t units_;
  std::uint32_t file_ = 0;
  std::uint64_t unit_ = 0;
  InputFile any_;
};

struct Text final : UnitOutput {
  explicit Text(std::string t) : text(std::move(t)) {}
  std::string text;
};

/// Gives back the unit's text, after a delay that differs from unit to unit.
class Echo final : public UnitJob {
 public:
  std::unique_ptr<UnitOutput> run(const Work& work, const event::EventBatch& batch) override {
    if (work.index % 5 == 0) std::this_thread::yield();
    return std::make_unique<Text>(batch.host_of(batch.events.at(0)) + std::string(as_text(work.unit.bytes)));
  }
};

struct Outcome {
  Result<std::vector<FileReport>> reports;
  std::string text;
};

Outcome run(MadeUpInput& input, unsigned threads, const MakeJob& make_job,
            const std::atomic<bool>* cancelled = nullptr) {
  event::Schema schema;
  Outcome out;
  out.reports = run_pipeline(
      input, schema, event::LogsourceMap::builtin(), {threads, cancelled}, make_job,
      [&](std::uint32_t, std::unique_ptr<UnitOutput> output) { out.text += static_cast<Text&>(*output).text; });
  return out;
}

std::unique_ptr<UnitJob> echo() {
  return std::make_unique<Echo>();
}

TEST(Pipeline, ResultsComeInOrderWhateverTheNumberOfThreads) {
  std::string want;
  for (int f = 0; f < 3; ++f)
    for (int u = 0; u < 300; ++u) want += std::to_string(f) + "." + std::to_string(u) + "\n";
  for (const unsigned threads : {1U, 2U, 4U, 8U}) {
    MadeUpInput input(3, 300);
    const Outcome got = run(input, threads, echo);
    ASSERT_TRUE(got.reports.has_value());
    EXPECT_EQ(got.text, want) << threads;
    ASSERT_EQ(got.reports->size(), 3U);
    EXPECT_EQ((*got.reports)[1].records, 300U);
  }
}

TEST(Pipeline, ExceptionInAJobEndsTheRunWithAnError) {
  struct Failing final : UnitJob {
    std::unique_ptr<UnitOutput> run(const Work& work, const event::EventBatch&) override {
      if (work.index == 70) throw std::runtime_error("bad unit");
      return std::make_unique<Text>("");
    }
  };
  for (const unsigned threads : {1U, 4U}) {
    MadeUpInput input(1, 1000);
    const Outcome got = run(input, threads, [] { return std::make_unique<Failing>(); });
    ASSERT_FALSE(got.reports.has_value());
    EXPECT_NE(got.reports.error().message.find("bad unit"), std::string::npos);
  }
}

TEST(Pipeline, SlowUnitHoldsTheOthersBackInsteadOfPilingUpResults) {
  struct Counting final : UnitJob {
    std::atomic<int>& begun;
    std::atomic<int>& begun_while_slow;
    Counting(std::atomic<int>& b, std::atomic<int>& s) : begun(b), begun_while_slow(s) {}
    std::unique_ptr<UnitOutput> run(const Work& work, const event::EventBatch&) override {
      ++begun;
      if (work.index == 0) {
        while (begun < 60) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        begun_while_slow = begun.load();
      }
      return std::make_unique<Text>("");
    }
  };
  std::atomic<int> begun = 0, begun_while_slow = 0;
  MadeUpInput input(1, 2000);
  const Outcome got = run(input, 4, [&] { return std::make_unique<Counting>(begun, begun_while_slow); });
  ASSERT_TRUE(got.reports.has_value());
  EXPECT_EQ(begun, 2000);
  EXPECT_LE(begun_while_slow, 64);
}

TEST(Pipeline, CancelledRunKeepsWhatWasMerged) {
  std::atomic<bool> cancelled = false;
  struct Cancelling final : UnitJob {
    std::atomic<bool>& flag;
    explicit Cancelling(std::atomic<bool>& f) : flag(f) {}
    std::unique_ptr<UnitOutput> run(const Work& work, const event::EventBatch&) override {
      if (work.index == 10) flag = true;
      return std::make_unique<Text>("x");
    }
  };
  MadeUpInput input(1, 1000);
  const Outcome got = run(input, 2, [&] { return std::make_unique<Cancelling>(cancelled); }, &cancelled);
  ASSERT_TRUE(got.reports.has_value());
  EXPECT_GE(got.text.size(), 11U);
  EXPECT_LT(got.text.size(), 1000U);
}

}  // namespace
}  // namespace yorozu::hunt
