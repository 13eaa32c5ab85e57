#include "app/fetch/rule_pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/mman.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "app/fetch/download.h"
#include "app/fetch/minisign.h"
#include "base/hash.h"
#include "base/try.h"
#include "hunt/rule_source.h"

namespace yorozu::fetch {

namespace {

constexpr std::uint64_t kMaxPack = std::uint64_t{256} << 20, kMaxSignature = 64 * 1024;

/// What stands beside the rules; nullopt where there is none.
Result<std::optional<std::string>> beside(const std::string& from, const std::string& extension) {
  auto text =
      is_address(from) ? download(from + extension, {kMaxSignature, 60}) : read_file(from + extension, kMaxSignature);
  if (text) return std::optional(std::move(*text));
  if (text.error().code == ErrorCode::NotFound) return std::nullopt;
  return std::unexpected(std::move(text).error());
}

/// "HEX" or "HEX  name", as sha256sum writes it.
std::string first_word(std::string text) {
  text.resize(std::min(text.find_first_of(" \t\r\n*"), text.size()));
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Result<std::string> check(const RuleOrigin& origin, const std::string& content) {
  std::string checked;
  if (!origin.key.empty()) {
    const auto key_file = read_file(origin.key, kMaxSignature);
    TRY_ASSIGN(const auto signature, beside(origin.from, ".minisig"));
    if (!signature) return fail(ErrorCode::Denied, origin.from + ".minisig is missing");
    TRY_ASSIGN(const std::string comment, minisign::verify(key_file ? *key_file : origin.key, *signature, content));
    checked = "minisign: " + comment;
  }
  std::string wanted = origin.sha256;
  if (wanted.empty() && !is_address(origin.from)) {  // from the same server it would vouch for nothing
    TRY_ASSIGN(const auto file, beside(origin.from, ".sha256"));
    wanted = file.value_or("");
  }
  if (!wanted.empty()) {
    if (first_word(wanted) != to_hex(sha256(as_bytes(content))))
      return fail(ErrorCode::Denied, origin.from + ": the SHA-256 is another one");
    checked += checked.empty() ? "sha256" : ", sha256";
  }
  if (checked.empty() && is_address(origin.from))
    return fail(ErrorCode::Denied, "rules from an address need --sha256 or --key, so that nobody can slip in others");
  return checked;
}

/// Only an archive or a file has bytes to be checked.
bool is_folder(const std::string& from) {
  std::error_code error;
  return std::filesystem::is_directory(from, error);
}

std::string file_name_of(const std::string& url) {
  const std::string path = url.substr(0, url.find_first_of("?#"));
  const std::string name = path.substr(path.rfind('/') + 1);
  const bool is_plain = std::ranges::all_of(
      name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_'; });
  return is_plain && !name.empty() && name[0] != '.' ? name : "rules.zip";
}

}  // namespace

Result<FetchedRules> fetch_rules(const RuleOrigin& origin) {
  FetchedRules out;
  std::optional<TempDir> folder;
  std::vector<std::string> paths = {origin.from};
  if (is_folder(origin.from)) {
    if (!origin.sha256.empty() || !origin.key.empty())
      return fail(ErrorCode::InvalidInput, "a folder has no hash and no signature; name an archive");
  } else {
    std::string content;
    if (is_address(origin.from)) {
      TRY_ASSIGN(content, download(origin.from, {kMaxPack, 300}));
      TRY_ASSIGN(TempDir made, TempDir::make("yorozu-rules"));
      folder.emplace(std::move(made));
      paths = {(folder->path() / file_name_of(origin.from)).string()};
      TRY(write_file_atomic(paths[0], content));
    } else {
      TRY_ASSIGN(content, read_file(origin.from, kMaxPack));
    }
    TRY_ASSIGN(out.checked, check(origin, content));
  }
  TRY_ASSIGN(auto source, hunt::read_rules(paths));
  if (!source.problems.empty())
    return std::unexpected(std::move(source.problems.front().error).in(source.problems.front().name));
  if (source.texts.empty()) return fail(ErrorCode::InvalidInput, origin.from + ": no rules in it");
  out.texts = std::move(source.texts);
  return out;
}

Result<Fd> pack_rules(const std::vector<sigma::RuleText>& texts) {
  Fd file(memfd_create("yorozu-rules", MFD_CLOEXEC));
  if (!file) return fail(ErrorCode::Io, std::string("memfd: ") + std::strerror(errno));
  const std::unique_ptr<archive, int (*)(archive*)> tar(archive_write_new(), archive_write_free);
  const auto failed = [&] {
    return fail(ErrorCode::Io, std::string("packing rules: ") + archive_error_string(tar.get()));
  };
  if (archive_write_set_format_ustar(tar.get()) != ARCHIVE_OK ||
      archive_write_open_fd(tar.get(), file.get()) != ARCHIVE_OK)
    return failed();
  std::size_t number = 0;
  for (const sigma::RuleText& text : texts) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
    // Numbers instead of names from elsewhere; the order is kept. The name of the file stays for diagnostics.
    const std::string base = std::filesystem::path(text.file).filename().string();
    char prefix[16];
    std::snprintf(prefix, sizeof prefix, "%06zu-", number++);
    archive_entry_set_pathname(entry.get(), (prefix + base.substr(base.size() > 80 ? base.size() - 80 : 0)).c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(text.text.size()));
    if (archive_write_header(tar.get(), entry.get()) != ARCHIVE_OK ||
        archive_write_data(tar.get(), text.text.data(), text.text.size()) != static_cast<la_ssize_t>(text.text.size()))
      return failed();
  }
  if (archive_write_close(tar.get()) != ARCHIVE_OK) return failed();
  return file;
}

}  // namespace yorozu::fetch
