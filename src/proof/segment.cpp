#define ZSTD_STATIC_LINKING_ONLY  // ZSTD_d_ignoreChecksum, for the negative control of the tests
#include "proof/segment.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "base/try.h"
#include "proof/crc32.h"
#include "proof/line.h"

namespace yorozu::proof {
namespace {

constexpr std::size_t kFrameHeader = 8;  // of a skippable frame: magic, size
constexpr std::size_t kSeekFooter = 9;   // count, descriptor, magic
constexpr std::size_t kCrcBytes = 4;
constexpr std::size_t kMaxPlainBytes = kBlockBytes + kMaxLineBytes + 1;
constexpr std::size_t kMaxBlocks = std::size_t{1} << 20;

template <class T>
void append_le(T value, Buffer& out) {
  std::memcpy(out.reserve(sizeof value), &value, sizeof value);
  out.advance(sizeof value);
}

Buffer summary_content(const SegmentSummary& summary) {
  Buffer out;
  out.append(kSegmentMagic);
  for (const std::uint64_t n : {summary.range_first, summary.range_last, summary.first_seq, summary.last_seq,
                                summary.lines, summary.plain_bytes})
    append_le(n, out);
  append_le(summary.first_received.us, out);
  append_le(summary.last_received.us, out);
  append_le(summary.group, out);
  append_le(summary.range_groups, out);
  append_le(std::uint16_t{0}, out);
  append_le(static_cast<std::uint32_t>(summary.blocks.size()), out);
  for (const SegmentBlock& block : summary.blocks) {
    append_le(block.first_seq, out);
    append_le(block.packed_bytes, out);
    append_le(block.plain_bytes, out);
    append_le(block.lines, out);
    append_le(block.crc, out);
  }
  append_le(crc32(as_bytes(out.view())), out);
  return out;
}

/// Both skippable frames: what stands behind the blocks.
Buffer end_of_segment(const SegmentSummary& summary) {
  const Buffer content = summary_content(summary);
  Buffer out;
  append_le(kSummaryMagic, out);
  append_le(static_cast<std::uint32_t>(content.size()), out);
  out.append(content.view());
  const std::size_t entries = summary.blocks.size() + 1;
  append_le(kSeekTableMagic, out);
  append_le(static_cast<std::uint32_t>(entries * 8 + kSeekFooter), out);
  for (const SegmentBlock& block : summary.blocks) {
    append_le(block.packed_bytes, out);
    append_le(block.plain_bytes, out);
  }
  append_le(static_cast<std::uint32_t>(kFrameHeader + content.size()), out);
  append_le(std::uint32_t{0}, out);
  append_le(static_cast<std::uint32_t>(entries), out);
  append_le(std::uint8_t{0}, out);
  append_le(kSeekableMagic, out);
  return out;
}

std::size_t end_bytes(std::size_t blocks) {
  return kFrameHeader + kSummaryFixedBytes + blocks * kSummaryBlockBytes + kCrcBytes + kFrameHeader + (blocks + 1) * 8 +
         kSeekFooter;
}

std::optional<SegmentSummary> parse_summary(ByteView content) {
  if (content.size() < kSummaryFixedBytes + kCrcBytes) return std::nullopt;
  ByteReader in(content.first(content.size() - kCrcBytes));
  if (as_text(in.take(kSegmentMagic.size())) != kSegmentMagic ||
      load_le<std::uint32_t>(content.data() + content.size() - kCrcBytes) !=
          crc32(content.first(content.size() - kCrcBytes)))
    return std::nullopt;
  SegmentSummary summary;
  for (std::uint64_t* n : {&summary.range_first, &summary.range_last, &summary.first_seq, &summary.last_seq,
                           &summary.lines, &summary.plain_bytes})
    *n = in.read<std::uint64_t>();
  summary.first_received.us = in.read<std::int64_t>();
  summary.last_received.us = in.read<std::int64_t>();
  summary.group = in.read<std::uint8_t>();
  summary.range_groups = in.read<std::uint8_t>();
  in.skip(2);
  const auto blocks = in.read<std::uint32_t>();
  if (in.remaining() != blocks * kSummaryBlockBytes) return std::nullopt;
  summary.blocks.resize(blocks);
  for (SegmentBlock& block : summary.blocks) {
    block.first_seq = in.read<std::uint64_t>();
    block.packed_bytes = in.read<std::uint32_t>();
    block.plain_bytes = in.read<std::uint32_t>();
    block.lines = in.read<std::uint32_t>();
    block.crc = in.read<std::uint32_t>();
  }
  return summary;
}

Error zstd_error(std::size_t code) {
  return {ErrorCode::Corrupt, std::string("zstd: ") + ZSTD_getErrorName(code)};
}

}  // namespace

struct SegmentWriter::Packer {
  Packer(int level) : context(ZSTD_createCCtx()) {
    YOROZU_ASSERT(context != nullptr, "a context costs no more than memory");
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  }
  ~Packer() { ZSTD_freeCCtx(context); }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;
  ZSTD_CCtx* context;
};

SegmentWriter::SegmentWriter(const SegmentSummary& summary, int zstd_level, Sink sink)
    : packer_(std::make_unique<Packer>(zstd_level)), sink_(std::move(sink)), summary_(summary) {}
SegmentWriter::~SegmentWriter() = default;

Result<void> SegmentWriter::add(std::uint64_t seq, std::string_view line) {
  YOROZU_ASSERT(line.size() <= kMaxLineBytes, "a journal takes no longer line");
  TRY_ASSIGN(const LineStart start, parse_line_start(line));
  if (summary_.lines == 0) {
    summary_.first_seq = seq;
    summary_.first_received = summary_.last_received = start.received;
  }
  if (block_lines_ == 0) block_first_seq_ = seq;
  summary_.first_received = std::min(summary_.first_received, start.received);
  summary_.last_received = std::max(summary_.last_received, start.received);
  summary_.last_seq = seq;
  summary_.plain_bytes += line.size() + 1;
  ++summary_.lines;
  ++block_lines_;
  text_.append(line);
  text_.append('\n');
  if (text_.size() >= kBlockBytes) return close_block();
  return {};
}

Result<void> SegmentWriter::close_block() {
  packed_.clear();
  const std::size_t room = ZSTD_compressBound(text_.size());
  const std::size_t size = ZSTD_compress2(packer_->context, packed_.reserve(room), room, text_.data(), text_.size());
  YOROZU_ASSERT(ZSTD_isError(size) == 0, "there is room for the worst case");
  packed_.advance(size);
  summary_.blocks.push_back({block_first_seq_, static_cast<std::uint32_t>(size),
                             static_cast<std::uint32_t>(text_.size()), block_lines_, crc32(as_bytes(packed_.view()))});
  text_.clear();
  block_lines_ = 0;
  return sink_(as_bytes(packed_.view()));
}

Result<void> SegmentWriter::finish(std::uint8_t range_groups) {
  summary_.range_groups = range_groups;
  if (block_lines_ > 0) TRY(close_block());
  YOROZU_ASSERT(summary_.lines > 0, "an empty segment is never begun");
  const Buffer end = end_of_segment(summary_);
  return sink_(as_bytes(end.view()));
}

std::optional<std::string_view> BlockLines::next() {
  const std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return line;
}

struct BlockReader::Unpacker {
  Unpacker() : context(ZSTD_createDCtx()) { YOROZU_ASSERT(context != nullptr, "a context costs no more than memory"); }
  ~Unpacker() { ZSTD_freeDCtx(context); }
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;
  ZSTD_DCtx* context;
};

BlockReader::BlockReader() : unpacker_(std::make_unique<Unpacker>()) {}
BlockReader::BlockReader(BlockReader&&) noexcept = default;
BlockReader& BlockReader::operator=(BlockReader&&) noexcept = default;
BlockReader::~BlockReader() = default;

SegmentReader::SegmentReader(const ByteSource& source) : source_(&source) {}
SegmentReader::SegmentReader(SegmentReader&&) noexcept = default;
SegmentReader& SegmentReader::operator=(SegmentReader&&) noexcept = default;
SegmentReader::~SegmentReader() = default;

Result<SegmentReader> SegmentReader::open(const ByteSource& source) {
  SegmentReader reader(source);
  TRY_ASSIGN(auto problem, reader.read_summary());
  if (problem) {
    reader.problem_ = *std::move(problem);
    reader.summary_ = {};
    reader.offsets_.clear();
    TRY(reader.walk());
  }
  return reader;
}

/// From the end of the file, as every reader of the seekable format does; a text says why that failed.
Result<std::optional<std::string>> SegmentReader::read_summary() {
  TRY_ASSIGN(const std::uint64_t size, source_->size());
  std::array<std::uint8_t, kSeekFooter> footer{};
  if (size < end_bytes(1)) return "too short for a segment";
  TRY(source_->read_at(size - footer.size(), footer));
  const auto entries = load_le<std::uint32_t>(footer.data());
  if (load_le<std::uint32_t>(footer.data() + 5) != kSeekableMagic || entries < 2 || entries > kMaxBlocks ||
      end_bytes(entries - 1) > size)
    return "no seek table at the end";
  std::vector<std::uint8_t> end(end_bytes(entries - 1));
  TRY_ASSIGN(const std::size_t got, source_->read_at(size - end.size(), end));
  if (got != end.size()) return "cut short";
  const std::size_t content = kSummaryFixedBytes + (entries - 1) * kSummaryBlockBytes + kCrcBytes;
  auto summary = parse_summary(ByteView(end).subspan(kFrameHeader, content));
  if (!summary) return "the summary is damaged";
  const Buffer expected = end_of_segment(*summary);
  if (as_text(end) != expected.view()) return "the seek table is damaged";
  std::uint64_t offset = 0;
  for (const SegmentBlock& block : summary->blocks) {
    offsets_.push_back(offset);
    offset += block.packed_bytes;
  }
  if (offset + end.size() != size) return "the blocks are longer or shorter than the table says";
  summary_ = *std::move(summary);
  return std::nullopt;
}

/// From the beginning, frame by frame; behind a damaged one from the next place that begins a good one.
Result<void> SegmentReader::walk() {
  TRY_ASSIGN(const std::uint64_t size, source_->size());
  std::vector<std::uint8_t> window;
  std::uint64_t at = 0;
  while (at < size) {
    window.resize(std::min<std::uint64_t>(size - at, ZSTD_compressBound(kMaxPlainBytes)));
    TRY_ASSIGN(const std::size_t got, source_->read_at(at, window));
    const ByteView bytes = ByteView(window).first(got);
    if (bytes.size() < 4) break;
    if (load_le<std::uint32_t>(bytes.data()) == kZstdMagic) {
      const std::size_t packed = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
      const auto text = ZSTD_isError(packed) != 0
                            ? Result<std::string_view>(fail(ErrorCode::Corrupt, "no frame"))
                            : blocks_.unpack(bytes.first(packed), kMaxPlainBytes, BlockReader::PlainChecksum::Checked);
      const auto start = text ? parse_line_start(text->substr(0, text->find('\n'))) : fail(ErrorCode::Corrupt, "");
      if (start) {
        const auto lines = static_cast<std::uint32_t>(std::ranges::count(*text, '\n'));
        offsets_.push_back(at);
        summary_.blocks.push_back({start->seq, static_cast<std::uint32_t>(packed),
                                   static_cast<std::uint32_t>(text->size()), lines, crc32(bytes.first(packed))});
        summary_.lines += lines;
        summary_.plain_bytes += text->size();
        const auto last = parse_line_start(text->substr(text->rfind('\n', text->size() - 2) + 1));
        if (summary_.first_seq == 0) summary_.first_seq = start->seq;
        summary_.last_seq = last ? last->seq : start->seq;
        at += packed;
        continue;
      }
    }
    constexpr std::string_view kMagic{"\x28\xB5\x2F\xFD", 4};
    const std::size_t next = as_text(bytes).find(kMagic, 1);
    at += next != std::string_view::npos ? next : bytes.size() == window.size() && at + got < size ? got - 3 : got;
  }
  if (summary_.blocks.empty()) return fail(ErrorCode::Corrupt, problem_ + ", and no block can be read");
  return {};
}

Result<std::string_view> BlockReader::unpack(ByteView packed, std::size_t plain_limit, PlainChecksum checksum) {
  const unsigned long long plain = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (plain == ZSTD_CONTENTSIZE_UNKNOWN || plain == ZSTD_CONTENTSIZE_ERROR || plain > plain_limit)
    return fail(ErrorCode::Corrupt, "a block without a size, or one beyond the limit");
  ZSTD_DCtx_setParameter(
      unpacker_->context, ZSTD_d_forceIgnoreChecksum,
      check_ && checksum == PlainChecksum::Checked ? ZSTD_d_validateChecksum : ZSTD_d_ignoreChecksum);
  text_.clear();
  char* const to = text_.reserve(std::max<std::size_t>(plain, 1));
  const std::size_t got = ZSTD_decompressDCtx(unpacker_->context, to, plain, packed.data(), packed.size());
  if (ZSTD_isError(got) != 0) return std::unexpected(zstd_error(got));
  text_.advance(got);
  if (got != plain || got < 2 || text_.view().back() != '\n')
    return fail(ErrorCode::Corrupt, "a block without whole lines");
  return text_.view();
}

std::size_t SegmentReader::block_of(std::uint64_t seq) const {
  const auto behind = std::ranges::upper_bound(summary_.blocks, seq, {}, &SegmentBlock::first_seq);
  return behind == summary_.blocks.begin() ? 0 : static_cast<std::size_t>(behind - summary_.blocks.begin() - 1);
}

Result<std::string_view> SegmentReader::read_block(std::size_t index) {
  YOROZU_ASSERT(index < summary_.blocks.size(), "the caller counts blocks");
  return blocks_.read(*source_, offsets_[index], summary_.blocks[index]);
}

Result<std::string_view> BlockReader::read(const ByteSource& source, std::uint64_t offset, const SegmentBlock& block) {
  if (block.packed_bytes > ZSTD_compressBound(kMaxPlainBytes) || block.plain_bytes > kMaxPlainBytes)
    return fail(ErrorCode::Corrupt, "a block beyond the limit");
  packed_.resize(block.packed_bytes);
  TRY_ASSIGN(const std::size_t got, source.read_at(offset, packed_));
  if (got != packed_.size()) return fail(ErrorCode::Corrupt, "a block is cut short");
  if (check_ && crc32(packed_) != block.crc) return fail(ErrorCode::Corrupt, "wrong checksum of a block");
  // What is packed is what was written, so zstd need not add up what it unpacks as well: a tenth of the time of a scan.
  TRY_ASSIGN(const std::string_view text, unpack(packed_, kMaxPlainBytes, PlainChecksum::PassedOver));
  if (text.size() != block.plain_bytes) return fail(ErrorCode::Corrupt, "a block of another size than the table says");
  return text;
}

}  // namespace yorozu::proof
