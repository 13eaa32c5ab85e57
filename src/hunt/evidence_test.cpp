#include "hunt/evidence.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "archive/archive.h"
#include "base/file.h"
#include "hunt/input.h"
#include "hunt/pipeline.h"
#include "proof/line.h"

namespace yorozu::hunt {
namespace {

constexpr Timestamp kReceived{1'700'000'000'000'000};

class EvidenceInput : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(folder_);
    auto opened = archive::Archive::open(archive::real_disk(), archive_folder(), {}, [] { return kReceived; });
    ASSERT_TRUE(opened) << opened.error().message;
    archive_ = std::move(*opened);
  }
  std::filesystem::path archive_folder() const { return folder_->path() / "archive"; }
  void commit(std::string_view input, std::string_view raw) {
    Buffer tail;
    proof::append_line_tail({kReceived, input, "192.0.2.1", {}, raw, {}}, tail);
    const archive::PendingLine line{event::RetentionGroup::Host, tail.view()};
    ASSERT_TRUE(archive_->commit({&line, 1}));
  }
  struct Read {
    std::uint64_t line;
    std::string message;
    Timestamp time;
    event::SourceClass source_class;
  };
  std::vector<Read> read(const std::string& path) {
    auto input = Input::open({path}, {});
    EXPECT_TRUE(input);
    std::vector<Read> out;
    class Job final : public UnitJob {
     public:
      Job(event::Schema& schema, std::vector<Read>& out) : schema_(schema), out_(out) {}
      std::unique_ptr<UnitOutput> run(const Work&, const event::EventBatch& batch) override {
        for (const event::Event& event : batch.events) {
          const event::Value* message = batch.find(event, event::name::kMessage);
          out_.push_back({event.line, message == nullptr ? std::string(event.raw) : event::to_text(*message),
                          event.time, event.source_class});
        }
        return nullptr;
      }

     private:
      event::Schema& schema_;
      std::vector<Read>& out_;
    };
    const auto reports = run_pipeline(
        **input, schema_, event::LogsourceMap::builtin(), {}, [&] { return std::make_unique<Job>(schema_, out); },
        [](std::uint32_t, std::unique_ptr<UnitOutput>) {});
    EXPECT_TRUE(reports);
    damages_ = 0;
    for (const FileReport& report : *reports) damages_ += report.damages.size();
    return out;
  }

  Result<TempDir> folder_ = TempDir::make("yorozu-evidence");
  std::unique_ptr<archive::Archive> archive_;
  event::Schema schema_;
  std::size_t damages_ = 0;
};

TEST_F(EvidenceInput, LinesOfSegmentsAndJournalsAreReadOnceAndInOrder) {
  commit("syslog.tcp", "<13>Nov 14 22:13:20 gate app: one");
  commit("yorozu.audit", R"({"act":"start"})");
  ASSERT_TRUE(archive_->seal());
  commit("syslog.tcp", "three \x83\x65\x83\x58\x83\x67");  // Shift_JIS
  const auto read = this->read(folder_->path().string());  // the data folder will do
  ASSERT_EQ(read.size(), 3U);
  EXPECT_EQ(read[0].line, 1U);
  EXPECT_EQ(read[0].message, "one");
  EXPECT_EQ(read[1].source_class, event::SourceClass::Yorozu);
  EXPECT_EQ(read[2].line, 3U);
  EXPECT_EQ(read[2].message, "three テスト");
  EXPECT_EQ(read[2].time, kReceived);
  EXPECT_EQ(damages_, 0U);
}

TEST_F(EvidenceInput, AuditRecordsAreOneEventAsTheyWereLive) {
  const std::string head = "<13>Nov 14 22:13:20 gate audispd: type=";
  commit("syslog.tcp", head + "SYSCALL msg=audit(1700000000.100:7): arch=c000003e syscall=59 success=yes");
  commit("syslog.tcp", "between");
  commit("syslog.tcp", head + "EXECVE msg=audit(1700000000.100:7): argc=1 a0=\"nc\"");
  const auto read = this->read(archive_folder().string());
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].line, 2U);
  EXPECT_EQ(read[1].line, 3U);
}

TEST_F(EvidenceInput, ASegmentAloneIsReadToo) {
  for (int i = 0; i < 100; ++i) commit("file", "line " + std::to_string(i));
  ASSERT_TRUE(archive_->seal());
  std::filesystem::path segment;
  for (int tries = 0; tries < 500 && segment.empty(); ++tries) {  // sealing runs beside us
    for (const auto& entry : std::filesystem::recursive_directory_iterator(archive_folder() / "segments"))
      if (entry.path().extension() == ".zst") segment = entry.path();
    if (segment.empty()) usleep(10'000);
  }
  ASSERT_FALSE(segment.empty());
  EXPECT_EQ(read(segment.string()).size(), 100U);
}

TEST(Evidence, IsToldFromOtherJson) {
  EXPECT_TRUE(
      looks_like_evidence(as_bytes(R"({"seq":12,"received":"2026-11-25T00:00:00.000000Z","input":"file","raw":"x"})")));
  EXPECT_FALSE(looks_like_evidence(as_bytes(R"({"seq":12,"time":"2026-11-25T00:00:00Z"})")));
  EXPECT_FALSE(looks_like_evidence(as_bytes("{}")));
}

}  // namespace
}  // namespace yorozu::hunt
