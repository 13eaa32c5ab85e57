// Makes an EVTX file of any size out of sample chunks, and the same events as JSON lines, for measuring speed.
//
//   yorozu_make_corpus --samples DIR --mix attack|benign --size MIB [--seed N] [--evtx FILE] [--json FILE --events N]
//                      [--bare yes]      also events without templates
//                      [--held-out yes]  only samples that src/detect/data was not made from
//
// Chunks are taken whole, so that their templates stay what Windows wrote; in every copy record numbers and times go on
// from the chunk before, and in a quarter of the values digits and GUIDs are changed, so that no two copies are equal.
// Counts and checksums are mended. The same seed gives the same bytes. The mix is printed by event id.
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "codec/evtx/chunk.h"
#include "codec/evtx/evtx.h"
#include "codec/evtx/layout.h"
#include "codec/evtx/render.h"
#include "held_out.h"

namespace {

using namespace yorozu;
using namespace yorozu::codec;
using namespace yorozu::codec::evtx;

struct Options {
  std::string samples, mix = "attack", evtx, json, bare = "no", held_out = "no";
  std::uint64_t size_mib = 256, events = 0, seed = 1;
};

/// Places in a chunk that differ from copy to copy.
struct Place {
  std::uint32_t offset = 0, size = 0;
};
struct RecordPlaces {
  std::uint32_t header = 0;
  Place id, time;
  std::vector<Place> digits, guids;
};
struct SampleChunk {
  std::string bytes;
  std::vector<RecordPlaces> records;
  std::vector<std::string> kinds;  ///< "channel event-id" of each record
  double routine = 0;              ///< share of events that a quiet machine writes all day
};

/// What fills the logs of a machine on which nothing happens.
bool is_routine(std::uint32_t event_id, std::string_view channel) {
  static const std::set<std::uint32_t> security = {4624, 4634, 4647, 4648, 4672, 4768, 4769, 4776, 4798, 4799,
                                                   5140, 5145, 5156, 5157, 5158, 5379, 4656, 4658, 4690};
  static const std::set<std::uint32_t> sysmon = {3, 5, 7, 22};
  if (channel == "Security") return security.contains(event_id);
  if (channel == "Microsoft-Windows-Sysmon/Operational") return sysmon.contains(event_id);
  return false;
}

/// `fewest`: bytes that the records of a chunk must fill.
std::optional<SampleChunk> study(ByteView chunk, event::Schema& schema, UnitDecoder& decoder, bool with_bare,
                                 std::uint32_t fewest) {
  const ChunkState state = inspect_chunk(chunk, true);
  if (!state.magic || !state.trusted_end || state.free_space < fewest) return std::nullopt;
  Unit unit;
  unit.bytes = chunk;
  unit.offset = kFileHeaderSize;  // no file header here
  event::EventBatch batch;
  UnitReport report;
  decoder.decode(unit, batch, report);
  if (!report.damages.empty() || batch.events.empty()) return std::nullopt;
  // Events that carry their elements without a template: libevtx stops there, so peers could not be compared.
  const auto is_bare = [](const event::Event& event) { return event.raw[kRecordHeaderSize + 4] != '\x0C'; };
  if (!with_bare && std::any_of(batch.events.begin(), batch.events.end(), is_bare)) return std::nullopt;

  SampleChunk made;
  made.bytes = as_text(chunk);
  const auto place_of = [&](const event::Value& value) {
    return Place{static_cast<std::uint32_t>(value.data - chunk.data()), value.size};
  };
  const auto inside = [&](const event::Value& value) {
    return value.data >= chunk.data() && value.data + value.size <= chunk.data() + chunk.size();
  };
  double routine = 0;
  for (const event::Event& event : batch.events) {
    RecordPlaces places;
    places.header = static_cast<std::uint32_t>(event.position - unit.offset);
    const auto values = batch.values_of(event);
    bool in_body = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const event::NameId name = event.shape->names[i];
      const event::Value& value = values[i];
      if (value.is_null() || value.is_array || !inside(value)) {
        in_body = in_body || name == event::name::kComputer;
        continue;
      }
      if (name == event::name::kEventRecordID && value.size == 8) places.id = place_of(value);
      if (name == event::name::kSystemTime && value.size == 8) places.time = place_of(value);
      if (in_body && value.type == event::ValueType::Utf16) places.digits.push_back(place_of(value));
      if (in_body && value.type == event::ValueType::Guid && value.size == 16) places.guids.push_back(place_of(value));
      in_body = in_body || name == event::name::kComputer;
    }
    const std::string_view channel = schema.names.text(event.channel);
    routine += is_routine(event.event_id, channel) ? 1 : 0;
    made.kinds.push_back(fmt::format("{} {}", channel, event.event_id));
    made.records.push_back(std::move(places));
  }
  made.routine = routine / static_cast<double>(batch.events.size());
  return made;
}

