// Against the shared samples: counts and fields of every record, as other readers found them.
#include <gtest/gtest.h>

#include <charconv>
#include <fstream>
#include <map>
#include <sstream>

#include "base/hash.h"
#include "base/test_data.h"
#include "codec/evtx/test_reading.h"
#include "event/event.h"

namespace yorozu::codec::evtx {
namespace {

std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream stream(line);
  for (std::string column; std::getline(stream, column, '\t');) out.push_back(column);
  return out;
}

struct FileResult {
  std::uint64_t records = 0;
  std::vector<Damage> damages;
};

FileResult decode_file(const std::filesystem::path& path, event::Schema& schema) {
  const std::string bytes = load(path);
  FileResult result;
  const auto decoder = make_decoder(schema, event::LogsourceMap::builtin(), {});
  event::EventBatch batch;
  for_each_unit(as_bytes(bytes), {}, [&](const Unit& unit) {
    UnitReport report;
    batch.clear();
    decoder->decode(unit, batch, report);
    result.records += report.records;
    for (Damage& damage : report.damages) result.damages.push_back(std::move(damage));
  });
  return result;
}

TEST(EvtxCorpus, EveryFileGivesAsManyRecordsAsAWalkThroughItsChunks) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  event::Schema schema;
  std::ifstream table(*data / "evtx_record_counts.tsv");
  std::string line;
  std::getline(table, line);
  std::size_t files = 0;
  while (std::getline(table, line)) {
    const auto row = columns(line);
    const FileResult result = decode_file(*data / row[0], schema);
    EXPECT_EQ(std::to_string(result.records), row[7]) << row[0];
    ++files;
    if (std::getenv("YOROZU_SHOW") != nullptr)
      for (const Damage& d : result.damages)
        std::printf("%s: %s chunk %d record %d offset %llx: %s\n", row[0].c_str(), std::string(to_string(d.kind)).c_str(),
                    int(d.chunk.value_or(9999)), int(d.record.value_or(0)), static_cast<unsigned long long>(d.offset),
                    d.detail.c_str());
  }
  EXPECT_GT(files, 100U);
}

}  // namespace
}  // namespace yorozu::codec::evtx
