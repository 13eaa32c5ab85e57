#include "hunt/spill.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "base/buffer.h"
#include "base/file.h"
#include "base/try.h"

namespace yorozu::hunt {

namespace {

// In the file: key (32 bytes), size of the payload (8), payload; machine order, nobody else reads it.
constexpr std::size_t kHeader = sizeof(SpillKey) + sizeof(std::uint64_t);
constexpr std::size_t kWriteBlock = std::size_t{256} * 1024;
constexpr std::size_t kReadMemory = std::size_t{16} << 20;  // of all runs together
constexpr std::size_t kSmallestRead = std::size_t{8} * 1024;
constexpr std::size_t kLargestRead = std::size_t{256} * 1024;
constexpr std::size_t kSmallestShare = std::size_t{1} << 20;

struct Entry {
  SpillKey key;
  std::uint64_t offset;
  std::uint64_t size;
};

struct Run {
  std::uint64_t offset = 0, bytes = 0;
};

Error last_error(const char* what) {
  return {ErrorCode::Io, std::string("temporary file: ") + what + ": " + std::generic_category().message(errno)};
}

Result<Fd> open_unnamed(const std::filesystem::path& folder) {
#ifdef O_TMPFILE
  if (const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); fd >= 0) return Fd(fd);
#endif
  std::string name = (folder / "yorozu-spill-XXXXXX").string();
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return std::unexpected(last_error(folder.c_str()));
  ::unlink(name.c_str());
  return Fd(fd);
}

Result<void> write_at(const Fd& fd, std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::unexpected(last_error("write"));
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

}  // namespace

struct Spill::Writer::Impl {
  Spill::Impl& spill;
  Buffer data;
  std::vector<Entry> entries;

  void sort() { std::ranges::sort(entries, {}, &Entry::key); }
  std::string_view payload(const Entry& entry) const { return data.view().substr(entry.offset, entry.size); }
  void flush();
};

struct Spill::Impl {
  Fd file;
  std::size_t share = kSmallestShare;  // bytes that one writer may hold

  std::mutex mutex;  // guards all below; a writer's own content is its thread's
  std::vector<std::unique_ptr<Writer::Impl>> writers;
  std::vector<Run> runs;
  std::uint64_t file_end = 0;
  std::optional<Error> error;

  /// Room for a run of that size; its place in the file.
  std::uint64_t add_run(std::uint64_t bytes) {
    const std::scoped_lock lock(mutex);
    runs.push_back({file_end, bytes});
    return std::exchange(file_end, file_end + bytes);
  }
  void remember(Error what) {
    const std::scoped_lock lock(mutex);
    if (!error) error = std::move(what);
  }
};

void Spill::Writer::Impl::flush() {
  sort();
  std::uint64_t at = spill.add_run(data.size() + entries.size() * kHeader);
  std::string block;
  const auto write_block = [&] {
    if (const auto written = write_at(spill.file, at, block); !written) spill.remember(written.error());
    at += block.size();
    block.clear();
  };
  for (const Entry& entry : entries) {
    block.append(reinterpret_cast<const char*>(&entry.key), sizeof entry.key);
    block.append(reinterpret_cast<const char*>(&entry.size), sizeof entry.size);
    block.append(payload(entry));
    if (block.size() >= kWriteBlock) write_block();
  }
  write_block();
  data.clear();
  data.shrink(spill.share * 2);
  entries.clear();
}

void Spill::Writer::add(const SpillKey& key, std::string_view payload) {
  Impl& w = *impl_;
  w.entries.push_back({key, w.data.size(), payload.size()});
  if (!payload.empty()) w.data.append(payload);
  if (w.data.size() + w.entries.size() * sizeof(Entry) > w.spill.share) w.flush();
}

Spill::Spill(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Spill::Spill(Spill&&) noexcept = default;
Spill::~Spill() = default;

Result<Spill> Spill::open(const std::filesystem::path& folder, std::size_t memory, unsigned writers) {
  auto impl = std::make_unique<Impl>();
  TRY_ASSIGN(impl->file, open_unnamed(folder));
  impl->share = std::max(kSmallestShare, memory / std::max(1U, writers));
  return Spill(std::move(impl));
}

Spill::Writer Spill::writer() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->writers.push_back(std::unique_ptr<Writer::Impl>(new Writer::Impl{*impl_, {}, {}}));
  return Writer(impl_->writers.back().get());
}

std::uint64_t Spill::bytes_on_disk() const {
  return impl_->file_end;
}

namespace {

/// One sorted run, from memory or from the file.
class Cursor {
 public:
  virtual ~Cursor() = default;
  /// False at the end.
  virtual Result<bool> advance() = 0;
  SpillKey key;
  std::string_view payload;
};

class FileCursor final : public Cursor {
 public:
  FileCursor(const Fd& file, Run run, std::size_t block) : file_(file), run_(run), block_(block) {}

