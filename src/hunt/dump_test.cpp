#include "hunt/dump.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/test_data.h"

namespace yorozu::hunt {
namespace {

struct Dumped {
  std::string text;
  std::uint64_t records = 0, damages = 0;
};

Dumped dumped(const std::string& path, RecordFormat format, Timestamp from, unsigned threads) {
  Dumped out;
  const auto dir = *TempDir::make();
  const std::string file = (dir.path() / "out").string();
  auto input = Input::open({path}, {});
  auto output = Output::open(file);
  if (!input || !output) return out;
  event::Schema schema;
  DumpOptions options;
  options.pipeline.threads = threads;
  options.format = format;
  options.from = from;
  const auto reports = dump(**input, schema, event::LogsourceMap::builtin(), options, *output);
  if (!reports) return out;
  for (const FileReport& report : *reports) {
    out.records += report.records;
    out.damages += report.damages.size() + report.damages_not_listed;
  }
  out.text = read_file(file, 1U << 30U).value_or("");
  return out;
}

/// A time span makes events necessary, and this one leaves nothing out.
TEST(Dump, OfEvtxIsTheSameWithAndWithoutMakingEvents) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  const Timestamp always{std::numeric_limits<std::int64_t>::min() + 1};
  const std::string folder = (*data / "evtx" / "evtx-rs").string();
  for (const RecordFormat format : {RecordFormat::Json, RecordFormat::Xml, RecordFormat::Raw}) {
    const Dumped straight = dumped(folder, format, Timestamp::none(), 2);
    const Dumped by_events = dumped(folder, format, always, 1);
    EXPECT_GT(straight.records, 0U);
    EXPECT_EQ(straight.records, by_events.records);
    EXPECT_EQ(straight.damages, by_events.damages);
    EXPECT_TRUE(straight.text == by_events.text) << straight.text.size() << " and " << by_events.text.size();
  }
}

}  // namespace
}  // namespace yorozu::hunt
