#include "archive/index/indexer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "archive/archive.h"
#include "archive/events/line_decoder.h"
#include "archive/index/columns.h"
#include "archive/index/index_catalogue.h"
#include "archive/index/merge.h"
#include "base/file.h"
#include "base/text.h"
#include "duck/database.h"
#include "proof/line.h"
#include "query/field_reader.h"

namespace yorozu::archive::index {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDay = std::int64_t{86400} * 1000000;
constexpr std::int64_t kLongAgo = std::int64_t{1700000000} * 1000000;  // 2023-11-14T22:13:20Z

/// The same words in Shift_JIS and EUC-JP: 監査 and half-width ﾌﾟﾘﾝﾀ.
constexpr std::string_view kShiftJis =
    "<13>Nov 14 22:13:20 nas smbd: user=tanaka \x8a\xc4\x8d\xb8 \xcc\xdf\xd8\xdd\xc0";
constexpr std::string_view kEucJp = "<13>Nov 14 22:13:20 nas smbd: user=tanaka \xb4\xc6\xba\xba \xb0\xf5\xba\xfe";

std::vector<std::string> some_frames(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string n = std::to_string(random() % 250);
    switch (i % 7) {
      case 0:
        out.push_back("<38>Nov 14 22:13:2" + std::to_string(i % 10) + " web01 sshd[" + n +
                      "]: Failed password for invalid user admin" + n + " from 192.168.1." + n + " port 4" + n +
                      " ssh2");
        break;
      case 1:
        out.push_back(
            "<189>date=2023-11-14 time=22:13:20 devname=\"FGT60F\" devid=\"FGT60FTK21000042\" tz=\"+0900\" "
            "logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" srcip=10.0.0." +
            n + " srcport=51" + n + " dstip=203.0.113.9 dstport=443 action=\"close\" policyid=5");
        break;
      case 2:
        out.push_back(
            R"({"@timestamp":"2023-11-14T22:13:20.5Z","event":{"code":"4688"},"winlog":{"channel":"Security",)"
            R"("event_id":"4688","event_data":{"NewProcessName":"C:\\Windows\\cmd)" +
            n +
            R"(.exe","CommandLine":"cmd /c \"dir \u76e3\u67fb\"","SubjectUserName":"-","TargetUserName":"root"}}})");
        break;
      case 3:
        out.emplace_back(kShiftJis);
        break;
      case 4:
        out.emplace_back(kEucJp);
        break;
      case 5:
        out.push_back("type=SYSCALL msg=audit(1700000000.123:" + std::to_string(i) +
                      "): arch=c000003e syscall=59 success=yes exit=0 pid=" + n +
                      " uid=0 comm=\"bash\" exe=\"/bin/bash\"");
        out.push_back("type=EXECVE msg=audit(1700000000.123:" + std::to_string(i) + "): argc=2 a0=\"ls\" a1=\"-l" + n +
                      "\"");
        break;
      default:
        out.push_back("plain text without any form, \\\\server\\share\\" + n + " ﾃｽﾄ");
    }
  }
  return out;
}

/// Everything in a folder, by path.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename() != kLockName)
      out[entry.path().string()] = read_file(entry.path()).value();
  return out;
}

