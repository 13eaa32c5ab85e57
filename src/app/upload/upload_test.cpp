#include "app/upload/uploads.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "app/upload/decoder.h"
#include "app/upload/record_stream.h"
#include "base/file.h"
#include "base/test_data.h"
#include "ingest/test_archive.h"

namespace yorozu::upload {
namespace {

using ingest::web::Upload;
using ingest::web::UploadCounts;

/// Keeps batches, acknowledges them at once, refuses now and then.
class KeepingIntake final : public ingest::Intake {
 public:
  bool try_push(ingest::FrameBatch& batch) override {
    const std::scoped_lock lock(mutex_);
    if (++calls_ % 3 == 0) return false;
    for (const ingest::Frame& frame : batch.frames) frames.emplace_back(frame.raw, frame.via_json);
    if (batch.done) batch.done({});
    return true;
  }
  void when_room(std::function<void()> ready) override { std::thread(std::move(ready)).join(); }

  std::vector<std::pair<std::string, std::string>> frames;  ///< raw, via

 private:
  std::mutex mutex_;
  int calls_ = 0;
};

class KeepingArchive final : public archive::Archive {
 public:
  std::uint64_t next_seq() const override { return 1; }
  Result<void> commit(std::span<const archive::PendingLine>) override { return {}; }
  Result<void> seal() override { return {}; }
  Result<void> seal_if_due() override { return {}; }
  Result<void> wait_until_sealed(std::int64_t) override { return {}; }
  archive::CommitFeed& feed() override { std::abort(); }
  std::vector<archive::SegmentInfo> segments() const override { return {}; }
  std::vector<archive::ArchiveDamage> damages() const override { return {}; }
  archive::ArchiveStatus status() const override { return {}; }
  Result<std::string> keep_file(const std::filesystem::path& file) override {
    kept.push_back(file);
    return std::string("hash");
  }
  std::vector<std::filesystem::path> kept;
};

class UploadsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(folder_);
    auto ends = process::Channel::make_pair();
    ASSERT_TRUE(ends);
    uploads_.add_decoder(std::move(ends->first));
    decoder_ = std::thread(
        [channel = std::make_shared<process::Channel>(std::move(ends->second))] { run_decoder(std::move(*channel)); });
  }
  void TearDown() override {
    uploads_.reset();  // closes the channel
    decoder_.join();
  }
  Result<UploadCounts> upload(const std::string& content) {
    const std::filesystem::path file = folder_->path() / "upload";
    std::ofstream(file, std::ios::binary) << content;
    return upload_file(file);
  }
  Result<UploadCounts> upload_file(const std::filesystem::path& file) {
    const Upload upload{file, "pc1 \"security\".evtx", "00ff", 1, "tok", "192.0.2.9", {1}};
    Result<UploadCounts> out = fail(ErrorCode::Internal, "not answered");
    uploads_->take(upload, [&](Result<UploadCounts> counts) { out = std::move(counts); });
    return out;
  }

  struct Owner {
    void add_decoder(process::Channel channel) { uploads->add_decoder(std::move(channel)); }
    void reset() { uploads.reset(); }
    Uploads* operator->() { return uploads.get(); }
    std::unique_ptr<Uploads> uploads;
  };
  Result<TempDir> folder_ = TempDir::make("yorozu-upload");
  KeepingArchive archive_;
  KeepingIntake intake_;
  Owner uploads_{std::make_unique<Uploads>(archive_, intake_)};
  std::thread decoder_;
};

TEST_F(UploadsTest, TheFileIsKeptAndNamedAndEachRecordIsALine) {
  const auto counts = upload("{\"EventID\": 1, \"Channel\": \"System\"}\n{\"EventID\":2}\n");
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->records, 2U);
  EXPECT_EQ(counts->damages, 0U);
  EXPECT_EQ(archive_.kept.size(), 1U);
  ASSERT_EQ(intake_.frames.size(), 3U);
  EXPECT_EQ(intake_.frames[0].second, R"({"sha256":"00ff","name":"pc1 \"security\".evtx"})");
  EXPECT_EQ(intake_.frames[1].first, R"({"EventID":1,"Channel":"System"})");
  EXPECT_EQ(intake_.frames[2].second, R"({"sha256":"00ff","name":"pc1 \"security\".evtx","record":"2"})");
}

TEST_F(UploadsTest, RowsKeepTheNamesOfTheirColumns) {
  const auto counts =
      upload("time,user,address\n2026-11-25 10:00:00,alice,192.0.2.1\n2026-11-25 10:00:01,bob,192.0.2.2\n");
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->records, 2U);
  ASSERT_EQ(intake_.frames.size(), 3U);
  EXPECT_NE(intake_.frames[1].first.find(R"("user":"alice")"), std::string::npos) << intake_.frames[1].first;
}

TEST_F(UploadsTest, AFileThatIsNoLogIsRefusedWithItsReasonAndTheDecoderLivesOn) {
  const auto counts =
      upload(std::string("\x7f"
                         "ELF\0\0\0\1\2\3\0\0",
                         12));
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().code, ErrorCode::InvalidInput);
  EXPECT_TRUE(upload("{\"a\":1}\n"));
}

TEST_F(UploadsTest, RecordsOfEvtxAreTheirExactXml) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  std::filesystem::path sample;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*data / "evtx" / "EVTX-ATTACK-SAMPLES"))
    if (entry.path().extension() == ".evtx" && (sample.empty() || entry.path() < sample)) sample = entry.path();
  const auto counts = upload_file(sample);
  ASSERT_TRUE(counts) << counts.error().message;
  ASSERT_GT(counts->records, 0U);
  EXPECT_TRUE(intake_.frames[1].first.starts_with("<Event ")) << intake_.frames[1].first;
}

TEST(RecordStream, WhatADecoderShouldNeverWriteIsNotBelieved) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Fd writer(ends[1]);
  ASSERT_TRUE(write_all(writer, std::string_view("R\xff\xff\xff\xff", 5)));
  RecordReader reader{Fd(ends[0])};
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace yorozu::upload
