// Against the shared samples: counts and fields of every record, as other readers found them.
#include <gtest/gtest.h>
#include <libdeflate.h>
#include <openssl/evp.h>

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

std::string sha1_10(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  return to_hex({digest.data(), 5});
}

std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream stream(line);
  for (std::string column; std::getline(stream, column, '\t');) out.push_back(column);
  return out;
}

std::string gunzip(const std::filesystem::path& path) {
  const std::string packed = load(path);
  const std::uint32_t size = load_le<std::uint32_t>(as_bytes(packed).data() + packed.size() - 4);
  std::string out(size, '\0');
  libdeflate_decompressor* const decompressor = libdeflate_alloc_decompressor();
  const auto result =
      libdeflate_gzip_decompress(decompressor, packed.data(), packed.size(), out.data(), out.size(), nullptr);
  libdeflate_free_decompressor(decompressor);
  return result == LIBDEFLATE_SUCCESS ? out : std::string();
}

struct FileResult {
  std::uint64_t records = 0;
  std::vector<Damage> damages;
};

template <class F>
FileResult decode_file(const std::filesystem::path& path, event::Schema& schema, F&& each) {
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
    for (const event::Event& event : batch.events) each(event, batch);
  });
  return result;
}

/// Files where more is read than a plain walk finds, because it goes on behind a broken record or a broken chunk
/// header.
const std::map<std::string, std::string>& files_with_more() {
  static const std::map<std::string, std::string> files = {
      {"evtx/evtx-rs/2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx", "1975"},
      {"evtx/evtx-rs/2-vss_0-Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx", "1796"},
      {"evtx/evtx-rs/sample_with_a_bad_chunk_magic.evtx", "384"}};
  return files;
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
    const FileResult result = decode_file(*data / row[0], schema, [](const auto&, const auto&) {});
    const auto more = files_with_more().find(row[0]);
    EXPECT_EQ(std::to_string(result.records), more == files_with_more().end() ? row[7] : more->second) << row[0];
    if (row[11] == "0" && row[12] == "0") {
      EXPECT_TRUE(result.damages.empty()) << row[0] << ": " << result.damages[0].detail;
    }
    ++files;
    if (std::getenv("YOROZU_SHOW") != nullptr)
      for (const Damage& d : result.damages)
        std::printf("%s: %s chunk %d record %d offset %llx: %s\n", row[0].c_str(),
                    std::string(to_string(d.kind)).c_str(), int(d.chunk.value_or(9999)), int(d.record.value_or(0)),
                    static_cast<unsigned long long>(d.offset), d.detail.c_str());
  }
  EXPECT_GT(files, 100U);
}

std::string text_of(const event::Event& event, const event::EventBatch& batch, event::NameId name) {
  const event::Value* value = batch.find(event, name);
  return value == nullptr ? "" : event::to_text(*value);
}

/// The columns of evtx_records.tsv, as far as the flat list of fields knows them.
std::vector<std::string> described(const event::Event& event, const event::EventBatch& batch,
                                   const event::Schema& schema) {
  const auto values = batch.values_of(event);
  const int computer = event.shape->find(event::name::kComputer);
  std::string names;
  std::size_t count = 0;
  for (std::size_t i = static_cast<std::size_t>(computer) + 1; i < values.size(); ++i) {
    const std::string_view name = schema.names.text(event.shape->names[i]);
    if (name.starts_with("RenderingInfo_")) break;  // not part of the data
    if (name == "Security_UserID" || name == "EventData_Name" || name == "Binary") continue;
    const bool unnamed = event.shape->names[i] == event::name::kData;
    event::for_each_element(values[i], [&](const event::Value& value) {
      if (unnamed && value.is_null()) return;
      if (count++ != 0) names += '\n';
      if (!unnamed) names += name;
    });
  }
  std::string time = text_of(event, batch, event::name::kSystemTime);
  if (time.ends_with('Z')) time.insert(time.size() - 1, "00");  // the table has nine digits
  return {text_of(event, batch, event::name::kEventRecordID),
          time,
          text_of(event, batch, event::name::kEventID),
          text_of(event, batch, event::name::kProviderName),
          text_of(event, batch, event::name::kChannel),
          text_of(event, batch, event::name::kComputer),
          std::to_string(count),
          count == 0 ? "-" : sha1_10(names)};
}

using Row = std::vector<std::string>;

std::map<std::string, std::vector<Row>> expected_records(const std::filesystem::path& data) {
  std::map<std::string, std::vector<Row>> rows;
  std::istringstream table(gunzip(data / "evtx_records.tsv.gz"));
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    Row row = columns(line);
    const std::string path = row[0];
    row.erase(row.begin());
    rows[path].push_back(std::move(row));
  }
  return rows;
}

TEST(EvtxCorpus, FieldsOfEveryRecordAreThoseThatAnotherReaderFound) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << kNoSharedData;
  event::Schema schema;
  std::size_t compared = 0, different = 0;
  for (const auto& [path, rows] : expected_records(*data)) {
    std::multimap<std::string, Row> ours;  // by record id: the other reader leaves out what is damaged
    decode_file(*data / path, schema, [&](const event::Event& event, const event::EventBatch& batch) {
      Row row = described(event, batch, schema);
      ours.emplace(row[0], std::move(row));
    });
    for (const Row& row : rows) {
      ++compared;
      const bool has_data = row[8] == "E";
      const auto [first, last] = ours.equal_range(row[0]);
      const bool found = std::any_of(first, last, [&](const auto& candidate) {
        const Row& mine = candidate.second;
        return std::equal(mine.begin(), mine.begin() + (has_data ? 8 : 6), row.begin());
      });
      if (found) continue;
      if (++different <= 20) {
        std::string text;
        for (const std::string& column : row) text += column + " | ";
        for (auto it = first; it != last; ++it) {
          text += "\n";
          for (const std::string& column : it->second) text += column + " | ";
        }
        ADD_FAILURE() << path << "\n" << text;
      }
    }
  }
  EXPECT_EQ(different, 0U);
  EXPECT_GT(compared, 25000U);
}

}  // namespace
}  // namespace yorozu::codec::evtx