class Indexing : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TempDir::make("index");
    ASSERT_TRUE(made);
    folder_ = std::make_unique<TempDir>(*std::move(made));
    archive_ = folder_->path() / "archive";
    index_ = folder_->path() / "index";
  }

  /// Commits and seals what a day brings, in `seals` journals.
  void write_day(std::int64_t day, std::size_t frames, int seals) {
    now_ = {kLongAgo + day * kDay};
    ArchiveOptions options;
    options.sealing = Sealing::WhenCalled;
    options.reserve_bytes = 0;
    options.zstd_level = 1;
    options.keep_sealed_journal_us = 0;
    auto archive = Archive::open(real_disk(), archive_, options, [this] { return now_; });
    ASSERT_TRUE(archive) << archive.error().message;
    for (int seal = 0; seal < seals; ++seal) {
      std::vector<Buffer> tails;
      std::vector<PendingLine> lines;
      const auto made = some_frames(frames, static_cast<unsigned>(day * 100 + seal));
      tails.reserve(made.size());
      for (std::size_t i = 0; i < made.size(); ++i) {
        proof::LineParts parts;
        parts.received = {now_.us + static_cast<std::int64_t>(i) * 700000};
        parts.input = made[i].starts_with('{') ? "json" : (made[i].starts_with("type=") ? "file" : "syslog.udp");
        parts.peer = "10.0.0.1";
        parts.raw = made[i];
        proof::append_line_tail(parts, tails.emplace_back());
      }
      for (std::size_t i = 0; i < made.size(); ++i)
        lines.push_back({i % 7 == 1 ? event::RetentionGroup::Network : event::RetentionGroup::Host, tails[i].view()});
      ASSERT_TRUE((*archive)->commit(lines));
      ASSERT_TRUE((*archive)->seal());
    }
  }

  IndexerProgress run(Disk& disk = real_disk(), IndexerOptions::Rebuild rebuild = IndexerOptions::Rebuild::Needed) {
    IndexerOptions options;
    options.archive = archive_;
    options.index = index_;
    options.rebuild = rebuild;
    const auto done = run_indexer(disk, options, [] { return false; }, [](const IndexerProgress&) {});
    problem_ = done ? "" : done.error().message;
    return done.value_or(IndexerProgress{});
  }
  IndexCatalogue open(IndexCheck check = IndexCheck::Full) {
    auto catalogue = IndexCatalogue::open(real_disk(), index_, archive_, check);
    EXPECT_TRUE(catalogue);
    return *std::move(catalogue);
  }
  bool is_all_good(IndexCheck check = IndexCheck::Full) {
    const IndexCatalogue catalogue = open(check);
    return !catalogue.segments().empty() &&
           std::ranges::all_of(catalogue.segments(), [](const IndexedSegment& s) { return s.columns != nullptr; });
  }

  /// Calls `each(segment, block number, event, batch, origin)` for every event, decoded anew.
  template <class Each>
  void for_each_event(const IndexCatalogue& catalogue, Each&& each) {
    LineDecoder decoder(schema_, event::LogsourceMap::builtin());
    event::EventBatch batch;
    std::vector<Origin> origins;
    for (const IndexedSegment& segment : catalogue.segments()) {
      auto file = real_disk().open(archive_ / segment.segment.path);
      ASSERT_TRUE(file);
      auto reader = proof::SegmentReader::open(**file);
      ASSERT_TRUE(reader);
      for (std::size_t block = 0; block < reader->summary().blocks.size(); ++block) {
        batch.clear();
        origins.clear();
        proof::BlockLines lines(reader->read_block(block).value());
        while (const auto line = lines.next()) ASSERT_TRUE(decoder.decode(*line, batch, origins));
        decoder.end_run(batch, origins);
        for (std::size_t i = 0; i < origins.size(); ++i) each(segment, block, batch.events[i], batch, origins[i]);
      }
    }
  }

  std::unique_ptr<TempDir> folder_;
  fs::path archive_, index_;
  Timestamp now_;
  std::string problem_;
  event::Schema schema_;
};

TEST_F(Indexing, FiltersHoldEveryTokenOfEveryLineAndValue) {
  write_day(0, 2000, 2);
  write_day(3, 500, 1);
  run();
  ASSERT_EQ(problem_, "");
  const IndexCatalogue catalogue = open();
  ASSERT_EQ(catalogue.segments().size(), 6U);
  std::size_t events = 0;
  const auto expect = [](const IndexedSegment& segment, std::size_t block, std::string_view text) {
    const auto tokens = required_tokens(normal_form(text));
    ASSERT_TRUE(segment.file->may_contain(segment.entry->filter, tokens).value()) << text;
    ASSERT_TRUE(segment.file->may_contain(segment.entry->blocks[block].filter, tokens).value()) << text;
  };
  for_each_event(catalogue, [&](const IndexedSegment& segment, std::size_t block, const event::Event& event,
                                const event::EventBatch& batch, const Origin& origin) {
    ASSERT_EQ(segment.state, IndexState::Good) << segment.reason;
    ++events;
    expect(segment, block, origin.text);
    for (const event::Value& value : batch.values_of(event))
      if (!value.is_null()) expect(segment, block, event::to_text(value));
  });
  EXPECT_GT(events, 4000U);
  const std::vector<Token> absent = required_tokens("zzyzx");
  for (const IndexedSegment& segment : catalogue.segments())
    EXPECT_FALSE(segment.file->may_contain(segment.entry->filter, absent).value());
}

