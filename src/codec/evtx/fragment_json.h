/// Binary XML without a template, written straight as JSON members: the usual forms only, as
/// codec/evtx/fragment_reader.h reads them. What it writes is what make_json_plan would write for the same fragment.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/buffer.h"
#include "base/bytes.h"

namespace yorozu::codec::evtx {

class FragmentJson {
 public:
  void begin_chunk(ByteView chunk) {
    chunk_ = chunk;
    ++generation_;
  }

  /// Appends the elements in `begin`..`end` as members of the object that is open at the end of `out`. False: not one
  /// of the usual forms; `out` is as it was.
  bool append(std::uint32_t begin, std::uint32_t end, Buffer& out);
  /// Where the last fragment ended.
  std::uint32_t stopped_at() const { return at_; }

 private:
  struct Word {
    std::string escaped;
    bool is_data = false, is_name = false;
  };
  struct Place {
    std::uint32_t generation = 0, offset = 0, word = 0, stored_size = 0;
  };
  /// One object's keys so far, as hashes; they lie on a stack.
  struct Object {
    std::size_t first_key = 0;
    bool empty = true;
  };

  bool element(Object& parent, int depth, Buffer& out);
  bool start(std::uint32_t& word, bool& has_attributes);
  bool data_with_name(Object& parent, Buffer& out);
  bool attributes(Buffer& out);
  bool content(bool has_attributes, bool is_named_data, int depth, Buffer& out);
  bool text(ByteView& utf16);
  bool name(std::uint32_t& word);
  const Place* place_of(std::uint32_t at);
  void begin_key(Object& object, Buffer& out) const;
  void end_key(Object& object, std::uint64_t hash, Buffer& out);

  static constexpr std::size_t kMaxWords = 65536;
  static constexpr std::size_t kMaxKeys = 2048;

  ByteView chunk_;
  std::uint32_t generation_ = 0;
  std::uint32_t at_ = 0, end_ = 0;
  std::array<Place, 2048> places_{};
  std::vector<Word> words_{1};
  std::unordered_map<std::string, std::uint32_t> word_ids_;
  std::vector<std::uint64_t> keys_;
};

}  // namespace yorozu::codec::evtx
