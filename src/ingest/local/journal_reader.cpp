#include "ingest/local/journal_reader.h"

#include <fcntl.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>

#include "base/file.h"
#include "base/try.h"
#include "ingest/local/journal_export.h"

namespace yorozu::ingest {
namespace {

/// A field of this size is not cut by the library; the entry will be cut by the archive long before.
constexpr std::size_t kLargestField = std::size_t{64} << 20;

std::unexpected<Error> failed(std::string_view what, int result) {
  ErrorCode code = ErrorCode::Io;
  if (result == -ENOENT || result == -EADDRNOTAVAIL) code = ErrorCode::NotFound;
  if (result == -EBADMSG || result == -ENODATA) code = ErrorCode::Corrupt;
  return fail(code, std::string(what) + ": " + std::generic_category().message(-result));
}

std::string machine_id() {
  sd_id128_t id = {};
  std::array<char, SD_ID128_STRING_MAX> text = {};
  if (::sd_id128_get_machine(&id) != 0) return {};
  return ::sd_id128_to_string(id, text.data());
}

}  // namespace

void JournalReader::Close::operator()(sd_journal* journal) const {
  ::sd_journal_close(journal);
}

Result<JournalReader> JournalReader::open(const std::filesystem::path& folder) {
  sd_journal* journal = nullptr;
  const int result = folder.empty() ? ::sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY)
                                    : ::sd_journal_open_directory(&journal, folder.c_str(), 0);
  if (result < 0) return failed("the journal cannot be opened", result);
  JournalReader reader(journal);
  ::sd_journal_set_data_threshold(journal, kLargestField);
  if (const int descriptor = ::sd_journal_get_fd(journal); descriptor < 0)
    return failed("the journal cannot be followed", descriptor);
  return reader;
}

Result<std::optional<JournalReader::Gap>> JournalReader::go_behind(const std::string& cursor) {
  stands_on_unread_ = false;
  if (const int result = ::sd_journal_seek_cursor(journal_.get(), cursor.c_str()); result < 0)
    return failed("cursor of the journal", result);
  const int moved = ::sd_journal_next(journal_.get());
  if (moved < 0) return failed("the journal cannot be read", moved);
  if (moved == 0) return std::nullopt;
  if (::sd_journal_test_cursor(journal_.get(), cursor.c_str()) > 0) return std::nullopt;
  stands_on_unread_ = true;
  std::uint64_t time = 0;
  ::sd_journal_get_realtime_usec(journal_.get(), &time);
  return Gap{realtime_of_cursor(cursor), time};
}

Result<void> JournalReader::go_to_beginning() {
  stands_on_unread_ = false;
  const int result = ::sd_journal_seek_head(journal_.get());
  return result < 0 ? Result<void>(failed("the journal cannot be read", result)) : Result<void>();
}

Result<void> JournalReader::go_to_beginning_of_boot() {
  sd_id128_t boot = {};
  std::array<char, SD_ID128_STRING_MAX> text = {};
  std::optional<std::string> first;
  if (::sd_id128_get_boot(&boot) == 0) {
    const std::string match = std::string("_BOOT_ID=") + ::sd_id128_to_string(boot, text.data());
    TRY(go_to_beginning());
    if (::sd_journal_add_match(journal_.get(), match.data(), match.size()) == 0 &&
        ::sd_journal_next(journal_.get()) > 0) {
      TRY_ASSIGN(first, cursor());
    }
    ::sd_journal_flush_matches(journal_.get());
  }
  if (!first) {  // nothing of this boot yet: from now on
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const int result = ::sd_journal_seek_realtime_usec(
        journal_.get(), static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
    return result < 0 ? Result<void>(failed("the journal cannot be read", result)) : Result<void>();
  }
  TRY_ASSIGN([[maybe_unused]] const auto gap, go_behind(*first));
  stands_on_unread_ = true;
  return {};
}

Result<bool> JournalReader::next() {
  if (stands_on_unread_) {
    stands_on_unread_ = false;
    return true;
  }
  const int moved = ::sd_journal_next(journal_.get());
  if (moved < 0) return failed("an entry of the journal cannot be read", moved);
  return moved > 0;
}

Result<std::string> JournalReader::cursor() const {
  char* text = nullptr;
  const int result = ::sd_journal_get_cursor(journal_.get(), &text);
  if (result < 0) return failed("an entry of the journal has no cursor", result);
  std::string cursor(text);
  std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): the library's contract
  return cursor;
}

std::optional<std::string_view> JournalReader::field(const char* name) const {
  const void* data = nullptr;
  std::size_t size = 0;
  if (::sd_journal_get_data(journal_.get(), name, &data, &size) < 0) return std::nullopt;
  std::string_view field(static_cast<const char*>(data), size);
  field.remove_prefix(std::min(field.find('=') + 1, field.size()));
  return field;
}

Result<void> JournalReader::append_export(std::string& out) const {
  TRY_ASSIGN(const std::string at, cursor());
  JournalEntryHead head;
  head.cursor = at;
  sd_id128_t boot = {};
  std::array<char, SD_ID128_STRING_MAX> boot_text = {};
  if (const int result = ::sd_journal_get_realtime_usec(journal_.get(), &head.realtime_us); result < 0)
    return failed("an entry of the journal has no time", result);
  if (const int result = ::sd_journal_get_monotonic_usec(journal_.get(), &head.monotonic_us, &boot); result < 0)
    return failed("an entry of the journal has no boot", result);
  head.boot_id = ::sd_id128_to_string(boot, boot_text.data());
  begin_journal_entry(head, out);
  ::sd_journal_restart_data(journal_.get());
  const void* data = nullptr;
  std::size_t size = 0;
  int result = 0;
  while ((result = ::sd_journal_enumerate_data(journal_.get(), &data, &size)) > 0)
    append_journal_field({static_cast<const char*>(data), size}, out);
  if (result < 0) return failed("an entry of the journal cannot be read", result);
  end_journal_entry(out);
  return {};
}

int JournalReader::descriptor() const {
  return ::sd_journal_get_fd(journal_.get());
}

int JournalReader::timeout_ms() const {
  std::uint64_t until = UINT64_MAX;  // of the monotonic clock
  if (::sd_journal_get_timeout(journal_.get(), &until) <= 0 || until == UINT64_MAX) return -1;
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto now_us =
      static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec / 1000);
  return until <= now_us ? 0 : static_cast<int>(std::min<std::uint64_t>((until - now_us) / 1000 + 1, 60'000));
}

Result<void> JournalReader::process() {
  const int result = ::sd_journal_process(journal_.get());
  return result < 0 ? Result<void>(failed("news of the journal cannot be read", result)) : Result<void>();
}

std::string unreadable_journal(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::vector<fs::path> folders{folder};
  if (folder.empty())
    folders = {fs::path("/var/log/journal") / machine_id(), fs::path("/run/log/journal") / machine_id()};
  for (const fs::path& journals : folders) {
    std::error_code error;
    if (!fs::exists(journals, error) && !error) continue;
    if (::faccessat(AT_FDCWD, journals.c_str(), R_OK | X_OK, AT_EACCESS) != 0) return journals;
    for (const auto& entry : fs::directory_iterator(journals, error))
      if (entry.path().extension() == ".journal" && (!folder.empty() || entry.path().filename() == "system.journal") &&
          ::faccessat(AT_FDCWD, entry.path().c_str(), R_OK, AT_EACCESS) != 0)
        return entry.path();
  }
  return {};
}

}  // namespace yorozu::ingest
