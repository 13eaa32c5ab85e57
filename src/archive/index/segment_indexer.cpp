#include "archive/index/segment_indexer.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "archive/events/line_decoder.h"
#include "archive/index/columns.h"
#include "archive/index/index_file.h"
#include "archive/index/token_set.h"
#include "base/text.h"
#include "base/try.h"
#include "proof/segment.h"

namespace yorozu::archive::index {

namespace {

constexpr std::int64_t kMinuteUs = std::int64_t{60} * 1000000;

struct Span {
  Timestamp first, last;
  void add(Timestamp time) {
    if (!time.known()) return;
    if (!first.known() || time < first) first = time;
    if (!last.known() || time > last) last = time;
  }
};

std::int64_t minute_of(Timestamp time) {
  const std::int64_t down = time.us % kMinuteUs < 0 ? 1 : 0;
  return time.us / kMinuteUs - down;
}

/// "000000052341-network"
std::filesystem::path stem_of(const SegmentName& name) {
  return std::filesystem::path(to_string(name)).stem().stem();
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, detail::is_ascii);
}

Result<Sha256> hash_of(const proof::ByteSource& source, std::uint64_t size) {
  Sha256Stream hash;
  std::vector<std::uint8_t> buffer(std::size_t{1} << 20);
  for (std::uint64_t at = 0; at < size;) {
    TRY_ASSIGN(const std::size_t got, source.read_at(at, buffer));
    if (got == 0) return fail(ErrorCode::Io, "it became shorter while it was read");
    hash.update(ByteView(buffer).first(got));
    at += got;
  }
  return hash.finish();
}

/// Tokens of all that a search may look at in an event: its text, its values, and the facts that are made of neither.
class EventTokens {
 public:
  explicit EventTokens(const event::NameTable& names) : names_(names) {}

  void collect(const event::Event& event, const event::EventBatch& batch, std::string_view text, TokenSet& to) {
    add(text, to);
    for (const event::Value& value : batch.values_of(event)) {
      if (value.is_null() || stands_in(text, value)) continue;
      value_.clear();
      event::append_text(value, value_);
      add(value_.view(), to);
    }
    add(names_.text(event.channel), to);
    if (event.event_id != event::kNoEventId) add(std::to_string(event.event_id), to);
    if (event.record_id != event::kNoRecordId) add(std::to_string(event.record_id), to);
  }

 private:
  static void add(std::string_view text, TokenSet& to) {
    for_each_token(normal_form(text), [&](Token token) { to.insert(token); });
  }

  /// Most values are pieces of the text as they stand there; their tokens have been taken then, unless a run goes on
  /// where the value ends.
  static bool stands_in(std::string_view text, const event::Value& value) {
    using event::ValueType;
    if (value.is_array || (value.type != ValueType::Utf8 && value.type != ValueType::JsonNumber)) return false;
    const std::string_view piece = as_text(value.bytes());
    const char* const end = text.data() + text.size();
    if (piece.empty() || std::less<>()(piece.data(), text.data()) || !std::less<>()(piece.data(), end)) return false;
    if (piece.size() > static_cast<std::size_t>(end - piece.data()) || !is_plain(piece)) return false;
    const auto is_border = [](char c) { return detail::is_ascii(c) && !detail::is_alphanumeric(c); };
    const char* const behind = piece.data() + piece.size();
    return (piece.data() == text.data() || is_border(piece.data()[-1])) && (behind == end || is_border(*behind));
  }

  const event::NameTable& names_;
  Buffer value_;
};

}  // namespace

std::filesystem::path index_folder_of(const std::filesystem::path& index, const SegmentFile& segment) {
  return index / std::filesystem::path(segment.path).parent_path().lexically_relative(kSegmentFolder);
}

/// What decodes and gathers. Thrown away when its tables of names and shapes are filling up: they are bounded, and what
/// does not fit any more would be missing in columns.
struct SegmentIndexer::Worker {
  Worker() : decoder(schema, event::LogsourceMap::builtin()), event_tokens(schema.names) {}

  bool is_worn_out() const {
    return schema.names.size() > event::NameTable::kMaxNames / 2 ||
           schema.shapes.size() > event::ShapeTable::kMaxShapes / 2;
  }

  event::Schema schema;
  LineDecoder decoder;
  EventTokens event_tokens;
  std::optional<ColumnsWriter> columns;
  event::EventBatch batch;
  std::vector<Origin> origins;
  TokenSet block_tokens{kMaxFilterTokens}, segment_tokens{kMaxFilterTokens};
  std::map<std::pair<std::int64_t, event::SourceClass>, std::uint32_t> counts;
  Span times, received;

  Result<FilterPlace> add_filter(const TokenSet& tokens, IndexFileWriter& out) {
    if (tokens.is_full()) return FilterPlace{};
    return out.add_filter(build_fuse_filter(tokens.tokens()));
  }

  void start_segment() {
    segment_tokens.clear();
    counts.clear();
    times = received = {};
  }

  /// Decodes a block to `batch` and `origins`.
  void decode(std::string_view text, BlockEntry& block) {
    batch.clear();
    origins.clear();
    proof::BlockLines lines(text);
    while (const auto line = lines.next()) {
      const auto start = proof::parse_line_start(*line);
      if (!start || !decoder.decode(*line, batch, origins)) continue;  // the search passes over it in the same way
      if (block.lines++ == 0) block.first_seq = start->seq;
      block.last_seq = start->seq;
      received.add(start->received);
    }
    decoder.end_run(batch, origins);
    block.events = static_cast<std::uint32_t>(origins.size());
  }

