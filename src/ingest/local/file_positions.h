/// How far each file has been kept, read from the committed lines themselves: `via {path, file, offset}` of a line says
/// where it stood. Pure: whoever reads the archive feeds it, in order of seq; the file input asks it when it starts.
///
/// One inode may have held several files one after the other (truncation, reuse of the number); each is a generation
/// of its own. Old generations are remembered because their copies (copytruncate, gzip) may still lie beside the log.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ingest/local/file_identity.h"
#include "proof/line.h"

namespace yorozu::ingest {

/// A file of which lines are kept.
struct KnownFile {
  std::string path;       ///< the name under which it was found
  FileIdentity identity;  ///< as of its newest line
  std::uint64_t end = 0;  ///< offset behind that line, its line break not counted
  std::uint64_t seq = 0;  ///< of that line
  Timestamp since;        ///< when the first line that is known of it was received
  bool operator==(const KnownFile&) const = default;
};

class FilePositions {
 public:
  static constexpr std::size_t kMaxFiles = 50'000;  ///< generations; the longest unchanged ones go first

  /// Takes note of a committed line; those of other inputs only move seq().
  void committed(const proof::Line& line);
  /// Lines of a file from offset `from` to newest.end.
  void committed(const KnownFile& newest, std::uint64_t from);

  /// Newest line seen; 0: none.
  std::uint64_t seq() const { return seq_; }
  void seen_up_to(std::uint64_t seq) { seq_ = std::max(seq_, seq); }
  /// Generations of that inode, oldest first; empty when there is none. Valid until the next committed().
  const std::vector<KnownFile>& of_inode(Inode inode) const;
  /// Generations found under that name.
  std::vector<KnownFile> of_path(const std::string& path) const;
  /// All of them, in order of inode.
  std::vector<KnownFile> all() const;
  std::size_t size() const { return size_; }

  /// What a cache file holds: everything up to seq().
  std::string save() const;
  static Result<FilePositions> parse(std::string_view saved);

 private:
  void forget_oldest();
  void index();

  std::map<Inode, std::vector<KnownFile>> generations_;
  std::unordered_map<std::string, std::set<Inode>> by_path_;
  std::size_t size_ = 0;
  std::uint64_t seq_ = 0;
};

/// Bytes that the line takes in its file, without its line break: of `raw`, of what it was cut from, or of the UTF-16
/// it was converted from. (Of UTF-16 that was cut too: as far as it was kept. The rest then comes as a line of its
/// own.)
std::uint64_t length_in_file(const proof::Line& line);

}  // namespace yorozu::ingest
