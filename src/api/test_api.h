/// What tests of the API stand on: the whole of it behind a real server, services that answer from memory, and a client
/// that holds every answer against docs/openapi.yaml.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "access/token_store.h"
#include "api/api.h"
#include "api/test_description.h"
#include "archive/search/result_lines.h"
#include "base/file.h"
#include "event/logsource.h"
#include "http/server.h"
#include "http/test_client.h"
#include "sigma/load.h"
#include "store/database.h"

namespace yorozu::api::testing {

inline constexpr Timestamp kNow{1'764'061'200'000'000};  // 2025-11-25T09:00:00Z

/// Events in memory: the one with the number n is element n - 1. A query is one word.
class TestEvents {
 public:
  void add(std::string raw) {
    const std::lock_guard lock(mutex_);
    archive::search::Row row;
    row.seq = rows_.size() + 1;
    row.time = row.received = {kNow.us - 3'600'000'000 + static_cast<std::int64_t>(row.seq) * 1'000'000};
    row.input = "syslog.udp";
    row.host = "fw1";
    row.raw = std::move(raw);
    rows_.push_back(std::move(row));
    changed_.notify_all();
  }
  std::vector<archive::search::Row> all() const {
    const std::lock_guard lock(mutex_);
    return rows_;
  }
  /// Waits until there are more than `known`, or a little has passed.
  void wait_for_more(std::size_t known) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(20), [&] { return rows_.size() > known; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<archive::search::Row> rows_;
};

/// Runs something on a thread of its own until it has an end or is cancelled.
class TestRunning final : public Running {
 public:
  void cancel() override { is_cancelled = true; }
  std::atomic<bool> is_cancelled = false;
};

class TestThreads {
 public:
  ~TestThreads() {
    for (std::thread& thread : threads_) thread.join();
  }
  std::shared_ptr<Running> start(const std::function<Result<void>(const std::atomic<bool>& is_cancelled)>& work,
                                 OnDone on_done) {
    auto running = std::make_shared<TestRunning>();
    const std::lock_guard lock(mutex_);
    threads_.emplace_back([work, running, on_done = std::move(on_done)] { on_done(work(running->is_cancelled)); });
    return running;
  }

 private:
  std::mutex mutex_;
  std::vector<std::thread> threads_;
};

class TestSearch final : public SearchService {
 public:
  explicit TestSearch(const TestEvents& events) : events_(events) {}
  Result<std::shared_ptr<Running>> start(const SearchRequest& request, OnLine on_line, OnDone on_done) override {
    {
      const std::lock_guard lock(mutex_);
      last_principal_ = request.principal;
    }
    if (is_full) return fail(ErrorCode::Overloaded, "too many");
    ++running;
    return threads_.start(
        [this, request, on_line = std::move(on_line)](const std::atomic<bool>& is_cancelled) {
          const auto result = search(request, on_line, is_cancelled);
          if (!result) ++cancelled;
          --running;
          return result;
        },
        std::move(on_done));
  }

  std::atomic<bool> is_full = false, is_endless = false, is_broken = false;
  std::atomic<int> running = 0, cancelled = 0;
  std::string last_principal() const {
    const std::lock_guard lock(mutex_);
    return last_principal_;
  }

 private:
  Result<void> search(const SearchRequest& request, const OnLine& on_line,
                      const std::atomic<bool>& is_cancelled) const {
    namespace search = archive::search;
    std::string line;
    const auto say = [&] {
      const bool heard = on_line(line);
      line.clear();
      return heard && !is_cancelled;
    };
    search::SearchSummary summary;
    search::Histogram histogram{3'600'000'000, {}};
    const auto rows = events_.all();
    std::uint64_t given = 0;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      if (request.end_seq != 0 && row->seq >= request.end_seq) continue;
      if (!request.query.empty() && row->raw.find(request.query) == std::string::npos) continue;
      if ((request.from.known() && row->time < request.from) || (request.to.known() && row->time >= request.to))
        continue;
      ++summary.matches;
      if (histogram.buckets.empty()) histogram.buckets.push_back({row->time, 0});
      ++histogram.buckets.back().count;
      if (request.limit != 0 && given == request.limit) {
        summary.ending = search::Ending::Limit;
        summary.next_end_seq = row->seq + 1;
        if (!request.wants_histogram) break;
        continue;
      }
      ++given;
      search::append_row_line(*row, line);
      if (!say()) return fail(ErrorCode::Cancelled, "nobody wants it");
    }
    do {
      search::append_progress_line({1, 2, summary.matches, 1}, line);
      if (!say()) return fail(ErrorCode::Cancelled, "nobody wants it");
    } while (is_endless);
    if (is_broken) return fail(ErrorCode::Internal, "the child ended");
    if (request.wants_histogram) {
      search::append_histogram_line(histogram, line);
      say();
    }
    search::append_done_line(summary, line);
    say();
    return {};
  }

  const TestEvents& events_;
  mutable std::mutex mutex_;
  std::string last_principal_;  // guarded by mutex_
  TestThreads threads_;
};

class TestTail final : public TailService {
 public:
  explicit TestTail(TestEvents& events) : events_(events) {}
  Result<std::shared_ptr<Running>> start(const TailRequest& request, OnLine on_line, OnDone on_done) override {
    ++running;
    const std::uint64_t first = request.from_seq == 0 ? events_.all().size() + 1 : request.from_seq;
    return threads_.start(
        [this, request, first, on_line = std::move(on_line)](const std::atomic<bool>& is_cancelled) -> Result<void> {
          bool heard = true;
          for (std::uint64_t next = first; heard && !is_cancelled;) {
            events_.wait_for_more(next - 1);
            for (const archive::search::Row& row : events_.all()) {
              if (row.seq < next || !heard) continue;
              next = row.seq + 1;
              std::string line;
              archive::search::append_row_line(row, line);
              if (row.raw.find(request.query) != std::string::npos) heard = on_line(line);
            }
          }
          --running;
          return fail(ErrorCode::Cancelled, "nobody listens");
        },
        std::move(on_done));
  }
  std::atomic<int> running = 0;

 private:
  TestEvents& events_;
  TestThreads threads_;
};

class TestEventService final : public EventService {
 public:
  explicit TestEventService(const TestEvents& events) : events_(events) {}
  Result<std::vector<std::string>> rows(std::uint64_t first, std::size_t count) override {
    std::vector<std::string> found;
    for (const archive::search::Row& row : events_.all())
      if (row.seq >= first && row.seq - first < count) archive::search::append_row(row, found.emplace_back());
    return found;
  }

 private:
  const TestEvents& events_;
};

class TestSaved final : public SavedSearchService {
 public:
  Result<std::vector<SavedSearch>> list() override {
    const std::lock_guard lock(mutex_);
    std::vector<SavedSearch> all;
    for (const auto& [id, search] : searches_) all.push_back(search);
    return all;
  }
  Result<SavedSearch> get(std::string_view id) override {
    const std::lock_guard lock(mutex_);
    const auto found = searches_.find(id);
    if (found == searches_.end()) return fail(ErrorCode::NotFound, "none");
    return found->second;
  }
  Result<SavedSearch> put(SavedSearch search, std::optional<std::uint64_t> expected) override {
    const std::lock_guard lock(mutex_);
    const auto found = searches_.find(search.id);
    const std::uint64_t version = found == searches_.end() ? 0 : found->second.version;
    if (expected && *expected != version) return fail(ErrorCode::Conflict, "changed");
    search.version = version + 1;
    search.changed = kNow;
    return searches_[search.id] = search;
  }
  Result<void> remove(std::string_view id, std::optional<std::uint64_t> expected) override {
    const std::lock_guard lock(mutex_);
    const auto found = searches_.find(id);
    if (found == searches_.end()) return fail(ErrorCode::NotFound, "none");
    if (expected && *expected != found->second.version) return fail(ErrorCode::Conflict, "changed");
    searches_.erase(found);
    return {};
  }

 private:
  std::mutex mutex_;
  std::map<std::string, SavedSearch, std::less<>> searches_;
};

class TestState final : public StatusService, public SourceService, public ArchiveService, public InventoryService {
 public:
  api::Status status() override {
    api::Status status;
    status.version = "0.1.0";
    status.started = {kNow.us - 60'000'000};
    status.now = kNow;
    status.sandbox = "seccomp";
    InputStatus input;
    input.name = "syslog.udp";
    input.address = "0.0.0.0:514";
    input.received = input.decoded = 10;
    input.last_seen = kNow;
    status.inputs = {input, {.name = "bulk", .address = "0.0.0.0:9200", .problem = "the port is taken"}};
    status.listeners = {{"console", "tcp", "0.0.0.0:8443", "TLS and a token"}};
    status.archive.disk = is_disk_full ? archive::DiskLevel::Full : archive::DiskLevel::Fine;
    return status;
  }
  std::vector<Source> sources() override {
    return {{"fw", "fortigate", "syslog.udp", {"192.0.2.1/32"}, event::SourceClass::Firewall}};
  }
  std::vector<archive::SegmentInfo> segments() override {
    archive::SegmentInfo segment;
    segment.path = "segments/2024/01/01/000000000001-network.ndjson.zst";
    segment.group = event::RetentionGroup::Network;
    segment.first_seq = 1;
    segment.last_seq = segment.lines = 10;
    segment.bytes = 100;
    segment.raw_bytes = 1000;
    segment.first_received = segment.last_received = {kNow.us - 395 * archive::kDayUs};
    return {segment};
  }
  std::vector<archive::ArchiveDamage> damages() override {
    return {{archive::DamageKind::TornTail, "journal/000000000011-1.journal", 4096, 17, 0, 0, 0, "cut off"}};
  }
  archive::RetentionRules retention() override { return {}; }
  Result<std::vector<inventory::Asset>> list(inventory::Kind, const inventory::Page& page) override {
    std::vector<inventory::Asset> found;
    for (const char* name : {"alpha", "beta", "gamma"})
      if (name > page.after && found.size() < page.limit)
        found.push_back({name, kNow, kNow, 1, 2, 3, {{"syslog.udp", event::SourceClass::Firewall, kNow, kNow, 3}}});
    return found;
  }
  Result<inventory::KindTotal> total(inventory::Kind) override { return inventory::KindTotal{3, 0}; }
  InventoryLag lag() override { return {}; }

  std::atomic<bool> is_disk_full = false;
};

inline constexpr const char* kRuleId = "11111111-1111-4111-8111-111111111111";

class TestRules final : public RuleService {
 public:
  TestRules() {
    const std::vector<sigma::RuleText> texts = {
        {"shell.yml", std::string("title: Shell\nid: ") + kRuleId +
                          "\nlevel: high\nlogsource: {product: windows, category: process_creation}\n"
                          "detection:\n  selection:\n    Image|endswith: '\\cmd.exe'\n  condition: selection\n"},
        {"dns.yml",
         "title: DNS\nid: 22222222-2222-4222-8222-222222222222\nlevel: low\nlogsource: {category: dns}\n"
         "detection:\n  selection:\n    query: evil.example\n  condition: selection\n"}};
    auto compiled = detect::compile(sigma::load(texts), schema_, event::LogsourceMap::builtin());
    EXPECT_TRUE(compiled);
    compiled_ = *compiled;
  }
  std::shared_ptr<const detect::CompiledRules> rules() override { return compiled_; }
  std::vector<detect::CannotFire> cannot_fire() override {
    return {{false, 1, detect::CannotFire::Reason::NoSuchEvents, "dns"}};
  }

 private:
  event::Schema schema_;
  std::shared_ptr<const detect::CompiledRules> compiled_;
};

class ApiTest : public ::testing::Test {
 protected:
  Result<TempDir> folder_ = TempDir::make("yorozu-api");
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<access::TokenStore> tokens_;
  TestEvents events_;
  TestSearch search_{events_};
  TestTail tail_{events_};
  TestEventService event_service_{events_};
  TestSaved saved_;
  TestState state_;
  TestRules rules_;
  SearchService* searching_ = &search_;  ///< what the API is given
  EventService* reading_events_ = &event_service_;
  std::atomic<std::int64_t> now_us_ = kNow.us;
  std::unique_ptr<Api> api_;
  net::IoLoop loop_{"api-test"};
  std::unique_ptr<http::Server> server_;
  std::string admin_;

  void SetUp() override {
    ASSERT_TRUE(folder_);
    auto database = store::Database::open(folder_->path() / "state.db");
    ASSERT_TRUE(database);
    database_ = std::move(*database);
    auto tokens = access::TokenStore::open(*database_, [this] { return Timestamp{now_us_}; });
    ASSERT_TRUE(tokens);
    tokens_ = std::move(*tokens);
    admin_ = token("admin");
    open({.requests_per_address = 0, .requests_per_token = 0});
  }
  void TearDown() override {
    server_.reset();
    api_.reset();
  }

  void open(ApiOptions options) {
    TearDown();
    options.now = [this] { return Timestamp{now_us_}; };
    api_ = std::make_unique<Api>(
        Services{*searching_, tail_, *reading_events_, saved_, state_, state_, rules_, state_, state_}, *tokens_,
        std::move(options));
    http::Router router;
    api_->add_routes(router);
    http::ServerOptions server;
    server.on = net::Endpoint{net::Address::loopback(), 0};
    server.make_stream = [](Fd socket) { return net::make_plain_stream(std::move(socket)); };
    server.now = [this] { return Timestamp{now_us_}; };
    auto opened = http::Server::open(loop_, std::move(server), std::move(router));
    ASSERT_TRUE(opened);
    server_ = std::move(*opened);
  }
  std::string token(std::string_view scopes, Timestamp expires = {}) const {
    return tokens_->add("test", *access::parse_scopes(scopes), expires)->text;
  }
  http::testing::TestClient client(const std::string& token) const {
    http::testing::TestClient made(server_->local().port);
    if (!token.empty()) made.authorization = "Bearer " + token;
    return made;
  }
  /// As admin; the answer is held against the description.
  http::testing::TestAnswer ask(std::string_view method, const std::string& target, std::string_view body = {},
                                std::string headers = {}) const {
    if (!body.empty() && headers.find("Content-Type") == std::string::npos)
      headers += "Content-Type: application/json\r\n";
    auto answer = client(admin_).ask(method, target, body, headers);
    check(method, target, answer);
    return answer;
  }
  static void check(std::string_view method, const std::string& target, const http::testing::TestAnswer& answer) {
    const Description& description = Description::instance();
    const std::string name = description.operation_of(method, target.substr(0, target.find('?')));
    ASSERT_NE(name, "") << target;
    if (method != "HEAD") {
      EXPECT_EQ(description.problem_with(name, answer.status, answer.header("Content-Type"), answer.body), "")
          << method << " " << target;
    }
  }
  static nlohmann::json json_of(const http::testing::TestAnswer& answer) {
    return nlohmann::json::parse(answer.body, nullptr, false);
  }
};

}  // namespace yorozu::api::testing
