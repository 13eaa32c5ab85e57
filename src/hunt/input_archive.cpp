#include "hunt/input_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace yorozu::hunt {
namespace {

constexpr std::size_t kBlock = std::size_t{64} * 1024;

bool has_tar_header(ByteView head) {
  if (head.size() < 512) return false;
  if (as_text(head.subspan(257, 5)) == "ustar") return true;
  if (head[0] == 0) return false;
  // Before POSIX: the sum of the header bytes, the checksum field itself counted as blanks, in octal at 148.
  unsigned sum = 0, stated = 0;
  for (std::size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? ' ' : head[i];
  std::size_t at = 148;
  while (at < 156 && head[at] == ' ') ++at;
  bool digits = false;
  for (; at < 156 && head[at] >= '0' && head[at] <= '7'; ++at, digits = true) stated = stated * 8 + (head[at] - '0');
  return digits && sum == stated;
}

/// libarchive converts names by the locale of the thread, which in our program is "C": non-ASCII names would be lost.
class Utf8Names {
 public:
  Utf8Names() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = ::uselocale(locale_);
  }
  ~Utf8Names() {
    if (locale_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

struct CloseArchive {
  void operator()(struct archive* archive) const { archive_read_free(archive); }
};

class LibArchive final : public Archive {
 public:
  LibArchive(FileSource& file, std::vector<std::uint8_t> head, const ArchiveLimits& limits)
      : file_(file), head_(std::move(head)), limits_(limits), block_(kBlock), archive_(archive_read_new()) {}

  Result<void> start();
  Result<std::optional<Member>> next() override;
  Result<std::size_t> read(std::span<std::uint8_t> to) override;

 private:
  static la_ssize_t read_callback(struct archive*, void* self, const void** buffer);
  static la_int64_t seek_callback(struct archive*, void* self, la_int64_t offset, int whence);

  std::unexpected<Error> broken(std::string_view what);
  Result<void> count(std::size_t unpacked);
  Result<void> next_block();

  FileSource& file_;
  std::vector<std::uint8_t> head_;
  bool head_given_ = false;
  ArchiveLimits limits_;
  std::vector<std::uint8_t> block_;
  std::unique_ptr<struct archive, CloseArchive> archive_;
  ByteView unpacked_block_;  ///< libarchive's memory, until the next call
  std::uint64_t member_offset_ = 0;
  std::uint64_t hole_ = 0;
  bool member_done_ = false;
  std::uint64_t unpacked_ = 0;
  std::uint64_t members_ = 0;
  std::optional<Error> ended_;  ///< of the ceiling, or of a broken archive
};

la_ssize_t LibArchive::read_callback(struct archive* archive, void* self, const void** buffer) {
  auto& me = *static_cast<LibArchive*>(self);
  if (!me.head_given_) {
    me.head_given_ = true;
    if (!me.head_.empty()) {
      *buffer = me.head_.data();
      return static_cast<la_ssize_t>(me.head_.size());
    }
  }
  const auto n = me.file_.read(me.block_);
  if (!n) {
    archive_set_error(archive, -1, "%s", n.error().message.c_str());
    return ARCHIVE_FATAL;
  }
  *buffer = me.block_.data();
  return static_cast<la_ssize_t>(*n);
}

la_int64_t LibArchive::seek_callback(struct archive*, void* self, la_int64_t offset, int whence) {
  auto& me = *static_cast<LibArchive*>(self);
  const auto size = static_cast<la_int64_t>(me.file_.size());
  const la_int64_t now = me.head_given_ ? static_cast<la_int64_t>(me.file_.position()) : 0;
  la_int64_t base = 0;
  if (whence == SEEK_CUR) base = now;
  if (whence == SEEK_END) base = size;
  const la_int64_t target = std::clamp<la_int64_t>(base + std::clamp<la_int64_t>(offset, -size, size), 0, size);
  me.head_given_ = true;  // from now on everything comes from the file
  me.file_.seek(static_cast<std::uint64_t>(target));
  return target;
}

std::unexpected<Error> LibArchive::broken(std::string_view what) {
  const char* reason = archive_error_string(archive_.get());
  std::string message(what);
  if (reason != nullptr) message.append(": ").append(repair_utf8(reason));
  ended_ = Error{ErrorCode::Corrupt, std::move(message)};
  return std::unexpected(*ended_);
}

Result<void> LibArchive::start() {
  const Utf8Names names;
  struct archive* a = archive_.get();
  archive_read_support_filter_gzip(a);
  archive_read_support_filter_zstd(a);
  archive_read_support_filter_xz(a);
  archive_read_support_filter_bzip2(a);
  archive_read_support_filter_lz4(a);
  archive_read_support_format_tar(a);
  archive_read_support_format_zip(a);
  archive_read_support_format_7zip(a);
  archive_read_support_format_raw(a);  // a single compressed file
  if (file_.can_seek()) archive_read_set_seek_callback(a, seek_callback);
  archive_read_set_read_callback(a, read_callback);
  archive_read_set_callback_data(a, this);
  if (archive_read_open1(a) < ARCHIVE_WARN) return broken("the archive cannot be opened");
  return {};
}

Result<std::optional<Archive::Member>> LibArchive::next() {
  const Utf8Names names;
  while (true) {
    if (ended_) return std::unexpected(*ended_);
    struct archive_entry* entry = nullptr;
    const int status = archive_read_next_header(archive_.get(), &entry);
    if (status == ARCHIVE_EOF) return std::nullopt;
    if (status < ARCHIVE_WARN) return broken("the archive is damaged");
    if (++members_ > limits_.max_members) {
      ended_ = Error{ErrorCode::Overloaded, "more than " + std::to_string(limits_.max_members) + " members"};
      continue;
    }
    unpacked_block_ = {};
    member_offset_ = hole_ = 0;
    member_done_ = false;
    const bool is_stream = archive_format(archive_.get()) == ARCHIVE_FORMAT_RAW;
    if (!is_stream && archive_entry_filetype(entry) != AE_IFREG) continue;
    Member member;
    if (!is_stream) {
      const char* name = archive_entry_pathname_utf8(entry);
      if (name == nullptr) name = archive_entry_pathname(entry);
      member.name = name == nullptr ? "member " + std::to_string(members_)
                                    : decode_text(as_bytes(name), detect_charset(as_bytes(name)));
      if (member.name.size() > 1024) member.name.resize(1024);
    }
    member.is_encrypted = archive_entry_is_encrypted(entry) != 0;
    if (archive_entry_mtime_is_set(entry) != 0)
      member.written = {std::clamp<std::int64_t>(archive_entry_mtime(entry), -62135596800, 253402300799) * 1'000'000};
    return member;
  }
}

Result<void> LibArchive::count(std::size_t unpacked) {
  unpacked_ += unpacked;
  if (unpacked_ > limits_.max_unpacked_bytes) {
    ended_ =
        Error{ErrorCode::Overloaded, "unpacks to more than " + std::to_string(limits_.max_unpacked_bytes) + " bytes"};
  } else if (unpacked_ > limits_.ratio_counts_from) {
    const std::uint64_t packed = std::max<std::uint64_t>(file_.total_read(), 1);
    if (unpacked_ / packed > limits_.max_ratio)
      ended_ =
          Error{ErrorCode::Overloaded, "unpacks to more than " + std::to_string(limits_.max_ratio) + " times its size"};
  }
  if (ended_) return std::unexpected(*ended_);
  return {};
}

/// Block by block: archive_read_data would throw away what it had unpacked before an error.
Result<void> LibArchive::next_block() {
  const void* block = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  int status = 0;
  do {
    status = archive_read_data_block(archive_.get(), &block, &size, &offset);
  } while (status == ARCHIVE_RETRY);
  if (status == ARCHIVE_EOF) {
    member_done_ = true;
    return {};
  }
  if (status < ARCHIVE_WARN) {
    const char* reason = archive_error_string(archive_.get());
    std::string message = "cannot be unpacked";
    if (reason != nullptr) message.append(": ").append(repair_utf8(reason));
    Error error{ErrorCode::Corrupt, std::move(message)};
    if (status == ARCHIVE_FATAL) ended_ = error;
    return std::unexpected(std::move(error));
  }
  unpacked_block_ = {static_cast<const std::uint8_t*>(block), size};
  if (offset > static_cast<la_int64_t>(member_offset_)) hole_ = static_cast<std::uint64_t>(offset) - member_offset_;
  return {};
}

Result<std::size_t> LibArchive::read(std::span<std::uint8_t> to) {
  if (ended_) return std::unexpected(*ended_);
  while (unpacked_block_.empty() && hole_ == 0 && !member_done_)
    if (auto found = next_block(); !found) return std::unexpected(found.error());
  std::size_t n = 0;
  if (hole_ > 0) {  // of a sparse file
    n = std::min<std::uint64_t>(to.size(), hole_);
    std::memset(to.data(), 0, n);
    hole_ -= n;
  } else if (!unpacked_block_.empty()) {
    n = std::min(to.size(), unpacked_block_.size());
    std::memcpy(to.data(), unpacked_block_.data(), n);
    unpacked_block_ = unpacked_block_.subspan(n);
  }
  member_offset_ += n;
  if (auto counted = count(n); !counted) return std::unexpected(counted.error());
  return n;
}

}  // namespace

bool looks_like_archive(ByteView head) {
  using namespace std::string_view_literals;
  static constexpr std::array kMagic = {"\x1f\x8b"sv,
                                        "\x28\xb5\x2f\xfd"sv,
                                        "\xfd"
                                        "7zXZ\x00"sv,
                                        "PK\x03\x04"sv,
                                        "PK\x05\x06"sv,
                                        "7z\xbc\xaf\x27\x1c"sv,
                                        "\x04\x22\x4d\x18"sv};
  const std::string_view text = as_text(head);
  if (std::ranges::any_of(kMagic, [text](std::string_view magic) { return text.starts_with(magic); })) return true;
  if (text.size() >= 10 && text.starts_with("BZh") && text[3] >= '1' && text[3] <= '9' &&
      (text.substr(4, 6) == "1AY&SY"sv || text.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"sv))
    return true;
  if (text.size() >= 8 && head[1] == 0x2A && head[2] == 0x4D && head[3] == 0x18 && (head[0] & 0xF0U) == 0x50)
    return true;  // zstd that begins with a skippable frame
  return has_tar_header(head);
}

Result<std::unique_ptr<Archive>> Archive::open(FileSource& file, std::vector<std::uint8_t> head,
                                               const ArchiveLimits& limits) {
  auto archive = std::make_unique<LibArchive>(file, std::move(head), limits);
  if (auto started = archive->start(); !started) return std::unexpected(started.error());
  return archive;
}

}  // namespace yorozu::hunt
