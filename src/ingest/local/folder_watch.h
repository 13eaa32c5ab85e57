/// News from folders by inotify. Where the kernel has none to give (network file systems, limits reached) watch() says
/// so and the caller has to look by itself. For one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace yorozu::ingest {

class FolderWatch {
 public:
  struct News {
    enum class Kind {
      Content,   ///< a file was written to
      Name,      ///< a name appeared or may be read now
      Gone,      ///< a name disappeared, or the folder itself
      Overflow,  ///< news were lost: look at everything
    } kind;
    std::string path;
  };

  FolderWatch();
  /// Readable when there is news; -1: inotify cannot be had.
  int descriptor() const { return fd_.get(); }
  /// Makes `folders` the watched ones. Those that cannot be watched are in unwatched().
  void set_folders(const std::vector<std::string>& folders);
  const std::set<std::string>& unwatched() const { return unwatched_; }
  bool is_watched(std::string_view path) const;  ///< the folder that holds it
  void read(const std::function<void(const News&)>& each);

 private:
  Fd fd_;
  std::map<std::string, int, std::less<>> watches_;
  std::map<int, std::string> folders_;
  std::set<std::string> unwatched_;
};

}  // namespace yorozu::ingest