  Result<void> add_block(std::string_view text, BlockEntry& block, IndexFileWriter& out) {
    decode(text, block);
    block_tokens.clear();
    Span block_times;
    for (std::size_t i = 0; i < origins.size(); ++i) {
      const event::Event& event = batch.events[i];
      const Origin& origin = origins[i];
      event_tokens.collect(event, batch, origin.text, block_tokens);
      block_times.add(event.time);
      ++counts[{minute_of(event.time), event.source_class}];
      const query::EventContext context{.seq = origin.seq,
                                        .received = origin.received,
                                        .input = origin.input,
                                        .peer = origin.peer,
                                        .logsources = &event::LogsourceMap::builtin()};
      TRY(columns->add({event, batch, context}));
    }
    block.first_time = block_times.first;
    block.last_time = block_times.last;
    times.add(block_times.first);
    times.add(block_times.last);
    for (const Token token : block_tokens.tokens()) segment_tokens.insert(token);
    TRY_ASSIGN(block.filter, add_filter(block_tokens, out));
    return {};
  }
};

SegmentIndexer::SegmentIndexer(Disk& disk, std::filesystem::path archive, std::filesystem::path index)
    : disk_(disk), archive_(std::move(archive)), index_(std::move(index)) {}
SegmentIndexer::~SegmentIndexer() = default;

Result<SegmentEntry> SegmentIndexer::build(const SegmentFile& segment, const std::function<bool()>& stop) {
  if (worker_ && worker_->is_worn_out()) worker_.reset();
  if (!worker_) worker_ = std::make_unique<Worker>();
  Worker& worker = *worker_;
  if (!worker.columns) {
    TRY_ASSIGN(ColumnsWriter columns, ColumnsWriter::make(index_, worker.schema));
    worker.columns.emplace(std::move(columns));
  }

  TRY_ASSIGN(const std::unique_ptr<DiskFile> file, disk_.open(archive_ / segment.path));
  SegmentEntry entry;
  entry.name = segment.name;
  TRY_ASSIGN(entry.segment_bytes, file->size());
  TRY_ASSIGN(entry.segment_hash, hash_of(*file, entry.segment_bytes));
  TRY_ASSIGN(proof::SegmentReader reader, proof::SegmentReader::open(*file));

  const std::filesystem::path folder = index_folder_of(index_, segment), stem = folder / stem_of(segment.name);
  const auto with = [&stem](std::string_view suffix) { return std::filesystem::path(stem).concat(suffix); };
  const std::filesystem::path index_path = with(kIndexSuffix), columns_path = with(kColumnsSuffix);
  const std::filesystem::path new_index = with(".index.tmp"), new_columns = with(".parquet.tmp");
  TRY(disk_.make_folders(folder));
  for (const auto& old : {index_path, columns_path, new_index, new_columns})
    if (const auto removed = disk_.remove(old); !removed && removed.error().code != ErrorCode::NotFound)
      return std::unexpected(removed.error());

  TRY_ASSIGN(const std::unique_ptr<DiskFile> out_file, disk_.create(new_index));
  IndexFileWriter out(*out_file);
  worker.start_segment();
  TRY(worker.columns->begin());
  bool is_whole = true;
  for (std::size_t i = 0; i < reader.summary().blocks.size(); ++i) {
    if (stop()) return fail(ErrorCode::Cancelled, "stopped");
    BlockEntry& block = entry.blocks.emplace_back();
    const auto text = reader.read_block(i);
    if (text) {
      TRY(worker.add_block(*text, block, out));
    } else {
      if (text.error().code != ErrorCode::Corrupt) return std::unexpected(text.error());
      block.first_seq = block.last_seq = reader.summary().blocks[i].first_seq;
      is_whole = false;  // damage may heal (another medium): until then nothing is said about these lines
    }
    entry.lines += block.lines;
    entry.events += block.events;
    entry.last_seq = std::max(entry.last_seq, block.last_seq);
  }
  if (is_whole) {
    TRY_ASSIGN(entry.filter, worker.add_filter(worker.segment_tokens, out));
  }
  entry.first_time = worker.times.first;
  entry.last_time = worker.times.last;
  entry.first_received = worker.received.first;
  entry.last_received = worker.received.last;
  entry.rows = entry.events;
  for (const auto& [key, events] : worker.counts) entry.counts.push_back({key.first, key.second, events});

  TRY(worker.columns->write(new_columns));
  TRY_ASSIGN(const ColumnsStamp stamp, stamp_of(disk_, new_columns));
  out.add_segment(entry);
  TRY(out.finish(stamp));
  TRY(out_file->sync());
  TRY_ASSIGN(const std::unique_ptr<DiskFile> columns_file, disk_.open_for_appending(new_columns));
  TRY(columns_file->sync());
  TRY(disk_.rename(new_columns, columns_path));
  TRY(disk_.rename(new_index, index_path));
  TRY(disk_.sync_folder(folder));
  return entry;
}

}  // namespace yorozu::archive::index