TEST_F(Indexing, CountsAreThoseOfAWalkThroughAllEvents) {
  write_day(0, 700, 2);
  run();
  const IndexCatalogue catalogue = open();
  std::map<std::pair<std::int64_t, int>, std::uint64_t> naive, stored;
  std::map<std::pair<const SegmentEntry*, std::size_t>, std::uint32_t> blocks;
  for_each_event(catalogue, [&](const IndexedSegment& segment, std::size_t block, const event::Event& event,
                                const event::EventBatch&, const Origin& origin) {
    ++naive[{event.time.us / 60000000, static_cast<int>(event.source_class)}];
    ++blocks[{segment.entry, block}];
    const BlockEntry& entry = segment.entry->blocks[block];
    EXPECT_LE(entry.first_time, event.time);
    EXPECT_GE(entry.last_time, event.time);
    EXPECT_LE(entry.first_seq, origin.seq);
    EXPECT_GE(entry.last_seq, origin.seq);
  });
  for (const IndexedSegment& segment : catalogue.segments()) {
    for (const MinuteCount& count : segment.entry->counts)
      stored[{count.minute, static_cast<int>(count.source_class)}] += count.events;
    for (std::size_t i = 0; i < segment.entry->blocks.size(); ++i) {
      const std::uint32_t counted = blocks[{segment.entry, i}];
      EXPECT_EQ(segment.entry->blocks[i].events, counted);
    }
  }
  EXPECT_EQ(naive, stored);
}

TEST_F(Indexing, ColumnsAreWhatTheFieldReaderGives) {
  write_day(0, 900, 1);
  write_day(1, 300, 1);
  run();
  ASSERT_EQ(problem_, "");
  const IndexCatalogue catalogue = open();
  duck::Settings settings;
  settings.folders = {index_};
  auto database = duck::Database::open(settings);
  ASSERT_TRUE(database);
  auto connection = database->connect();
  ASSERT_TRUE(connection);
  std::map<std::uint64_t, std::vector<std::optional<std::string>>> rows;  // by seq: time, several, then texts
  for (const auto& file : catalogue.columns()) {
    EXPECT_TRUE(file->is_whole);
    auto statement = connection->prepare("SELECT * FROM read_parquet(" + duck::sql_literal(file->path.string()) + ")");
    ASSERT_TRUE(statement) << statement.error().message;
    auto result = statement->execute();
    ASSERT_TRUE(result);
    for (;;) {
      const auto chunk = result->next();
      ASSERT_TRUE(chunk) << chunk.error().message;
      if (!*chunk) break;
      for (std::size_t i = 0; i < (*chunk)->rows(); ++i) {
        auto& row = rows[(*chunk)->natural(0, i)];
        row.emplace_back(std::to_string((*chunk)->time(1, i).us));
        row.emplace_back(std::to_string((*chunk)->natural(3, i)));
        for (std::size_t column = 0; column < kTextColumns.size(); ++column)
          row.push_back((*chunk)->is_null(5 + column, i) ? std::nullopt
                                                         : std::optional(std::string((*chunk)->text(5 + column, i))));
      }
    }
  }
  std::vector<query::FieldReader> readers;
  for (const std::string_view name : kTextColumns) readers.emplace_back(name, schema_);
  std::size_t events = 0, several = 0, filled = 0;
  for_each_event(catalogue, [&](const IndexedSegment&, std::size_t, const event::Event& event,
                                const event::EventBatch& batch, const Origin& origin) {
    ++events;
    ASSERT_TRUE(rows.contains(origin.seq));
    const auto& row = rows[origin.seq];
    ASSERT_EQ(row.size(), 2 + kTextColumns.size());
    EXPECT_EQ(row[0], std::to_string(event.time.us));
    const std::uint64_t mask = std::stoull(*row[1]);
    const query::EventContext context{.seq = origin.seq,
                                      .received = origin.received,
                                      .input = origin.input,
                                      .peer = origin.peer,
                                      .logsources = &event::LogsourceMap::builtin()};
    const query::EventView view{event, batch, context};
    for (std::size_t column = 0; column < kTextColumns.size(); ++column) {
      const auto value = readers[column].value(view);
      ASSERT_EQ(row[2 + column], value ? std::optional(std::string(*value)) : std::nullopt) << kTextColumns[column];
      if (value) ++filled;
      // Without the bit, every value that a test would read is the one in the column.
      if ((mask & bit_of(column)) != 0) {
        ++several;
        continue;
      }
      std::string fact;
      readers[column].append_fact(view, fact);
      if (!fact.empty()) {
        EXPECT_EQ(fact, row[2 + column]);
      }
      for (const std::uint16_t at : readers[column].positions(*event.shape)) {
        const event::Value& v = batch.values_of(event)[at];
        if (!v.is_null()) {
          EXPECT_EQ(event::to_text(v), row[2 + column]) << kTextColumns[column];
        }
      }
    }
  });
  EXPECT_EQ(events, rows.size());
  EXPECT_GT(several, 0U);
  EXPECT_GT(filled, events * 5);
}

