#include "ingest/local/file_positions.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/utf8.h"

namespace yorozu::ingest {
namespace {

constexpr std::size_t kMaxGenerations = 64;  ///< of one inode
constexpr std::string_view kCacheTitle = "yorozu file positions 1";

const std::string* find_via(const proof::Line& line, std::string_view key) {
  for (const auto& [name, value] : line.via)
    if (name == key) return &value;
  return nullptr;
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::uint64_t utf16_length(std::string_view text) {
  std::uint64_t bytes = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto [c, length] = utf8::decode(text.data() + at, text.data() + text.size());
    bytes += c > 0xFFFF ? 4 : 2;
    at += std::max(length, 1U);
  }
  return bytes;
}

std::string escaped(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\\')
      out += "\\\\";
    else
      out += c;
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size())
      out += text[i];
    else
      out += text[++i] == 'n' ? '\n' : text[i];
  }
  return out;
}

/// The text up to the next `end`, which is taken off too.
std::string_view take_until(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

/// Whether lines from offset `from` on go on with `known`, or are of another file that has its inode now. Offsets of
/// one file only grow, and its beginning stays once it has kHeadBytes; a shorter one goes on where it ended, but for
/// blank lines.
bool is_continued(const KnownFile& known, const KnownFile& newest, std::uint64_t from) {
  const Head& before = known.identity.head;
  if (from < known.end || newest.identity.head.bytes < before.bytes) return false;
  return before.bytes < kHeadBytes ? from <= before.bytes + 2 : newest.identity.head == before;
}

std::optional<KnownFile> parse_known_file(std::string_view row) {
  const auto seq = read_number(take_until(row, ' ')), received = read_number(take_until(row, ' ')),
             end = read_number(take_until(row, ' '));
  const auto identity = parse_file_identity(take_until(row, ' '));
  if (!seq || !received || !end || !identity) return std::nullopt;
  return KnownFile{unescaped(row), *identity, *end, *seq, Timestamp{static_cast<std::int64_t>(*received)}};
}

}  // namespace

std::uint64_t length_in_file(const proof::Line& line) {
  if (find_via(line, "charset")) return utf16_length(line.raw);
  return line.cut.value_or(line.raw.size());
}

void FilePositions::committed(const proof::Line& line) {
  seen_up_to(line.seq);
  const std::string* path = find_via(line, "path");
  const std::string* file = find_via(line, "file");
  const std::string* offset = find_via(line, "offset");
  if (!path || !file || !offset) return;
  const auto identity = parse_file_identity(*file);
  const auto start = read_number(*offset);
  if (!identity || !start) return;
  committed({*path, *identity, *start + length_in_file(line), line.seq, line.received}, *start);
}

void FilePositions::committed(const KnownFile& newest, std::uint64_t from) {
  seen_up_to(newest.seq);
  std::vector<KnownFile>& generations = generations_[newest.identity.inode];
  if (!generations.empty() && is_continued(generations.back(), newest, from)) {
    if (generations.back().path != newest.path) by_path_[newest.path].insert(newest.identity.inode);
    const Timestamp since = generations.back().since;
    generations.back() = newest;
    generations.back().since = since;
    return;
  }
  generations.push_back(newest);
  by_path_[newest.path].insert(newest.identity.inode);
  ++size_;
  if (generations.size() > kMaxGenerations) {
    generations.erase(generations.begin());
    --size_;
  }
  if (size_ > kMaxFiles) forget_oldest();
}

const std::vector<KnownFile>& FilePositions::of_inode(Inode inode) const {
  static const std::vector<KnownFile> kNone;
  const auto found = generations_.find(inode);
  return found == generations_.end() ? kNone : found->second;
}

std::vector<KnownFile> FilePositions::of_path(const std::string& path) const {
  std::vector<KnownFile> files;
  if (const auto inodes = by_path_.find(path); inodes != by_path_.end())
    for (const Inode inode : inodes->second)
      for (const KnownFile& file : of_inode(inode))
        if (file.path == path) files.push_back(file);
  return files;
}

void FilePositions::index() {
  by_path_.clear();
  for (const auto& [inode, generations] : generations_)
    for (const KnownFile& file : generations) by_path_[file.path].insert(inode);
}

std::vector<KnownFile> FilePositions::all() const {
  std::vector<KnownFile> files;
  files.reserve(size_);
  for (const auto& [inode, generations] : generations_)
    files.insert(files.end(), generations.begin(), generations.end());
  return files;
}

void FilePositions::forget_oldest() {
  std::vector<std::uint64_t> seqs;
  seqs.reserve(size_);
  for (const auto& [inode, generations] : generations_)
    for (const KnownFile& file : generations) seqs.push_back(file.seq);
  const auto limit = seqs.begin() + static_cast<std::ptrdiff_t>(size_ / 10);  // a tenth at once: this is not cheap
  std::nth_element(seqs.begin(), limit, seqs.end());
  for (auto at = generations_.begin(); at != generations_.end();) {
    size_ -= std::erase_if(at->second, [&](const KnownFile& file) { return file.seq < *limit; });
    at = at->second.empty() ? generations_.erase(at) : std::next(at);
  }
  index();
}

std::string FilePositions::save() const {
  std::string out = fmt::format("{} {} {}\n", kCacheTitle, seq_, size_);
  for (const auto& [inode, generations] : generations_)
    for (const KnownFile& file : generations)
      out += fmt::format("{} {} {} {} {}\n", file.seq, std::max<std::int64_t>(file.since.us, 0), file.end,
                         to_text(file.identity), escaped(file.path));
  return out;
}

Result<FilePositions> FilePositions::parse(std::string_view saved) {
  std::string_view title = take_until(saved, '\n');
  if (!title.starts_with(kCacheTitle)) return fail(ErrorCode::Corrupt, "not a list of file positions");
  title.remove_prefix(std::min(kCacheTitle.size() + 1, title.size()));
  const auto seq = read_number(take_until(title, ' ')), rows = read_number(title);
  if (!seq || !rows) return fail(ErrorCode::Corrupt, "list of file positions without its numbers");
  FilePositions positions;
  positions.seen_up_to(*seq);
  while (!saved.empty()) {
    if (saved.find('\n') == std::string_view::npos) return fail(ErrorCode::Corrupt, "list of file positions torn off");
    auto file = parse_known_file(take_until(saved, '\n'));
    if (!file || file->seq > *seq) return fail(ErrorCode::Corrupt, "unreadable row in the list of file positions");
    positions.generations_[file->identity.inode].push_back(*std::move(file));
    ++positions.size_;
  }
  positions.index();
  if (positions.size_ != *rows) return fail(ErrorCode::Corrupt, "list of file positions torn off");
  return positions;
}

}  // namespace yorozu::ingest
