/// The API over a real archive and the real search: what it answers is what the search answers, and is as described.
#include "api/test_api.h"
#include "archive/search/search.h"
#include "archive/search/test_archive.h"

namespace yorozu::api {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::SizeIs;
namespace search = archive::search;

class RealSearch final : public SearchService, public EventService {
 public:
  explicit RealSearch(search::Folders folders) : folders_(std::move(folders)) {}

  Result<std::shared_ptr<Running>> start(const SearchRequest& request, OnLine on_line, OnDone on_done) override {
    return threads_.start(
        [this, request, on_line = std::move(on_line)](const std::atomic<bool>& is_cancelled) -> Result<void> {
          std::string last;
          search::LineSink sink([&](std::string_view line) { return !is_cancelled && on_line(line); });
          const auto summary = search::answer(request, folders_, sink);
          if (summary)
            search::append_done_line(*summary, last);
          else
            search::append_error_line(summary.error(), last);
          on_line(last);
          return {};
        },
        std::move(on_done));
  }
  Result<std::vector<std::string>> rows(std::uint64_t first, std::size_t count) override {
    const auto found = search::fetch_around(folders_, first, 0, count - 1);
    if (!found) return std::unexpected(found.error());
    std::vector<std::string> rows;
    for (const search::Row& row : *found) search::append_row(row, rows.emplace_back());
    return rows;
  }

 private:
  const search::Folders folders_;
  testing::TestThreads threads_;
};

class ApiOverAnArchive : public testing::ApiTest {
 protected:
  search::testing::TestArchive archive_;
  RealSearch real_{archive_.folders()};

  void SetUp() override {
    searching_ = &real_;
    reading_events_ = &real_;
    ApiTest::SetUp();
    archive_.commit("syslog.udp",
                    "<38>Nov 24 16:00:00 web1 sshd[7]: Failed password for root from 192.0.2.7 port 22 ssh2");
    archive_.commit("syslog.udp",
                    "<38>Nov 24 16:00:01 web1 sshd[7]: Accepted password for ann from 192.0.2.8 port 22 ssh2");
    archive_.seal();
    archive_.commit("syslog.udp",
                    "<38>Nov 24 16:00:02 web2 sshd[9]: Failed password for root from 192.0.2.7 port 22 ssh2");
    archive_.commit("syslog.udp", "<13>Nov 24 16:00:03 web2 app: 認証に失敗しました");
  }
  void TearDown() override { ApiTest::TearDown(); }

  json page(const std::string& parameters) const {
    return json_of(ask("GET", "/api/v1/search?" + parameters, {}, "Accept: application/json\r\n"));
  }
  static std::vector<std::uint64_t> seqs(const json& rows) {
    std::vector<std::uint64_t> all;
    for (const json& row : rows) all.push_back(row["seq"]);
    return all;
  }
};

TEST_F(ApiOverAnArchive, AStreamIsWhatTheSearchFinds) {
  search::testing::CollectingSink direct;
  search::SearchRequest request;
  request.query = "failed";
  request.limit = 0;
  ASSERT_TRUE(search::answer(request, archive_.folders(), direct));
  ASSERT_THAT(direct.rows, SizeIs(2));
  std::string expected;
  for (const search::Row& row : direct.rows) {
    search::append_row_line(row, expected);
    expected += '\n';
  }
  std::string rows;
  std::istringstream lines(ask("GET", "/api/v1/search?q=failed").body);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("{\"row\"")) rows += line + "\n";
  EXPECT_EQ(rows, expected);
}

TEST_F(ApiOverAnArchive, PagesTablesHistogramsAndSteps) {
  const json first = page("q=password&limit=2&histogram=true&explain=true");
  EXPECT_THAT(seqs(first["rows"]), ElementsAre(3, 2));
  EXPECT_EQ(first["histogram"]["buckets"][0][1], 3);
  const json second = page("q=password&limit=2&cursor=" + first["next"].get<std::string>());
  EXPECT_THAT(seqs(second["rows"]), ElementsAre(1));
  EXPECT_TRUE(second["next"].is_null());
  EXPECT_THAT(seqs(page("from=2025-11-25&zone=Asia/Tokyo")["rows"]), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(seqs(page("from=2025-11-25")["rows"]), ElementsAre()) << "a day begins where its zone is";
  const json table = page("q=failed%20%7C%20stats%20count%20by%20host");
  EXPECT_TRUE(table.contains("table")) << table;
  EXPECT_THAT(seqs(page("q=%E8%AA%8D%E8%A8%BC")["rows"]), ElementsAre(4));
  EXPECT_EQ(ask("GET", "/api/v1/histogram?q=failed").status, 200U);
}

TEST_F(ApiOverAnArchive, AnEventHasItsNeighbours) {
  const json found = json_of(ask("GET", "/api/v1/events/2?before=1&after=1"));
  EXPECT_EQ(found["event"]["host"], "web1");
  EXPECT_THAT(seqs(found["before"]), ElementsAre(1));
  EXPECT_THAT(seqs(found["after"]), ElementsAre(3));
}

TEST_F(ApiOverAnArchive, RandomQueriesFromTheDescriptionAreAnsweredAsDescribed) {
  testing::RequestMaker maker(4711);
  for (int i = 0; i < 60; ++i)
    for (const char* name : {"GET /api/v1/search", "POST /api/v1/search", "GET /api/v1/histogram"}) {
      const auto made = maker.make(testing::Description::instance(), name);
      SCOPED_TRACE(made.method + " " + made.target + "\n" + made.headers + made.body);
      const auto answer = client(admin_).ask(made.method, made.target, made.body, made.headers);
      EXPECT_LT(answer.status, 500U);
      check(made.method, made.target, answer);
      if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace yorozu::api