TEST_F(Indexing, MergesDaysThatAreOverAndSaysTheSame) {
  write_day(0, 300, 3);
  IndexerOptions options;
  options.archive = archive_;
  options.index = index_;
  run();
  ASSERT_EQ(problem_, "");
  const IndexCatalogue merged = open();
  EXPECT_EQ(merged.used().size(), 1U);
  EXPECT_EQ(merged.columns().size(), 1U);
  ASSERT_EQ(merged.segments().size(), 6U);
  for_each_event(merged, [&](const IndexedSegment& segment, std::size_t block, const event::Event&,
                             const event::EventBatch&, const Origin& origin) {
    ASSERT_NE(segment.columns, nullptr);
    const auto tokens = required_tokens(normal_form(origin.text));
    ASSERT_TRUE(segment.file->may_contain(segment.entry->blocks[block].filter, tokens).value());
  });
  write_day(0, 100, 1);  // late ones join them
  run();
  EXPECT_EQ(open().used().size(), 1U);
  EXPECT_TRUE(is_all_good());
  EXPECT_EQ(open().segments().size(), 8U);
}

TEST_F(Indexing, ReindexingLeavesTheEvidenceAsItIs) {
  write_day(0, 300, 2);
  const auto before = contents(archive_);
  run();
  const auto first = contents(index_);
  EXPECT_GT(run(real_disk(), IndexerOptions::Rebuild::All).built, 0U);
  EXPECT_EQ(contents(archive_), before);
  EXPECT_TRUE(is_all_good());
  EXPECT_EQ(contents(index_).size(), first.size());
}

TEST_F(Indexing, DoesNothingWhenAllIsIndexed) {
  write_day(0, 100, 1);
  EXPECT_EQ(run().built, 2U);
  const auto before = contents(index_);
  EXPECT_EQ(run().built, 0U);
  EXPECT_EQ(contents(index_), before);
}

TEST_F(Indexing, FindsEveryFlippedByteAndMakesTheFileAnew) {
  write_day(0, 60, 1);
  run();
  const auto good = contents(index_);
  ASSERT_EQ(good.size(), 2U);  // merged: one index file, one columns file
  std::mt19937 random(11);
  for (const auto& [path, bytes] : good)
    for (int i = 0; i < 60; ++i) {
      std::string damaged = bytes;
      const std::size_t at = i < 8 ? damaged.size() - 1 - static_cast<std::size_t>(i) * 8 : random() % damaged.size();
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
      std::ofstream(path, std::ios::binary) << damaged;
      EXPECT_FALSE(is_all_good()) << path << " at " << at;
      std::ofstream(path, std::ios::binary) << bytes;
    }
  ASSERT_TRUE(is_all_good());
  for (const auto& [path, bytes] : good)
    for (const std::size_t size : {std::size_t{0}, std::size_t{63}, bytes.size() / 2, bytes.size() - 1}) {
      fs::resize_file(path, size);
      EXPECT_FALSE(is_all_good(IndexCheck::Quick)) << path << " cut to " << size;
      run();
      EXPECT_EQ(contents(index_).size(), 2U) << "nothing of the damaged file stays";
      EXPECT_TRUE(is_all_good()) << path << " cut to " << size << ' ' << problem_;
      fs::remove_all(index_);
      for (const auto& [again, whole] : good) {
        fs::create_directories(fs::path(again).parent_path());
        std::ofstream(again, std::ios::binary) << whole;
      }
    }
}

TEST_F(Indexing, AnIndexOfAnotherSegmentIsStale) {
  write_day(0, 100, 1);
  run();
  const auto old = contents(index_);
  fs::remove_all(archive_);
  write_day(0, 120, 1);
  EXPECT_FALSE(is_all_good(IndexCheck::Quick));
  EXPECT_EQ(open().segments().front().state, IndexState::Stale);
  run();
  EXPECT_TRUE(is_all_good());
}

