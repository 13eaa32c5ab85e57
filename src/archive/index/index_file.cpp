#include "archive/index/index_file.h"

#include <algorithm>
#include <string>

#include "base/try.h"

namespace yorozu::archive::index {

namespace {

constexpr std::size_t kFilterBytes = 24, kBlockEntryBytes = 64, kCountBytes = 13;
constexpr std::uint32_t kSaysNothing = UINT32_MAX;  ///< in place of a segment length
/// Index files are made from segments of at most some hundred MiB; a size beyond is no size.
constexpr std::uint64_t kMaxTableBytes = std::uint64_t{1} << 30;

class TableWriter {
 public:
  template <class T>
  void put(T value) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }
  void put(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void put(Timestamp time) { put(time.us); }
  void put(const FilterPlace& filter) {
    put(filter.offset);
    put(filter.shape.seed);
    put(filter.shape.slots);
    put(filter.kind == FilterPlace::Kind::SaysNothing ? kSaysNothing : filter.shape.segment_length);
  }
  void put(const SegmentEntry& entry) {
    put(entry.name.first_seq);
    put(static_cast<std::uint32_t>(entry.name.group));
    put(static_cast<std::uint32_t>(entry.blocks.size()));
    put(static_cast<std::uint32_t>(entry.counts.size()));
    put(std::uint32_t{0});
    put(entry.segment_bytes);
    put(ByteView(entry.segment_hash));
    for (const std::uint64_t number : {entry.last_seq, entry.lines, entry.events}) put(number);
    for (const Timestamp time : {entry.first_time, entry.last_time, entry.first_received, entry.last_received})
      put(time);
    put(entry.first_row);
    put(entry.rows);
    put(entry.filter);
    for (const BlockEntry& block : entry.blocks) {
      put(block.first_seq);
      put(block.last_seq);
      put(block.lines);
      put(block.events);
      put(block.first_time);
      put(block.last_time);
      put(block.filter);
    }
    for (const MinuteCount& count : entry.counts) {
      put(count.minute);
      put(static_cast<std::uint8_t>(count.source_class));
      put(count.events);
    }
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// The table is what its checksum says, so a mistake in it is one of the writer, or a forgery: refused all the same.
class TableReader {
 public:
  TableReader(ByteView bytes, std::uint64_t data_bytes) : in_(bytes), data_bytes_(data_bytes) {}

  bool ok() const { return ok_ && in_.ok(); }
  bool at_end() const { return in_.remaining() == 0; }

  std::uint64_t number() { return in_.read<std::uint64_t>(); }

  SegmentEntry segment() {
    SegmentEntry entry;
    entry.name.first_seq = number();
    const auto group = in_.read<std::uint32_t>();
    ok_ = ok_ && group < event::kRetentionGroups;
    entry.name.group = static_cast<event::RetentionGroup>(group);
    const auto blocks = in_.read<std::uint32_t>(), counts = in_.read<std::uint32_t>();
    in_.skip(4);
    entry.segment_bytes = number();
    const ByteView hash = in_.take(entry.segment_hash.size());
    if (hash.size() == entry.segment_hash.size()) std::ranges::copy(hash, entry.segment_hash.begin());
    for (std::uint64_t* to : {&entry.last_seq, &entry.lines, &entry.events}) *to = number();
    for (Timestamp* to : {&entry.first_time, &entry.last_time, &entry.first_received, &entry.last_received})
      to->us = in_.read<std::int64_t>();
    entry.first_row = number();
    entry.rows = number();
    entry.filter = filter();
    if (!has_room(blocks, kBlockEntryBytes)) return entry;
    entry.blocks.reserve(blocks);
    for (std::uint32_t i = 0; i < blocks; ++i) entry.blocks.push_back(block());
    if (!has_room(counts, kCountBytes)) return entry;
    entry.counts.reserve(counts);
    for (std::uint32_t i = 0; i < counts; ++i) entry.counts.push_back(count());
    return entry;
  }

 private:
  bool has_room(std::uint64_t count, std::uint64_t each) {
    ok_ = ok_ && count <= in_.remaining() / each;
    return ok_;
  }
  FilterPlace filter() {
    FilterPlace out;
    out.offset = number();
    out.shape.seed = number();
    out.shape.slots = in_.read<std::uint32_t>();
    out.shape.segment_length = in_.read<std::uint32_t>();
    if (out.shape.segment_length == kSaysNothing) return {};
    out.kind = FilterPlace::Kind::Filter;
    ok_ = ok_ && out.shape.is_valid() && out.offset <= data_bytes_ && out.shape.slots <= data_bytes_ - out.offset;
    return out;
  }
  BlockEntry block() {
    BlockEntry out;
    out.first_seq = number();
    out.last_seq = number();
    out.lines = in_.read<std::uint32_t>();
    out.events = in_.read<std::uint32_t>();
    out.first_time.us = in_.read<std::int64_t>();
    out.last_time.us = in_.read<std::int64_t>();
    out.filter = filter();
    return out;
  }
  MinuteCount count() {
    MinuteCount out;
    out.minute = in_.read<std::int64_t>();
    const auto source_class = in_.read<std::uint8_t>();
    ok_ = ok_ && source_class < event::kSourceClasses;
    out.source_class = static_cast<event::SourceClass>(source_class);
    out.events = in_.read<std::uint32_t>();
    return out;
  }

  ByteReader in_;
  std::uint64_t data_bytes_;
  bool ok_ = true;
};

std::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::Corrupt, std::string(what));
}

Result<std::vector<std::uint8_t>> read_exactly(const proof::ByteSource& source, std::uint64_t offset,
                                               std::size_t bytes) {
  std::vector<std::uint8_t> out(bytes);
  TRY_ASSIGN(const std::size_t got, source.read_at(offset, out));
  if (got != bytes) return damaged("it ends early");
  return out;
}

std::uint64_t pages_of(std::uint64_t bytes) {
  return (bytes + kPageBytes - 1) / kPageBytes;
}

}  // namespace

Result<IndexFile> IndexFile::open(Disk& disk, const std::filesystem::path& path) {
  TRY_ASSIGN(std::unique_ptr<DiskFile> file, disk.open(path));
  return open(std::move(file));
}

Result<IndexFile> IndexFile::open(std::unique_ptr<const proof::ByteSource> source) {
  TRY_ASSIGN(const std::uint64_t size, source->size());
  if (size < kIndexMagic.size() + kTrailerBytes) return damaged("it is too short");
  TRY_ASSIGN(const auto trailer_bytes, read_exactly(*source, size - kTrailerBytes, kTrailerBytes));
  ByteReader trailer(trailer_bytes);
  const std::string_view magic = as_text(trailer.take(kTrailerMagic.size()));
  const auto version = trailer.read<std::uint32_t>(), segments = trailer.read<std::uint32_t>();
  const auto data_bytes = trailer.read<std::uint64_t>(), table_bytes = trailer.read<std::uint64_t>();
  const auto table_hash = trailer.read<std::uint64_t>();
  const auto columns_bytes = trailer.read<std::uint64_t>(), columns_hash = trailer.read<std::uint64_t>();
  const std::size_t covered = trailer.position();
  if (magic != kTrailerMagic || trailer.read<std::uint64_t>() != hash64(ByteView(trailer_bytes).first(covered)))
    return damaged("its trailer is damaged");
  if (version != kIndexVersion)
    return fail(ErrorCode::Unsupported, "it was made by version " + std::to_string(version) + " of the indexer");
  if (table_bytes > kMaxTableBytes || data_bytes > size || table_bytes > size || segments > table_bytes ||
      data_bytes + table_bytes + kTrailerBytes != size)
    return damaged("its sizes do not fit");
  TRY_ASSIGN(const auto table_bytes_read, read_exactly(*source, data_bytes, table_bytes));
  if (hash64(ByteView(table_bytes_read)) != table_hash) return damaged("its tables are damaged");

  IndexFile file;
  TableReader table(table_bytes_read, data_bytes);
  for (std::uint32_t i = 0; i < segments && table.ok(); ++i) file.segments_.push_back(table.segment());
  file.page_sums_.reserve(pages_of(data_bytes));
  for (std::uint64_t i = pages_of(data_bytes); i > 0 && table.ok(); --i) file.page_sums_.push_back(table.number());
  if (!table.ok() || !table.at_end()) return damaged("its tables do not fit");
  file.source_ = std::move(source);
  file.data_bytes_ = data_bytes;
  file.columns_ = {columns_bytes, columns_hash};
  return file;
}

Result<void> IndexFile::read_page(std::uint64_t page, std::span<std::uint8_t> to) const {
  TRY_ASSIGN(const std::size_t got, source_->read_at(page * kPageBytes, to));
  if (got != to.size() || hash64(ByteView(to)) != page_sums_[page]) return damaged("page " + std::to_string(page));
  return {};
}

Result<void> IndexFile::read_data(std::uint64_t offset, std::span<std::uint8_t> to) const {
  std::array<std::uint8_t, kPageBytes> buffer;
  while (!to.empty()) {
    const std::uint64_t page = offset / kPageBytes, inside = offset % kPageBytes;
    const std::uint64_t page_end = std::min(data_bytes_, (page + 1) * kPageBytes);
    if (offset >= page_end) return damaged("a place behind its end");
    const std::span<std::uint8_t> whole(buffer.data(), page_end - page * kPageBytes);
    TRY(read_page(page, whole));
    const std::size_t n = std::min<std::uint64_t>(to.size(), page_end - offset);
    std::ranges::copy(whole.subspan(inside, n), to.begin());
    to = to.subspan(n);
    offset += n;
  }
  return {};
}

Result<bool> IndexFile::may_contain(const FilterPlace& filter, std::span<const Token> tokens) const {
  if (filter.kind == FilterPlace::Kind::SaysNothing) return true;
  if (filter.shape.slots == 0) return tokens.empty();
  std::array<std::uint8_t, kPageBytes> buffer;
  std::uint64_t in_buffer = UINT64_MAX;  // which page
  for (const Token token : tokens) {
    std::uint8_t print = filter.shape.fingerprint(token);
    for (const std::uint32_t position : filter.shape.positions(token)) {
      const std::uint64_t at = filter.offset + position, page = at / kPageBytes;
      if (page != in_buffer) {
        const std::uint64_t page_end = std::min(data_bytes_, (page + 1) * kPageBytes);
        TRY(read_page(page, {buffer.data(), page_end - page * kPageBytes}));
        in_buffer = page;
      }
      print = static_cast<std::uint8_t>(print ^ buffer[at % kPageBytes]);
    }
    if (print != 0) return false;
  }
  return true;
}

Result<void> IndexFile::verify() const {
  std::array<std::uint8_t, kPageBytes> buffer;
  for (std::uint64_t page = 0; page < page_sums_.size(); ++page) {
    const std::uint64_t page_end = std::min(data_bytes_, (page + 1) * kPageBytes);
    TRY(read_page(page, {buffer.data(), page_end - page * kPageBytes}));
  }
  return {};
}

// --- writing

Result<void> IndexFileWriter::write(ByteView bytes) {
  if (size_ == 0) {
    const ByteView magic = as_bytes(kIndexMagic);
    pending_.assign(magic.begin(), magic.end());
    size_ = magic.size();
  }
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  size_ += bytes.size();
  return flush_pages(kPageBytes);
}

/// Writes whole pages until fewer than `keep` bytes are left.
Result<void> IndexFileWriter::flush_pages(std::size_t keep) {
  std::size_t at = 0;
  for (; pending_.size() - at >= std::max<std::size_t>(keep, 1); at += std::min(kPageBytes, pending_.size() - at)) {
    const ByteView page = ByteView(pending_).subspan(at, std::min(kPageBytes, pending_.size() - at));
    page_sums_.push_back(hash64(page));
  }
  if (at == 0) return {};
  at = std::min(at, pending_.size());
  TRY(file_.append(ByteView(pending_).first(at)));
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at));
  return {};
}

