/// For tests and benchmarks: whole files through splitter and decoder, as the pipeline does it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/file.h"
#include "codec/evtx/evtx.h"

namespace yorozu::codec::evtx {

/// Cuts `bytes` as a reader of files would, showing at most `window` bytes at a time. False when the splitter stalls.
template <class F>
bool for_each_unit(ByteView bytes, const DecodeOptions& options, F&& each, std::size_t window = SIZE_MAX) {
  const auto splitter = make_splitter(options);
  std::size_t at = 0;
  while (at < bytes.size()) {
    std::size_t shown = std::min({bytes.size() - at, window, splitter->largest_record()});
    std::size_t taken = splitter->cut(bytes.subspan(at, shown), at + shown == bytes.size());
    if (taken == 0) {  // show more, as far as it may be
      shown = std::min(bytes.size() - at, splitter->largest_record());
      taken = splitter->cut(bytes.subspan(at, shown), at + shown == bytes.size());
    }
    if (taken == 0 || taken > shown) return false;
    Unit unit;
    unit.bytes = bytes.subspan(at, taken);
    unit.offset = at;
    unit.at_end = at + taken == bytes.size();
    each(unit);
    at += taken;
  }
  return true;
}

inline std::string load(const std::filesystem::path& path) {
  auto bytes = read_file(path);
  return bytes ? *std::move(bytes) : std::string();
}

}  // namespace yorozu::codec::evtx
