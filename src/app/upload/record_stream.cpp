#include "app/upload/record_stream.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/try.h"

namespace yorozu::upload {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} * 1024;
constexpr std::size_t kHead = 5;

}  // namespace

Result<void> RecordWriter::write(ItemKind kind, std::string_view text) {
  text = text.substr(0, kMaxItemBytes);
  const auto size = static_cast<std::uint32_t>(text.size());
  buffer_.push_back(static_cast<char>(kind));
  for (int i = 0; i < 4; ++i) buffer_.push_back(static_cast<char>(size >> (8 * i)));
  buffer_ += text;
  if (buffer_.size() < kBuffer) return {};
  return flush();
}

Result<void> RecordWriter::flush() {
  TRY(write_all(pipe_, buffer_));
  buffer_.clear();
  return {};
}

/// False: the stream ends before that.
Result<bool> RecordReader::fill(std::size_t wanted) {
  if (at_ > 0 && buffer_.size() - at_ < wanted) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  std::array<char, std::size_t{64} * 1024> block;
  while (buffer_.size() - at_ < wanted) {
    const ssize_t got = ::read(pipe_.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::Io, std::string("pipe of a decoder: ") + std::strerror(errno));
    if (got == 0) return false;
    buffer_.append(block.data(), static_cast<std::size_t>(got));
  }
  return true;
}

Result<std::optional<Item>> RecordReader::next() {
  TRY_ASSIGN(const bool has_head, fill(kHead));
  if (!has_head) return std::nullopt;
  Item item;
  const char kind = buffer_[at_];
  if (kind != 'R' && kind != 'D' && kind != 'E' && kind != 'U')
    return fail(ErrorCode::Corrupt, "a decoder wrote what it never should");
  item.kind = static_cast<ItemKind>(kind);
  const auto size = load_le<std::uint32_t>(as_bytes(buffer_).data() + at_ + 1);
  if (size > kMaxItemBytes) return fail(ErrorCode::Corrupt, "a decoder wrote a record that is too long");
  TRY_ASSIGN(const bool has_text, fill(kHead + size));
  if (!has_text) return std::nullopt;
  item.text = buffer_.substr(at_ + kHead, size);
  at_ += kHead + size;
  return item;
}

}  // namespace yorozu::upload