  Result<bool> advance() override {
    if (at_ == filled_ && run_.bytes == 0) return false;
    TRY(need(kHeader));
    std::uint64_t size = 0;
    std::memcpy(&key, buffer_.data() + at_, sizeof key);
    std::memcpy(&size, buffer_.data() + at_ + sizeof key, sizeof size);
    if (size > run_.bytes + (filled_ - at_)) return fail(ErrorCode::Corrupt, "temporary file: damaged entry");
    TRY(need(kHeader + size));
    payload = {reinterpret_cast<const char*>(buffer_.data()) + at_ + kHeader, size};
    at_ += kHeader + size;
    return true;
  }

 private:
  /// At least `n` bytes from at_ on.
  Result<void> need(std::size_t n) {
    if (filled_ - at_ >= n) return {};
    if (filled_ > at_) std::memmove(buffer_.data(), buffer_.data() + at_, filled_ - at_);
    filled_ -= at_;
    at_ = 0;
    if (buffer_.size() < std::max(n, block_)) buffer_.resize(std::max(n, block_));
    const std::size_t wanted = std::min<std::uint64_t>(buffer_.size() - filled_, run_.bytes);
    TRY_ASSIGN(const std::size_t got, read_at(file_, run_.offset, std::span(buffer_).subspan(filled_, wanted)));
    filled_ += got;
    run_.offset += got;
    run_.bytes -= got;
    if (filled_ < n) return fail(ErrorCode::Corrupt, "temporary file: shorter than it was written");
    return {};
  }

  const Fd& file_;
  Run run_;
  std::size_t block_;
  std::vector<std::uint8_t> buffer_;
  std::size_t at_ = 0, filled_ = 0;
};

}  // namespace

struct Spill::Reader::Impl {
  class MemoryCursor final : public Cursor {
   public:
    explicit MemoryCursor(const Writer::Impl& writer) : writer_(writer) {}
    Result<bool> advance() override {
      if (at_ == writer_.entries.size()) return false;
      key = writer_.entries[at_].key;
      payload = writer_.payload(writer_.entries[at_++]);
      return true;
    }

   private:
    const Writer::Impl& writer_;
    std::size_t at_ = 0;
  };

  std::vector<std::unique_ptr<Cursor>> cursors;
  std::vector<Cursor*> heap;  // smallest key on top
  Cursor* given = nullptr;    // its entry was handed out last

  static bool later(const Cursor* a, const Cursor* b) { return b->key < a->key; }
  Result<void> enter(Cursor* cursor) {
    TRY_ASSIGN(const bool more, cursor->advance());
    if (!more) return {};
    heap.push_back(cursor);
    std::ranges::push_heap(heap, later);
    return {};
  }
};

Spill::Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Spill::Reader::Reader(Reader&&) noexcept = default;
Spill::Reader::~Reader() = default;

Result<Spill::Reader> Spill::read() {
  const std::scoped_lock lock(impl_->mutex);
  if (impl_->error) return std::unexpected(*impl_->error);
  auto reader = std::make_unique<Reader::Impl>();
  const std::size_t block =
      std::clamp(kReadMemory / std::max<std::size_t>(impl_->runs.size(), 1), kSmallestRead, kLargestRead);
  for (const Run& run : impl_->runs) reader->cursors.push_back(std::make_unique<FileCursor>(impl_->file, run, block));
  for (const auto& writer : impl_->writers) {
    writer->sort();
    reader->cursors.push_back(std::make_unique<Reader::Impl::MemoryCursor>(*writer));
  }
  for (const auto& cursor : reader->cursors) TRY(reader->enter(cursor.get()));
  return Reader(std::move(reader));
}

Result<bool> Spill::Reader::next(SpillKey& key, std::string_view& payload) {
  if (impl_->given != nullptr) TRY(impl_->enter(std::exchange(impl_->given, nullptr)));
  if (impl_->heap.empty()) return false;
  std::ranges::pop_heap(impl_->heap, Impl::later);
  impl_->given = impl_->heap.back();
  impl_->heap.pop_back();
  key = impl_->given->key;
  payload = impl_->given->payload;
  return true;
}

}  // namespace yorozu::hunt
