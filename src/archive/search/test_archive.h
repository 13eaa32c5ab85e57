/// For tests of the search: an archive made of frames, and the plain answer to compare with.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/archive.h"
#include "archive/disk.h"
#include "archive/search/result_lines.h"
#include "archive/search/search.h"
#include "base/buffer.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/frame/audit_grouping.h"
#include "codec/frame/frame_decoder.h"
#include "proof/base64.h"
#include "proof/line.h"
#include "query/evaluate.h"
#include "query/query.h"
#include "query/row_fields.h"
#include "query/stage_runner.h"

namespace yorozu::archive::search::testing {

inline constexpr Timestamp kStart{1'764'000'000'000'000};  // 2025-11-24T16:00:00Z

/// What was found, in a form that can be compared and printed: each row as a line of JSON, the table likewise.
struct Found {
  std::vector<std::string> rows;
  std::string table;
  bool operator==(const Found&) const = default;
};

struct Frame {
  std::string input, raw;
  std::string peer = "192.0.2.1";
};

class TestArchive {
 public:
  TestArchive() {
    EXPECT_TRUE(folder_);
    ArchiveOptions options;
    options.sealing = Sealing::WhenCalled;
    options.reserve_bytes = 0;
    options.keep_sealed_journal_us = 0;
    options.zstd_level = 1;
    auto opened = Archive::open(real_disk(), folders().archive, options, [this] { return now_; });
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    archive_ = std::move(*opened);
  }

  Folders folders() const { return {folder_->path() / "archive", folder_->path() / "index"}; }
  std::filesystem::path path() const { return folder_->path(); }
  Archive& archive() { return *archive_; }

  /// One batch, each frame in the retention group of its class, as the server does it; a second passes for each.
  void commit(const std::vector<Frame>& frames) {
    std::vector<Buffer> tails(frames.size());
    std::vector<PendingLine> lines;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      now_.us += 1'000'000;
      proof::append_line_tail({now_, frames[i].input, frames[i].peer, {}, frames[i].raw, {}}, tails[i]);
      lines.push_back({group_of(frames[i]), tails[i].view()});
    }
    const auto committed = archive_->commit(lines);
    EXPECT_TRUE(committed) << (committed ? "" : committed.error().message);
  }
  void commit(std::string_view input, std::string_view raw) { commit({{std::string(input), std::string(raw)}}); }
  void seal() {
    const auto sealed = archive_->seal();
    EXPECT_TRUE(sealed) << (sealed ? "" : sealed.error().message);
  }
  std::uint64_t end() const { return archive_->next_seq(); }

  std::vector<std::filesystem::path> files(std::string_view part, std::string_view extension) const {
    std::vector<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folders().archive / part))
      if (entry.path().extension() == extension) out.push_back(entry.path());
    std::ranges::sort(out);
    return out;
  }
  std::vector<std::filesystem::path> segments() const { return files("segments", ".zst"); }
  std::vector<std::filesystem::path> journals() const { return files("journal", ".journal"); }

 private:
  event::RetentionGroup group_of(const Frame& frame) {
    event::EventBatch batch;
    decoder_->decode(
        {.raw = frame.raw, .kind = codec::frame_kind_of(frame.input), .received = now_, .stream = frame.input}, batch);
    return event::retention_group_of(batch.events.front().source_class);
  }

  Result<TempDir> folder_ = TempDir::make("yorozu-search");
  Timestamp now_ = kStart;
  event::Schema schema_;
  std::unique_ptr<codec::FrameDecoder> decoder_ = codec::make_frame_decoder(schema_, event::LogsourceMap::builtin());
  std::unique_ptr<Archive> archive_;
};

class CollectingSink final : public SearchSink {
 public:
  bool row(const Row& row) override {
    rows.push_back(row);
    return rows.size() < stop_after;
  }
  bool table(const query::Table& table) override {
    append_table_line(table, table_line);
    return true;
  }
  bool histogram(const Histogram& histogram) override {
    counts = histogram;
    return true;
  }
  Found found() const {
    Found out;
    for (const Row& row : rows) append_row(row, out.rows.emplace_back());
    out.table = table_line;
    return out;
  }

  std::size_t stop_after = SIZE_MAX;
  std::vector<Row> rows;
  std::string table_line;
  Histogram counts;
};

