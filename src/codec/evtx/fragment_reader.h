/// Binary XML without a template, read straight to values: events that were forwarded or exported carry their names and
/// texts in every record. The usual forms only (elements, attributes, plain text); whatever else there may be is left
/// to the parser (codec/evtx/parse.h), which makes a tree.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "codec/evtx/field_plan.h"
#include "codec/evtx/layout.h"
#include "event/names.h"
#include "event/value.h"

namespace yorozu::codec::evtx {

class FragmentReader {
 public:
  explicit FragmentReader(event::NameTable& names) : names_(names) {}

  void begin_chunk(ByteView chunk) {
    chunk_ = chunk;
    ++generation_;
  }

  /// Appends fields of the elements in `begin`..`end`. False: not one of the usual forms; what was appended is to be
  /// dropped.
  bool read(std::uint32_t begin, std::uint32_t end, Context context, std::vector<event::Value>& values,
            std::vector<event::NameId>& names);

  /// Where the last read stopped.
  std::uint32_t stopped_at() const { return at_; }

 private:
  enum class Known : std::uint8_t { Other, Event, System, EventData, Data, RenderingInfo, Name, Namespace };
  /// A name as it was met in some chunk; numbered from 1.
  struct Word {
    std::string local;  ///< without prefix
    Known known = Known::Other;
    event::NameId id = event::name::kNone;  ///< of the local name as a field
  };
  struct Place {
    std::uint32_t generation = 0, offset = 0, word = 0, stored_size = 0;
  };
  struct DataName {
    std::string utf16;
    event::NameId id = event::name::kNone;
  };
  struct Joined {
    std::uint64_t words = 0;
    event::NameId id = event::name::kNone;
  };
  enum class Inside : std::uint8_t { Top, Event, System, EventData, Rendering, Elsewhere };

  bool element(Inside inside, int depth);
  bool start(std::uint32_t& word, bool& has_attributes);
  bool attributes(std::uint32_t element, Inside inside, std::size_t& count, event::NameId& data_name);
  bool content(std::uint32_t element, Inside inside, int depth, event::NameId field, bool has_attributes);
  bool text(event::Value& into);
  bool name(std::uint32_t& word);
  const Place* place_of(std::uint32_t at);
  std::uint32_t word_of(std::uint32_t offset, std::uint32_t characters);
  event::NameId data_name_id(const event::Value& name);
  event::NameId joined_id(std::uint32_t element, std::uint32_t attribute);
  void push(event::NameId name, const event::Value& value) {
    names_out_->push_back(name);
    values_out_->push_back(value);
  }

  static constexpr std::size_t kMaxWords = 65536;
  static constexpr std::size_t kMaxFields = 2048;

  event::NameTable& names_;
  ByteView chunk_;
  std::uint32_t generation_ = 0;
  std::array<Place, 2048> places_{};
  std::vector<Word> words_{1};
  std::unordered_map<std::string, std::uint32_t> word_ids_;
  std::array<DataName, 1024> data_names_{};
  std::array<Joined, 1024> joined_{};

  std::uint32_t at_ = 0, end_ = 0;
  std::vector<event::Value>* values_out_ = nullptr;
  std::vector<event::NameId>* names_out_ = nullptr;
};

}  // namespace yorozu::codec::evtx