std::vector<SampleChunk> load_samples(const std::filesystem::path& folder, bool with_bare, bool held_out) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".evtx" && entry.path().parent_path().filename() != "evtx-rs" &&  // edge cases
        !(held_out && bench::is_for_tables(entry.path().string())))
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  event::Schema schema;
  const auto decoder = make_decoder(schema, event::LogsourceMap::builtin(), {});
  // Half of the samples alone have too few chunks that are full to make a mix of them.
  const auto fewest = static_cast<std::uint32_t>(held_out ? kChunkSize / 8 : kChunkSize / 2);
  std::vector<SampleChunk> samples;
  for (const auto& path : paths) {
    const auto bytes = read_file(path);
    if (!bytes) continue;
    for (std::size_t at = kFileHeaderSize; at + kChunkSize <= bytes->size(); at += kChunkSize)
      if (auto sample = study(as_bytes(*bytes).subspan(at, kChunkSize), schema, *decoder, with_bare, fewest))
        samples.push_back(*std::move(sample));
  }
  return samples;
}

template <class T>
void store(std::string& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

class Maker {
 public:
  Maker(const std::vector<SampleChunk>& samples, const Options& options) : random_(options.seed) {
    for (const SampleChunk& sample : samples) {
      (sample.routine >= 0.8 ? routine_ : other_).push_back(&sample);
      const auto logons = std::count_if(sample.kinds.begin(), sample.kinds.end(), [](const std::string& kind) {
        return kind == "Security 4624" || kind == "Security 4634" || kind == "Security 4672" || kind == "Security 5156";
      });
      if (2 * static_cast<std::size_t>(logons) > sample.kinds.size()) logons_.push_back(&sample);
    }
    benign_ = options.mix == "benign";
    if (!benign_) other_.insert(other_.end(), routine_.begin(), routine_.end());
  }
  bool has_samples() const { return !other_.empty() && (!benign_ || !routine_.empty()); }

  /// The next chunk of the file.
  const std::string& next() {
    const SampleChunk& sample = *choose();
    chunk_ = sample.bytes;
    const std::uint64_t first = record_id_;
    for (const RecordPlaces& record : sample.records) vary(record);
    for (const std::string& kind : sample.kinds) ++mix_[kind];
    for (const std::size_t at : {std::size_t{8}, chunk_at::kFirstRecord}) store(chunk_, at, first);
    for (const std::size_t at : {std::size_t{16}, chunk_at::kLastRecord}) store(chunk_, at, record_id_ - 1);
    seal();
    return chunk_;
  }
  std::uint64_t records() const { return record_id_ - 1; }
  const std::map<std::string, std::uint64_t>& mix() const { return mix_; }

 private:
  std::uint64_t below(std::uint64_t bound) {
    return random_() % bound;
  }  // equal on every machine, unlike distributions

  /// Benign: logons, privileges and connections make three quarters, whatever the samples have more of.
  const SampleChunk* choose() {
    if (!benign_ || below(100) >= 95) return other_[below(other_.size())];
    const std::vector<const SampleChunk*>& from = !logons_.empty() && below(100) < 75 ? logons_ : routine_;
    return from[below(from.size())];
  }

  void vary(const RecordPlaces& record) {
    filetime_ += 10'000 + below(2'000'000);  // 1 to 200 ms
    store(chunk_, record.header + record_at::kId, record_id_);
    store(chunk_, record.header + record_at::kWritten, filetime_);
    if (record.id.size == 8) store(chunk_, record.id.offset, record_id_);
    if (record.time.size == 8) store(chunk_, record.time.offset, filetime_);
    ++record_id_;
    for (const Place& place : record.digits) {
      if (below(4) != 0) continue;
      for (std::uint32_t i = 0; i + 1 < place.size; i += 2) {
        char& c = chunk_[place.offset + i];
        if (c >= '0' && c <= '9' && chunk_[place.offset + i + 1] == 0) c = static_cast<char>('0' + below(10));
      }
    }
    for (const Place& place : record.guids)
      if (below(4) == 0) store(chunk_, place.offset, random_());
  }

  void seal() {
    const ByteView bytes = as_bytes(chunk_);
    const auto free_space = load_le<std::uint32_t>(bytes.data() + chunk_at::kFreeSpace);
    store(chunk_, chunk_at::kDataChecksum, crc32(bytes.subspan(kChunkHeaderSize, free_space - kChunkHeaderSize)));
    const std::uint32_t head = crc32(bytes.first(chunk_at::kFlags));
    store(chunk_, chunk_at::kChecksum,
          crc32(bytes.subspan(chunk_at::kTables, kChunkHeaderSize - chunk_at::kTables), head));
  }

  std::mt19937_64 random_;
  std::vector<const SampleChunk*> routine_, logons_, other_;
  bool benign_ = false;
  std::string chunk_;
  std::uint64_t record_id_ = 1;
  std::uint64_t filetime_ = 133'800'000'000'000'000;  // December 2024
  std::map<std::string, std::uint64_t> mix_;
};

std::string file_header(std::uint64_t chunks, std::uint64_t records) {
  std::string header(kFileHeaderSize, '\0');
  std::memcpy(header.data(), kFileMagic, sizeof kFileMagic);
  store(header, 16, chunks - 1);
  store(header, 24, records + 1);
  store(header, 32, std::uint32_t{128});
  store(header, 36, std::uint32_t{0x00030001});
  store(header, file_at::kHeaderBlockSize, static_cast<std::uint16_t>(kFileHeaderSize));
  store(header, 42, static_cast<std::uint16_t>(std::min<std::uint64_t>(chunks, 0xFFFF)));
  store(header, file_at::kChecksum, crc32(as_bytes(header).first(file_at::kFlags)));
  return header;
}

void print_mix(const Maker& maker) {
  std::vector<std::pair<std::uint64_t, std::string>> kinds;
  for (const auto& [kind, count] : maker.mix()) kinds.emplace_back(count, kind);
  std::sort(kinds.rbegin(), kinds.rend());
  std::uint64_t rest = maker.records();
  for (std::size_t i = 0; i < kinds.size() && i < 20; ++i) {
    fmt::print("{:6.2f} %  {}\n", 100.0 * static_cast<double>(kinds[i].first) / static_cast<double>(maker.records()),
               kinds[i].second);
    rest -= kinds[i].first;
  }
  fmt::print("{:6.2f} %  the rest\n", 100.0 * static_cast<double>(rest) / static_cast<double>(maker.records()));
}

int run(const Options& options) {
  const std::vector<SampleChunk> samples =
      load_samples(options.samples, options.bare == "yes", options.held_out == "yes");
  Maker maker(samples, options);
  if (!maker.has_samples()) {
    fmt::print(stderr, "no intact sample chunks under {}\n", options.samples);
    return 2;
  }
  std::ofstream evtx(options.evtx, std::ios::binary), json(options.json, std::ios::binary);
  evtx << std::string(kFileHeaderSize, '\0');
  const std::uint64_t chunks = std::max<std::uint64_t>(1, options.size_mib * 16);
  std::uint64_t written = 0, lines = 0;
  Renderer renderer({});
  Buffer text;
  while (written < chunks || (!options.json.empty() && lines < options.events)) {
    const std::string& chunk = maker.next();
    if (written < chunks) evtx << chunk;
    ++written;
    if (options.json.empty() || lines >= options.events) continue;
    text.clear();
    UnitReport report;
    Unit unit;
    unit.bytes = as_bytes(chunk);
    unit.offset = kFileHeaderSize;
    renderer.append_json_lines(unit, text, report);
    json << text.view();
    lines += report.records;
  }
  evtx.seekp(0);
  evtx << file_header(std::min(written, chunks), maker.records());
  fmt::print("{} mix, seed {}, {} sample chunks: {} records, {} MiB, {} JSON lines\n", options.mix, options.seed,
             samples.size(), maker.records(), options.size_mib, lines);
  print_mix(maker);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view word = argv[i];
    const std::string value = argv[i + 1];
    if (word == "--samples")
      options.samples = value;
    else if (word == "--mix")
      options.mix = value;
    else if (word == "--evtx")
      options.evtx = value;
    else if (word == "--bare")
      options.bare = value;
    else if (word == "--held-out")
      options.held_out = value;
    else if (word == "--json")
      options.json = value;
    else if (word == "--size")
      options.size_mib = std::strtoull(value.c_str(), nullptr, 10);
    else if (word == "--events")
      options.events = std::strtoull(value.c_str(), nullptr, 10);
    else if (word == "--seed")
      options.seed = std::strtoull(value.c_str(), nullptr, 10);
    else
      options.samples.clear();
  }
  if (options.samples.empty() || argc % 2 == 0 || (options.mix != "attack" && options.mix != "benign")) {
    fmt::print(stderr,
               "usage: yorozu_make_corpus --samples DIR --mix attack|benign --size MIB [--seed N] [--evtx FILE] "
               "[--json FILE --events N]\n");
    return 2;
  }
  return run(options);
}