/// Every line of the archive, in order, decoded, evaluated: nothing of the engine is used but the form of a row.
class NaiveSearch {
 public:
  explicit NaiveSearch(const Folders& folders) {
    const auto damages = read_archive(real_disk(), folders.archive, 1, [&](const CommittedLine& line) {
      take(line.line);
      return true;
    });
    EXPECT_TRUE(damages);
    std::vector<codec::AuditGrouping::Made> made;
    const std::size_t before = batch_.events.size();
    grouping_.flush(batch_, made);
    for (std::size_t i = 0; i < made.size(); ++i) {
      Origin origin = lines_.at(made[i].tokens.back());
      if (made[i].tokens.size() > 1) origin.frames = made[i].tokens;
      origin.text.clear();
      for (const std::uint64_t seq : made[i].tokens)
        origin.text += (origin.text.empty() ? "" : "\n") + lines_.at(seq).text;
      finish(batch_.events[before + i], std::move(origin));
    }
    // Newest first, and texts only now: events_ does not grow any more.
    for (std::size_t i = 0; i < batch_.events.size(); ++i) batch_.events[i].raw = origins_[i].text;
    for (std::size_t i = 0; i < batch_.events.size(); ++i) order_.push_back(i);
    std::ranges::sort(order_, std::ranges::greater(), [&](std::size_t i) { return origins_[i].line.seq; });
  }

  Found answer(const SearchRequest& request) {
    Found out;
    const auto query = query::parse_query(request.query);
    if (!query) return {{"not a query"}, ""};
    query::Evaluator evaluator(query->where, schema_);
    const bool wants_rows = query::answer_of(*query) == query::Answer::Rows;
    std::optional<query::RowFields> fields;
    std::optional<query::StageRunner> stages;
    if (wants_rows)
      fields.emplace(*query, schema_);
    else
      stages.emplace(*query, schema_, TimeZone::utc());
    std::uint64_t limit = request.limit == 0 ? UINT64_MAX : request.limit;
    if (wants_rows) limit = std::min(limit, query::row_limit(*query).value_or(limit));
    for (const std::size_t i : order_) {
      const event::Event& event = batch_.events[i];
      const Origin& origin = origins_[i];
      if (request.from.known() && event.time < request.from) continue;
      if (request.to.known() && event.time >= request.to) continue;
      query::EventContext context;
      context.seq = origin.line.seq;
      context.received = origin.line.received;
      context.input = origin.line.input;
      context.peer = origin.line.peer;
      context.logsources = &event::LogsourceMap::builtin();
      if (!evaluator.matches(event, batch_, context)) continue;
      if (stages) stages->add({event, batch_, context});
      if (!fields || out.rows.size() >= limit) continue;
      Row row;
      row.seq = origin.line.seq;
      row.frames = origin.frames;
      row.time = event.time;
      row.received = origin.line.received;
      row.input = origin.line.input;
      row.peer = origin.line.peer;
      row.host = batch_.host_of(event);
      row.source_class = event::to_string(event.source_class);
      row.raw = repair_utf8(origin.text);
      if (origin.frames.empty() && origin.line.raw != origin.text) {
        Buffer encoded;
        proof::append_base64(origin.line.raw, encoded);
        row.raw_b64 = encoded.view();
      }
      fields->append_json({event, batch_, context}, row.fields);
      append_row(row, out.rows.emplace_back());
    }
    if (stages) append_table_line(stages->table(), out.table);
    return out;
  }

 private:
  struct Origin {
    proof::Line line;
    std::string text;
    std::vector<std::uint64_t> frames;
  };

  void take(std::string_view text) {
    auto line = proof::parse_line(text);
    ASSERT_TRUE(line) << text;
    Origin origin;
    origin.line = *line;
    const std::string_view raw = batch_.arena.copy(line->raw);
    const std::string stream = line->input + "\n" + line->peer;
    const codec::Frame frame{
        .raw = raw, .kind = codec::frame_kind_of(line->input), .received = line->received, .stream = stream};
    decoder_->decode(frame, batch_);
    origin.text = codec::frame_text(raw, batch_.arena);
    const bool held = grouping_.hold(frame, line->seq, line->received, batch_);
    lines_.emplace(line->seq, origin);
    if (!held) finish(batch_.events.back(), std::move(origin));
  }
  void finish(event::Event& event, Origin origin) {
    event.line = origin.line.seq;
    if (!event.time.known()) event.time = origin.line.received;
    origins_.push_back(std::move(origin));
  }

  event::Schema schema_;
  std::unique_ptr<codec::FrameDecoder> decoder_ = codec::make_frame_decoder(schema_, event::LogsourceMap::builtin());
  codec::AuditGrouping grouping_{schema_, event::LogsourceMap::builtin()};
  event::EventBatch batch_;
  std::map<std::uint64_t, Origin> lines_;
  std::deque<Origin> origins_;  ///< one for each event
  std::vector<std::size_t> order_;
};

