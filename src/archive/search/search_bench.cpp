// What questions cost over a real archive:  search_bench FOLDER [QUERY...]
// FOLDER: a data folder or an archive folder; nothing is written. Without queries a few of each kind. Each is asked
// twice (the first time may read the disk): time to the first row, time to the end, what was read. A query that begins
// with '!' is asked without the index.
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "archive/search/search.h"

namespace yorozu::archive::search {
namespace {

using Clock = std::chrono::steady_clock;

class TimingSink final : public SearchSink {
 public:
  bool row(const Row&) override {
    if (rows++ == 0) first_us = elapsed_us();
    return true;
  }
  std::uint64_t rows = 0;
  std::int64_t first_us = 0;

 private:
  std::int64_t elapsed_us() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun_).count();
  }
  Clock::time_point begun_ = Clock::now();
};

void ask(const Folders& folders, std::string query) {
  SearchRequest request;
  request.wants_explain = true;
  request.limit = 0;
  if (query.starts_with('!')) {
    request.index = IndexUse::Never;
    query.erase(0, 1);
  }
  request.query = query;
  for (int round = 0; round < 2; ++round) {
    TimingSink sink;
    const auto summary = answer(request, folders, sink);
    if (!summary) {
      std::printf("%-40s %s\n", query.c_str(), summary.error().error.message.c_str());
      return;
    }
    const Effort& effort = summary->effort;
    const double seconds = static_cast<double>(summary->elapsed_us) / 1e6;
    std::printf(
        "%-40s %8.3f s, first row %7.3f s, %8llu matches, %6llu of %6llu blocks read, %.2f GB of text (%.2f GB/s), "
        "%llu lines decoded\n",
        query.c_str(), seconds, static_cast<double>(sink.first_us) / 1e6,
        static_cast<unsigned long long>(summary->matches), static_cast<unsigned long long>(effort.blocks_read),
        static_cast<unsigned long long>(effort.blocks), static_cast<double>(effort.text_bytes) / 1e9,
        static_cast<double>(effort.text_bytes) / 1e9 / seconds, static_cast<unsigned long long>(effort.lines_decoded));
    if (round == 1)
      for (const std::string& step : summary->steps) std::printf("    %s\n", step.c_str());
  }
}

}  // namespace
}  // namespace yorozu::archive::search

int main(int argc, char** argv) {
  using namespace yorozu::archive::search;
  if (argc < 2) return 2;
  const auto folders = find_folders(argv[1]);
  if (!folders) {
    std::fprintf(stderr, "%s\n", folders.error().message.c_str());
    return 1;
  }
  std::vector<std::string> queries(argv + 2, argv + argc);
  if (queries.empty())
    queries = {"| limit 100", "zzqqxx-nowhere", "*zqxnowherexqz*", "needle-0000000000", "event.code:4625 | limit 100"};
  for (const std::string& query : queries) ask(*folders, query);
  return 0;
}