Result<FilterPlace> IndexFileWriter::add_filter(const FuseFilter& filter) {
  if (size_ == 0) TRY(write({}));
  FilterPlace place{FilterPlace::Kind::Filter, size_, filter.shape};
  TRY(write(filter.bytes));
  return place;
}

Result<void> IndexFileWriter::add_merged(const IndexFile& from, const SegmentEntry& entry, std::uint64_t first_row) {
  SegmentEntry moved = entry;
  moved.first_row = first_row;
  std::vector<std::uint8_t> bytes;
  const auto move = [&](FilterPlace& filter) -> Result<void> {
    if (filter.kind == FilterPlace::Kind::SaysNothing) return {};
    bytes.resize(filter.shape.slots);
    TRY(from.read_data(filter.offset, bytes));
    if (size_ == 0) TRY(write({}));
    filter.offset = size_;
    return write(bytes);
  };
  TRY(move(moved.filter));
  for (BlockEntry& block : moved.blocks) TRY(move(block.filter));
  segments_.push_back(std::move(moved));
  return {};
}

Result<void> IndexFileWriter::finish(const ColumnsStamp& columns) {
  if (size_ == 0) TRY(write({}));
  TRY(flush_pages(1));
  TableWriter table;
  for (const SegmentEntry& segment : segments_) table.put(segment);
  for (const std::uint64_t sum : page_sums_) table.put(sum);
  TableWriter trailer;
  trailer.put(as_bytes(kTrailerMagic));
  trailer.put(kIndexVersion);
  trailer.put(static_cast<std::uint32_t>(segments_.size()));
  trailer.put(size_);
  trailer.put(static_cast<std::uint64_t>(table.bytes().size()));
  trailer.put(hash64(ByteView(table.bytes())));
  trailer.put(columns.bytes);
  trailer.put(columns.hash);
  trailer.put(hash64(ByteView(trailer.bytes())));
  TRY(file_.append(table.bytes()));
  return file_.append(trailer.bytes());
}

}  // namespace yorozu::archive::index