/// Frames of many kinds: what has broken searches before.
/// `serial`: of the audit event of several frames; another one is another event.
inline std::vector<Frame> mixed_frames(int serial = 7) {
  const std::string audit = " msg=audit(1764000012.100:" + std::to_string(serial) + "): ";
  return {
      {"syslog.tcp",
       "<38>Nov 24 16:00:01 gate sshd[71]: Failed password for invalid user admin from 203.0.113.9 port 4022 ssh2"},
      {"syslog.tcp",
       "<38>Nov 24 16:00:02 gate sshd[71]: Accepted publickey for hanako from 192.0.2.55 port 50022 ssh2"},
      {"json",
       R"({"Channel":"Security","EventID":4625,"Computer":"PC1","TargetUserName":"Bob","IpAddress":"10.1.2.3"})"},
      {"json", R"({"Image":"C:\\Windows\\System32\\cmd.exe","CommandLine":"cmd.exe /c \"echo hi\"","EventID":1})"},
      {"json",
       R"({"message":"\u30ed\u30b0\u30aa\u30f3\u306b\u5931\u6557","path":"\u0043:\\temp","n":12.5,"ok":true,"none":null})"},
      {"upload",
       R"(<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Security-Auditing"/><EventID>4688</EventID><TimeCreated SystemTime="2025-11-24T15:00:00.000000000Z"/><EventRecordID>77</EventRecordID><Channel>Security</Channel><Computer>PC2</Computer></System><EventData><Data Name="NewProcessName">C:\Windows\System32\whoami.exe</Data><Data Name="CommandLine">whoami &amp; &#x68;ostname</Data></EventData></Event>)"},
      {"syslog.udp",
       "<14>Nov 24 16:00:07 nas \x83\x8D\x83\x4F\x83\x49\x83\x93\x82\xC9\x8E\xB8\x94\x73: yamada"},       // Shift_JIS
      {"syslog.udp", "<14>Nov 24 16:00:08 nas \xA5\xED\xA5\xB0\xA5\xAA\xA5\xF3\xC0\xAE\xB8\xF9 suzuki"},  // EUC-JP
      {"syslog.udp", "<14>Nov 24 16:00:09 nas \x1B$B%m%0%*%s\x1B(B sato"},                                // ISO-2022-JP
      {"syslog.udp", "<14>Nov 24 16:00:10 nas ﾌﾟﾘﾝﾀ ｴﾗｰ ＡＢＣ１２３"},
      {"syslog.udp", "<14>Nov 24 16:00:11 nas bytes \xFF\xFE\x01 mixed Ünïcödé straße"},
      {"file", "type=SYSCALL" + audit +
                   "arch=c000003e syscall=59 success=yes exit=0 pid=811 uid=0 "
                   "comm=\"nc\" exe=\"/usr/bin/nc\""},
      {"file", "plain line between, with \"quotes\" and back\\slash\tand tab"},
      {"file", "type=EXECVE" + audit + "argc=2 a0=\"nc\" a1=2D6C"},
      {"file", "type=PROCTITLE" + audit + "proctitle=6E63002D6C"},
      {"file",
       "type=USER_LOGIN msg=audit(1764000013.000:8): pid=1 uid=0 auid=1000 msg='op=login acct=\"root\" "
       "exe=\"/usr/sbin/sshd\" hostname=? addr=198.51.100.7 terminal=ssh res=failed'"},
      {"syslog.tcp",
       "<134>Nov 24 16:00:17 fw date=2025-11-24 time=16:00:17 devname=\"FG\" type=\"traffic\" action=\"deny\" "
       "srcip=10.0.0.5 dstip=198.51.100.9 dstport=445 sentbyte=1024"},
      {"syslog.tcp",
       "<134>Nov 24 16:00:18 fw date=2025-11-24 time=16:00:18 devname=\"FG\" type=\"traffic\" action=\"accept\" "
       "srcip=10.0.0.6 dstip=198.51.100.9 dstport=443 sentbyte=99999"},
      {"syslog.tcp",
       "<13>Nov 24 16:00:19 web nginx: 203.0.113.77 - - [24/Nov/2025:15:59:59 +0000] \"GET /a/b?c=%41 HTTP/1.1\" 404 "
       "153 \"-\" \"curl/8.0\""},
      {"journald",
       "__REALTIME_TIMESTAMP=1764000020000000\nPRIORITY=3\n_HOSTNAME=box\nSYSLOG_IDENTIFIER=kernel\nMESSAGE=Out of "
       "memory: Killed process 42 (java)\n"},
      {"yorozu.audit", R"({"act":"search","by":"hanako","query":"failed password"})"},
      {"file", ""},
      {"bulk",
       R"({"@timestamp":"2025-11-23T00:00:00Z","event":{"code":"4624"},"user":{"name":"hanako"},"tags":["a","b"]})"},
  };
}

}  // namespace yorozu::archive::search::testing
