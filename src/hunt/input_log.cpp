#include "hunt/input_log.h"

#include <algorithm>
#include <cstring>

#include "codec/formats/formats.h"
#include "codec/lines.h"
#include "hunt/evidence.h"

namespace yorozu::hunt {
namespace {

constexpr std::size_t kCharsetSample = std::size_t{64} * 1024;
/// A unit's memory beyond this is given back when the next unit is small again.
constexpr std::size_t kKeptStorage = 4 * OpenLog::kWindow;

void make_room(std::vector<std::uint8_t>& storage, std::size_t size) {
  if (storage.size() > kKeptStorage && size <= kKeptStorage) std::vector<std::uint8_t>().swap(storage);
  if (storage.size() < size) storage.resize(size);
}

}  // namespace

Recognised recognise(ByteView head, const InputOptions& options) {
  Recognised what;
  what.decode.verify_checksums = options.verify_checksums;
  what.decode.zone = options.zone;
  what.format = codec::detect_format(head);
  if (what.format == codec::Format::Evtx) {
    what.decode.carve = options.carve;
    return what;
  }
  if (looks_like_evidence(head)) {
    what.format = codec::Format::Evidence;
    return what;
  }
  what.decode.charset = detect_charset(head.first(std::min(head.size(), kCharsetSample)));
  if (what.decode.charset == Charset::Binary) {
    what.is_binary = true;
    if (options.carve) {
      what.format = codec::Format::Evtx;
      what.decode.carve = true;
    }
  }
  if (!what.is_binary) what.header = codec::find_header(what.format, head, what.decode);
  return what;
}

OpenLog::OpenLog(std::unique_ptr<ByteSource> source, const Recognised& what, std::string_view header, Timestamp written)
    : source_(std::move(source)),
      splitter_(codec::make_splitter(what.format, what.decode)),
      format_(what.format),
      charset_(what.decode.charset),
      header_(header),
      written_(written) {}

std::size_t OpenLog::fill(Work& work, std::size_t window) {
  make_room(work.storage, window);
  std::size_t have = std::min(carry_.size(), window);
  if (have > 0) std::memcpy(work.storage.data(), carry_.data(), have);
  if (have == carry_.size() && !at_end_) {
    const std::size_t wanted = window - have;
    const std::size_t got = read_full(*source_, std::span(work.storage).subspan(have, wanted), error_);
    have += got;
    if (got < wanted) at_end_ = true;
  }
  return have;
}

void OpenLog::note_end(Work& work) {
  end_noted_ = true;
  if (!error_) {
    const bool is_archive = error_.error().code == ErrorCode::Corrupt || error_.error().code == ErrorCode::Overloaded;
    work.report.damage({.kind = is_archive ? codec::DamageKind::Archive : codec::DamageKind::Truncated,
                        .offset = offset_,
                        .chunk = {},
                        .record = {},
                        .detail = error_.error().message});
  }
  for (const std::string& damage : source_->damages())
    work.report.damage(
        {.kind = codec::DamageKind::Archive, .offset = offset_, .chunk = {}, .record = {}, .detail = damage});
  if (const std::uint64_t gone = source_->missing(); gone > 0)
    work.report.damage({.kind = codec::DamageKind::Truncated,
                        .offset = offset_,
                        .chunk = {},
                        .record = {},
                        .detail = "the file shrank while it was read; bytes gone: " + std::to_string(gone)});
}

bool OpenLog::next(Work& work) {
  if (end_noted_) return false;
  const std::size_t largest = std::max(splitter_->largest_record(), kWindow);
  std::size_t window = std::min(std::max(kWindow, carry_.size()), largest);
  std::size_t have = 0, cut = 0;
  while (true) {
    have = fill(work, window);
    const bool all = at_end_ && have >= carry_.size();
    if (have == 0) break;
    cut = std::min(splitter_->cut(ByteView(work.storage).first(have), all), have);
    if (all && cut == 0) cut = have;
    if (cut > 0) break;
    // What was read stays for the next, larger window.
    carry_.assign(work.storage.begin(), work.storage.begin() + static_cast<std::ptrdiff_t>(have));
    if (window == largest) {
      work.report.damage({.kind = codec::DamageKind::TooLarge,
                          .offset = offset_,
                          .chunk = {},
                          .record = {},
                          .detail = "a record of more than " + std::to_string(largest) + " bytes was cut"});
      cut = have;
      break;
    }
    window = std::min(window * 2, largest);
  }
  const std::vector<std::uint8_t>& bytes = work.storage;
  carry_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(cut), bytes.begin() + static_cast<std::ptrdiff_t>(have));
  const bool last = at_end_ && cut == have;
  work.header = cut > 0 ? splitter_->header() : std::string_view();
  work.unit = {.bytes = ByteView(bytes).first(cut),
               .offset = offset_,
               .first_line = line_,
               .at_end = last,
               .charset = charset_,
               .header = work.header.empty() ? header_ : std::string_view(work.header),
               .written = written_};
  offset_ += cut;
  if (format_ != codec::Format::Evtx) line_ += codec::count_line_feeds(work.unit.bytes, charset_);
  if (last) note_end(work);
  return cut > 0 || !work.report.damages.empty();
}

}  // namespace yorozu::hunt