TEST_F(Indexing, ADamagedBlockIsIndexedAsUnknownAndTheRestAsItIs) {
  write_day(0, 9000, 1);
  const IndexCatalogue before = open();
  const auto big = std::ranges::find(before.segments(), event::RetentionGroup::Host,
                                     [](const IndexedSegment& s) { return s.segment.name.group; });
  const fs::path path = archive_ / big->segment.path;
  std::string bytes = read_file(path).value();
  bytes[200] = static_cast<char>(bytes[200] ^ 1);
  std::ofstream(path, std::ios::binary) << bytes;
  run();
  ASSERT_EQ(problem_, "");
  const IndexCatalogue after = open();
  for (const IndexedSegment& segment : after.segments()) {
    EXPECT_EQ(segment.state, IndexState::Good);
    const bool is_damaged = segment.segment.name == big->segment.name;
    EXPECT_EQ(segment.entry->filter.kind == FilterPlace::Kind::SaysNothing, is_damaged);
    EXPECT_EQ(segment.entry->blocks[0].filter.kind == FilterPlace::Kind::SaysNothing, is_damaged);
  }
}

/// Everything fails from the call with this number on, as when the process had been killed there.
class DyingDisk final : public Disk {
 public:
  explicit DyingDisk(int calls) : left_(calls) {}
  bool died() const { return left_ < 0; }
  Result<std::unique_ptr<DiskFile>> create(const fs::path& path) override {
    return step([&] { return real_disk().create(path); });
  }
  Result<std::unique_ptr<DiskFile>> open(const fs::path& path) override {
    return step([&] { return real_disk().open(path); });
  }
  Result<std::unique_ptr<DiskFile>> open_for_appending(const fs::path& path) override {
    return step([&] { return real_disk().open_for_appending(path); });
  }
  Result<void> allocate(const fs::path& path, std::uint64_t bytes) override {
    return step([&] { return real_disk().allocate(path, bytes); });
  }
  Result<void> rename(const fs::path& from, const fs::path& to) override {
    return step([&] { return real_disk().rename(from, to); });
  }
  Result<void> remove(const fs::path& path) override {
    return step([&] { return real_disk().remove(path); });
  }
  Result<void> make_folders(const fs::path& path) override {
    return step([&] { return real_disk().make_folders(path); });
  }
  Result<void> sync_folder(const fs::path& path) override {
    return step([&] { return real_disk().sync_folder(path); });
  }
  Result<std::vector<std::string>> list(const fs::path& folder) override {
    return step([&] { return real_disk().list(folder); });
  }
  Result<DiskSpace> space(const fs::path& path) override {
    return step([&] { return real_disk().space(path); });
  }
  Result<std::unique_ptr<DiskLock>> lock(const fs::path& path) override {
    return step([&] { return real_disk().lock(path); });
  }

 private:
  template <class Call>
  auto step(Call&& call) -> decltype(call()) {
    if (left_ >= 0) --left_;
    if (left_ < 0) return fail(ErrorCode::Io, "dead");
    return call();
  }
  int left_;
};

TEST_F(Indexing, ResumesWhereverItWasKilled) {
  write_day(0, 14, 2);
  const auto evidence = contents(archive_);
  int step = 0;
  for (;; step += 7) {
    fs::remove_all(index_);
    DyingDisk disk(step);
    run(disk);
    if (!disk.died()) break;
    ASSERT_LT(step, 2000);
    run();
    ASSERT_EQ(problem_, "") << step;
    ASSERT_TRUE(is_all_good()) << step;
    ASSERT_EQ(open(IndexCheck::Quick).used().size(), 1U) << step;
    ASSERT_EQ(contents(index_).size(), 2U) << step;  // nothing unfinished stays
  }
  EXPECT_GT(step, 60);
  EXPECT_EQ(contents(archive_), evidence);
}

TEST_F(Indexing, StopsBetweenBlocks) {
  write_day(0, 9000, 1);
  IndexerOptions options;
  options.archive = archive_;
  options.index = index_;
  options.until = IndexerOptions::Until::Stopped;
  int asked = 0;
  const auto done = run_indexer(real_disk(), options, [&] { return ++asked > 4; }, [](const IndexerProgress&) {});
  ASSERT_TRUE(done);
  EXPECT_LT(done->built, 2U);
  EXPECT_GT(done->behind, 0U);
}

}  // namespace
}  // namespace yorozu::archive::index
